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
    let remainders = evaluations
        .into_iter()
        .zip(cosets.shift_inverses)
        .map(|(values, shift_inverse)| interpolate_coset(arithmetic, &cosets.domain, values, shift_inverse))
        .collect();
    Ok(recombine(arithmetic, &cosets, remainders, top))
}

/// The polynomial with coefficients `top` from `5n` on that is `remainders[i]` modulo `X^n - folds[i]`.
pub(in crate::cpu) fn recombine<A: Arithmetic>(
    arithmetic: A,
    cosets: &Recombination,
    mut remainders: Vec<Vec<Fr>>,
    top: &[Fr],
) -> Vec<Fr> {
    let n = cosets.domain.size;
    for (remainder, fold) in remainders.iter_mut().zip(cosets.folds) {
        // X^{5n}·top is congruent to fold^5·top
        let mut factor = fold.pow([QUOTIENT_COSETS as u64]);
        for chunk in top.chunks(n) {
            for (value, coefficient) in remainder.iter_mut().zip(chunk) {
                *value -= factor * coefficient;
            }
            factor *= fold;
        }
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
    result
}
