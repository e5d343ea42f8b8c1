//! Round 1: the wires, masked and committed.

use ark_bn254::{Fr, G1Affine};
use crema_kernels::{Engine, Shared, quotient::WIRES};

use super::Context;
use crate::error::ProveError;

/// The wires after round 1.
pub(super) struct Wires<E: Engine> {
    /// Values on the domain, `n` each.
    pub values: [E::Vector; WIRES],
    /// Masked coefficients, `n + 2` each.
    pub coefficients: [E::Vector; WIRES],
    pub commitments: [G1Affine; WIRES],
}

/// `w_j(X) = interpolation + (b_0 + b_1·X)·(X^n - 1)`.
pub(super) fn round<E: Engine>(
    context: &Context<'_, E>,
    witness: Shared<Fr>,
) -> Result<Wires<E>, ProveError> {
    let Context {
        engine,
        key,
        blinders,
        progress,
        ..
    } = *context;
    let witness = engine.upload(witness)?;
    let mut values = Vec::with_capacity(WIRES);
    let mut coefficients = Vec::with_capacity(WIRES);
    for (index, masks) in key.wire_index.iter().zip(&blinders.wires) {
        let wire = engine.gather(&witness, index)?;
        let mut polynomial = engine.interpolate(&wire)?;
        engine.mask(&mut polynomial, masks)?;
        values.push(wire);
        coefficients.push(polynomial);
    }
    progress.report(super::ROUNDS[0], 0.3);
    let coefficients = into_array(coefficients);
    let commitments = key.commit_wires(engine, &witness, &coefficients, &blinders.wires)?;
    Ok(Wires {
        values: into_array(values),
        coefficients,
        commitments,
    })
}

/// A vector that is known to hold one element per wire.
pub(super) fn into_array<T>(values: Vec<T>) -> [T; WIRES] {
    values
        .try_into()
        .unwrap_or_else(|_| unreachable!("one element per wire"))
}
