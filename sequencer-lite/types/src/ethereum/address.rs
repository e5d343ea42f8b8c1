//! 20-byte account addresses.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// An account or contract on the L1, `0x` and 40 lower-case digits in every serde format.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 20]);

/// Why a text is no address.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("an address is written as 0x and 40 hexadecimal digits; found {found:?}")]
pub struct ParseAddressError {
    /// The text, shortened.
    pub found: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, ParseAddressError> {
        let mut bytes = [0; 20];
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| Self(bytes))
            .ok_or_else(|| ParseAddressError {
                found: text.chars().take(48).collect(),
            })
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AddressVisitor;

        impl Visitor<'_> for AddressVisitor {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address: 0x and 40 hexadecimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Address, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(AddressVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_forty_digits() {
        let text = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        assert_eq!(
            "0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266".parse::<Address>(),
            text.parse()
        );
        for bad in [
            "",
            "0x",
            &text[2..],
            &text[..41],
            "0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226g",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
