//! Protocol versions, `major.minor`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// Before the dot.
    pub major: u16,
    /// After the dot.
    pub minor: u16,
}

impl Version {
    /// The first protocol version; also the version of the HTTP APIs' binary form.
    pub const V0_1: Self = Self { major: 0, minor: 1 };
    /// "Fee": what public networks started with.
    pub const V0_2: Self = Self { major: 0, minor: 2 };
    /// A stake-table contract in the chain configuration.
    pub const V0_3: Self = Self { major: 0, minor: 3 };
}

/// Why a text is no version.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a version is written major.minor, as in 0.2; found {found:?}")]
pub struct ParseVersionError {
    /// The text, shortened.
    pub found: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        // integers alone would also take a sign
        let number = |part: &str| {
            (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        text.split_once('.')
            .and_then(|(major, minor)| {
                Some(Self {
                    major: number(major)?,
                    minor: number(minor)?,
                })
            })
            .ok_or_else(|| ParseVersionError {
                found: text.chars().take(32).collect(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        assert_eq!("0.2".parse(), Ok(Version::V0_2));
        assert_eq!(Version::V0_3.to_string(), "0.3");
        for text in ["", "0", "0.", ".2", "0.2.1", "+0.2", "0.65536", "0.-1", "a.b"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
