//! Round 5: the linearization and the two openings.

use ark_bn254::{Fr, G1Affine};
use crema_kernels::{Engine, quotient::WIRES};

use super::{Context, quotient::Polynomials};
use crate::{
    error::ProveError,
    linearization::{Challenges, Linearization, powers},
    proof::Evaluations,
};

/// Opens `linearization + Σ v^i·(wire or permutation polynomial)` at ζ and the grand product at `ω·ζ`.
///
/// The linearization's value at ζ is known in advance when the witness satisfies the circuit, so that a false statement
/// is noticed here at the price of one evaluation.
pub(super) fn round<E: Engine>(
    context: &Context<'_, E>,
    polynomials: &Polynomials<'_, E>,
    pieces: &[E::Vector; WIRES],
    challenges: &Challenges,
    evaluations: &Evaluations,
    v: Fr,
) -> Result<[G1Affine; 2], ProveError> {
    let Context {
        engine,
        key,
        public_inputs,
        progress,
        ..
    } = *context;
    let zeta = challenges.zeta;
    let linearization = Linearization::new(
        &key.domain,
        &key.info.verifying_key.k,
        public_inputs,
        challenges,
        evaluations,
    )
    .map_err(|_| ProveError::Unsatisfied)?;
    let mut terms: Vec<(Fr, &E::Vector)> = Vec::with_capacity(32);
    terms.extend(linearization.selectors.into_iter().zip(&key.selectors));
    terms.push((linearization.grand_product, polynomials.grand_product));
    terms.push((linearization.last_sigma, &key.sigmas[WIRES - 1]));
    terms.extend(linearization.quotient.into_iter().zip(pieces));
    let batched = polynomials.wires.iter().chain(&key.sigmas[..WIRES - 1]);
    terms.extend(powers(v).skip(1).zip(batched));
    let batch = engine.linear_combination(&terms)?;
    drop(terms);

    let opened = evaluations.wires.iter().chain(&evaluations.sigmas);
    let expected: Fr = powers(v)
        .skip(1)
        .zip(opened)
        .map(|(factor, value)| factor * value)
        .sum::<Fr>();
    if engine.evaluate(&[(&batch, zeta)])?[0] != expected - linearization.constant {
        return Err(ProveError::Unsatisfied);
    }

    let opening = engine.divide_by_linear(&batch, zeta)?;
    drop(batch);
    let shifted = engine.divide_by_linear(polynomials.grand_product, zeta * key.domain.generator)?;
    progress.report(super::ROUNDS[4], 0.3);
    let commitments = crema_kzg::commit(engine, &key.powers, &[&opening, &shifted])?;
    Ok([commitments[0], commitments[1]])
}
