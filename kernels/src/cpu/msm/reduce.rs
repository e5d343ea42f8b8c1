//! From bucket sums to a window's sum: `Σ (b + 1)·buckets[b]`.

use ark_bn254::G1Projective;
use ark_ff::{AdditiveGroup, Zero};

use super::adder::{Adder, Form, Pair};
use crate::Point;

/// Running sums over segments of buckets, all segments in step so that their additions share inversions, and then
/// over the segments' totals.
pub(super) fn weighted_sum<A: Adder>(adder: A, buckets: &[Point]) -> G1Projective {
    debug_assert!(buckets.len().is_power_of_two());
    let log_count = buckets.len().trailing_zeros();
    let log_segments = log_count.div_ceil(2);
    let segments = 1 << log_segments;
    let length = buckets.len() / segments;
    // layout: weighted sums, running sums, buckets; at first the running sums are the segments' last buckets
    let mut points = vec![Point::INFINITY; 2 * segments];
    points.extend_from_slice(buckets);
    let (weighted, running, first) = (0, segments, 2 * segments);
    for segment in 0..segments {
        points[running + segment] = buckets[segment * length + length - 1];
    }
    let mut pairs = Vec::with_capacity(2 * segments);
    let mut scratch = A::Scratch::default();
    for step in (0..length).rev() {
        pairs.clear();
        for segment in 0..segments {
            add(&mut points, weighted + segment, running + segment, &mut pairs);
        }
        if step > 0 {
            for segment in 0..segments {
                add(
                    &mut points,
                    running + segment,
                    first + segment * length + step - 1,
                    &mut pairs,
                );
            }
        }
        adder.add_pairs(Form::Working, &mut points, &pairs, &mut scratch);
    }
    // segment s contributes its weighted sum and s·length times its running sum
    let mut total = G1Projective::zero();
    let mut suffix = G1Projective::zero();
    for segment in (1..segments).rev() {
        suffix += adder.to_affine(points[running + segment]);
        total += suffix;
    }
    for _ in 0..length.trailing_zeros() {
        total.double_in_place();
    }
    points[weighted..running]
        .iter()
        .fold(total, |sum, point| sum + adder.to_affine(*point))
}

/// Notes an addition, or performs it where an operand is infinity: sparse scalars leave most buckets empty.
fn add(points: &mut [Point], target: usize, source: usize, pairs: &mut Vec<Pair>) {
    if points[source].is_infinity() {
        return;
    }
    if points[target].is_infinity() {
        points[target] = points[source];
    } else {
        pairs.push(Pair {
            target: target as u32,
            source: source as u32,
        });
    }
}
