//! Many independent affine additions with one inversion.

use ark_bn254::{Fq, G1Affine};
use ark_ff::{AdditiveGroup, Field, Zero};

use super::affine_or_infinity;
use crate::Point;

/// An addition `points[target] += points[source]`.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct Pair {
    pub(in crate::cpu) target: u32,
    pub(in crate::cpu) source: u32,
}

/// Arithmetic on affine points in a form of its own, in which infinity is all zeros, a point has one representation,
/// and negation is negation of the raw coordinates modulo the field's order.
pub(in crate::cpu) trait Adder: Copy + Sync {
    /// Room for one inversion's products, kept between calls.
    type Scratch: Default + Send;

    /// Performs all additions as if at once: a source is read before any pair that stands *later* in the list writes
    /// it. Targets are distinct. Equal, opposite and infinite points are added exactly.
    fn add_pairs(self, points: &mut [Point], pairs: &[Pair], scratch: &mut Self::Scratch);

    /// An ordinary point.
    fn to_affine(self, point: Point) -> G1Affine;
}

/// The arithmetic of `ark-ff`, on points as they are stored.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct PortableAdder;

impl Adder for PortableAdder {
    type Scratch = Vec<[Fq; 2]>;

    fn add_pairs(self, points: &mut [Point], pairs: &[Pair], scratch: &mut Self::Scratch) {
        // scratch[i] = (denominator of pair i, product of the denominators of all later pairs)
        scratch.clear();
        let mut product = Fq::ONE;
        for pair in pairs.iter().rev() {
            let denominator = denominator(&points[pair.target as usize], &points[pair.source as usize]);
            scratch.push([denominator, product]);
            product *= denominator;
        }
        let Some(mut inverse) = product.inverse() else {
            unreachable!("no denominator is zero");
        };
        for (pair, [denominator, later]) in pairs.iter().zip(scratch.iter().rev()) {
            let denominator_inverse = inverse * later;
            inverse *= denominator;
            let source = points[pair.source as usize];
            let target = &mut points[pair.target as usize];
            *target = sum(target, &source, denominator_inverse);
        }
    }

    fn to_affine(self, point: Point) -> G1Affine {
        affine_or_infinity(point)
    }
}

/// What [`sum`] divides by: never zero, and one where no division is needed.
#[inline]
fn denominator(a: &Point, b: &Point) -> Fq {
    let difference = b.x - a.x;
    if difference.is_zero() {
        // the doubling's 2y; no point of odd order has y = 0, so that zero means two infinities
        if a.y == b.y && !a.y.is_zero() {
            a.y.double()
        } else {
            Fq::ONE
        }
    } else if a.is_infinity() || b.is_infinity() {
        Fq::ONE
    } else {
        difference
    }
}

/// `a + b` by chord or tangent.
#[inline]
fn sum(a: &Point, b: &Point, denominator_inverse: Fq) -> Point {
    if a.is_infinity() {
        return *b;
    }
    if b.is_infinity() {
        return *a;
    }
    let numerator = if a.x == b.x {
        if a.y != b.y {
            return Point::INFINITY;
        }
        let square = a.x.square();
        square.double() + square
    } else {
        b.y - a.y
    };
    let slope = numerator * denominator_inverse;
    let x = slope.square() - a.x - b.x;
    Point {
        x,
        y: slope * (a.x - x) - a.y,
    }
}
