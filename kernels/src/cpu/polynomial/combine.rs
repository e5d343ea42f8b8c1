//! Weighted sums of polynomials.

use ark_bn254::Fr;
use rayon::prelude::*;

use crate::cpu::{
    CpuVector,
    lanes::{Arithmetic, Kernel, load_padded, store_padded},
    memory::zeros,
};

/// Coefficients per task.
const CHUNK: usize = 1 << 12;

/// `Σ factor·polynomial`.
pub(in crate::cpu) fn linear_combination<A: Arithmetic>(
    arithmetic: A,
    terms: &[(Fr, &CpuVector)],
) -> Vec<Fr> {
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
pub(in crate::cpu) fn weighted_sum<A: Arithmetic>(arithmetic: A, terms: &[(Fr, &[Fr])], target: &mut [Fr]) {
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
    /// A sum of products has 32 terms at most.
    const MAX_TERMS: usize = 32;
}

impl<A: Arithmetic> Kernel<A> for WeightedSum<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        for position in (0..self.target.len()).step_by(A::WIDTH) {
            let before = load_padded(arithmetic, self.target, position);
            let mut sum = arithmetic.no_products();
            for (factor, polynomial) in self.terms {
                let lanes = load_padded(arithmetic, polynomial, self.start + position);
                arithmetic.add_product(&mut sum, lanes, arithmetic.broadcast(factor));
            }
            // below 32/84 + 1 < 2, and 3 with the target
            let sum = arithmetic.add(arithmetic.wide(arithmetic.reduce(sum)), arithmetic.wide(before));
            store_padded(arithmetic, sum, self.target, position);
        }
    }
}
