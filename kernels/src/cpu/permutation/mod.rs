//! The quotient on one coset, and the permutation argument's grand product.

mod grand_product;
mod lagrange;
mod quotient;

use ark_bn254::Fr;

pub(super) use grand_product::grand_product;
pub(super) use quotient::quotient;

use crate::{Error, cpu::lanes::Arithmetic};

fn check_length(what: &'static str, vector: &[Fr], expected: usize) -> Result<(), Error> {
    if vector.len() == expected {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            expected,
            found: vector.len(),
        })
    }
}

/// `starts[lane] = first·ratio^lane` for each lane, as factors.
#[inline(always)]
fn progression<A: Arithmetic>(arithmetic: A, first: Fr, ratio: Fr) -> A::Lanes {
    let mut power = first;
    let mut constants = [arithmetic.constant(first); crate::cpu::lanes::MAX_WIDTH];
    for constant in constants.iter_mut().take(A::WIDTH).skip(1) {
        power *= ratio;
        *constant = arithmetic.constant(power);
    }
    arithmetic.gather(&constants[..A::WIDTH])
}
