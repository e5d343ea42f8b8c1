//! Affine G1 points as two Montgomery coordinates, the form in which bases are stored, mapped and uploaded.

use ark_bn254::{Fq, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::AdditiveGroup;

/// An affine point of BN254's G1 in 64 bytes, on a cache line of its own: multi-scalar multiplication reads points in
/// random order. Infinity is `(0, 0)`, which is not on the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Point {
    /// Abscissa.
    pub x: Fq,
    /// Ordinate.
    pub y: Fq,
}

impl Point {
    /// The neutral element.
    pub const INFINITY: Self = Self {
        x: Fq::ZERO,
        y: Fq::ZERO,
    };

    /// Whether this is the neutral element.
    #[inline]
    pub fn is_infinity(&self) -> bool {
        self.x == Fq::ZERO && self.y == Fq::ZERO
    }
}

impl From<G1Affine> for Point {
    fn from(point: G1Affine) -> Self {
        point.xy().map_or(Self::INFINITY, |(x, y)| Self { x, y })
    }
}

impl From<Point> for G1Affine {
    /// Does not check that the point is on the curve: a [`Point`] is made from a checked one.
    fn from(point: Point) -> Self {
        if point.is_infinity() {
            Self::zero()
        } else {
            Self::new_unchecked(point.x, point.y)
        }
    }
}
