//! 256-bit unsigned integers: stake amounts and weights, as Ethereum writes them.

use std::fmt;
use std::str::FromStr;

use ark_ff::{BigInt, BigInteger, PrimeField};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Digits of 2^256 - 1 in decimal.
const MAX_DECIMAL_DIGITS: usize = 78;

/// An unsigned 256-bit integer.
///
/// Serialized as `0x` and the shortest hexadecimal form, in every serde format (this is what nodes and relays do);
/// read from that, from a decimal string or from a JSON number below 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct U256(BigInt<4>);

/// Why a text is not a 256-bit unsigned integer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseU256Error {
    /// Nothing after the optional `0x`.
    #[error("empty number: expected decimal digits, or 0x and 1 to 64 hexadecimal digits")]
    Empty,
    /// More digits than 256 bits can need.
    #[error("{found} digits are too many for 256 bits: expected at most {max}")]
    TooLong {
        /// The most digits accepted.
        max: usize,
        /// The digits in the text.
        found: usize,
    },
    /// A character that is not a digit of the base.
    #[error("character {found:?} at position {position} is not a digit of base {base}")]
    Digit {
        /// 10 or 16.
        base: u32,
        /// Byte position in the text.
        position: usize,
        /// The character found.
        found: char,
    },
    /// A decimal number of 2^256 or more.
    #[error("the number does not fit 256 bits")]
    Overflow,
}

impl U256 {
    /// Zero.
    pub const ZERO: Self = Self(BigInt([0; 4]));
    /// 2^256 - 1.
    pub const MAX: Self = Self(BigInt([u64::MAX; 4]));

    /// From four 64-bit limbs, least significant first.
    pub const fn from_limbs(limbs: [u64; 4]) -> Self {
        Self(BigInt(limbs))
    }

    /// The four 64-bit limbs, least significant first.
    pub const fn limbs(&self) -> [u64; 4] {
        self.0.0
    }

    /// From 32 big-endian bytes.
    pub fn from_be_bytes(bytes: [u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks::<8>().0) {
            *limb = u64::from_be_bytes(*chunk);
        }
        Self(BigInt(limbs))
    }

    /// As 32 big-endian bytes.
    pub fn to_be_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes
            .as_chunks_mut::<8>()
            .0
            .iter_mut()
            .zip(self.limbs().iter().rev())
        {
            *chunk = limb.to_be_bytes();
        }
        bytes
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The sum, or `None` at 2^256 and above.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let mut sum = self.0;
        let carry = sum.add_with_carry(&other.0);
        (!carry).then_some(Self(sum))
    }

    /// The difference, or `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let mut difference = self.0;
        let borrow = difference.sub_with_borrow(&other.0);
        (!borrow).then_some(Self(difference))
    }

    /// The product, or `None` at 2^256 and above.
    pub fn checked_mul(self, factor: u64) -> Option<Self> {
        let mut product = [0; 4];
        let mut carry = 0u128;
        for (digit, limb) in product.iter_mut().zip(self.limbs()) {
            let value = u128::from(limb) * u128::from(factor) + carry;
            *digit = value as u64;
            carry = value >> 64;
        }
        (carry == 0).then_some(Self(BigInt(product)))
    }

    /// Quotient and remainder by a non-zero `divisor`; `None` when it is zero.
    pub fn checked_div_rem(self, divisor: u64) -> Option<(Self, u64)> {
        if divisor == 0 {
            return None;
        }
        let divisor = u128::from(divisor);
        let mut quotient = [0; 4];
        let mut remainder = 0u128;
        for (digit, limb) in quotient.iter_mut().rev().zip(self.limbs().into_iter().rev()) {
            let value = (remainder << 64) | u128::from(limb);
            *digit = (value / divisor) as u64;
            remainder = value % divisor;
        }
        Some((Self(BigInt(quotient)), remainder as u64))
    }

    /// `self` modulo the order of `F`: lossy for values of the order and above.
    pub fn reduce<F: PrimeField>(&self) -> F {
        F::from_be_bytes_mod_order(&self.to_be_bytes())
    }

    /// `self` as an element of `F`, or `None` when it is not below the order of `F`.
    pub fn to_field<F: PrimeField<BigInt = BigInt<4>>>(&self) -> Option<F> {
        F::from_bigint(self.0)
    }

    /// The integer in `[0, order)` that stands for `element`.
    pub fn from_field<F: PrimeField<BigInt = BigInt<4>>>(element: &F) -> Self {
        Self(element.into_bigint())
    }

    /// From 1 to 64 hexadecimal digits, without a prefix.
    fn from_hex_digits(digits: &str) -> Result<Self, ParseU256Error> {
        if digits.is_empty() {
            return Err(ParseU256Error::Empty);
        }
        check_digits(digits, 16, 64)?;
        let mut limbs = [0u64; 4];
        for (i, digit) in digits.chars().rev().enumerate() {
            limbs[i / 16] |= u64::from(digit.to_digit(16).unwrap_or_default()) << (4 * (i % 16));
        }
        Ok(Self(BigInt(limbs)))
    }

    fn from_decimal_digits(digits: &str) -> Result<Self, ParseU256Error> {
        if digits.is_empty() {
            return Err(ParseU256Error::Empty);
        }
        check_digits(digits, 10, MAX_DECIMAL_DIGITS)?;
        let mut limbs = [0u64; 4];
        for digit in digits.chars() {
            let mut carry = u128::from(digit.to_digit(10).unwrap_or_default());
            for limb in &mut limbs {
                let value = u128::from(*limb) * 10 + carry;
                *limb = value as u64;
                carry = value >> 64;
            }
            if carry != 0 {
                return Err(ParseU256Error::Overflow);
            }
        }
        Ok(Self(BigInt(limbs)))
    }
}

fn check_digits(digits: &str, base: u32, max: usize) -> Result<(), ParseU256Error> {
    if let Some((position, found)) = digits.char_indices().find(|(_, c)| !c.is_digit(base)) {
        return Err(ParseU256Error::Digit {
            base,
            position,
            found,
        });
    }
    if digits.len() > max {
        return Err(ParseU256Error::TooLong {
            max,
            found: digits.len(),
        });
    }
    Ok(())
}

impl From<u64> for U256 {
    fn from(value: u64) -> Self {
        Self(BigInt([value, 0, 0, 0]))
    }
}

impl FromStr for U256 {
    type Err = ParseU256Error;

    fn from_str(text: &str) -> Result<Self, ParseU256Error> {
        match text.strip_prefix("0x") {
            Some(digits) => Self::from_hex_digits(digits),
            None => Self::from_decimal_digits(text),
        }
    }
}

impl fmt::LowerHex for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = hex::encode(self.to_be_bytes());
        let digits = digits.trim_start_matches('0');
        f.pad_integral(true, "0x", if digits.is_empty() { "0" } else { digits })
    }
}

/// Decimal.
impl fmt::Display for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reversed = Vec::with_capacity(MAX_DECIMAL_DIGITS);
        let mut rest = *self;
        while let Some((quotient, digit)) = rest.checked_div_rem(10) {
            reversed.push(char::from(b'0' + digit as u8));
            if quotient.is_zero() {
                break;
            }
            rest = quotient;
        }
        f.pad_integral(true, "", &reversed.iter().rev().collect::<String>())
    }
}

impl Serialize for U256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:#x}"))
    }
}

impl<'de> Deserialize<'de> for U256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = U256;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "an unsigned 256-bit integer: 0x and up to 64 digits, a decimal string or a number",
                )
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<U256, E> {
                Ok(value.into())
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<U256, E> {
                text.parse().map_err(E::custom)
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(NumberVisitor)
        } else {
            deserializer.deserialize_str(NumberVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_forms_in_use() {
        for text in ["\"0x1\"", "\"1\"", "1", "\"0x0001\""] {
            assert_eq!(
                serde_json::from_str::<U256>(text).unwrap(),
                U256::from(1),
                "{text}"
            );
        }
        let longest = format!("0x{}", "f".repeat(64));
        assert_eq!(longest.parse::<U256>().unwrap(), U256::MAX);
        assert_eq!(U256::MAX.to_string().parse::<U256>().unwrap(), U256::MAX);
        assert_eq!(serde_json::to_string(&U256::from(2)).unwrap(), "\"0x2\"");
        assert_eq!(serde_json::to_string(&U256::ZERO).unwrap(), "\"0x0\"");
    }

    #[test]
    fn rejects_what_is_not_a_256_bit_number() {
        use ParseU256Error::{Digit, Empty, Overflow, TooLong};
        assert_eq!("".parse::<U256>(), Err(Empty));
        assert_eq!("0x".parse::<U256>(), Err(Empty));
        assert_eq!(
            "0xg".parse::<U256>(),
            Err(Digit {
                base: 16,
                position: 0,
                found: 'g'
            })
        );
        assert_eq!(
            "+1".parse::<U256>(),
            Err(Digit {
                base: 10,
                position: 0,
                found: '+'
            })
        );
        assert_eq!(
            "1\u{0663}".parse::<U256>(),
            Err(Digit {
                base: 10,
                position: 1,
                found: '\u{0663}'
            })
        );
        assert_eq!(
            format!("0x{}", "0".repeat(65)).parse::<U256>(),
            Err(TooLong { max: 64, found: 65 })
        );
        assert_eq!("9".repeat(78).parse::<U256>(), Err(Overflow));
        for json in ["-1", "1.5", "1e3", "null", "18446744073709551616", "[1]"] {
            assert!(serde_json::from_str::<U256>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn arithmetic_at_the_edges() {
        assert_eq!(U256::MAX.checked_add(U256::from(1)), None);
        assert_eq!(U256::ZERO.checked_sub(U256::from(1)), None);
        assert_eq!(
            U256::MAX.checked_sub(U256::MAX).map(|rest| rest.is_zero()),
            Some(true)
        );
        assert_eq!(U256::MAX.checked_mul(1), Some(U256::MAX));
        assert_eq!(U256::MAX.checked_mul(2), None);
        assert_eq!(
            U256::from(u64::MAX).checked_mul(u64::MAX),
            Some(U256::from_limbs([1, u64::MAX - 1, 0, 0]))
        );
        assert_eq!(U256::from(7).checked_div_rem(0), None);
        let (third, rest) = U256::MAX.checked_div_rem(3).unwrap();
        assert_eq!((third, rest), (U256::from_limbs([0x5555_5555_5555_5555; 4]), 0));
    }

    proptest! {
        #[test]
        fn text_and_bytes_round_trip(limbs: [u64; 4]) {
            let number = U256::from_limbs(limbs);
            prop_assert_eq!(number.to_string().parse::<U256>().unwrap(), number);
            prop_assert_eq!(format!("{number:#x}").parse::<U256>().unwrap(), number);
            prop_assert_eq!(U256::from_be_bytes(number.to_be_bytes()), number);
        }
    }
}
