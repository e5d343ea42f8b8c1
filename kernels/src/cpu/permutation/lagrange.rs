//! The first Lagrange polynomial on a coset.

use ark_bn254::Fr;
use ark_ff::Field;
use rayon::prelude::*;

use super::progression;
use crate::{
    Domain,
    cpu::{
        lanes::{Arithmetic, Kernel},
        memory::zeros,
    },
};

/// Values per task.
const CHUNK: usize = 1 << 12;

/// `L_0(x) = (x^n - 1) / (n·(x - 1))` at `first·ω^i` for `i` below a count that is a multiple of the width. The points
/// are on one coset, which is not the subgroup, so that `x^n` is the same for all and no `x` is one.
pub(super) fn first_lagrange<A: Arithmetic>(
    arithmetic: A,
    domain: &Domain,
    first: Fr,
    count: usize,
) -> Vec<Fr> {
    let factor = domain.vanishing(first) * domain.size_inverse;
    let mut result = zeros(count);
    result
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, target)| {
            arithmetic.enter(Chunk {
                domain,
                factor,
                first: first * domain.element(chunk * CHUNK),
                target,
            });
        });
    result
}

struct Chunk<'a> {
    domain: &'a Domain,
    factor: Fr,
    first: Fr,
    target: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Chunk<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let Self {
            domain,
            factor,
            first,
            target,
        } = self;
        let one = arithmetic.broadcast(&arithmetic.constant(Fr::ONE));
        let step = arithmetic.broadcast(&arithmetic.constant(domain.generator.pow([A::WIDTH as u64])));
        let mut x = progression(arithmetic, first, domain.generator);
        let mut product = one;
        // (x - 1, product of all before it)
        let mut stack = Vec::with_capacity(target.len() / A::WIDTH);
        for _ in 0..target.len() / A::WIDTH {
            // x is below 2p, the difference below 3p, and products below 2p
            let difference = arithmetic.carry(arithmetic.sub(arithmetic.wide(x), arithmetic.wide(one), 0));
            stack.push((difference, product));
            product = arithmetic.mul(product, difference);
            x = arithmetic.mul(x, step);
        }
        let Some(inverse) = arithmetic.invert(product) else {
            unreachable!("no element of a coset outside the subgroup is one");
        };
        let factor = arithmetic.broadcast(&arithmetic.data(factor));
        // data times factors from here on
        let mut inverse = arithmetic.mul(factor, inverse);
        for (values, (difference, before)) in target
            .chunks_exact_mut(A::WIDTH)
            .rev()
            .zip(stack.into_iter().rev())
        {
            arithmetic.store(arithmetic.mul(inverse, before), values);
            inverse = arithmetic.mul(inverse, difference);
        }
    }
}
