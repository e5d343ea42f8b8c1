//! The verifier. Source: PLONK (eprint 2019/953) section 8.4, with jellyfish's five wires and batching order.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, VariableBaseMSM, pairing::Pairing};
use ark_ff::Zero;
use crema_kernels::{Domain, quotient::WIRES};

use crate::{
    Proof, Transcript, VerifyingKey,
    error::VerifyError,
    linearization::{Challenges, Linearization, powers},
};

/// Accepts a proof or says why not.
///
/// # Errors
/// [`VerifyError`]; [`VerifyError::Pairing`] is the verdict on a well-formed proof that is wrong.
pub fn verify(key: &VerifyingKey, public_inputs: &[Fr], proof: &Proof) -> Result<(), VerifyError> {
    verify_with_message(key, public_inputs, proof, &[])
}

/// As [`verify`], for a proof whose transcript began with a message of the prover's.
///
/// # Errors
/// As [`verify`].
pub fn verify_with_message(
    key: &VerifyingKey,
    public_inputs: &[Fr],
    proof: &Proof,
    message: &[u8],
) -> Result<(), VerifyError> {
    if public_inputs.len() as u64 != key.public_inputs {
        return Err(VerifyError::PublicInputs {
            expected: key.public_inputs as usize,
            found: public_inputs.len(),
        });
    }
    let domain = usize::try_from(key.domain_size)
        .ok()
        .and_then(|size| Domain::new(size).ok())
        .ok_or(VerifyError::Domain(key.domain_size))?;
    let (challenges, v, u) = challenges(key, public_inputs, proof, message);
    let linearization = Linearization::new(&domain, &key.k, public_inputs, &challenges, &proof.evaluations)?;

    // [F] + u·[z]: everything opened at ζ by powers of v, and the grand product opened at ω·ζ
    let mut bases: Vec<G1Affine> = Vec::with_capacity(40);
    let mut scalars: Vec<Fr> = Vec::with_capacity(40);
    let mut add = |points: &[G1Affine], factors: &[Fr]| {
        bases.extend(points);
        scalars.extend(factors);
    };
    add(&key.selectors, &linearization.selectors);
    add(&[proof.grand_product], &[linearization.grand_product + u]);
    add(&key.sigmas[WIRES - 1..], &[linearization.last_sigma]);
    add(&proof.quotient, &linearization.quotient);
    let batching: Vec<Fr> = powers(v).skip(1).take(2 * WIRES - 1).collect();
    add(&proof.wires, &batching[..WIRES]);
    add(&key.sigmas[..WIRES - 1], &batching[WIRES..]);

    // E = -r_0 + Σ v^i·evaluation + u·z(ωζ)
    let opened = proof.evaluations.wires.iter().chain(&proof.evaluations.sigmas);
    let sum: Fr = opened.zip(&batching).map(|(value, factor)| *value * factor).sum();
    let value = sum - linearization.constant + u * proof.evaluations.grand_product_next;
    let zeta = challenges.zeta;
    add(&[G1Affine::generator()], &[-value]);
    add(
        &[proof.opening, proof.shifted_opening],
        &[zeta, u * zeta * domain.generator],
    );

    let right = G1Projective::msm_unchecked(&bases, &scalars);
    let left = proof.opening + proof.shifted_opening * u;
    let product = Bn254::multi_pairing([left, -right], [key.beta_h, key.h]);
    if product.is_zero() {
        Ok(())
    } else {
        Err(VerifyError::Pairing)
    }
}

/// Replays the transcript: the challenges up to ζ, then v and u.
fn challenges(
    key: &VerifyingKey,
    public_inputs: &[Fr],
    proof: &Proof,
    message: &[u8],
) -> (Challenges, Fr, Fr) {
    let mut transcript = Transcript::new(key, public_inputs, message);
    transcript.append_points(&proof.wires);
    let beta = transcript.challenge();
    let gamma = transcript.challenge();
    transcript.append_points(&[proof.grand_product]);
    let alpha = transcript.challenge();
    transcript.append_points(&proof.quotient);
    let zeta = transcript.challenge();
    transcript.append_evaluations(&proof.evaluations);
    let v = transcript.challenge();
    transcript.append_points(&[proof.opening, proof.shifted_opening]);
    let u = transcript.challenge();
    (
        Challenges {
            beta,
            gamma,
            alpha,
            zeta,
        },
        v,
        u,
    )
}
