//! Number-theoretic transforms.

mod cosets;
mod passes;
mod source;
mod tile;
mod twiddles;

use ark_bn254::Fr;
use ark_ff::Field;

pub(super) use cosets::{interpolate_cosets, recombine};

use super::lanes::Arithmetic;
use crate::Domain;
use passes::Scaling;
use source::Source;

/// Coefficients of the polynomial with the given values on the subgroup.
pub(super) fn interpolate<A: Arithmetic>(arithmetic: A, domain: &Domain, values: &[Fr]) -> Vec<Fr> {
    interpolate_coset(arithmetic, domain, values, Fr::ONE)
}

/// Coefficients of the polynomial with the given values on `shift·H`.
fn interpolate_coset<A: Arithmetic>(
    arithmetic: A,
    domain: &Domain,
    values: &[Fr],
    shift_inverse: Fr,
) -> Vec<Fr> {
    let scaling = Scaling {
        constant: domain.size_inverse,
        input: Fr::ONE,
        output: shift_inverse,
    };
    transform(
        arithmetic,
        &Source::new(values, domain.size, Fr::ONE),
        domain.size,
        domain.generator_inverse,
        scaling,
    )
}

/// Values on `shift·H` of a polynomial of any length.
pub(super) fn evaluate_coset<A: Arithmetic>(
    arithmetic: A,
    domain: &Domain,
    coefficients: &[Fr],
    shift: Fr,
) -> Vec<Fr> {
    let source = Source::new(coefficients, domain.size, shift.pow([domain.size as u64]));
    let scaling = Scaling {
        constant: Fr::ONE,
        input: shift,
        output: Fr::ONE,
    };
    transform(arithmetic, &source, domain.size, domain.generator, scaling)
}

fn transform<A: Arithmetic>(
    arithmetic: A,
    source: &Source<'_>,
    size: usize,
    generator: Fr,
    scaling: Scaling,
) -> Vec<Fr> {
    if size < passes::MIN_SIZE {
        by_definition(source, size, generator, scaling)
    } else {
        passes::transform(arithmetic, source, size, generator, scaling)
    }
}

/// Sums of powers, for sizes at which nothing faster pays.
fn by_definition(source: &Source<'_>, size: usize, generator: Fr, scaling: Scaling) -> Vec<Fr> {
    let mut scaled: Vec<Fr> = (0..size).map(|i| source.get::<1>(i)[0]).collect();
    let mut power = scaling.constant;
    for value in &mut scaled {
        *value *= power;
        power *= scaling.input;
    }
    let (mut x, mut factor) = (Fr::ONE, Fr::ONE);
    let mut result = Vec::with_capacity(size);
    for _ in 0..size {
        result.push(
            factor
                * scaled
                    .iter()
                    .rev()
                    .fold(Fr::from(0u64), |sum, value| sum * x + value),
        );
        x *= generator;
        factor *= scaling.output;
    }
    result
}
