//! A polynomial from its values on several cosets.

use ark_bn254::Fr;
use ark_ff::Field;

use super::interpolate_coset;
use crate::{
    Error,
    cpu::{lanes::Arithmetic, memory::zeros, polynomial::weighted_sum},
    domain::cosets::Recombination,
    engine::QUOTIENT_COSETS,
};

/// See [`crate::Engine::interpolate_cosets`].
pub(in crate::cpu) fn interpolate_cosets<A: Arithmetic>(
    arithmetic: A,
    evaluations: [&[Fr]; QUOTIENT_COSETS],
    shifts: [Fr; QUOTIENT_COSETS],
    top: &[Fr],
) -> Result<Vec<Fr>, Error> {
    let cosets = Recombination::new(evaluations.map(<[Fr]>::len), shifts)?;
    let n = cosets.domain.size;
    // remainders[i] is the polynomial modulo X^n - folds[i]
    let mut remainders = Vec::with_capacity(QUOTIENT_COSETS);
    for ((values, shift_inverse), fold) in evaluations
        .into_iter()
        .zip(cosets.shift_inverses)
        .zip(cosets.folds)
    {
        let mut remainder = interpolate_coset(arithmetic, &cosets.domain, values, shift_inverse);
        // X^{5n}·top is congruent to fold^5·top
        let mut factor = fold.pow([QUOTIENT_COSETS as u64]);
        for chunk in top.chunks(n) {
            for (value, coefficient) in remainder.iter_mut().zip(chunk) {
                *value -= factor * coefficient;
            }
            factor *= fold;
        }
        remainders.push(remainder);
    }
    let mut result = zeros(QUOTIENT_COSETS * n + top.len());
    result[QUOTIENT_COSETS * n..].copy_from_slice(top);
    for (row, target) in cosets.inverse.iter().zip(result.chunks_mut(n)) {
        let terms: Vec<(Fr, &[Fr])> = row
            .iter()
            .copied()
            .zip(remainders.iter().map(Vec::as_slice))
            .collect();
        weighted_sum(arithmetic, &terms, target);
    }
    Ok(result)
}
