//! Proving keys: made once per circuit and reference string, kept in a file, loaded by mapping it.

mod file;
mod material;
mod preprocess;
mod proving;

pub use file::{KeyError, KeyWriter, load};
pub use material::{KeyInfo, KeyMaterial, MemorySink, Section, Sink};
pub use preprocess::preprocess;
pub use preprocess::{EXTRA_POWERS, PreprocessError};
pub use proving::ProvingKey;
pub(crate) use proving::TOP;

use ark_bn254::Fr;
use ark_ff::Field;
use crema_kernels::engine::QUOTIENT_COSETS;

/// Representatives of the cosets on which the quotient is evaluated: powers of the field's multiplicative generator,
/// which lie in distinct cosets of every two-power subgroup and outside it.
pub fn quotient_shifts() -> [Fr; QUOTIENT_COSETS] {
    std::array::from_fn(|i| Fr::from(5).pow([i as u64 + 1]))
}
