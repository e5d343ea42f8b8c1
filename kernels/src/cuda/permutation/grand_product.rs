//! The grand product, with one inversion for all rows.

use ark_bn254::Fr;
use ark_ff::{Field, One};

use super::{
    super::{
        Device,
        polynomial::Scalar,
        ratio::{Ratio, TILE},
        vector::{CudaVector, blocks},
    },
    Cosets, Identities, check_length,
};
use crate::{
    Error,
    quotient::{GrandProduct, WIRES},
};

/// The argument of `perm_grand_product_rows`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Argument {
    first_identity: Scalar,
    ratio: [Scalar; WIRES],
    beta: Scalar,
    gamma: Scalar,
    step: Scalar,
    wires: [u64; WIRES],
    sigmas: [u64; WIRES],
    powers: u64,
    length: u64,
    first_used: u32,
}

const _: () = assert!(size_of::<Argument>() == 400);

/// See [`crate::Engine::grand_product`].
pub(in crate::cuda) fn grand_product(
    device: &Device,
    cosets: &Cosets,
    input: &GrandProduct<'_, CudaVector>,
) -> Result<CudaVector, Error> {
    let n = input.domain.size;
    for vector in input.wires.iter().chain(&input.sigmas) {
        check_length("grand product", vector, n)?;
    }
    let subgroup = cosets.elements(device, input.domain, Fr::one())?;
    let identities = Identities::new(&input.k, input.beta);
    let argument = Argument {
        first_identity: identities.first,
        ratio: identities.ratio,
        beta: Scalar(input.beta),
        gamma: Scalar(input.gamma),
        step: Scalar(input.domain.generator.pow([u64::from(Ratio::THREADS)])),
        wires: input.wires.map(|values| values.view().pointer()),
        sigmas: input.sigmas.map(|values| values.view().pointer()),
        powers: subgroup.powers.pointer(),
        length: n as u64,
        first_used: identities.first_used,
    };
    let ratio = Ratio::allocate(device, n)?;
    launch!(
        device, "perm_grand_product_rows",
        grid: blocks(n, TILE), block: Ratio::THREADS, shared: Ratio::SHARED,
        [argument, ratio.output()],
    )?;
    ratio
        .finish(device, |total| total, "the permutation argument's denominator")
        .map(CudaVector::from)
}
