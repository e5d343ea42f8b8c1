//! Multi-scalar multiplication.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;

use crate::Point;

/// `Σ scalars[i]·bases[i]`.
pub(super) fn msm(bases: &[Point], scalars: &[Fr]) -> G1Projective {
    let bases: Vec<G1Affine> = bases.iter().map(|p| (*p).into()).collect();
    G1Projective::msm_unchecked(&bases, scalars)
}
