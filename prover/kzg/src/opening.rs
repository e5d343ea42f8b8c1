//! Commitments to single polynomials, their openings at a point, and the check.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, pairing::Pairing};
use ark_ff::Zero;
use crema_kernels::Engine;

use crate::Error;

/// Commits to several polynomials in coefficient form.
///
/// # Errors
/// [`Error::Kernel`] when a polynomial has more coefficients than there are bases.
pub fn commit<E: Engine>(
    engine: &E,
    bases: &E::Bases,
    polynomials: &[&E::Vector],
) -> Result<Vec<G1Affine>, Error> {
    let points = engine.msm(bases, polynomials)?;
    Ok(CurveGroup::normalize_batch(&points))
}

/// Proof that a polynomial takes its value at `point`: a commitment to `(p(X) - p(point))/(X - point)`.
///
/// # Errors
/// As [`commit`].
pub fn open<E: Engine>(
    engine: &E,
    bases: &E::Bases,
    polynomial: &E::Vector,
    point: Fr,
) -> Result<G1Affine, Error> {
    let witness = engine.divide_by_linear(polynomial, point)?;
    Ok(engine.msm(bases, &[&witness])?[0].into_affine())
}

/// Whether `commitment` opens to `value` at `point`: `e(C - [value] + point·W, h) = e(W, βh)`.
pub fn verify(
    commitment: G1Affine,
    point: Fr,
    value: Fr,
    witness: G1Affine,
    h: G2Affine,
    beta_h: G2Affine,
) -> bool {
    let left = commitment + witness * point - G1Affine::generator() * value;
    Bn254::multi_pairing([left, -witness.into_group()], [h, beta_h]).is_zero()
}

#[cfg(test)]
mod tests {
    use crema_kernels::cpu::CpuEngine;

    use super::*;
    use crate::Srs;

    #[test]
    fn opens_and_rejects_a_wrong_value() {
        let engine = CpuEngine::default();
        let srs = Srs::insecure(Fr::from(77), 9).unwrap();
        let bases = engine.prepare_bases(srs.powers_of_g.clone()).unwrap();
        let polynomial: Vec<Fr> = (1..=9).map(|i| Fr::from(i * i)).collect();
        let resident = engine.upload(polynomial.into()).unwrap();
        let commitment = commit(&engine, &bases, &[&resident]).unwrap()[0];
        let point = Fr::from(5);
        let value = engine.evaluate(&[(&resident, point)]).unwrap()[0];
        let witness = open(&engine, &bases, &resident, point).unwrap();
        assert!(verify(commitment, point, value, witness, srs.h, srs.beta_h));
        assert!(!verify(
            commitment,
            point,
            value + Fr::from(1),
            witness,
            srs.h,
            srs.beta_h
        ));
        assert!(!verify(
            commitment,
            point + Fr::from(1),
            value,
            witness,
            srs.h,
            srs.beta_h
        ));
    }
}
