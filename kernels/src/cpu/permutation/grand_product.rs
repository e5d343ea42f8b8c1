//! The permutation argument's grand product, with one inversion for all rows.
//!
//! With numerators `a_s` and denominators `b_s`, a stretch of rows `s < T` that begins at `z_0` has
//! `z_t = z_0 · (Π_{s<t} a_s) · (Π_{s≥t} b_s) / Π_s b_s`. Stretches compute the two products in the middle, the quotient
//! of the outer two is one scalar per stretch, and a last pass multiplies it in.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, batch_inversion};
use rayon::prelude::*;

use super::check_length;
use crate::{
    Error,
    cpu::{
        CpuVector,
        lanes::{Arithmetic, Kernel, MAX_WIDTH},
        memory::zeros,
    },
    quotient::{GrandProduct, WIRES},
};

/// Rows per stretch.
const STRETCH: usize = 128;

/// Rows per task: one stretch for each of eight lanes.
const CHUNK: usize = MAX_WIDTH * STRETCH;

/// See [`crate::Engine::grand_product`].
pub(in crate::cpu) fn grand_product<A: Arithmetic>(
    arithmetic: A,
    input: &GrandProduct<'_, CpuVector>,
) -> Result<Vec<Fr>, Error> {
    let n = input.domain.size;
    for vector in input.wires.iter().chain(&input.sigmas) {
        check_length("grand product", vector, n)?;
    }
    if n < CHUNK {
        serial(input)
    } else {
        parallel(arithmetic, input)
    }
}

/// Row by row, for domains too small for stretches.
fn serial(input: &GrandProduct<'_, CpuVector>) -> Result<Vec<Fr>, Error> {
    let n = input.domain.size;
    let mut numerators = vec![Fr::ONE; n];
    let mut denominators = vec![Fr::ONE; n];
    let mut identity = input.beta;
    for row in 0..n {
        for j in 0..WIRES {
            let base = input.wires[j][row] + input.gamma;
            numerators[row] *= base + input.k[j] * identity;
            denominators[row] *= base + input.beta * input.sigmas[j][row];
        }
        identity *= input.domain.generator;
    }
    products(&numerators, &mut denominators)
}

/// `z_0 = 1`, `z_{t+1} = z_t·numerators[t]/denominators[t]`; the denominators are replaced by their inverses.
fn products(numerators: &[Fr], denominators: &mut [Fr]) -> Result<Vec<Fr>, Error> {
    if denominators.contains(&Fr::ZERO) {
        return Err(Error::DivisionByZero("the permutation argument's denominator"));
    }
    batch_inversion(denominators);
    let mut product = Fr::ONE;
    let step = |(numerator, inverse): (&Fr, &Fr)| {
        let before = product;
        product *= *numerator * inverse;
        before
    };
    Ok(numerators.iter().zip(denominators.iter()).map(step).collect())
}

fn parallel<A: Arithmetic>(arithmetic: A, input: &GrandProduct<'_, CpuVector>) -> Result<Vec<Fr>, Error> {
    let n = input.domain.size;
    let constants = Constants {
        beta: arithmetic.constant(input.beta),
        gamma: arithmetic.constant(input.gamma),
        generator: arithmetic.constant(input.domain.generator),
        one: arithmetic.constant(Fr::ONE),
        to_data: arithmetic.data(Fr::ONE),
    };
    let mut result = zeros(n);
    let mut numerators = vec![Fr::ONE; n / STRETCH];
    let mut denominators = vec![Fr::ONE; n / STRETCH];
    result
        .par_chunks_mut(CHUNK)
        .zip(numerators.par_chunks_mut(MAX_WIDTH))
        .zip(denominators.par_chunks_mut(MAX_WIDTH))
        .enumerate()
        .for_each(|(chunk, ((target, numerators), denominators))| {
            let start = chunk * CHUNK;
            arithmetic.enter(Stretches {
                input,
                constants: &constants,
                start,
                target,
                numerators,
                denominators,
            });
        });
    let starts = products(&numerators, &mut denominators)?;
    let factors: Vec<A::Constant> = starts
        .iter()
        .zip(&denominators)
        .map(|(start, inverse)| arithmetic.data(*start * inverse))
        .collect();
    result
        .par_chunks_mut(CHUNK)
        .zip(factors.par_chunks(MAX_WIDTH))
        .for_each(|(target, factors)| {
            arithmetic.enter(Completion { factors, target });
        });
    Ok(result)
}

struct Constants<A: Arithmetic> {
    beta: A::Constant,
    gamma: A::Constant,
    generator: A::Constant,
    one: A::Constant,
    /// One as data, whose product with a factor is data.
    to_data: A::Constant,
}

/// Eight stretches side by side. The target receives `(Π_{s<t} a_s)·(Π_{s≥t} b_s)` for row `t` of stretch `l` at position
/// `8t + l`, as unreduced factors; the other two receive each stretch's whole products.
struct Stretches<'a, A: Arithmetic> {
    input: &'a GrandProduct<'a, CpuVector>,
    constants: &'a Constants<A>,
    start: usize,
    target: &'a mut [Fr],
    numerators: &'a mut [Fr],
    denominators: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Stretches<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let parts = MAX_WIDTH / A::WIDTH;
        let one = arithmetic.broadcast(&self.constants.one);
        let to_data = arithmetic.broadcast(&self.constants.to_data);
        let mut numerators = vec![one; STRETCH * parts];
        let mut denominators = vec![one; STRETCH * parts];
        for j in 0..WIRES {
            self.multiply_wire(arithmetic, j, &mut numerators, &mut denominators);
        }
        for part in 0..parts {
            let lanes = part * A::WIDTH;
            let mut product = one;
            for row in (0..STRETCH).rev() {
                let slot = &mut denominators[row * parts + part];
                product = arithmetic.mul(product, *slot);
                *slot = product;
            }
            arithmetic.store(arithmetic.mul(product, to_data), &mut self.denominators[lanes..]);
            let mut product = one;
            for row in 0..STRETCH {
                let value = arithmetic.mul(product, denominators[row * parts + part]);
                arithmetic.store_unreduced(value, &mut self.target[row * MAX_WIDTH + lanes..]);
                product = arithmetic.mul(product, numerators[row * parts + part]);
            }
            arithmetic.store(arithmetic.mul(product, to_data), &mut self.numerators[lanes..]);
        }
    }
}

impl<A: Arithmetic> Stretches<'_, A> {
    /// Multiplies the factors of wire `j` into the rows' numerators and denominators. In multiples of `p`, elements are
    /// below 16, sums of three below 19, and products below 2 again after a few steps from one.
    #[inline(always)]
    fn multiply_wire(
        &self,
        arithmetic: A,
        j: usize,
        numerators: &mut [A::Lanes],
        denominators: &mut [A::Lanes],
    ) {
        let input = self.input;
        let parts = MAX_WIDTH / A::WIDTH;
        let beta = arithmetic.broadcast(&self.constants.beta);
        let gamma = arithmetic.wide(arithmetic.broadcast(&self.constants.gamma));
        let generator = arithmetic.broadcast(&self.constants.generator);
        let mut identities = self.identities(arithmetic, input.k[j]);
        let mut sigmas = vec![beta; MAX_WIDTH * parts];
        let mut wires = vec![beta; MAX_WIDTH * parts];
        for row in (0..STRETCH).step_by(MAX_WIDTH) {
            arithmetic.load_factor_columns(&input.sigmas[j][self.start + row..], STRETCH, &mut sigmas);
            arithmetic.load_factor_columns(&input.wires[j][self.start + row..], STRETCH, &mut wires);
            for (i, (wire, sigma)) in wires.iter().zip(&sigmas).enumerate() {
                let (index, identity) = (row * parts + i, &mut identities[i % parts]);
                let base = arithmetic.add(arithmetic.wide(*wire), gamma);
                let sum = arithmetic.carry(arithmetic.add(base, arithmetic.wide(*identity)));
                *identity = arithmetic.mul(*identity, generator);
                numerators[index] = arithmetic.mul(numerators[index], sum);
                let permuted = arithmetic.wide(arithmetic.mul(*sigma, beta));
                let sum = arithmetic.carry(arithmetic.add(base, permuted));
                denominators[index] = arithmetic.mul(denominators[index], sum);
            }
        }
    }

    /// `k·β·ω^row` for the first row of each stretch.
    #[inline(always)]
    fn identities(&self, arithmetic: A, k: Fr) -> [A::Lanes; MAX_WIDTH] {
        let domain = self.input.domain;
        let ratio = domain.generator.pow([STRETCH as u64]);
        let mut identity = k * self.input.beta * domain.element(self.start);
        let constants: [A::Constant; MAX_WIDTH] = std::array::from_fn(|_| {
            let constant = arithmetic.constant(identity);
            identity *= ratio;
            constant
        });
        let mut lanes = [arithmetic.broadcast(&self.constants.one); MAX_WIDTH];
        for (part, constants) in constants.chunks_exact(A::WIDTH).enumerate() {
            lanes[part] = arithmetic.gather(constants);
        }
        lanes
    }
}

/// Multiplies each stretch by its factor and puts its rows in order.
struct Completion<'a, A: Arithmetic> {
    factors: &'a [A::Constant],
    target: &'a mut [Fr],
}

impl<A: Arithmetic> Kernel<A> for Completion<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let products = self.target.to_vec();
        let parts = MAX_WIDTH / A::WIDTH;
        let mut stretches = vec![arithmetic.broadcast(&self.factors[0]); MAX_WIDTH * parts];
        for row in (0..STRETCH).step_by(MAX_WIDTH) {
            arithmetic.load_columns(&products[row * MAX_WIDTH..], MAX_WIDTH, &mut stretches);
            for (i, lanes) in stretches.iter().enumerate() {
                let (stretch, part) = (i / parts, i % parts);
                let value = arithmetic.mul(*lanes, arithmetic.broadcast(&self.factors[stretch]));
                let position = stretch * STRETCH + row + part * A::WIDTH;
                arithmetic.store(value, &mut self.target[position..position + A::WIDTH]);
            }
        }
    }
}
