//! Round 3: the quotient, in five pieces.

use ark_bn254::{Fr, G1Affine};
use crema_kernels::{
    Engine,
    engine::QUOTIENT_COSETS,
    quotient::{QuotientCoset, WIRES},
};

use super::{Context, leading::quotient_top, wires::into_array};
use crate::{error::ProveError, key::TOP};

/// The polynomials of the first two rounds, in coefficient form.
pub(super) struct Polynomials<'a, E: Engine> {
    pub wires: &'a [E::Vector; WIRES],
    pub grand_product: &'a E::Vector,
}

/// The quotient after round 3.
pub(super) struct Quotient<E: Engine> {
    /// The masked pieces.
    pub pieces: [E::Vector; WIRES],
    pub commitments: [G1Affine; WIRES],
}

/// `t = [gate + α·(z·Π(w_j + β·k_j·X + γ) - z(ωX)·Π(w_j + β·σ_j + γ)) + α²·(z - 1)·L_1] / (X^n - 1)`, cut at multiples of
/// `n + 2`; neighbouring pieces exchange one blinder, `t_i + b_i·X^{n+2}` and `t_{i+1} - b_i`.
pub(super) fn round<E: Engine>(
    context: &Context<'_, E>,
    polynomials: &Polynomials<'_, E>,
    challenges: [Fr; 3],
) -> Result<Quotient<E>, ProveError> {
    let Context {
        engine,
        key,
        blinders,
        progress,
        ..
    } = *context;
    let n = key.domain.size;
    let mut cosets = Vec::with_capacity(QUOTIENT_COSETS);
    for (c, _) in key.cosets.iter().enumerate() {
        cosets.push(coset(context, polynomials, challenges, c)?);
        progress.report(super::ROUNDS[2], 0.7 * (c + 1) as f64 / QUOTIENT_COSETS as f64);
    }
    let top = quotient_top(context, polynomials, challenges)?;
    let shifts = key.cosets.each_ref().map(|tables| tables.shift);
    let quotient = engine.interpolate_cosets(into_array(cosets), shifts, &top)?;

    let piece = n + 2;
    let total = QUOTIENT_COSETS * n + TOP;
    let mut pieces = Vec::with_capacity(WIRES);
    for i in 0..WIRES {
        let mut part = engine.slice(&quotient, i * piece..((i + 1) * piece).min(total))?;
        if let Some(blinder) = blinders.quotient.get(i) {
            engine.add_at(&mut part, piece, &[*blinder])?;
        }
        if i > 0 {
            engine.add_at(&mut part, 0, &[-blinders.quotient[i - 1]])?;
        }
        pieces.push(part);
    }
    drop(quotient);
    let commitments = crema_kzg::commit(engine, &key.powers, &pieces.iter().collect::<Vec<_>>())?;
    Ok(Quotient {
        pieces: into_array(pieces),
        commitments: std::array::from_fn(|i| commitments[i]),
    })
}

/// The quotient's values on one coset.
fn coset<E: Engine>(
    context: &Context<'_, E>,
    polynomials: &Polynomials<'_, E>,
    [alpha, beta, gamma]: [Fr; 3],
    index: usize,
) -> Result<E::Vector, ProveError> {
    let Context {
        engine,
        key,
        public_inputs,
        ..
    } = *context;
    let tables = &key.cosets[index];
    let evaluate = |polynomial: &E::Vector| engine.evaluate_coset(polynomial, &key.domain, tables.shift);
    let wires = into_array(
        polynomials
            .wires
            .iter()
            .map(evaluate)
            .collect::<Result<Vec<_>, _>>()?,
    );
    let grand_product = evaluate(polynomials.grand_product)?;
    Ok(engine.quotient(&QuotientCoset {
        domain: &key.domain,
        shift: tables.shift,
        selectors: tables.selectors.each_ref(),
        sigmas: tables.sigmas.each_ref(),
        wires: wires.each_ref(),
        grand_product: &grand_product,
        public_inputs,
        k: key.info.verifying_key.k,
        alpha,
        beta,
        gamma,
    })?)
}
