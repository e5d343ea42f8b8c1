//! Commitments to many short polynomials over the same powers.
//!
//! A dispersal commits to hundreds of polynomials of a few dozen coefficients. Tables of the powers' multiples make
//! each coefficient cost 32 affine additions and no doubling.

use std::sync::OnceLock;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInteger, PrimeField, Zero};
use rayon::prelude::*;

use crate::{Error, reference_string::ReferenceString, runs};

/// Bits of a digit.
const WIDTH: usize = 8;

/// Digits of a scalar. The modulus has 254 bits, so that the last digit takes the carry without overflowing.
const DIGITS: usize = 32;

/// Largest absolute value of a signed digit.
const LARGEST: i16 = 1 << (WIDTH - 1);

/// Buckets, and multiples stored of each point: one for each absolute value of a digit.
const VALUES: usize = LARGEST.unsigned_abs() as usize;

/// Most coefficients for which every multiple of every digit is stored: 256 KiB each, 16 MiB in all. Beyond, points
/// are sorted into buckets, which costs two additions per bucket more.
const STORED: usize = 64;

/// Points that one task sums together: enough to share an inversion, few enough to stay in the cache.
const TASK_POINTS: usize = 1 << 13;

/// Tables for polynomials of at most `coefficients` coefficients.
pub(crate) struct Committer {
    coefficients: usize,
    /// `[2^(8j)·β^i]` at `32·i + j`, or that times `1..=128` at `128·(32·i + j)` and following.
    table: Vec<G1Affine>,
}

impl Committer {
    /// The tables for a power of two of coefficients, made on first use and kept.
    pub(crate) fn get(coefficients: usize) -> Result<&'static Self, Error> {
        static MADE: [OnceLock<Committer>; 11] = [const { OnceLock::new() }; 11];
        let slot = &MADE[coefficients.ilog2() as usize];
        if let Some(made) = slot.get() {
            return Ok(made);
        }
        let powers: Vec<G1Affine> = ReferenceString::get()?
            .powers(coefficients)?
            .iter()
            .map(|power| G1Affine::from(*power))
            .collect();
        Ok(slot.get_or_init(|| Self::new(&powers)))
    }

    fn new(powers: &[G1Affine]) -> Self {
        let shifted: Vec<G1Projective> = powers
            .par_iter()
            .flat_map_iter(|power| {
                let mut next = power.into_group();
                (0..DIGITS).map(move |_| {
                    let point = next;
                    for _ in 0..WIDTH {
                        next.double_in_place();
                    }
                    point
                })
            })
            .collect();
        let shifted = G1Projective::normalize_batch(&shifted);
        let table = if powers.len() <= STORED {
            shifted
                .par_chunks(DIGITS)
                .flat_map_iter(|points| {
                    let multiples: Vec<G1Projective> = points
                        .iter()
                        .flat_map(|point| {
                            let mut next = G1Projective::zero();
                            (0..VALUES).map(move |_| {
                                next += point;
                                next
                            })
                        })
                        .collect();
                    G1Projective::normalize_batch(&multiples)
                })
                .collect()
        } else {
            shifted
        };
        Self {
            coefficients: powers.len(),
            table,
        }
    }

    fn stores_multiples(&self) -> bool {
        self.coefficients <= STORED
    }

    /// Commits to each polynomial, which must not have more coefficients than the tables.
    pub(crate) fn commit<P: AsRef<[Fr]> + Sync>(&self, polynomials: &[P]) -> Vec<G1Affine> {
        let per_task = (TASK_POINTS / (DIGITS * self.coefficients)).max(1);
        if self.stores_multiples() {
            polynomials
                .par_chunks(per_task)
                .flat_map_iter(|group| self.sum_multiples(group))
                .collect()
        } else {
            let sums: Vec<G1Projective> = polynomials
                .par_iter()
                .map(|polynomial| self.sum_buckets(polynomial.as_ref()))
                .collect();
            G1Projective::normalize_batch(&sums)
        }
    }

    /// Every digit picks its multiple, and a polynomial's multiples are one run.
    fn sum_multiples<P: AsRef<[Fr]>>(&self, polynomials: &[P]) -> Vec<G1Affine> {
        let mut points = Vec::with_capacity(polynomials.len() * self.coefficients * DIGITS);
        let mut ends = Vec::with_capacity(polynomials.len());
        for polynomial in polynomials {
            self.for_each_digit(polynomial.as_ref(), |position, digit| {
                let multiple = self.table[position * VALUES + usize::from(digit.unsigned_abs()) - 1];
                points.push(if digit < 0 { -multiple } else { multiple });
            });
            ends.push(points.len());
        }
        runs::sum(points, ends)
    }

    /// Points with the same digit are one run; the runs' sums are weighted by their digits.
    fn sum_buckets(&self, polynomial: &[Fr]) -> G1Projective {
        let mut ends = vec![0; VALUES];
        self.for_each_digit(polynomial, |_, digit| {
            ends[usize::from(digit.unsigned_abs()) - 1] += 1;
        });
        let mut total = 0;
        let mut next: Vec<usize> = Vec::with_capacity(VALUES);
        for end in &mut ends {
            next.push(total);
            total += *end;
            *end = total;
        }
        let mut points = vec![G1Affine::zero(); total];
        self.for_each_digit(polynomial, |position, digit| {
            let slot = &mut next[usize::from(digit.unsigned_abs()) - 1];
            let point = self.table[position];
            points[*slot] = if digit < 0 { -point } else { point };
            *slot += 1;
        });
        let (mut suffix, mut weighted) = (G1Projective::zero(), G1Projective::zero());
        for bucket in runs::sum(points, ends).iter().rev() {
            suffix += bucket;
            weighted += suffix;
        }
        weighted
    }

    /// Calls `visit` with `32·i + j` and the `j`-th signed digit of coefficient `i`, unless it is zero.
    fn for_each_digit(&self, polynomial: &[Fr], mut visit: impl FnMut(usize, i16)) {
        assert!(
            polynomial.len() <= self.coefficients,
            "a polynomial longer than its tables"
        );
        for (i, coefficient) in polynomial.iter().enumerate() {
            if coefficient.is_zero() {
                continue;
            }
            let mut carry = 0;
            for (j, byte) in coefficient.into_bigint().to_bytes_le().into_iter().enumerate() {
                let mut digit = i16::from(byte) + carry;
                carry = 0;
                if digit > LARGEST {
                    digit -= 1 << WIDTH;
                    carry = 1;
                }
                if digit != 0 {
                    visit(i * DIGITS + j, digit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ark_ec::VariableBaseMSM;
    use ark_ff::{Field, UniformRand};
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    use super::*;

    #[test]
    fn both_tables_agree_with_the_plain_sum() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for coefficients in [1, 4, 64, 128] {
            let committer = Committer::get(coefficients).unwrap();
            let powers: Vec<G1Affine> = ReferenceString::get()
                .unwrap()
                .powers(coefficients)
                .unwrap()
                .iter()
                .map(|p| G1Affine::from(*p))
                .collect();
            let mut polynomials: Vec<Vec<Fr>> = (0..5)
                .map(|_| (0..coefficients).map(|_| Fr::rand(&mut rng)).collect())
                .collect();
            polynomials.push(vec![Fr::ZERO; coefficients]);
            polynomials.push(vec![-Fr::ONE; coefficients]);
            polynomials
                .push(vec![Fr::from(128), Fr::from(129), Fr::from(255)][..coefficients.min(3)].to_vec());
            polynomials.push(Vec::new());
            let expected: Vec<G1Affine> = polynomials
                .iter()
                .map(|p| G1Projective::msm_unchecked(&powers[..p.len()], p).into_affine())
                .collect();
            assert_eq!(
                committer.commit(&polynomials),
                expected,
                "{coefficients} coefficients"
            );
        }
    }

    #[test]
    #[should_panic(expected = "longer than its tables")]
    fn a_longer_polynomial_is_a_mistake_of_ours() {
        Committer::get(1).unwrap().commit(&[vec![Fr::ONE; 2]]);
    }
}
