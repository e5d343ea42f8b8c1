//! A polynomial from its values on several cosets.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use super::interpolate_coset;
use crate::{
    Domain, Error,
    cpu::{lanes::Arithmetic, memory::zeros, polynomial::weighted_sum},
    engine::QUOTIENT_COSETS,
};

type Matrix<T> = [[T; QUOTIENT_COSETS]; QUOTIENT_COSETS];

/// See [`crate::Engine::interpolate_cosets`].
pub(in crate::cpu) fn interpolate_cosets<A: Arithmetic>(
    arithmetic: A,
    evaluations: [&[Fr]; QUOTIENT_COSETS],
    shifts: [Fr; QUOTIENT_COSETS],
    top: &[Fr],
) -> Result<Vec<Fr>, Error> {
    let n = evaluations[0].len();
    let domain = Domain::new(n)?;
    if let Some(wrong) = evaluations
        .iter()
        .map(|values| values.len())
        .find(|&length| length != n)
    {
        return Err(Error::Length {
            what: "quotient coset",
            expected: n,
            found: wrong,
        });
    }
    let folds = shifts.map(|shift| shift.pow([n as u64]));
    let inverse = inverse_vandermonde(&folds)?;
    // remainders[i] is the polynomial modulo X^n - folds[i]
    let mut remainders = Vec::with_capacity(QUOTIENT_COSETS);
    for ((values, shift), fold) in evaluations.into_iter().zip(shifts).zip(folds) {
        let shift_inverse = shift.inverse().ok_or(Error::DivisionByZero("coset shift"))?;
        let mut remainder = interpolate_coset(arithmetic, &domain, values, shift_inverse);
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
    for (row, target) in inverse.iter().zip(result.chunks_mut(n)) {
        let terms: Vec<(Fr, &[Fr])> = row
            .iter()
            .copied()
            .zip(remainders.iter().map(Vec::as_slice))
            .collect();
        weighted_sum(arithmetic, &terms, target);
    }
    Ok(result)
}

/// Inverse of the matrix `V[i][k] = nodes[i]^k`: column `i` holds the coefficients of the i-th Lagrange polynomial.
fn inverse_vandermonde(nodes: &[Fr; QUOTIENT_COSETS]) -> Result<Matrix<Fr>, Error> {
    let mut result = [[Fr::ZERO; QUOTIENT_COSETS]; QUOTIENT_COSETS];
    for (i, node) in nodes.iter().enumerate() {
        let mut numerator = vec![Fr::ONE];
        let mut denominator = Fr::ONE;
        for (_, other) in nodes.iter().enumerate().filter(|(j, _)| *j != i) {
            // multiply by (X - other)
            numerator.insert(0, Fr::ZERO);
            for k in 0..numerator.len() - 1 {
                let next = numerator[k + 1];
                numerator[k] -= *other * next;
            }
            denominator *= *node - other;
        }
        let inverse = denominator
            .inverse()
            .ok_or(Error::DivisionByZero("coinciding cosets"))?;
        for (k, coefficient) in numerator.iter().enumerate() {
            result[k][i] = *coefficient * inverse;
        }
    }
    Ok(result)
}
