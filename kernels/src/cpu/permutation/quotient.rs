//! The quotient polynomial's values on one coset, in a single pass.

use ark_bn254::Fr;
use ark_ff::Field;
use rayon::prelude::*;

use super::{check_length, lagrange::first_lagrange, progression};
use crate::{
    Error,
    cpu::{
        CpuVector,
        lanes::{Arithmetic, Kernel, MAX_WIDTH, Portable},
        memory::zeros,
    },
    quotient::{QuotientCoset, Selector, WIRES},
};

/// Rows per task.
const CHUNK: usize = 1 << 12;

/// Public inputs that are summed up before a reduction.
const PUBLIC_INPUTS: usize = 16;

/// See [`crate::Engine::quotient`].
pub(in crate::cpu) fn quotient<A: Arithmetic>(
    arithmetic: A,
    input: &QuotientCoset<'_, CpuVector>,
) -> Result<Vec<Fr>, Error> {
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
    if n < A::WIDTH {
        return Ok(evaluate(Portable, input, vanishing_inverse));
    }
    Ok(evaluate(arithmetic, input, vanishing_inverse))
}

fn evaluate<A: Arithmetic>(
    arithmetic: A,
    input: &QuotientCoset<'_, CpuVector>,
    vanishing_inverse: Fr,
) -> Vec<Fr> {
    let n = input.domain.size;
    // L_i(x) = L_0(x / ω^i): the values of L_0 from i rows earlier
    let earlier = input.public_inputs.len();
    let first = input.shift * input.domain.generator_inverse.pow([earlier as u64]);
    let lagrange = first_lagrange(
        arithmetic,
        input.domain,
        first,
        (earlier + n).next_multiple_of(A::WIDTH),
    );
    let constants = Constants::new(arithmetic, input, vanishing_inverse);
    let mut result = zeros(n);
    result
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, target)| {
            arithmetic.enter(Rows {
                input,
                constants: &constants,
                lagrange: &lagrange,
                start: chunk * CHUNK,
                target,
            });
        });
    result
}

/// What all rows share.
struct Constants<A: Arithmetic> {
    one: A::Constant,
    alpha: A::Constant,
    alpha_square: A::Constant,
    beta: A::Constant,
    gamma: A::Constant,
    /// `ω^WIDTH`.
    step: A::Constant,
    public_inputs: Vec<A::Constant>,
    /// As data: the last product makes data of a factor.
    vanishing_inverse: A::Constant,
}

impl<A: Arithmetic> Constants<A> {
    fn new(arithmetic: A, input: &QuotientCoset<'_, CpuVector>, vanishing_inverse: Fr) -> Self {
        Self {
            one: arithmetic.constant(Fr::ONE),
            alpha: arithmetic.constant(input.alpha),
            alpha_square: arithmetic.constant(input.alpha.square()),
            beta: arithmetic.constant(input.beta),
            gamma: arithmetic.constant(input.gamma),
            step: arithmetic.constant(input.domain.generator.pow([A::WIDTH as u64])),
            public_inputs: input
                .public_inputs
                .iter()
                .map(|value| arithmetic.constant(*value))
                .collect(),
            vanishing_inverse: arithmetic.data(vanishing_inverse),
        }
    }
}

/// Consecutive rows of the quotient.
struct Rows<'a, A: Arithmetic> {
    input: &'a QuotientCoset<'a, CpuVector>,
    constants: &'a Constants<A>,
    lagrange: &'a [Fr],
    start: usize,
    target: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Rows<'_, A> {
    type Output = ();

    /// Bounds are in multiples of `p`; loaded elements are below 16, constants below 1.
    #[inline(always)]
    fn run(self, arithmetic: A) {
        let input = self.input;
        let alpha = arithmetic.broadcast(&self.constants.alpha);
        let alpha_square = arithmetic.broadcast(&self.constants.alpha_square);
        let step = arithmetic.broadcast(&self.constants.step);
        let vanishing_inverse = arithmetic.broadcast(&self.constants.vanishing_inverse);
        let beta_x = input.beta * input.shift * input.domain.element(self.start);
        // k_j·β·x, below 2
        let mut identities = input
            .k
            .map(|k| progression(arithmetic, k * beta_x, input.domain.generator));
        for position in (0..self.target.len()).step_by(A::WIDTH) {
            let row = self.start + position;
            let wires = load_row(arithmetic, &input.wires, row);
            let (permutation, z) = self.permutation(arithmetic, row, &wires, &identities);
            let lagrange = &self.lagrange[row + input.public_inputs.len()..][..A::WIDTH];
            // (z - 1)·L_0: below 17·16/84 + 1 < 5
            let one = arithmetic.wide(arithmetic.broadcast(&self.constants.one));
            let boundary = arithmetic.mul(
                arithmetic.carry(arithmetic.sub(arithmetic.wide(z), one, 0)),
                arithmetic.load_factor(lagrange),
            );
            // 21 + 5 + 2 + 2 = 30, and 30/84 + 1 < 2 after the last product
            let mut sum = self.gate(arithmetic, row, &wires);
            sum = arithmetic.add(sum, self.public_input(arithmetic, row));
            sum = arithmetic.add(sum, arithmetic.wide(arithmetic.mul(permutation, alpha)));
            sum = arithmetic.add(sum, arithmetic.wide(arithmetic.mul(boundary, alpha_square)));
            let quotient = arithmetic.mul(arithmetic.carry(sum), vanishing_inverse);
            arithmetic.store(quotient, &mut self.target[position..position + A::WIDTH]);
            for identity in &mut identities {
                *identity = arithmetic.mul(*identity, step);
            }
        }
    }
}

/// Consecutive elements of several vectors as factors.
#[inline(always)]
fn load_row<A: Arithmetic, const N: usize>(
    arithmetic: A,
    vectors: &[&CpuVector; N],
    row: usize,
) -> [A::Lanes; N] {
    let mut lanes = [arithmetic.carry(arithmetic.zero()); N];
    for (lanes, vector) in lanes.iter_mut().zip(vectors) {
        *lanes = arithmetic.load_factor(&vector[row..row + A::WIDTH]);
    }
    lanes
}

#[inline(always)]
fn fifth_power<A: Arithmetic>(arithmetic: A, x: A::Lanes) -> A::Lanes {
    arithmetic.mul(arithmetic.square(arithmetic.square(x)), x)
}

impl<A: Arithmetic> Rows<'_, A> {
    /// `z(x)·Π (w_j + k_j·β·x + γ) - z(ωx)·Π (w_j + β·σ_j + γ)`, below 4, and `z(x)`.
    #[inline(always)]
    fn permutation(
        &self,
        arithmetic: A,
        row: usize,
        wires: &[A::Lanes; WIRES],
        identities: &[A::Lanes; WIRES],
    ) -> (A::Lanes, A::Lanes) {
        let beta = arithmetic.broadcast(&self.constants.beta);
        let gamma = arithmetic.wide(arithmetic.broadcast(&self.constants.gamma));
        let z = arithmetic.load_factor(&self.input.grand_product[row..row + A::WIDTH]);
        let (mut identity, mut permuted) = (z, self.next_row(arithmetic, row));
        for j in 0..WIRES {
            // 16 + 1 + 2 = 19, so that products are below 16·19/84 + 1 < 5, then 5·19/84 + 1 < 3, then 2
            let base = arithmetic.add(arithmetic.wide(wires[j]), gamma);
            let factor = arithmetic.carry(arithmetic.add(base, arithmetic.wide(identities[j])));
            identity = arithmetic.mul(identity, factor);
            let sigma = arithmetic.load_factor(&self.input.sigmas[j][row..row + A::WIDTH]);
            let factor = arithmetic.carry(arithmetic.add(base, arithmetic.wide(arithmetic.mul(sigma, beta))));
            permuted = arithmetic.mul(permuted, factor);
        }
        let difference = arithmetic.sub(arithmetic.wide(identity), arithmetic.wide(permuted), 1);
        (arithmetic.carry(difference), z)
    }

    /// The grand product one row further, where the first row follows the last.
    #[inline(always)]
    fn next_row(&self, arithmetic: A, row: usize) -> A::Lanes {
        let z = self.input.grand_product;
        if let Some(next) = z.get(row + 1..row + 1 + A::WIDTH) {
            return arithmetic.load_factor(next);
        }
        let mut next = [z[0]; MAX_WIDTH];
        next[..A::WIDTH - 1].copy_from_slice(&z[row + 1..]);
        arithmetic.load_factor(&next[..A::WIDTH])
    }

    /// The gate equation without its public input, below 21: as one sum of products,
    /// `(4·16·16 + 2·5·16 + 4·2·16 + 16·16 + 16 + 2·16)/84 + 1 < 20.3`.
    #[inline(always)]
    fn gate(&self, arithmetic: A, row: usize, w: &[A::Lanes; WIRES]) -> A::Wide {
        let q = load_row(arithmetic, &self.input.selectors, row);
        let w01 = arithmetic.mul(w[0], w[1]);
        let w23 = arithmetic.mul(w[2], w[3]);
        let all = arithmetic.mul(arithmetic.mul(w01, w23), w[4]);
        let minus_output = arithmetic.carry(arithmetic.sub(arithmetic.zero(), arithmetic.wide(w[4]), 4));
        let one = arithmetic.broadcast(&self.constants.one);
        let mut sum = arithmetic.no_products();
        arithmetic.add_product(&mut sum, w[0], q[Selector::Lc0 as usize]);
        arithmetic.add_product(&mut sum, w[1], q[Selector::Lc1 as usize]);
        arithmetic.add_product(&mut sum, w[2], q[Selector::Lc2 as usize]);
        arithmetic.add_product(&mut sum, w[3], q[Selector::Lc3 as usize]);
        arithmetic.add_product(&mut sum, w01, q[Selector::Mul0 as usize]);
        arithmetic.add_product(&mut sum, w23, q[Selector::Mul1 as usize]);
        arithmetic.add_product(
            &mut sum,
            fifth_power(arithmetic, w[0]),
            q[Selector::Hash0 as usize],
        );
        arithmetic.add_product(
            &mut sum,
            fifth_power(arithmetic, w[1]),
            q[Selector::Hash1 as usize],
        );
        arithmetic.add_product(
            &mut sum,
            fifth_power(arithmetic, w[2]),
            q[Selector::Hash2 as usize],
        );
        arithmetic.add_product(
            &mut sum,
            fifth_power(arithmetic, w[3]),
            q[Selector::Hash3 as usize],
        );
        arithmetic.add_product(&mut sum, minus_output, q[Selector::Output as usize]);
        arithmetic.add_product(&mut sum, one, q[Selector::Constant as usize]);
        arithmetic.add_product(&mut sum, all, q[Selector::Ecc as usize]);
        arithmetic.wide(arithmetic.reduce(sum))
    }

    /// `Σ public_inputs[i]·L_i(x)`, below 5.
    #[inline(always)]
    fn public_input(&self, arithmetic: A, row: usize) -> A::Wide {
        let one = arithmetic.broadcast(&self.constants.one);
        let count = self.constants.public_inputs.len();
        let mut total = arithmetic.zero();
        for (group, values) in self.constants.public_inputs.chunks(PUBLIC_INPUTS).enumerate() {
            let mut sum = arithmetic.no_products();
            // (5 + 16·16)/84 + 1 < 5 again
            arithmetic.add_product(&mut sum, arithmetic.carry(total), one);
            for (i, value) in values.iter().enumerate() {
                let i = group * PUBLIC_INPUTS + i;
                let lagrange = arithmetic.load_factor(&self.lagrange[row + count - i..][..A::WIDTH]);
                arithmetic.add_product(&mut sum, lagrange, arithmetic.broadcast(value));
            }
            total = arithmetic.wide(arithmetic.reduce(sum));
        }
        total
    }
}
