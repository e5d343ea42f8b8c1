//! Scalars as text and bytes, canonical only: a value at or above the field's order is an error, never reduced.
//!
//! Works for every 254-bit (or smaller) prime field on four limbs: BN254's `Fr` and `Fq` and the Edwards curve's `Fs`.

use ark_ff::{BigInt, PrimeField};
use thiserror::Error;

use crate::u256::{ParseU256Error, U256};

/// BN254's scalar field, the field that proofs, hashes and Edwards coordinates live in.
pub use ark_bn254::Fr;
/// The scalar field of the Edwards curve over [`Fr`], where Schnorr secrets live.
pub use ark_ed_on_bn254::Fr as Fs;

/// Why a text or some bytes are not a canonical field element.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FieldError {
    /// The `0x` is missing.
    #[error("a field element is written as 0x and 64 hexadecimal digits; the 0x is missing")]
    Prefix,
    /// Not 64 digits after the `0x`.
    #[error("a field element is written as 0x and 64 hexadecimal digits, found {found}")]
    Digits {
        /// Digits found.
        found: usize,
    },
    /// Not a number.
    #[error(transparent)]
    Number(#[from] ParseU256Error),
    /// A number at or above the order of the field.
    #[error("{value:#x} is not below the field's order; send the reduced representative")]
    NonCanonical {
        /// The number.
        value: U256,
    },
}

/// A prime field on four 64-bit limbs.
pub trait Field256: PrimeField<BigInt = BigInt<4>> {}
impl<F: PrimeField<BigInt = BigInt<4>>> Field256 for F {}

/// Reads `0x` and exactly 64 hexadecimal digits, big-endian.
///
/// # Errors
/// On another length, a bad digit, or a number that is not below the order.
pub fn parse_hex<F: Field256>(text: &str) -> Result<F, FieldError> {
    let digits = text.strip_prefix("0x").ok_or(FieldError::Prefix)?;
    if digits.len() != 64 {
        return Err(FieldError::Digits { found: digits.len() });
    }
    from_u256(text.parse()?)
}

/// Reads a decimal number.
///
/// # Errors
/// On a bad digit or a number that is not below the order.
pub fn parse_decimal<F: Field256>(text: &str) -> Result<F, FieldError> {
    if let Some(position) = text.find('x') {
        return Err(ParseU256Error::Digit {
            base: 10,
            position,
            found: 'x',
        }
        .into());
    }
    from_u256(text.parse()?)
}

/// Writes `0x` and 64 hexadecimal digits, big-endian.
pub fn to_hex<F: Field256>(element: &F) -> String {
    format!("0x{}", hex::encode(to_be_bytes(element)))
}

/// Writes the decimal representation.
pub fn to_decimal<F: Field256>(element: &F) -> String {
    U256::from_field(element).to_string()
}

/// Reads 32 big-endian bytes.
///
/// # Errors
/// On a number that is not below the order.
pub fn from_be_bytes<F: Field256>(bytes: [u8; 32]) -> Result<F, FieldError> {
    from_u256(U256::from_be_bytes(bytes))
}

/// Reads 32 little-endian bytes.
///
/// # Errors
/// On a number that is not below the order.
pub fn from_le_bytes<F: Field256>(mut bytes: [u8; 32]) -> Result<F, FieldError> {
    bytes.reverse();
    from_be_bytes(bytes)
}

/// Writes 32 big-endian bytes.
pub fn to_be_bytes<F: Field256>(element: &F) -> [u8; 32] {
    U256::from_field(element).to_be_bytes()
}

/// Writes 32 little-endian bytes.
pub fn to_le_bytes<F: Field256>(element: &F) -> [u8; 32] {
    let mut bytes = to_be_bytes(element);
    bytes.reverse();
    bytes
}

/// The field element that `value` stands for.
///
/// # Errors
/// When `value` is not below the order.
pub fn from_u256<F: Field256>(value: U256) -> Result<F, FieldError> {
    value.to_field().ok_or(FieldError::NonCanonical { value })
}

#[cfg(test)]
mod tests {
    use ark_ff::{AdditiveGroup, Field};
    use proptest::prelude::*;

    use super::*;

    /// The order of `Fr`, as it must not be accepted.
    const ORDER: &str = "0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001";

    #[test]
    fn the_order_is_rejected_and_its_predecessor_accepted() {
        let order: U256 = ORDER.parse().unwrap();
        assert_eq!(
            parse_hex::<Fr>(ORDER),
            Err(FieldError::NonCanonical { value: order })
        );
        assert_eq!(
            parse_decimal::<Fr>(&order.to_string()),
            Err(FieldError::NonCanonical { value: order })
        );
        assert_eq!(
            from_be_bytes::<Fr>(order.to_be_bytes()),
            Err(FieldError::NonCanonical { value: order })
        );
        assert_eq!(parse_hex::<Fr>(&ORDER.replace("0001", "0000")).unwrap(), -Fr::ONE);
        assert_eq!(
            parse_hex::<Fr>(&format!("0x{}", "0".repeat(64))).unwrap(),
            Fr::ZERO
        );
    }

    #[test]
    fn malformed_texts_are_rejected() {
        assert_eq!(parse_hex::<Fr>("12"), Err(FieldError::Prefix));
        assert_eq!(parse_hex::<Fr>("0x12"), Err(FieldError::Digits { found: 2 }));
        assert!(matches!(
            parse_hex::<Fr>(&format!("0x{}z", "0".repeat(63))),
            Err(FieldError::Number(_))
        ));
        assert!(matches!(parse_decimal::<Fr>("0x12"), Err(FieldError::Number(_))));
        assert!(matches!(
            parse_decimal::<Fr>(""),
            Err(FieldError::Number(ParseU256Error::Empty))
        ));
    }

    proptest! {
        #[test]
        fn every_form_round_trips(bytes: [u8; 32]) {
            let element = Fs::from_le_bytes_mod_order(&bytes);
            prop_assert_eq!(parse_hex::<Fs>(&to_hex(&element)).unwrap(), element);
            prop_assert_eq!(parse_decimal::<Fs>(&to_decimal(&element)).unwrap(), element);
            prop_assert_eq!(from_le_bytes::<Fs>(to_le_bytes(&element)).unwrap(), element);
            prop_assert_eq!(from_be_bytes::<Fs>(to_be_bytes(&element)).unwrap(), element);
        }
    }
}
