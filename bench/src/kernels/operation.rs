//! What is measured, and what it takes at least.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// An operation of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Sum of points times scalars.
    Msm,
    /// From coefficients to values on the subgroup.
    Ntt,
    /// From values on the subgroup to coefficients.
    InverseNtt,
    /// From coefficients to values on a coset.
    CosetNtt,
    /// Value of a polynomial at a point.
    Evaluate,
    /// Linear combination of eight polynomials.
    Combine,
    /// Quotient by X minus a root.
    Divide,
    /// Grand product of the permutation argument.
    GrandProduct,
}

/// Polynomials of a linear combination.
pub const TERMS: usize = 8;

/// What an operation does to `n` elements, without what depends on how it is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Products of two field elements, not yet reduced.
    pub products: f64,
    /// Reductions of such products, or of sums of them.
    pub reductions: f64,
    /// Bytes that are read and written once.
    pub bytes: f64,
}

/// Bytes of a scalar.
const SCALAR: f64 = 32.0;

impl Operation {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Msm,
        Self::Ntt,
        Self::InverseNtt,
        Self::CosetNtt,
        Self::Evaluate,
        Self::Combine,
        Self::Divide,
        Self::GrandProduct,
    ];

    /// The name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Msm => "msm",
            Self::Ntt => "ntt",
            Self::InverseNtt => "inverse-ntt",
            Self::CosetNtt => "coset-ntt",
            Self::Evaluate => "evaluate",
            Self::Combine => "combine",
            Self::Divide => "divide",
            Self::GrandProduct => "grand-product",
        }
    }

    /// The work on vectors of `n`, `None` for sums of points, whose work depends on the scalars ([`sum_of_points`]).
    pub fn work(self, n: usize) -> Option<Work> {
        let size = n as f64;
        let log = f64::from(n.trailing_zeros());
        let (products, reductions, vectors) = match self {
            Self::Msm => return None,
            // half a product per element and level
            Self::Ntt => (0.5 * log, 0.5 * log, 2.0),
            // and one more by n^-1, or by the coset's powers
            Self::InverseNtt | Self::CosetNtt => (0.5 * log + 1.0, 0.5 * log + 1.0, 2.0),
            Self::Evaluate => (1.0, 1.0, 1.0),
            Self::Combine => (TERMS as f64, 1.0, TERMS as f64 + 1.0),
            Self::Divide => (1.0, 1.0, 2.0),
            // β·k·ω^i and β·σ of five wires, two products of five, one division by Montgomery's trick, one prefix
            // product, and ω^i
            Self::GrandProduct => (24.0, 24.0, 11.0),
        };
        Some(Work {
            products: products * size,
            reductions: reductions * size,
            bytes: vectors * SCALAR * size,
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Bits of the longest scalar.
const SCALAR_BITS: usize = 254;
/// Widths of windows that are tried.
const WIDTHS: std::ops::RangeInclusive<usize> = 2..=24;
/// Products, and reductions, of an affine addition whose inversion is shared: five multiplications and a square.
const PER_ADDITION: f64 = 6.0;
/// Bytes of a point.
const POINT: f64 = 64.0;

/// The work of a sum of points by buckets, with the best of all window widths. `lengths[b]` counts scalars of `b` bits. With
/// `tables` of multiples of each point all windows share their buckets.
pub fn sum_of_points(lengths: &[usize; SCALAR_BITS + 1], tables: bool) -> Work {
    let additions = |width: usize| -> f64 {
        let digits: f64 = lengths
            .iter()
            .enumerate()
            .map(|(bits, &count)| (bits.div_ceil(width) * count) as f64)
            .sum();
        let longest = lengths.iter().rposition(|&count| count > 0).unwrap_or_default();
        let sets = if tables { 1 } else { longest.div_ceil(width) };
        // digits are signed, and each bucket is added twice in its set's sum
        let buckets = sets as f64 * f64::from(1u32 << (width - 1)) * 2.0;
        digits + buckets
    };
    let least = WIDTHS.map(additions).fold(f64::INFINITY, f64::min);
    let dense: usize = lengths[1..].iter().sum();
    Work {
        products: PER_ADDITION * least,
        reductions: PER_ADDITION * least,
        bytes: (POINT + SCALAR) * dense as f64,
    }
}

/// Counts scalars by their bits.
pub fn lengths(scalars: &[ark_bn254::Fr]) -> [usize; SCALAR_BITS + 1] {
    use ark_ff::{BigInteger, PrimeField};
    let mut lengths = [0; SCALAR_BITS + 1];
    for scalar in scalars {
        lengths[scalar.into_bigint().num_bits() as usize] += 1;
    }
    lengths
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;
    use ark_ff::Field;

    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for operation in Operation::ALL {
            let value = operation.to_possible_value().expect("a value");
            assert_eq!(value.get_name(), operation.name());
            assert_eq!(serde_json::to_value(operation).expect("JSON"), operation.name());
        }
    }

    #[test]
    fn short_scalars_are_less_work_and_zeros_none() {
        let work = |scalars: &[Fr], tables| sum_of_points(&lengths(scalars), tables).products;
        let dense: Vec<Fr> = (1..4096u64).map(|i| -Fr::from(i)).collect();
        let bits = vec![Fr::ONE; 4096];
        assert!(work(&bits, false) < work(&dense, false) / 30.0);
        assert!(work(&dense, true) < work(&dense, false));
        let zeros = sum_of_points(&lengths(&[Fr::from(0u64); 9]), false);
        assert!(zeros.bytes.abs() < f64::EPSILON);
    }

    #[test]
    fn a_large_sum_takes_what_the_literature_says() {
        // 2^20 dense scalars, one set of buckets: 13 windows of 20 bits and 2^20 additions for the buckets
        let mut lengths = [0; SCALAR_BITS + 1];
        lengths[SCALAR_BITS] = 1 << 20;
        let additions = sum_of_points(&lengths, true).products / PER_ADDITION;
        let known = 14.0 * f64::from(1 << 20);
        assert!((additions / known - 1.0).abs() < 0.03, "{additions}");
    }
}
