//! The quotient on one coset, and the permutation argument's grand product.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, batch_inversion};
use rayon::prelude::*;

use super::CpuVector;
use crate::{
    Error,
    quotient::{GrandProduct, QuotientCoset, WIRES, gate},
};

const CHUNK: usize = 1 << 12;

fn check_length(what: &'static str, vector: &[Fr], expected: usize) -> Result<(), Error> {
    if vector.len() == expected {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            expected,
            found: vector.len(),
        })
    }
}

/// See [`crate::Engine::grand_product`].
pub(super) fn grand_product(input: &GrandProduct<'_, CpuVector>) -> Result<Vec<Fr>, Error> {
    let n = input.domain.size;
    for vector in input.wires.iter().chain(&input.sigmas) {
        check_length("grand product", vector, n)?;
    }
    // ratios[g] = step from row g to row g + 1
    let mut ratios = vec![Fr::ZERO; n];
    let vanishing = ratios
        .par_chunks_mut(CHUNK)
        .enumerate()
        .map(|(c, chunk)| {
            let start = c * CHUNK;
            let mut identity = input.beta * input.domain.element(start);
            let mut denominators = vec![Fr::ONE; chunk.len()];
            for (i, slot) in chunk.iter_mut().enumerate() {
                let mut numerator = Fr::ONE;
                for j in 0..WIRES {
                    let base = input.wires[j][start + i] + input.gamma;
                    numerator *= base + input.k[j] * identity;
                    denominators[i] *= base + input.beta * input.sigmas[j][start + i];
                }
                *slot = numerator;
                identity *= input.domain.generator;
            }
            if denominators.contains(&Fr::ZERO) {
                return true;
            }
            batch_inversion(&mut denominators);
            for (slot, inverse) in chunk.iter_mut().zip(&denominators) {
                *slot *= inverse;
            }
            false
        })
        .any(|vanishing| vanishing);
    if vanishing {
        return Err(Error::DivisionByZero("the permutation argument's denominator"));
    }
    exclusive_products(&mut ratios);
    Ok(ratios)
}

/// Replaces `values[i]` by the product of all values before it.
fn exclusive_products(values: &mut [Fr]) {
    let totals: Vec<Fr> = values
        .par_chunks(CHUNK)
        .map(|chunk| chunk.iter().product())
        .collect();
    let starts: Vec<Fr> = totals
        .iter()
        .scan(Fr::ONE, |product, total| {
            let start = *product;
            *product *= total;
            Some(start)
        })
        .collect();
    values
        .par_chunks_mut(CHUNK)
        .zip(starts)
        .for_each(|(chunk, start)| {
            let mut product = start;
            for value in chunk {
                let factor = *value;
                *value = product;
                product *= factor;
            }
        });
}

/// `L_0` on the coset: `(shift^n - 1) / (n·(x - 1))`.
fn first_lagrange(input: &QuotientCoset<'_, CpuVector>) -> Vec<Fr> {
    let factor = input.domain.vanishing(input.shift) * input.domain.size_inverse;
    let mut result = vec![Fr::ZERO; input.domain.size];
    result.par_chunks_mut(CHUNK).enumerate().for_each(|(c, chunk)| {
        let mut x = input.shift * input.domain.element(c * CHUNK);
        for slot in chunk.iter_mut() {
            *slot = x - Fr::ONE;
            x *= input.domain.generator;
        }
        // no x is one: the shift lies outside the subgroup, or the vanishing polynomial would be zero
        batch_inversion(chunk);
        for slot in chunk {
            *slot *= factor;
        }
    });
    result
}

/// See [`crate::Engine::quotient`].
pub(super) fn quotient(input: &QuotientCoset<'_, CpuVector>) -> Result<Vec<Fr>, Error> {
    let n = input.domain.size;
    for vector in input
        .selectors
        .iter()
        .chain(&input.sigmas)
        .chain(&input.wires)
        .chain([&input.grand_product])
    {
        check_length("quotient", vector, n)?;
    }
    let vanishing_inverse = input
        .domain
        .vanishing(input.shift)
        .inverse()
        .ok_or(Error::DivisionByZero("the vanishing polynomial on the coset"))?;
    let first = first_lagrange(input);
    let alpha_square = input.alpha.square();
    let mut result = vec![Fr::ZERO; n];
    result.par_chunks_mut(CHUNK).enumerate().for_each(|(c, chunk)| {
        let start = c * CHUNK;
        let mut beta_x = input.beta * input.shift * input.domain.element(start);
        for (i, slot) in chunk.iter_mut().enumerate() {
            let row = start + i;
            let wires = input.wires.map(|wire| wire[row]);
            let selectors = input.selectors.map(|selector| selector[row]);
            // L_i(x) = L_0(x / ω^i), which is L_0's value i rows earlier
            let public_input = input
                .public_inputs
                .iter()
                .enumerate()
                .fold(Fr::ZERO, |sum, (k, value)| sum + first[(row + n - k) % n] * value);
            let z = input.grand_product[row];
            let mut identity = z;
            let mut permuted = input.grand_product[(row + 1) % n];
            for j in 0..WIRES {
                let base = wires[j] + input.gamma;
                identity *= base + input.k[j] * beta_x;
                permuted *= base + input.beta * input.sigmas[j][row];
            }
            let sum = gate(&selectors, &wires, public_input)
                + input.alpha * (identity - permuted)
                + alpha_square * (z - Fr::ONE) * first[row];
            *slot = sum * vanishing_inverse;
            beta_x *= input.domain.generator;
        }
    });
    Ok(result)
}
