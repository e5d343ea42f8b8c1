//! Vectors of the CPU engine: shared and read-only, or owned.

use std::ops::Deref;

use ark_bn254::Fr;

use super::memory::copy;
use crate::Shared;

/// A vector of scalars in host memory.
pub enum CpuVector {
    /// Shared data that never changes, possibly mapped from a file.
    Fixed(Shared<Fr>),
    /// A vector of its own.
    Owned(Vec<Fr>),
}

impl CpuVector {
    /// Mutable access; shared data is copied first.
    pub fn make_mut(&mut self) -> &mut Vec<Fr> {
        if let Self::Fixed(values) = self {
            *self = Self::Owned(copy(values));
        }
        match self {
            Self::Owned(values) => values,
            Self::Fixed(_) => unreachable!("a fixed vector was just replaced by an owned one"),
        }
    }
}

impl Deref for CpuVector {
    type Target = [Fr];

    fn deref(&self) -> &[Fr] {
        match self {
            Self::Fixed(values) => values,
            Self::Owned(values) => values,
        }
    }
}
