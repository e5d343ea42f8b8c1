//! Number-theoretic transforms.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, batch_inversion};
use rayon::prelude::*;

use crate::{Domain, Error, engine::QUOTIENT_COSETS};

/// Evaluates in place on the subgroup, natural order in and out.
fn forward(generator: Fr, values: &mut [Fr]) {
    let n = values.len();
    if n <= 1 {
        return;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            values.swap(i, j);
        }
    }
    let mut twiddles = Vec::with_capacity(n / 2);
    let mut power = Fr::ONE;
    for _ in 0..n / 2 {
        twiddles.push(power);
        power *= generator;
    }
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        values.par_chunks_mut((2 * half).max(1 << 12)).for_each(|chunk| {
            for block in chunk.chunks_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let t = *b * twiddles[k * stride];
                    *b = *a - t;
                    *a += t;
                }
            }
        });
        half *= 2;
    }
}

/// Multiplies `values[i]` by `factor·base^i`.
fn scale_by_powers(values: &mut [Fr], factor: Fr, base: Fr) {
    const CHUNK: usize = 1 << 12;
    values.par_chunks_mut(CHUNK).enumerate().for_each(|(c, chunk)| {
        let mut power = factor * base.pow([(c * CHUNK) as u64]);
        for value in chunk {
            *value *= power;
            power *= base;
        }
    });
}

/// Interpolates in place on the subgroup.
pub(super) fn inverse(domain: &Domain, values: &mut [Fr]) {
    forward(domain.generator_inverse, values);
    scale_by_powers(values, domain.size_inverse, Fr::ONE);
}

/// Values on `shift·H` of a polynomial of any length.
pub(super) fn evaluate_coset(domain: &Domain, coefficients: &[Fr], shift: Fr) -> Vec<Fr> {
    let fold = shift.pow([domain.size as u64]);
    let mut values = vec![Fr::ZERO; domain.size];
    let mut factor = Fr::ONE;
    for chunk in coefficients.chunks(domain.size) {
        for (value, coefficient) in values.iter_mut().zip(chunk) {
            *value += factor * coefficient;
        }
        factor *= fold;
    }
    scale_by_powers(&mut values, Fr::ONE, shift);
    forward(domain.generator, &mut values);
    values
}

/// See [`crate::Engine::interpolate_cosets`].
pub(super) fn interpolate_cosets(
    mut evaluations: [Vec<Fr>; QUOTIENT_COSETS],
    shifts: [Fr; QUOTIENT_COSETS],
    top: &[Fr],
) -> Result<Vec<Fr>, Error> {
    let n = evaluations[0].len();
    let domain = Domain::new(n)?;
    let mut folds = [Fr::ZERO; QUOTIENT_COSETS];
    for (i, values) in evaluations.iter_mut().enumerate() {
        if values.len() != n {
            return Err(Error::Length {
                what: "quotient coset",
                expected: n,
                found: values.len(),
            });
        }
        folds[i] = shifts[i].pow([n as u64]);
        let shift_inverse = shifts[i].inverse().ok_or(Error::DivisionByZero("coset shift"))?;
        forward(domain.generator_inverse, values);
        scale_by_powers(values, domain.size_inverse, shift_inverse);
        // X^{5n}·top is congruent to c^5·top modulo X^n - c
        let factor = folds[i].pow([QUOTIENT_COSETS as u64]);
        for (j, coefficient) in top.iter().enumerate() {
            values[j % n] -= factor * folds[i].pow([(j / n) as u64]) * coefficient;
        }
    }
    let inverse = inverse_vandermonde(&folds)?;
    let mut result = vec![Fr::ZERO; QUOTIENT_COSETS * n + top.len()];
    result[QUOTIENT_COSETS * n..].copy_from_slice(top);
    for (k, target) in result.chunks_mut(n).take(QUOTIENT_COSETS).enumerate() {
        target.par_iter_mut().enumerate().for_each(|(j, slot)| {
            *slot = (0..QUOTIENT_COSETS)
                .map(|i| inverse[k][i] * evaluations[i][j])
                .sum();
        });
    }
    Ok(result)
}

/// Inverse of the matrix `V[i][k] = nodes[i]^k`: column `i` holds the coefficients of the i-th Lagrange polynomial.
fn inverse_vandermonde(
    nodes: &[Fr; QUOTIENT_COSETS],
) -> Result<[[Fr; QUOTIENT_COSETS]; QUOTIENT_COSETS], Error> {
    let mut result = [[Fr::ZERO; QUOTIENT_COSETS]; QUOTIENT_COSETS];
    for (i, node) in nodes.iter().enumerate() {
        let mut numerator = vec![Fr::ONE];
        let mut denominator = [Fr::ONE];
        for other in nodes
            .iter()
            .enumerate()
            .filter(|(j, _)| *j != i)
            .map(|(_, other)| other)
        {
            // multiply by (X - other)
            numerator.insert(0, Fr::ZERO);
            for k in 0..numerator.len() - 1 {
                let next = numerator[k + 1];
                numerator[k] -= *other * next;
            }
            denominator[0] *= *node - other;
        }
        if denominator[0] == Fr::ZERO {
            return Err(Error::DivisionByZero("coinciding cosets"));
        }
        batch_inversion(&mut denominator);
        for (k, coefficient) in numerator.iter().enumerate() {
            result[k][i] = *coefficient * denominator[0];
        }
    }
    Ok(result)
}
