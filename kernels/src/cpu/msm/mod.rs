//! Multi-scalar multiplication by Pippenger's bucket method with signed digits and affine buckets.
//!
//! A window's points are ordered by digit, so that each bucket is a run of consecutive references. Runs are summed as
//! trees, many at a time: the additions of one level are independent and share one field inversion (Montgomery's
//! trick), which makes an affine addition cost six multiplications. Long runs, as skewed scalars make them, are cut
//! across blocks like everything else. Zero digits are never touched, so a vector of zeros and bits costs what its
//! few dense scalars cost.

mod adder;
mod digits;
mod order;
mod reduce;
#[cfg(test)]
mod tests;
mod tree;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ff::{AdditiveGroup, Zero};
use rayon::prelude::*;

pub(super) use adder::{Adder, PortableAdder};
#[cfg(target_arch = "x86_64")]
pub(super) use adder::{Form, Pair, denominator, sum};

use crate::Point;
use digits::Digits;

/// Below this many scalars, `ark-ec`'s projective buckets are faster: batches are too short to share inversions.
const PROJECTIVE: usize = 512;

/// `Σ scalars[i]·bases[i]` over at least as many bases as scalars.
pub(super) fn msm<A: Adder>(adder: A, bases: &[Point], scalars: &[Fr]) -> G1Projective {
    let bases = &bases[..scalars.len()];
    if scalars.len() < PROJECTIVE {
        let bases: Vec<G1Affine> = bases.iter().map(|base| G1Affine::from(*base)).collect();
        return G1Projective::msm_unchecked(&bases, scalars);
    }
    by_buckets(adder, bases, scalars, window_width(scalars))
}

/// The bucket method with windows of the given width.
fn by_buckets<A: Adder>(adder: A, bases: &[Point], scalars: &[Fr], width: usize) -> G1Projective {
    let digits = Digits::new(scalars, width);
    let windows: Vec<G1Projective> = (0..digits.windows())
        .into_par_iter()
        .map(|window| window_sum(adder, bases, &digits, window))
        .collect();
    windows
        .into_iter()
        .rev()
        .fold(G1Projective::zero(), |mut sum, window| {
            for _ in 0..digits.width() {
                sum.double_in_place();
            }
            sum + window
        })
}

/// `Σ digit_i·bases[i]` for one window.
fn window_sum<A: Adder>(adder: A, bases: &[Point], digits: &Digits, window: usize) -> G1Projective {
    let order = order::by_bucket(digits, window);
    if order.references.is_empty() {
        return G1Projective::zero();
    }
    let buckets = tree::sum_buckets(adder, bases, &order);
    reduce::weighted_sum(adder, &buckets)
}

/// The window width with the least work: additions per window grow with the scalars, reductions with the buckets.
fn window_width(scalars: &[Fr]) -> usize {
    // work in units of one batched addition; the constants are measured ratios
    const PER_BUCKET: usize = 3;
    const PER_WINDOW: usize = 500;
    const DIGITS_PER_UNIT: usize = 32;
    let per_window = digits::estimate_dense(scalars) + scalars.len() / DIGITS_PER_UNIT + PER_WINDOW;
    (2..=digits::MAX_WIDTH)
        .min_by_key(|&width| digits::window_count(width) * (per_window + (PER_BUCKET << (width - 1))))
        .unwrap_or(digits::MAX_WIDTH)
}
