//! Inputs, made fast enough for millions.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::{Fr, G1Affine, G1Projective, Point};
use rayon::prelude::*;

const CHUNK: usize = 1 << 12;

/// Scalars that look random: each is the square of the one before plus its place.
pub fn scalars(seed: u64, length: usize) -> Vec<Fr> {
    let mut values = vec![Fr::ZERO; length];
    values
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, values)| {
            let mut value = Fr::from(seed * 1_000_003 + chunk as u64 + 2).pow([65_537u64]);
            for slot in values {
                value = value.square() + Fr::from(seed);
                *slot = value;
            }
        });
    values
}

/// Like the wires of a circuit: 25 % of any value, 37.5 % ones, the rest zero.
pub fn witness_like(seed: u64, length: usize) -> Vec<Fr> {
    let mut values = scalars(seed, length);
    values.par_iter_mut().enumerate().for_each(|(i, value)| {
        // an order that no power of two divides evenly
        match i * 5 % 8 {
            0 | 1 => {}
            2..=4 => *value = Fr::ONE,
            _ => *value = Fr::ZERO,
        }
    });
    values
}

/// Distinct points whose discrete logarithms are known: `first + i·step`.
pub struct Points {
    first: Fr,
    step: Fr,
    /// The points.
    pub points: Vec<Point>,
}

impl Points {
    /// So many points.
    pub fn new(length: usize) -> Self {
        let (first, step) = (
            Fr::from(0x9e37_79b9u64).pow([5u64]),
            Fr::from(0x85eb_ca6bu64).pow([7u64]),
        );
        let generator = G1Affine::generator();
        let between = (generator * step).into_affine();
        let points = (0..length.div_ceil(CHUNK))
            .into_par_iter()
            .flat_map_iter(|chunk| {
                let start = generator * (first + step * Fr::from((chunk * CHUNK) as u64));
                let sums: Vec<G1Projective> = std::iter::successors(Some(start), |sum| Some(*sum + between))
                    .take(CHUNK.min(length - chunk * CHUNK))
                    .collect();
                G1Projective::normalize_batch(&sums).into_iter().map(Point::from)
            })
            .collect();
        Self { first, step, points }
    }

    /// `Σ scalars[i]·points[i]`, by the logarithms.
    pub fn expected(&self, scalars: &[Fr]) -> G1Projective {
        let log: Fr = scalars
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, scalars)| {
                let mut log = self.first + self.step * Fr::from((chunk * CHUNK) as u64);
                let mut sum = Fr::ZERO;
                for scalar in scalars {
                    sum += *scalar * log;
                    log += self.step;
                }
                sum
            })
            .sum();
        G1Affine::generator() * log
    }
}

/// Value of a polynomial.
pub fn value_at(coefficients: &[Fr], x: Fr) -> Fr {
    let power = x.pow([CHUNK as u64]);
    let parts: Vec<Fr> = coefficients
        .par_chunks(CHUNK)
        .map(|chunk| chunk.iter().rev().fold(Fr::ZERO, |sum, c| sum * x + c))
        .collect();
    parts.iter().rev().fold(Fr::ZERO, |sum, part| sum * power + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_belong_to_the_points() {
        let length = CHUNK + 3;
        let points = Points::new(length);
        for i in [0, 1, CHUNK - 1, CHUNK, length - 1] {
            let mut unit = vec![Fr::ZERO; length];
            unit[i] = Fr::ONE;
            assert_eq!(
                points.expected(&unit),
                G1Projective::from(G1Affine::from(points.points[i]))
            );
        }
        assert_ne!(points.points[0], points.points[CHUNK]);
    }

    #[test]
    fn values_are_sums_of_powers() {
        let coefficients = scalars(3, CHUNK + 5);
        let x = Fr::from(7u64);
        let expected: Fr = coefficients
            .iter()
            .enumerate()
            .map(|(i, c)| *c * x.pow([i as u64]))
            .sum();
        assert_eq!(value_at(&coefficients, x), expected);
    }

    #[test]
    fn shares_are_as_promised() {
        let values = witness_like(1, 8000);
        let count = |what: Fr| values.iter().filter(|value| **value == what).count();
        assert_eq!((count(Fr::ONE), count(Fr::ZERO)), (3000, 3000));
    }
}
