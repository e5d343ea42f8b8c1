//! Deterministic test inputs.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, PrimeField};

use crate::Point;

/// SplitMix64 (Steele, Lea, Flood 2014): statistically sound and a few lines long, which is all that test inputs need.
pub(crate) struct Sampler(u64);

impl Sampler {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.word() % bound as u64) as usize
    }

    /// A value between `-bound` and `bound`.
    pub(crate) fn signed(&mut self, bound: u32) -> i64 {
        i64::from(self.word() as u32 % (2 * bound + 1)) - i64::from(bound)
    }

    pub(crate) fn scalar(&mut self) -> Fr {
        let mut bytes = [0; 64];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes());
        }
        Fr::from_le_bytes_mod_order(&bytes)
    }

    pub(crate) fn scalars(&mut self, length: usize) -> Vec<Fr> {
        (0..length).map(|_| self.scalar()).collect()
    }

    pub(crate) fn scalar_array<const N: usize>(&mut self) -> [Fr; N] {
        std::array::from_fn(|_| self.scalar())
    }

    /// A scalar as a wire in Lagrange form holds it: mostly zeros and bits, a few small values, a few dense ones.
    pub(crate) fn wire(&mut self) -> Fr {
        match self.below(100) {
            0..45 => Fr::ZERO,
            45..75 => Fr::from(1u64),
            75..78 => Fr::from(self.word() & 0xffff),
            78..80 => -Fr::from(self.word() & 0xff),
            _ => self.scalar(),
        }
    }
}

/// Points whose discrete logarithms are known, so that a multi-scalar multiplication is checked with a single product.
pub(crate) struct KnownPoints {
    pub(crate) logs: Vec<Fr>,
    pub(crate) points: Vec<Point>,
}

impl KnownPoints {
    /// `length` distinct points in arithmetic progression.
    pub(crate) fn distinct(seed: u64, length: usize) -> Self {
        let mut sampler = Sampler::new(seed);
        let (mut log, step) = (sampler.scalar(), sampler.scalar());
        let (mut point, step_point) = (
            G1Affine::generator() * log,
            (G1Affine::generator() * step).into_affine(),
        );
        let (mut logs, mut points) = (Vec::with_capacity(length), Vec::with_capacity(length));
        for _ in 0..length {
            logs.push(log);
            points.push(point);
            log += step;
            point += step_point;
        }
        let points = G1Projective::normalize_batch(&points)
            .into_iter()
            .map(Point::from)
            .collect();
        Self { logs, points }
    }

    /// The generator times each of the small factors, cyclically, up to `length` points. Factor zero is infinity.
    pub(crate) fn repeating(factors: &[i64], length: usize) -> Self {
        let logs: Vec<Fr> = factors.iter().map(|factor| Fr::from(*factor)).collect();
        let points: Vec<Point> = logs
            .iter()
            .map(|log| (G1Affine::generator() * log).into_affine().into())
            .collect();
        Self {
            logs: logs.iter().copied().cycle().take(length).collect(),
            points: points.iter().copied().cycle().take(length).collect(),
        }
    }

    /// `Σ scalars[i]·points[i]` through the logarithms.
    pub(crate) fn expected(&self, scalars: &[Fr]) -> G1Projective {
        let log: Fr = scalars
            .iter()
            .zip(&self.logs)
            .map(|(scalar, log)| *scalar * log)
            .sum();
        G1Affine::generator() * log
    }
}
