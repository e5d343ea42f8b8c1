//! Multi-scalar multiplication of host vectors by ICICLE.

use std::{borrow::Cow, ptr};

use ark_bn254::{Fq, Fr, G1Projective};
use ark_ec::CurveConfig;
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField, Zero};
use rayon::prelude::*;

use super::{
    error::IcicleError,
    layout::{AffinePoint, MsmConfig, Number, Padded, ProjectivePoint},
    runtime::Accelerator,
};
use crate::Point;

/// Points prepared for ICICLE: out of Montgomery form, since its CPU backend ignores the flag that says they are in it.
pub struct IcicleBases {
    points: Vec<AffinePoint>,
    /// Where infinity was: other points stand there, for which scalars are set to zero, because ICICLE's addition of
    /// affine points is wrong for infinity and its backends need not all look for it.
    infinite: Vec<usize>,
}

impl IcicleBases {
    /// From points in Montgomery form.
    pub(super) fn new(points: &[Point]) -> Self {
        let generator = AffinePoint {
            x: [1, 0, 0, 0],
            y: [2, 0, 0, 0],
        };
        let number = |coordinate: Fq| -> Number { coordinate.into_bigint().0 };
        Self {
            points: points
                .par_iter()
                .map(|point| {
                    if point.is_infinity() {
                        return generator;
                    }
                    AffinePoint {
                        x: number(point.x),
                        y: number(point.y),
                    }
                })
                .collect(),
            infinite: (0..points.len())
                .into_par_iter()
                .filter(|&i| points[i].is_infinity())
                .collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }
}

/// `Σ scalars[k][i]·bases[i]` for every `k`; no vector is longer than the bases.
pub(super) fn sums(
    accelerator: &Accelerator,
    bases: &IcicleBases,
    scalars: &[&[Fr]],
) -> Result<Vec<G1Projective>, IcicleError> {
    let mut results = Vec::with_capacity(scalars.len());
    // a batch is of one length
    for batch in scalars.chunk_by(|a, b| a.len() == b.len()) {
        if batch[0].is_empty() {
            results.resize(results.len() + batch.len(), G1Projective::zero());
        } else {
            results.extend(batch_sums(accelerator, bases, batch)?);
        }
    }
    Ok(results)
}

fn batch_sums(
    accelerator: &Accelerator,
    bases: &IcicleBases,
    batch: &[&[Fr]],
) -> Result<Vec<G1Projective>, IcicleError> {
    let count = |length: usize| i32::try_from(length).map_err(|_| IcicleError::TooLong(length));
    let length = batch[0].len();
    let scalars = joined(batch, &bases.infinite);
    let config = Padded::new(MsmConfig {
        stream: ptr::null_mut(),
        precompute_factor: 1,
        window: 0,
        scalar_bits: 0,
        batch_size: count(batch.len())?,
        points_shared_in_batch: true,
        scalars_on_device: false,
        scalars_in_montgomery_form: true,
        points_on_device: false,
        points_in_montgomery_form: false,
        results_on_device: false,
        is_async: false,
        extension: ptr::null_mut(),
    });
    let (size, points) = (count(length)?, &bases.points[..length]);
    let mut results = vec![ProjectivePoint::default(); batch.len()];
    accelerator.call("bn254_msm", |functions| {
        // SAFETY: `size` points, as many scalars for every vector of the batch, and a result for each; the device is
        // selected.
        unsafe {
            (functions.msm)(
                scalars.as_ptr(),
                points.as_ptr(),
                size,
                config.pointer(),
                results.as_mut_ptr(),
            )
        }
    })?;
    results
        .iter()
        .map(|result| {
            to_jacobian(result).ok_or(IcicleError::Nonsense {
                device: accelerator.device,
                what: "a multi-scalar multiplication",
            })
        })
        .collect()
}

/// The vectors of a batch one after the other, with zeros for points at infinity.
fn joined<'a>(batch: &[&'a [Fr]], infinite: &[usize]) -> Cow<'a, [Fr]> {
    let length = batch[0].len();
    let infinite = &infinite[..infinite.partition_point(|&i| i < length)];
    if let ([only], []) = (batch, infinite) {
        return Cow::Borrowed(*only);
    }
    let mut scalars = batch.concat();
    for vector in scalars.chunks_mut(length) {
        for &i in infinite {
            vector[i] = Fr::ZERO;
        }
    }
    Cow::Owned(scalars)
}

/// `(X/Z, Y/Z)` as `(X·Z/Z^2, Y·Z^2/Z^3)`. `None` unless it is a point of the curve in reduced numbers.
fn to_jacobian(point: &ProjectivePoint) -> Option<G1Projective> {
    let element = |number: Number| Fq::from_bigint(BigInt::new(number));
    let (x, y, z) = (element(point.x)?, element(point.y)?, element(point.z)?);
    let z_squared = z.square();
    // Y^2·Z = X^3 + 3·Z^3, and (0, 0, 0) is no point
    let b = Fq::from(3u64);
    if y.square() * z != x.square() * x + b * z_squared * z || (y.is_zero() && z.is_zero()) {
        return None;
    }
    // the curve's group has no others
    const { assert!(<ark_bn254::g1::Config as CurveConfig>::COFACTOR[0] == 1) };
    if z.is_zero() {
        return Some(G1Projective::zero());
    }
    Some(G1Projective::new_unchecked(x * z, y * z_squared, z))
}
