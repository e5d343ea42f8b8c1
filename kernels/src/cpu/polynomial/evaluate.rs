//! Values of polynomials.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use rayon::prelude::*;

use super::horner;
use crate::cpu::lanes::{Arithmetic, Kernel, MAX_WIDTH, load_padded, powers};

/// Coefficients per task.
const CHUNK: usize = 1 << 12;

/// Terms of a sum that is reduced once.
const TERMS: usize = 32;

/// Value of a polynomial at `x`.
pub(in crate::cpu) fn evaluate<A: Arithmetic>(arithmetic: A, coefficients: &[Fr], x: Fr) -> Fr {
    let step = x.pow([A::WIDTH as u64]);
    let term_powers = powers(arithmetic, Fr::ONE, step, TERMS);
    let group_powers = powers(
        arithmetic,
        Fr::ONE,
        step.pow([TERMS as u64]),
        CHUNK / (TERMS * A::WIDTH),
    );
    let parts: Vec<Fr> = coefficients
        .par_chunks(CHUNK)
        .map(|coefficients| {
            arithmetic.enter(Chunk::<A> {
                coefficients,
                term_powers: &term_powers,
                group_powers: &group_powers,
                x,
            })
        })
        .collect();
    horner(&parts, x.pow([CHUNK as u64]))
}

/// Sums of sums: lane `l` gathers the coefficients `WIDTH·i + l`, and memory is read upwards, as prefetchers like it.
struct Chunk<'a, A: Arithmetic> {
    coefficients: &'a [Fr],
    /// `x^(WIDTH·i)`.
    term_powers: &'a [A::Constant],
    /// `x^(WIDTH·TERMS·i)`.
    group_powers: &'a [A::Constant],
    x: Fr,
}

impl<A: Arithmetic> Kernel<A> for Chunk<'_, A> {
    type Output = Fr;

    #[inline(always)]
    fn run(self, arithmetic: A) -> Fr {
        // groups are below 32/84 + 1 < 2, and their sum below 32·2/84 + 1 < 2
        let mut total = arithmetic.no_products();
        for (coefficients, group_power) in self.coefficients.chunks(TERMS * A::WIDTH).zip(self.group_powers) {
            let mut sum = arithmetic.no_products();
            for (start, power) in (0..coefficients.len()).step_by(A::WIDTH).zip(self.term_powers) {
                let lanes = load_padded(arithmetic, coefficients, start);
                arithmetic.add_product(&mut sum, lanes, arithmetic.broadcast(power));
            }
            arithmetic.add_product(
                &mut total,
                arithmetic.reduce(sum),
                arithmetic.broadcast(group_power),
            );
        }
        let mut values = [Fr::ZERO; MAX_WIDTH];
        arithmetic.store(arithmetic.reduce(total), &mut values);
        horner(&values[..A::WIDTH], self.x)
    }
}
