//! What the kernels of `cuda/ntt.cu` take by value: the structs of `cuda/ntt.cuh`, field by field.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use crate::engine::QUOTIENT_COSETS;

/// Vectors of one launch.
pub const MAX_JOBS: usize = 8;

/// Reads the transform's input.
pub const FIRST_PASS: u32 = 1;
/// Writes its output.
pub const LAST_PASS: u32 = 2;
/// `x[i]` stands at the bit reversal of `i`.
pub const REVERSED_INPUT: u32 = 4;
/// `X[k]` goes to the bit reversal of `k`.
pub const REVERSED_OUTPUT: u32 = 8;
/// A transform by the inverse root.
pub const INVERSE_ROOTS: u32 = 16;

/// Two tables of powers, or none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Powers {
    /// Address of `base^(i·2^low_bits)`; 0: no factor.
    pub high: u64,
    /// Address of `base^i`, `i < 2^low_bits`; 0: exponents are multiples of `2^low_bits`.
    pub low: u64,
    /// See above.
    pub low_bits: u32,
    /// Exponents are multiplied by `2^shift` first.
    pub shift: u32,
}

/// One vector of a batch.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// An input longer than the transform is folded by `X^n = fold`.
    pub fold: Fr,
    /// Scales the input.
    pub input: Powers,
    /// Scales the output.
    pub output: Powers,
    /// Address of the input.
    pub source: u64,
    /// Address of the output.
    pub target: u64,
    /// Elements of the input.
    pub length: u32,
    /// Fills the struct up to its alignment.
    pub padding: [u32; 3],
}

/// Vectors that one launch transforms.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Batch(pub [Job; MAX_JOBS]);

/// One pass.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Base-two logarithm of the transform's size.
    pub log_size: u32,
    /// Of the product of the radices before.
    pub log_done: u32,
    /// Of the radix.
    pub log_radix: u32,
    /// Of the columns of a block.
    pub log_columns: u32,
    /// A sum of the flags above.
    pub flags: u32,
}

/// `base^(2^i)`.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Squares(pub [Fr; 28]);

impl Squares {
    /// Of a base.
    pub fn of(base: Fr) -> Self {
        let mut square = base;
        Self(std::array::from_fn(|_| {
            let current = square;
            square = square.square();
            current
        }))
    }
}

/// A field element passed by value, aligned as the kernels have it.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Scalar(pub Fr);

/// The cosets from which a polynomial is put together.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Cosets {
    /// Combines the remainders.
    pub inverse: [[Fr; QUOTIENT_COSETS]; QUOTIENT_COSETS],
    /// `shift^n`.
    pub fold: [Fr; QUOTIENT_COSETS],
    /// `fold^5`.
    pub top_factor: [Fr; QUOTIENT_COSETS],
    /// Addresses of the remainders.
    pub remainder: [u64; QUOTIENT_COSETS],
}

const _: () = assert!(size_of::<Powers>() == 24 && size_of::<Job>() == 112 && size_of::<Batch>() == 896);
const _: () = assert!(size_of::<Squares>() == 896 && size_of::<Scalar>() == 32);
const _: () = assert!(size_of::<Cosets>() == 1168);

impl Job {
    /// A job that no block looks at: the batch's remaining places.
    pub const UNUSED: Self = Self {
        fold: Fr::ZERO,
        input: Powers::NONE,
        output: Powers::NONE,
        source: 0,
        target: 0,
        length: 0,
        padding: [0; 3],
    };
}

impl Powers {
    /// No factor.
    pub const NONE: Self = Self {
        high: 0,
        low: 0,
        low_bits: 0,
        shift: 0,
    };
}
