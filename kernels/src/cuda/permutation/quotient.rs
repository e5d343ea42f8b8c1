//! The quotient polynomial's values on one coset, in a single pass.

use ark_bn254::Fr;
use ark_ff::Field;

use super::{
    super::{
        Device,
        polynomial::Scalar,
        vector::{CudaVector, blocks},
    },
    Cosets, Identities, check_length,
};
use crate::{
    Error,
    quotient::{QuotientCoset, SELECTORS, WIRES},
};

/// Threads of a block, each of which works on two rows.
const THREADS: usize = 128;

/// The argument of `perm_quotient`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Argument {
    first_identity: Scalar,
    ratio: [Scalar; WIRES],
    alpha: Scalar,
    beta: Scalar,
    gamma: Scalar,
    /// `α²·(shift^n - 1)/n`.
    boundary: Scalar,
    vanishing_inverse: Scalar,
    selectors: [u64; SELECTORS],
    sigmas: [u64; WIRES],
    wires: [u64; WIRES],
    grand_product: u64,
    powers: u64,
    inverses: u64,
    public_inputs: u64,
    result: u64,
    length: u32,
    public_input_count: u32,
    first_used: u32,
}

const _: () = assert!(size_of::<Argument>() == 592);

/// See [`crate::Engine::quotient`].
pub(in crate::cuda) fn quotient(
    device: &Device,
    cosets: &Cosets,
    input: &QuotientCoset<'_, CudaVector>,
) -> Result<CudaVector, Error> {
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
    let vanishing = input.domain.vanishing(input.shift);
    let vanishing_inverse = vanishing
        .inverse()
        .ok_or(Error::DivisionByZero("the vanishing polynomial on the coset"))?;
    let coset = cosets.with_inverses(device, input.domain, input.shift)?;
    // L_i(x) = ((shift^n - 1)/n) / (x/ω^i - 1)
    let lagrange_factor = vanishing * input.domain.size_inverse;
    let public_inputs: Vec<Fr> = input
        .public_inputs
        .iter()
        .map(|value| *value * lagrange_factor)
        .collect();
    let public_inputs = device.upload(&public_inputs)?;
    let result = CudaVector::allocate(device, n)?;
    let identities = Identities::new(&input.k, input.beta);
    let pointer = |values: &CudaVector| values.view().pointer();
    let argument = Argument {
        first_identity: identities.first,
        ratio: identities.ratio,
        alpha: Scalar(input.alpha),
        beta: Scalar(input.beta),
        gamma: Scalar(input.gamma),
        boundary: Scalar(input.alpha.square() * lagrange_factor),
        vanishing_inverse: Scalar(vanishing_inverse),
        selectors: input.selectors.map(pointer),
        sigmas: input.sigmas.map(pointer),
        wires: input.wires.map(pointer),
        grand_product: pointer(input.grand_product),
        powers: coset.powers.pointer(),
        inverses: coset.inverses.as_ref().map_or(0, |inverses| inverses.pointer()),
        public_inputs: public_inputs.pointer(),
        result: pointer(&result),
        length: n as u32,
        public_input_count: public_inputs.len() as u32,
        first_used: identities.first_used,
    };
    launch!(
        device, "perm_quotient",
        grid: blocks((n / 2).max(1), THREADS), block: THREADS as u32, shared: 0,
        [argument],
    )?;
    Ok(result)
}
