//! Numbers as people write them in configuration files: `12`, `"0xff"`, `"1 gwei"`, `"1mb"`.

use crema_light_client::u256::{ParseU256Error, U256};
use thiserror::Error;

/// Why a text is not the number that was expected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseNumberError {
    /// The digits.
    #[error(transparent)]
    Digits(#[from] ParseU256Error),
    /// The unit behind the digits.
    #[error("unknown unit {found:?}; expected {expected}")]
    Unit {
        /// The units known.
        expected: &'static str,
        /// The unit found, shortened.
        found: String,
    },
    /// More digits behind the point than the unit has.
    #[error("{found} digits behind the point are finer than the unit can be divided (at most {max})")]
    TooFine {
        /// The most digits.
        max: u32,
        /// The digits found.
        found: usize,
    },
    /// Too large for its type.
    #[error("the number does not fit {bits} bits")]
    Overflow {
        /// Bits of the type.
        bits: u32,
    },
}

/// Number and unit of `text`: the unit starts at the first letter that does not belong to a hexadecimal number.
fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    if text.starts_with("0x") {
        return text.split_once(char::is_whitespace).unwrap_or((text, ""));
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

/// `number` times `10^decimals`, where `number` may have a decimal point.
fn scaled(number: &str, decimals: u32) -> Result<U256, ParseNumberError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > decimals as usize {
        return Err(ParseNumberError::TooFine {
            max: decimals,
            found: fraction.len(),
        });
    }
    if fraction.is_empty() && decimals == 0 {
        return Ok(whole.parse()?);
    }
    if whole.starts_with("0x") {
        let mut value: U256 = whole.parse()?;
        for _ in 0..decimals {
            value = value
                .checked_mul(10)
                .ok_or(ParseNumberError::Overflow { bits: 256 })?;
        }
        return Ok(value);
    }
    if whole.is_empty() {
        return Err(ParseU256Error::Empty.into());
    }
    let zeros = "0".repeat(decimals as usize - fraction.len());
    Ok(format!("{whole}{fraction}{zeros}").parse()?)
}

/// An amount of wei: a number and one of Ethereum's units, wei when none is named.
///
/// # Errors
/// On anything else, and on fractions of a wei.
pub fn parse_wei(text: &str) -> Result<U256, ParseNumberError> {
    let (number, unit) = split_unit(text);
    let decimals = match unit.to_ascii_lowercase().as_str() {
        "" | "wei" => 0,
        "kwei" => 3,
        "mwei" => 6,
        "gwei" => 9,
        "szabo" => 12,
        "finney" => 15,
        "eth" | "ether" => 18,
        _ => {
            return Err(ParseNumberError::Unit {
                expected: "wei, kwei, mwei, gwei, szabo, finney or ether",
                found: unit.chars().take(32).collect(),
            });
        }
    };
    scaled(number, decimals)
}

/// A size in bytes: a number, and optionally `b`, a decimal unit (`kb`, `mb`, …) or a binary one (`kib`, `mib`, …).
///
/// # Errors
/// On anything else, on fractions of a byte, and on sizes of 2^64 and more.
pub fn parse_bytes(text: &str) -> Result<u64, ParseNumberError> {
    let (number, unit) = split_unit(text);
    let (decimals, binary) = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => (0, 0),
        "k" | "kb" => (3, 0),
        "m" | "mb" => (6, 0),
        "g" | "gb" => (9, 0),
        "t" | "tb" => (12, 0),
        "kib" | "ki" => (0, 10),
        "mib" | "mi" => (0, 20),
        "gib" | "gi" => (0, 30),
        "tib" | "ti" => (0, 40),
        _ => {
            return Err(ParseNumberError::Unit {
                expected: "b, kb, mb, gb, tb, kib, mib, gib or tib",
                found: unit.chars().take(32).collect(),
            });
        }
    };
    scaled(number, decimals)?
        .checked_mul(1 << binary)
        .and_then(|size| match size.limbs() {
            [low, 0, 0, 0] => Some(low),
            _ => None,
        })
        .ok_or(ParseNumberError::Overflow { bits: 64 })
}

/// Implements serde for a number that JSON and TOML may give as integer or text. Human-readable formats write
/// `Display`; binary formats use the inner type's form.
macro_rules! serde_from_text_or_integer {
    ($name:ty, $inner:ty, $expecting:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct NumberVisitor;

                impl serde::de::Visitor<'_> for NumberVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<$name, E> {
                        Ok(value.into())
                    }

                    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<$name, E> {
                        u64::try_from(value)
                            .map(Into::into)
                            .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(value), &self))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(NumberVisitor)
                } else {
                    <$inner>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}
pub(crate) use serde_from_text_or_integer;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_with_units() {
        let wei = |text: &str| parse_wei(text).map(|value| value.to_string());
        assert_eq!(wei("1 wei").unwrap(), "1");
        assert_eq!(wei("17").unwrap(), "17");
        assert_eq!(wei("0x11").unwrap(), "17");
        assert_eq!(wei("1 gwei").unwrap(), "1000000000");
        assert_eq!(wei("0x2 gwei").unwrap(), "2000000000");
        assert_eq!(wei("1.5gwei").unwrap(), "1500000000");
        assert_eq!(wei(".5 ether").unwrap_err(), ParseU256Error::Empty.into());
        assert_eq!(wei("2 Ether").unwrap(), format!("2{}", "0".repeat(18)));
        assert!(matches!(wei("1 dollar"), Err(ParseNumberError::Unit { .. })));
        assert!(matches!(
            wei("1.5 wei"),
            Err(ParseNumberError::TooFine { max: 0, found: 1 })
        ));
        assert!(matches!(wei("1.5.5 gwei"), Err(ParseNumberError::Digits(_))));
        assert!(matches!(wei("-1 wei"), Err(ParseNumberError::Unit { .. })));
        assert!(wei("").is_err() && wei("wei").is_err() && wei("1 wei wei").is_err());
    }

    #[test]
    fn sizes_with_units() {
        assert_eq!(parse_bytes("1mb"), Ok(1_000_000));
        assert_eq!(parse_bytes("30mb"), Ok(30_000_000));
        assert_eq!(parse_bytes("30720"), Ok(30720));
        assert_eq!(parse_bytes("1 MiB"), Ok(1 << 20));
        assert_eq!(parse_bytes("1.5 kb"), Ok(1500));
        assert_eq!(parse_bytes("0x10"), Ok(16));
        assert_eq!(parse_bytes("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(
            parse_bytes("18446744073709551616"),
            Err(ParseNumberError::Overflow { bits: 64 })
        );
        assert_eq!(
            parse_bytes("20000000 tib"),
            Err(ParseNumberError::Overflow { bits: 64 })
        );
        assert!(matches!(
            parse_bytes("1 parsec"),
            Err(ParseNumberError::Unit { .. })
        ));
    }
}
