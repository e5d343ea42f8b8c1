//! Many independent affine additions with one inversion.

use ark_bn254::{Fq, G1Affine};
use ark_ff::{AdditiveGroup, Field, Zero};

use crate::Point;

/// An addition `points[target] += points[source]`.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct Pair {
    pub(in crate::cpu) target: u32,
    pub(in crate::cpu) source: u32,
}

/// How coordinates are represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Form {
    /// As bases are stored.
    Stored,
    /// As the adder leaves them. Infinity is all zeros, and every point has one representation.
    Working,
}

/// Many independent affine additions at a time.
pub(in crate::cpu) trait Adder: Copy + Sync {
    /// Room for one inversion's products, kept between calls.
    type Scratch: Default + Send;

    /// Performs all additions as if at once, on operands of the given form; results have the working form. Targets are
    /// distinct, and a source may be the target of a later pair, not of an earlier one. Equal, opposite and infinite
    /// points are added exactly.
    fn add_pairs(self, form: Form, points: &mut [Point], pairs: &[Pair], scratch: &mut Self::Scratch);

    /// Brings a stored point to the working form.
    fn to_working(self, point: Point) -> Point;

    /// An ordinary point from the working form.
    fn to_affine(self, point: Point) -> G1Affine;
}

/// The arithmetic of `ark-ff`, whose working form is the stored one.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct PortableAdder;

impl Adder for PortableAdder {
    type Scratch = Vec<[Fq; 2]>;

    fn add_pairs(self, _form: Form, points: &mut [Point], pairs: &[Pair], scratch: &mut Self::Scratch) {
        // scratch[i] = (denominator of pair i, product of the denominators of all later pairs), last pair first
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

    fn to_working(self, point: Point) -> Point {
        point
    }

    fn to_affine(self, point: Point) -> G1Affine {
        point.into()
    }
}

/// What [`sum`] divides by: never zero, and one where no division is needed.
#[inline]
pub(in crate::cpu) fn denominator(a: &Point, b: &Point) -> Fq {
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
pub(in crate::cpu) fn sum(a: &Point, b: &Point, denominator_inverse: Fq) -> Point {
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
