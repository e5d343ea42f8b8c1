//! Inputs, made fast enough for millions and never twice.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInt, BigInteger, PrimeField};
use clap::ValueEnum;
use crema_circuit::{Version, witness};
use crema_kernels::Point;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::KernelsError;
use crate::{error::Error, prove::workload};

/// What scalars look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any element of the field, all equally probable.
    Random,
    /// As in the witness of a state update: its zeros, ones and other short values where they are, and random elements
    /// in the others' places.
    WitnessLike,
}

impl Kind {
    /// The name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::WitnessLike => "witness-like",
        }
    }
}

const CHUNK: usize = 1 << 12;
/// Values of more bits than this are random in witness-like scalars.
const SHORT: u32 = 64;
/// Lines of the stake table whose witness is the pattern.
const CAPACITY: usize = 10;

/// Where a witness is short, and what stands there.
pub struct Pattern(Vec<Option<Fr>>);

impl Pattern {
    /// The pattern of a state update's witness.
    ///
    /// # Errors
    /// [`KernelsError::Bench`] when there is no statement.
    pub fn of_a_witness(seed: u64) -> Result<Self, KernelsError> {
        let version = Version::V1Canonical;
        let statement = workload::statement(version, CAPACITY, seed, 0)?;
        let witness = witness(version, CAPACITY, &statement).map_err(Error::from)?;
        let short = |value: Fr| (value.into_bigint().num_bits() <= SHORT).then_some(value);
        Ok(Self(witness.values.into_iter().map(short).collect()))
    }
}

/// Scalars of a kind. No two streams of a seed share any.
pub fn scalars(kind: Kind, pattern: &Pattern, seed: u64, stream: u64, length: usize) -> Vec<Fr> {
    let mut values = random(seed, stream, length);
    if kind == Kind::WitnessLike {
        let pattern = &pattern.0;
        values.par_iter_mut().enumerate().for_each(|(i, value)| {
            if let Some(short) = pattern[i % pattern.len()] {
                *value = short;
            }
        });
    }
    values
}

/// Random elements.
pub fn random(seed: u64, stream: u64, length: usize) -> Vec<Fr> {
    let mut values = vec![Fr::ZERO; length];
    values
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, values)| {
            let mut random = generator(seed, stream, chunk);
            for value in values {
                *value = element(&mut random);
            }
        });
    values
}

fn generator(seed: u64, stream: u64, chunk: usize) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_mut(8).zip([seed, stream, chunk as u64, 0]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// An element by rejection: three of four attempts are below the modulus.
fn element(random: &mut ChaCha8Rng) -> Fr {
    loop {
        let mut limbs = [0; 4].map(|_: u64| random.next_u64());
        limbs[3] >>= u64::BITS * 4 - Fr::MODULUS_BIT_SIZE;
        if let Some(element) = Fr::from_bigint(BigInt(limbs)) {
            return element;
        }
    }
}

/// Distinct points: each is the one before it and one of a few random steps.
pub fn points(seed: u64, length: usize) -> Vec<G1Affine> {
    // streams count up from zero, so the last is nobody's
    let mut random = generator(seed, u64::MAX, 0);
    let step = (G1Affine::generator() * element(&mut random)).into_affine();
    (0..length.div_ceil(CHUNK))
        .into_par_iter()
        .flat_map_iter(|chunk| {
            let mut random = generator(seed, u64::MAX, chunk + 1);
            let start = G1Affine::generator() * element(&mut random);
            let sums: Vec<G1Projective> = std::iter::successors(Some(start), |sum| Some(*sum + step))
                .take(CHUNK.min(length - chunk * CHUNK))
                .collect();
            G1Projective::normalize_batch(&sums)
        })
        .collect()
}

/// The same points as engines take them.
pub fn prepared(points: &[G1Affine]) -> Vec<Point> {
    points.par_iter().map(|point| Point::from(*point)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_inputs_share_an_element() {
        let mut seen = HashSet::new();
        for (seed, stream) in [(1, 0), (1, 1), (2, 0)] {
            let values = random(seed, stream, CHUNK + 2);
            assert!(values.iter().all(|value| seen.insert(*value)));
        }
        let points: HashSet<_> = points(1, CHUNK + 2).into_iter().collect();
        assert_eq!(points.len(), CHUNK + 2);
        assert!(points.iter().all(G1Affine::is_on_curve));
    }

    #[test]
    fn a_witness_is_partly_short_and_the_rest_is_fresh() {
        let pattern = Pattern::of_a_witness(1).unwrap();
        let length = pattern.0.len() + 7;
        let [first, second] = [0, 1].map(|stream| scalars(Kind::WitnessLike, &pattern, 1, stream, length));
        let same = first
            .iter()
            .zip(&second)
            .filter(|(one, other)| one == other)
            .count();
        let short = |values: &[Fr]| {
            values
                .iter()
                .filter(|value| value.into_bigint().num_bits() <= SHORT)
                .count()
        };
        assert_eq!(same, short(&first));
        assert!(
            same > length / 20 && same < length * 19 / 20,
            "{same} of {length}"
        );
        let random = scalars(Kind::Random, &pattern, 1, 0, length);
        assert_eq!(short(&random), 0);
    }
}
