//! Round 4: evaluations at ζ and `ω·ζ`.

use ark_bn254::Fr;
use crema_kernels::{Engine, quotient::WIRES};

use super::{Context, quotient::Polynomials};
use crate::{error::ProveError, proof::Evaluations};

/// Values of the wires and of four permutation polynomials at ζ, and of the grand product at `ω·ζ`.
pub(super) fn round<E: Engine>(
    context: &Context<'_, E>,
    polynomials: &Polynomials<'_, E>,
    zeta: Fr,
) -> Result<Evaluations, ProveError> {
    let Context { engine, key, .. } = *context;
    let queries: Vec<(&E::Vector, Fr)> = polynomials
        .wires
        .iter()
        .chain(&key.sigmas[..WIRES - 1])
        .map(|polynomial| (polynomial, zeta))
        .chain([(polynomials.grand_product, zeta * key.domain.generator)])
        .collect();
    let values = engine.evaluate(&queries)?;
    Ok(Evaluations {
        wires: std::array::from_fn(|w| values[w]),
        sigmas: std::array::from_fn(|w| values[WIRES + w]),
        grand_product_next: values[2 * WIRES - 1],
    })
}
