//! Operations on coefficient vectors.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use rayon::prelude::*;

use super::{
    CpuVector,
    lanes::{Arithmetic, Kernel, load_padded, store_padded},
    memory::zeros,
};
use crate::Error;

const CHUNK: usize = 1 << 12;

/// `values[index[i]]`.
pub(super) fn gather(values: &[Fr], index: &[u32]) -> Result<Vec<Fr>, Error> {
    index
        .par_iter()
        .with_min_len(CHUNK)
        .map(|&i| {
            values.get(i as usize).copied().ok_or(Error::Index {
                index: i as usize,
                length: values.len(),
            })
        })
        .collect()
}

fn horner(coefficients: &[Fr], x: Fr) -> Fr {
    coefficients.iter().rev().fold(Fr::ZERO, |sum, c| sum * x + c)
}

/// Value of a polynomial at `x`.
pub(super) fn evaluate(coefficients: &[Fr], x: Fr) -> Fr {
    let step = x.pow([CHUNK as u64]);
    let parts: Vec<Fr> = coefficients
        .par_chunks(CHUNK)
        .map(|chunk| horner(chunk, x))
        .collect();
    horner(&parts, step)
}

/// `Σ factor·polynomial`.
pub(super) fn linear_combination<A: Arithmetic>(arithmetic: A, terms: &[(Fr, &CpuVector)]) -> Vec<Fr> {
    let terms: Vec<(Fr, &[Fr])> = terms
        .iter()
        .map(|(factor, polynomial)| (*factor, &***polynomial))
        .collect();
    let length = terms
        .iter()
        .map(|(_, polynomial)| polynomial.len())
        .max()
        .unwrap_or(0);
    let mut result = zeros(length);
    weighted_sum(arithmetic, &terms, &mut result);
    result
}

/// Adds `Σ factor·polynomial` to a target at least as long as the polynomials.
pub(super) fn weighted_sum<A: Arithmetic>(arithmetic: A, terms: &[(Fr, &[Fr])], target: &mut [Fr]) {
    for terms in terms.chunks(WeightedSum::<A>::MAX_TERMS) {
        let terms: Vec<_> = terms
            .iter()
            .map(|(factor, polynomial)| (arithmetic.constant(*factor), *polynomial))
            .collect();
        target
            .par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(chunk, target)| {
                arithmetic.enter(WeightedSum {
                    terms: &terms,
                    start: chunk * CHUNK,
                    target,
                });
            });
    }
}

struct WeightedSum<'a, A: Arithmetic> {
    terms: &'a [(A::Constant, &'a [Fr])],
    start: usize,
    target: &'a mut [Fr],
}

impl<A: Arithmetic> WeightedSum<'_, A> {
    /// Each term is below `2p`, and the target below `p`: the sum stays below `64p`.
    const MAX_TERMS: usize = 31;
}

impl<A: Arithmetic> Kernel<A> for WeightedSum<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        for position in (0..self.target.len()).step_by(A::WIDTH) {
            let mut sum = arithmetic.wide(load_padded(arithmetic, self.target, position));
            for (factor, polynomial) in self.terms {
                let lanes = load_padded(arithmetic, polynomial, self.start + position);
                let product = arithmetic.mul(lanes, arithmetic.broadcast(factor));
                sum = arithmetic.add(sum, arithmetic.wide(product));
            }
            store_padded(arithmetic, sum, self.target, position);
        }
    }
}

/// Quotient by `X - root`: `q_i = c_{i+1} + root·q_{i+1}`, chunk by chunk from the top, the carries joined afterwards.
pub(super) fn divide_by_linear(coefficients: &[Fr], root: Fr) -> Vec<Fr> {
    if coefficients.len() < 2 {
        return Vec::new();
    }
    let mut quotient = coefficients[1..].to_vec();
    quotient.par_chunks_mut(CHUNK).for_each(|chunk| {
        let mut carry = Fr::ZERO;
        for value in chunk.iter_mut().rev() {
            *value += root * carry;
            carry = *value;
        }
    });
    // the first element of each chunk now lacks root^len · (first element of the next chunk)
    let chunks = quotient.len().div_ceil(CHUNK);
    let step = root.pow([CHUNK as u64]);
    let mut carries = vec![Fr::ZERO; chunks];
    for c in (0..chunks.saturating_sub(1)).rev() {
        let next_len = quotient.len().min((c + 2) * CHUNK) - (c + 1) * CHUNK;
        let factor = if next_len == CHUNK {
            step
        } else {
            root.pow([next_len as u64])
        };
        carries[c] = quotient[(c + 1) * CHUNK] + factor * carries[c + 1];
    }
    quotient
        .par_chunks_mut(CHUNK)
        .zip(&carries)
        .for_each(|(chunk, carry)| {
            let mut carry = *carry;
            for value in chunk.iter_mut().rev() {
                carry *= root;
                *value += carry;
            }
        });
    quotient
}
