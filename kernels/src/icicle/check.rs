//! A few results compared with the CPU engine's when ICICLE is opened. A library whose structs or formulas are not those
//! that this program knows is found out here.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field};

use super::{IcicleEngine, error::IcicleError};
use crate::{Domain, Engine, Error, Point, Shared, cpu::CpuEngine};

/// Small transforms, and one that libraries cut in pieces.
const LOG_SIZES: [u32; 4] = [1, 4, 6, 11];
const POINTS: u64 = 48;

/// # Errors
/// [`IcicleError::WrongResult`].
pub(super) fn check(icicle: &IcicleEngine) -> Result<(), Error> {
    let cpu = CpuEngine::default();
    let wrong = |what| {
        Error::from(IcicleError::WrongResult {
            device: icicle.device(),
            what,
        })
    };
    for log_size in LOG_SIZES {
        if transforms(icicle, log_size)? != transforms(&cpu, log_size)? {
            return Err(wrong("transform"));
        }
    }
    if sums(icicle)? != sums(&cpu)? {
        return Err(wrong("multi-scalar multiplication"));
    }
    Ok(())
}

fn values(count: u64) -> Vec<Fr> {
    (1..=count)
        .map(|i| Fr::from(i * i + 7).inverse().unwrap_or_default())
        .collect()
}

/// Forward and inverse, on the subgroup, on a coset by a root of unity, and by another element.
fn transforms(engine: &impl Engine, log_size: u32) -> Result<Vec<Fr>, Error> {
    let domain = Domain::new(1 << log_size)?;
    let root = Domain::new(8 << log_size)?.generator;
    let vector = engine.upload(Shared::from(values(1 << log_size)))?;
    let mut results = Vec::new();
    let mut keep = |vector| -> Result<(), Error> {
        results.extend(engine.download(&vector, 0..engine.length(&vector))?);
        Ok(())
    };
    keep(engine.interpolate(&vector)?)?;
    for shift in [Fr::ONE, root, Fr::from(0x1234_5678_9abc_u64)] {
        keep(engine.evaluate_coset(&vector, &domain, shift)?)?;
    }
    let mut cosets = Vec::new();
    for _ in 0..5 {
        cosets.push(engine.slice(&vector, 0..domain.size)?);
    }
    if let Ok(cosets) = cosets.try_into() {
        let shifts = [1u64, 3, 5, 7, 11].map(|shift| root * Fr::from(shift));
        keep(engine.interpolate_cosets(cosets, shifts, &[])?)?;
    }
    Ok(results)
}

/// A batch, single vectors, equal and opposite points and infinity, scalars at the ends of the field.
fn sums(engine: &impl Engine) -> Result<Vec<G1Projective>, Error> {
    let generator = G1Affine::generator();
    let mut points: Vec<Point> = (1..=POINTS)
        .map(|i| (generator * Fr::from(i)).into_affine().into())
        .collect();
    points[7] = points[6];
    points[9] = (-G1Affine::from(points[8])).into();
    points[11] = Point::INFINITY;
    let bases = engine.prepare_bases(Shared::from(points))?;
    let random = values(POINTS);
    let mut edges = vec![Fr::ONE; POINTS as usize];
    for (i, edge) in edges.iter_mut().enumerate() {
        match i % 4 {
            0 => *edge = -Fr::ONE,
            1 => *edge = Fr::ZERO,
            _ => {}
        }
    }
    let ones = vec![Fr::ONE; 13];
    let mut vectors = Vec::new();
    for values in [random, edges, ones, vec![Fr::ZERO; 5], vec![-Fr::from(5u64)]] {
        vectors.push(engine.upload(Shared::from(values))?);
    }
    engine.msm(&bases, &vectors.iter().collect::<Vec<_>>())
}
