//! Multiplicative subgroups of two-power order, the evaluation domains of every transform here.

pub(crate) mod cosets;

use ark_bn254::Fr;
use ark_ff::{FftField, Field};

use crate::Error;

/// The subgroup `{1, ω, ω², …}` of order `size = 2^log_size`, with `ω = 5^((r-1)/size)` as jellyfish and arkworks have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Number of elements.
    pub size: usize,
    /// Base-two logarithm of the size.
    pub log_size: u32,
    /// Generator of the subgroup.
    pub generator: Fr,
    /// Inverse of the generator.
    pub generator_inverse: Fr,
    /// `size^-1` in the field.
    pub size_inverse: Fr,
}

impl Domain {
    /// The subgroup of exactly `size` elements.
    ///
    /// # Errors
    /// [`Error::DomainSize`] unless `size` is a power of two of at most 2^28.
    pub fn new(size: usize) -> Result<Self, Error> {
        if !size.is_power_of_two() || size > 1 << 28 {
            return Err(Error::DomainSize(size));
        }
        let generator = Fr::get_root_of_unity(size as u64).ok_or(Error::DomainSize(size))?;
        let invert = |value: Fr| value.inverse().ok_or(Error::DivisionByZero("domain"));
        Ok(Self {
            size,
            log_size: size.trailing_zeros(),
            generator,
            generator_inverse: invert(generator)?,
            size_inverse: invert(Fr::from(size as u64))?,
        })
    }

    /// `ω^index`.
    pub fn element(&self, index: usize) -> Fr {
        self.generator.pow([(index % self.size) as u64])
    }

    /// The vanishing polynomial `x^size - 1` at `x`.
    pub fn vanishing(&self, x: Fr) -> Fr {
        x.pow([self.size as u64]) - Fr::ONE
    }
}
