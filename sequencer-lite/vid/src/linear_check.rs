//! Many polynomial commitments checked at once.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ff::{AdditiveGroup, PrimeField};
use crema_kernels::{Engine, Point, Shared, cpu::CpuEngine};
use crema_types::VidCommitment;
use sha2::{Digest as _, Sha256};

use crate::{Error, aggregation::powers, encoding::encode_scalars, reference_string::ReferenceString};

/// Separates this hash from all others.
const DOMAIN: &[u8] = b"crema-vid: commitments to payload elements, version 1";

/// Whether each of `commitments` is to the polynomial that takes its `threshold` of `elements` on the subgroup of that
/// order. The last polynomial's missing elements are zeros.
///
/// Instead of committing to every polynomial, one combination `Σ r^j·(C_j - [p_j])` is compared with zero: one sum over
/// the commitments and one over the reference string. The challenge `r` is a hash of the payload commitment, which
/// covers every `C_j`, of their place and of every element: nothing can be chosen after it. A wrong commitment passes
/// for at most as many of about 2^254 challenges as there are polynomials, so that trying many payloads does not help. Being a
/// hash, the challenge is the same on every node, and so is the verdict.
pub(crate) fn commitments_match(
    payload: &VidCommitment,
    first: usize,
    commitments: &[G1Affine],
    elements: &[Fr],
    threshold: usize,
) -> Result<bool, Error> {
    if commitments.is_empty() {
        return Ok(elements.is_empty());
    }
    let digest = Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(payload)
        .chain_update((first as u64).to_le_bytes())
        .chain_update(encode_scalars(elements))
        .finalize();
    let challenge = Fr::from_le_bytes_mod_order(&digest);
    let mut combined = vec![Fr::ZERO; threshold];
    for values in elements.chunks(threshold).rev() {
        for (i, sum) in combined.iter_mut().enumerate() {
            *sum *= challenge;
            *sum += values.get(i).copied().unwrap_or(Fr::ZERO);
        }
    }
    let engine = CpuEngine::default();
    let coefficients = engine.interpolate(&engine.upload(Shared::from(combined))?)?;
    let expected = engine.msm(&ReferenceString::get()?.bases, &[&coefficients])?;
    Ok(weighted_sum(commitments, powers(challenge, commitments.len()))? == expected[0])
}

/// `Σ weights[j]·points[j]`.
pub(crate) fn weighted_sum(points: &[G1Affine], weights: Vec<Fr>) -> Result<G1Projective, Error> {
    let points: Vec<Point> = points.iter().map(|point| Point::from(*point)).collect();
    let engine = CpuEngine::default();
    let bases = engine.prepare_bases(Shared::from(points))?;
    Ok(engine.msm(&bases, &[&engine.upload(Shared::from(weights))?])?[0])
}
