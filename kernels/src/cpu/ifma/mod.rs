//! AVX-512 IFMA: eight elements at a time, with the 52-bit multiplier.

mod affine;
mod arithmetic;
mod field;
mod layout;
#[cfg(test)]
mod tests;
mod vector;

pub(super) use affine::IfmaAdder;

use std::arch::is_x86_feature_detected;

/// Proof that the machine has the instructions.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct Ifma(());

impl Ifma {
    /// The token, on machines that have AVX-512 F, DQ, IFMA and VBMI2.
    pub(super) fn detect() -> Option<Self> {
        let detected = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512ifma")
            && is_x86_feature_detected!("avx512vbmi2");
        detected.then_some(Self(()))
    }
}
