//! Decomposition into bits, and order.

use ark_bn254::Fr;
use ark_ff::{BigInteger, Field, PrimeField, Zero};
use crema_plonk::constraint_system::{Builder, Variable};

use super::{
    arithmetic::{self, enforce_constant, enforce_fold, padded_terms},
    boolean::{self, and, enforce_bool, or},
};

/// Bits of a field element.
pub const FIELD_BITS: usize = Fr::MODULUS_BIT_SIZE as usize;
/// Bits that the canonical check looks at: whole 64-bit limbs.
const LIMB_BITS: usize = 256;

/// How a field element is decomposed into all of its 254 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpack {
    /// The bits' number is `a` or `a + r`: **unsound**, because many `a + r` also fit into 254 bits. Kept for keys that
    /// are deployed.
    Legacy,
    /// The bits' number is below the modulus, hence `a`.
    Canonical,
}

/// The lowest `length` bits of `a`, least significant first, and the requirement that there are no more.
pub fn unpack<B: Builder>(builder: &mut B, a: Variable, length: usize, mode: Unpack) -> Vec<Variable> {
    let bits = builder.variables(length, |w| {
        let a = w.value(a).into_bigint();
        (0..length).map(|index| Fr::from(a.get_bit(index))).collect()
    });
    for &bit in &bits {
        enforce_bool(builder, bit);
    }
    let mut descending = vec![builder.zero(); padded_terms(length)];
    for (place, bit) in descending.iter_mut().rev().zip(&bits) {
        *place = *bit;
    }
    enforce_fold(builder, &descending, [8u64, 4, 2, 1].map(Fr::from), a);
    // fewer bits cannot spell a number beyond the modulus
    if mode == Unpack::Canonical && length == FIELD_BITS {
        enforce_below_modulus(builder, &bits);
    }
    bits
}

/// Requires the number that `bits` spell to be below the modulus `r`.
///
/// Walks up from the lowest bit: the number up to bit `i` is below the modulus up to bit `i` exactly when bit `i` is
/// smaller, or equal and the numbers below compare so. For a set bit of the modulus that is `below ∨ ¬bit`, for a clear
/// one `below ∧ ¬bit`.
fn enforce_below_modulus<B: Builder>(builder: &mut B, bits: &[Variable]) {
    let mut below = builder.zero();
    for index in 0..LIMB_BITS {
        let bit = bits.get(index).copied().unwrap_or(builder.zero());
        let clear = boolean::not(builder, bit);
        below = if Fr::MODULUS.get_bit(index) {
            or(builder, below, clear)
        } else {
            and(builder, below, clear)
        };
    }
    enforce_constant(builder, below, Fr::ONE);
}

/// Whether `a > constant`, as numbers in `0..r`.
pub fn gt_constant<B: Builder>(builder: &mut B, a: Variable, constant: Fr, mode: Unpack) -> Variable {
    let constant = constant.into_bigint();
    let bits = unpack(builder, a, FIELD_BITS, mode);
    // equal low bits decide nothing as long as the constant's are all ones
    let lowest_clear = (0..FIELD_BITS)
        .find(|&index| !constant.get_bit(index))
        .unwrap_or(FIELD_BITS - 1);
    let mut greater = bits[lowest_clear];
    for index in lowest_clear + 1..FIELD_BITS {
        let step = if constant.get_bit(index) { and } else { or };
        greater = step(builder, bits[index], greater);
    }
    greater
}

/// Whether `a < b`, as numbers in `0..r`.
///
/// Where exactly one of the two is above `(r-1)/2`, that decides; otherwise `a < b` exactly when `a - b` wraps around to
/// the upper half.
pub fn is_lt<B: Builder>(builder: &mut B, a: Variable, b: Variable, mode: Unpack) -> Variable {
    let half = Fr::from(Fr::MODULUS_MINUS_ONE_DIV_TWO);
    let a_upper = gt_constant(builder, a, half, mode);
    let b_upper = gt_constant(builder, b, half, mode);
    let a_lower = boolean::not(builder, a_upper);
    let only_b_upper = and(builder, a_lower, b_upper);
    let same_half = arithmetic::is_equal(builder, a_upper, b_upper);
    let difference = arithmetic::sub(builder, a, b);
    let wraps = gt_constant(builder, difference, half, mode);
    let less_within_half = and(builder, same_half, wraps);
    or(builder, only_b_upper, less_within_half)
}

/// Requires `a ≤ b`, as numbers in `0..r`.
pub fn enforce_leq<B: Builder>(builder: &mut B, a: Variable, b: Variable, mode: Unpack) {
    let greater = is_lt(builder, b, a, mode);
    enforce_constant(builder, greater, Fr::zero());
}
