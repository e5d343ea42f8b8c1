//! The permutation argument's grand product, and the quotient on one coset.

mod coset;
mod grand_product;
mod quotient;

use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};

pub(super) use coset::Cosets;
pub(super) use grand_product::grand_product;
pub(super) use quotient::quotient;

use super::{polynomial::Scalar, vector::CudaVector};
use crate::{Error, quotient::WIRES};

fn check_length(what: &'static str, vector: &CudaVector, expected: usize) -> Result<(), Error> {
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

/// The factors `β·k_j` as the kernels want them: one, and the others' ratios to it, so that a row's five products with
/// its `x` take five multiplications and not six.
#[derive(Clone, Copy)]
struct Identities {
    first: Scalar,
    ratio: [Scalar; WIRES],
    /// Whether the first wire's factor is `first`; it is zero otherwise.
    first_used: u32,
}

impl Identities {
    fn new(k: &[Fr; WIRES], beta: Fr) -> Self {
        let inverse = k[0].inverse();
        let (base, scale) = inverse.map_or((Fr::one(), Fr::one()), |inverse| (k[0], inverse));
        Self {
            first: Scalar(beta * base),
            ratio: k.map(|k| Scalar(k * scale)),
            first_used: u32::from(!k[0].is_zero()),
        }
    }
}
