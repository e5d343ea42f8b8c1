//! Round 2: the permutation argument's grand product.

use ark_bn254::{Fr, G1Affine};
use crema_kernels::{
    Engine,
    quotient::{GrandProduct, WIRES},
};

use super::Context;
use crate::error::ProveError;

/// The grand product after round 2.
pub(super) struct Committed<E: Engine> {
    /// Masked coefficients, `n + 3`.
    pub coefficients: E::Vector,
    pub commitment: G1Affine,
}

/// `z(X) = interpolation + (b_0 + b_1·X + b_2·X²)·(X^n - 1)`.
pub(super) fn round<E: Engine>(
    context: &Context<'_, E>,
    wires: &[E::Vector; WIRES],
    beta: Fr,
    gamma: Fr,
) -> Result<Committed<E>, ProveError> {
    let Context {
        engine,
        key,
        blinders,
        progress,
        ..
    } = *context;
    let values = engine.grand_product(&GrandProduct {
        domain: &key.domain,
        wires: wires.each_ref(),
        sigmas: key.sigma_values.each_ref(),
        k: key.info.verifying_key.k,
        beta,
        gamma,
    })?;
    let mut coefficients = engine.interpolate(&values)?;
    engine.mask(&mut coefficients, &blinders.grand_product)?;
    progress.report(super::ROUNDS[1], 0.5);
    let commitment = key.commit_masked(engine, &values, &coefficients, &blinders.grand_product)?;
    Ok(Committed {
        coefficients,
        commitment,
    })
}
