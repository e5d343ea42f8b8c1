//! The prover: five rounds, each a function of its own. Source: PLONK (eprint 2019/953) section 8.3 with jellyfish's
//! masks, quotient pieces and batching order.

mod evaluations;
mod grand_product;
mod leading;
mod opening;
mod quotient;
mod wires;

use ark_bn254::Fr;
use ark_ff::Zero;
use crema_kernels::{Engine, Shared};

use crate::{
    Blinders, Proof, Transcript, error::ProveError, key::ProvingKey, linearization::Challenges,
    progress::Progress,
};

/// The rounds' names in progress reports, in order.
pub const ROUNDS: [&str; 5] = [
    "round 1: wires",
    "round 2: grand product",
    "round 3: quotient",
    "round 4: evaluations",
    "round 5: openings",
];

/// What every round reads.
struct Context<'a, E: Engine> {
    engine: &'a E,
    key: &'a ProvingKey<E>,
    public_inputs: &'a [Fr],
    blinders: &'a Blinders,
    progress: &'a dyn Progress,
}

/// Proves that `witness` satisfies the key's circuit with `public_inputs`.
///
/// # Errors
/// [`ProveError::Unsatisfied`] when it does not; other variants for inputs of the wrong shape and engine failures.
pub fn prove<E: Engine>(
    engine: &E,
    key: &ProvingKey<E>,
    witness: impl Into<Shared<Fr>>,
    public_inputs: &[Fr],
    blinders: &Blinders,
    progress: &dyn Progress,
) -> Result<Proof, ProveError> {
    prove_with_message(engine, key, witness, public_inputs, blinders, &[], progress)
}

/// As [`prove`], with a message that the transcript absorbs before anything else.
///
/// # Errors
/// As [`prove`].
pub fn prove_with_message<E: Engine>(
    engine: &E,
    key: &ProvingKey<E>,
    witness: impl Into<Shared<Fr>>,
    public_inputs: &[Fr],
    blinders: &Blinders,
    message: &[u8],
    progress: &dyn Progress,
) -> Result<Proof, ProveError> {
    let witness = witness.into();
    if witness.len() != key.info.variables {
        return Err(ProveError::Witness {
            expected: key.info.variables,
            found: witness.len(),
        });
    }
    let expected = key.info.verifying_key.public_inputs as usize;
    if public_inputs.len() != expected {
        return Err(ProveError::PublicInputs {
            expected,
            found: public_inputs.len(),
        });
    }
    // commitments to wires leave this variable out
    if witness.first().is_some_and(|zero| !zero.is_zero()) {
        return Err(ProveError::Unsatisfied);
    }
    let context = Context {
        engine,
        key,
        public_inputs,
        blinders,
        progress,
    };
    let mut transcript = Transcript::new(&key.info.verifying_key, public_inputs, message);

    progress.report(ROUNDS[0], 0.0);
    let wires = wires::round(&context, witness)?;
    transcript.append_points(&wires.commitments);
    let beta = transcript.challenge();
    let gamma = transcript.challenge();

    progress.report(ROUNDS[1], 0.0);
    let grand_product = grand_product::round(&context, &wires.values, beta, gamma)?;
    drop(wires.values);
    transcript.append_points(&[grand_product.commitment]);
    let alpha = transcript.challenge();

    progress.report(ROUNDS[2], 0.0);
    let polynomials = quotient::Polynomials {
        wires: &wires.coefficients,
        grand_product: &grand_product.coefficients,
    };
    let quotient = quotient::round(&context, &polynomials, [alpha, beta, gamma])?;
    transcript.append_points(&quotient.commitments);
    let challenges = Challenges {
        beta,
        gamma,
        alpha,
        zeta: transcript.challenge(),
    };

    progress.report(ROUNDS[3], 0.0);
    let evaluations = evaluations::round(&context, &polynomials, challenges.zeta)?;
    transcript.append_evaluations(&evaluations);
    let v = transcript.challenge();

    progress.report(ROUNDS[4], 0.0);
    let openings = opening::round(
        &context,
        &polynomials,
        &quotient.pieces,
        &challenges,
        &evaluations,
        v,
    )?;
    progress.report(ROUNDS[4], 1.0);
    Ok(Proof {
        wires: wires.commitments,
        grand_product: grand_product.commitment,
        quotient: quotient.commitments,
        opening: openings[0],
        shifted_opening: openings[1],
        evaluations,
    })
}
