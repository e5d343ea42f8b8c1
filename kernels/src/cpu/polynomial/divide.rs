//! Division by a linear polynomial.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use rayon::prelude::*;

use crate::cpu::{
    lanes::{Arithmetic, Kernel, MAX_WIDTH},
    memory::zeros,
};

/// Coefficients per stretch, in which a lane works from the top down.
const STRETCH: usize = 128;

/// Coefficients per task: one stretch for each of eight lanes.
const CHUNK: usize = MAX_WIDTH * STRETCH;

/// Quotient by `X - root`, the remainder dropped: `q_i = c_{i+1} + root·q_{i+1}`.
///
/// Each stretch is first divided as if nothing stood above it; what stands above adds `root^d·carry` to the element `d`
/// places below the stretch's end.
pub(in crate::cpu) fn divide_by_linear<A: Arithmetic>(
    arithmetic: A,
    coefficients: &[Fr],
    root: Fr,
) -> Vec<Fr> {
    let Some((_, upper)) = coefficients.split_first() else {
        return Vec::new();
    };
    let mut quotient = zeros(upper.len());
    let whole = upper.len() / CHUNK * CHUNK;
    let mut carry = Fr::ZERO;
    for (slot, coefficient) in quotient[whole..].iter_mut().zip(&upper[whole..]).rev() {
        carry = carry * root + coefficient;
        *slot = carry;
    }
    let factor = arithmetic.constant(root);
    let mut carries = vec![Fr::ZERO; whole / STRETCH];
    quotient[..whole]
        .par_chunks_mut(CHUNK)
        .zip(upper.par_chunks(CHUNK))
        .zip(carries.par_chunks_mut(MAX_WIDTH))
        .for_each(|((target, coefficients), totals)| {
            arithmetic.enter(Stretches::<A> {
                coefficients,
                root: &factor,
                target,
                totals,
            });
        });
    // each stretch's total becomes the carry into it
    let step = root.pow([STRETCH as u64]);
    for total in carries.iter_mut().rev() {
        let below = carry * step + *total;
        *total = std::mem::replace(&mut carry, below);
    }
    let mut powers = [Fr::ONE; STRETCH];
    let mut power = Fr::ONE;
    for slot in powers.iter_mut().rev() {
        power *= root;
        *slot = power;
    }
    let powers = powers.map(|power| arithmetic.constant(power));
    quotient[..whole]
        .par_chunks_mut(CHUNK)
        .zip(carries.par_chunks(MAX_WIDTH))
        .for_each(|(target, carries)| {
            arithmetic.enter(Completion::<A> {
                powers: &powers,
                carries,
                target,
            });
        });
    quotient
}

/// Divides eight stretches side by side. Row `t` of stretch `l` goes to position `8t + l`.
struct Stretches<'a, A: Arithmetic> {
    coefficients: &'a [Fr],
    root: &'a A::Constant,
    target: &'a mut [Fr],
    /// The lowest element of each stretch.
    totals: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Stretches<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let parts = MAX_WIDTH / A::WIDTH;
        let root = arithmetic.broadcast(self.root);
        let mut sums = [arithmetic.carry(arithmetic.zero()); MAX_WIDTH];
        let mut columns = vec![root; MAX_WIDTH * parts];
        for row in (0..STRETCH).step_by(MAX_WIDTH).rev() {
            arithmetic.load_columns(&self.coefficients[row..], STRETCH, &mut columns);
            for (i, coefficients) in columns.chunks_exact(parts).enumerate().rev() {
                let target = &mut self.target[(row + i) * MAX_WIDTH..][..MAX_WIDTH];
                for (part, coefficients) in coefficients.iter().enumerate() {
                    // below 2 + 1, and 3·1/84 + 1 < 2 again
                    let product = arithmetic.wide(arithmetic.mul(sums[part], root));
                    sums[part] = arithmetic.carry(arithmetic.add(product, arithmetic.wide(*coefficients)));
                    arithmetic.store_unreduced(sums[part], &mut target[part * A::WIDTH..]);
                }
            }
        }
        for (sum, totals) in sums.iter().zip(self.totals.chunks_exact_mut(A::WIDTH)) {
            arithmetic.store_wide(arithmetic.wide(*sum), totals);
        }
    }
}

/// Adds to each stretch what its carry contributes, and puts its elements in order.
struct Completion<'a, A: Arithmetic> {
    /// `root^(STRETCH - t)` for row `t`.
    powers: &'a [A::Constant],
    carries: &'a [Fr],
    target: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Completion<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let parts = MAX_WIDTH / A::WIDTH;
        let values = self.target.to_vec();
        let mut stretches = vec![arithmetic.carry(arithmetic.zero()); MAX_WIDTH * parts];
        for row in (0..STRETCH).step_by(MAX_WIDTH) {
            arithmetic.load_columns(&values[row * MAX_WIDTH..], MAX_WIDTH, &mut stretches);
            for (i, lanes) in stretches.iter().enumerate() {
                let (stretch, first) = (i / parts, row + i % parts * A::WIDTH);
                let carry = arithmetic.broadcast(&arithmetic.data(self.carries[stretch]));
                let powers = arithmetic.gather(&self.powers[first..first + A::WIDTH]);
                let product = arithmetic.wide(arithmetic.mul(carry, powers));
                let position = stretch * STRETCH + first;
                let sum = arithmetic.add(arithmetic.wide(*lanes), product);
                arithmetic.store_wide(sum, &mut self.target[position..position + A::WIDTH]);
            }
        }
    }
}
