//! Sums of runs of points by affine additions that share inversions.

use ark_bn254::{Fq, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field, Zero};

/// Sums each run of `points`; run `i` ends before `ends[i]`, where the next one starts. An empty run gives infinity.
///
/// Runs are folded in half again and again. The additions of one pass are independent, so that one inversion serves
/// them all (Montgomery's trick) and an addition costs six multiplications.
pub(crate) fn sum(mut points: Vec<G1Affine>, mut ends: Vec<usize>) -> Vec<G1Affine> {
    let mut denominators = Vec::with_capacity(points.len() / 2);
    loop {
        denominators.clear();
        for run in runs(&ends) {
            let (pairs, _) = points[run].as_chunks();
            denominators.extend(pairs.iter().map(denominator));
        }
        if denominators.is_empty() {
            break;
        }
        invert(&mut denominators);
        let mut inverses = denominators.iter();
        let mut folded = Vec::with_capacity(points.len().div_ceil(2) + ends.len());
        let mut folded_ends = Vec::with_capacity(ends.len());
        for run in runs(&ends) {
            let (pairs, rest) = points[run].as_chunks();
            folded.extend(
                pairs
                    .iter()
                    .zip(&mut inverses)
                    .map(|(pair, inverse)| add(pair, *inverse)),
            );
            folded.extend(rest);
            folded_ends.push(folded.len());
        }
        (points, ends) = (folded, folded_ends);
    }
    runs(&ends)
        .map(|run| points[run].first().copied().unwrap_or_else(G1Affine::zero))
        .collect()
}

fn runs(ends: &[usize]) -> impl Iterator<Item = std::ops::Range<usize>> {
    ends.iter()
        .scan(0, |start, &end| Some(std::mem::replace(start, end)..end))
}

/// What the slope of an addition is divided by; zero where the sum needs no slope.
fn denominator([a, b]: &[G1Affine; 2]) -> Fq {
    if a.is_zero() || b.is_zero() {
        Fq::ZERO
    } else if a.x != b.x {
        b.x - a.x
    } else if a.y == b.y {
        a.y.double()
    } else {
        Fq::ZERO
    }
}

/// The sum of two points, given the inverse of their [`denominator`].
fn add([a, b]: &[G1Affine; 2], inverse: Fq) -> G1Affine {
    if a.is_zero() {
        return *b;
    }
    if b.is_zero() {
        return *a;
    }
    let rise = if a.x != b.x {
        b.y - a.y
    } else if a.y == b.y {
        let square = a.x.square();
        square.double() + square
    } else {
        return G1Affine::zero();
    };
    let slope = rise * inverse;
    let x = slope.square() - a.x - b.x;
    G1Affine::new_unchecked(x, slope * (a.x - x) - a.y)
}

/// Inverts in place, leaving zeros as they are.
fn invert(values: &mut [Fq]) {
    let mut product = Fq::ONE;
    let mut prefixes = Vec::with_capacity(values.len());
    for value in values.iter().filter(|value| !value.is_zero()) {
        prefixes.push(product);
        product *= value;
    }
    let mut inverse = product.inverse().expect("a product of nonzero elements");
    for value in values.iter_mut().rev().filter(|value| !value.is_zero()) {
        let prefix = prefixes.pop().expect("one per nonzero element");
        let next = inverse * *value;
        *value = inverse * prefix;
        inverse = next;
    }
}

#[cfg(test)]
mod tests {
    use ark_ec::CurveGroup;

    use super::*;

    /// Equal points, opposite points and infinities meet in every position.
    #[test]
    fn sums_are_those_of_the_group() {
        let g = G1Affine::generator();
        let candidates = [
            g,
            -g,
            G1Affine::zero(),
            (g * ark_bn254::Fr::from(5)).into_affine(),
        ];
        let mut points = Vec::new();
        let mut ends = vec![0];
        let mut expected = vec![G1Affine::zero()];
        for length in 1..=5u32 {
            for choice in 0..4usize.pow(length) {
                let run: Vec<_> = (0..length).map(|i| candidates[choice >> (2 * i) & 3]).collect();
                expected.push(
                    run.iter()
                        .map(|point| point.into_group())
                        .sum::<ark_bn254::G1Projective>()
                        .into_affine(),
                );
                points.extend(run);
                ends.push(points.len());
            }
        }
        assert_eq!(sum(points, ends), expected);
        assert!(sum(Vec::new(), Vec::new()).is_empty());
    }
}
