//! The versioned binary serialization, `vbs`: protocol version (major and minor, `u16` little-endian), then bincode.
//!
//! bincode 1.3 fixes the format that Rust clients of HotShot speak: little-endian fixed-width integers, `u64` lengths,
//! `u32` variant indices. That release is the format's reference and gets no updates any more, so it is used here and
//! nowhere else. Decoding is bounded by the input: a length that the input cannot hold is an error before memory is
//! reserved for it, and bytes after the value are an error too.

use bincode::Options;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::version::Version;

/// Bytes in front of the value.
const VERSION_BYTES: usize = 4;

/// Longest message decoded by [`decode`], in bytes: twice the largest block that any public network allows.
pub const MAX_MESSAGE: usize = 1 << 26;

/// Why a value cannot be encoded, or bytes are no encoding of one.
#[derive(Debug, Error)]
pub enum WireError {
    /// Longer than the receiver takes.
    #[error("a message has at most {max} bytes here, found {found}")]
    TooLong {
        /// The most bytes accepted.
        max: usize,
        /// Bytes given.
        found: usize,
    },
    /// Too short for the version.
    #[error("a message starts with a 4-byte version, found {found} bytes")]
    NoVersion {
        /// Bytes given.
        found: usize,
    },
    /// Another version.
    #[error("expected a message of version {expected}, found version {found}; use the sender's version")]
    Version {
        /// The version asked for.
        expected: Version,
        /// The version in the message.
        found: Version,
    },
    /// Not the value asked for.
    #[error("not a binary encoding of the value asked for: {0}")]
    Value(#[source] bincode::Error),
    /// A value that has no binary form.
    #[error("the value has no binary encoding: {0}")]
    Encode(#[source] bincode::Error),
}

fn options() -> impl Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .reject_trailing_bytes()
}

/// `value` in binary, without a version.
///
/// # Errors
/// [`WireError::Encode`], for values that only some versions can express.
pub fn encode_unversioned<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, WireError> {
    options().serialize(value).map_err(WireError::Encode)
}

/// A value from all of `bytes`, which carry no version.
///
/// # Errors
/// [`WireError::TooLong`] or [`WireError::Value`].
pub fn decode_unversioned<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(WireError::TooLong {
            max: MAX_MESSAGE,
            found: bytes.len(),
        });
    }
    options()
        .with_limit(bytes.len() as u64)
        .deserialize(bytes)
        .map_err(WireError::Value)
}

/// `value` in binary, with its version in front.
///
/// # Errors
/// [`WireError::Encode`], for values that only some versions can express.
pub fn encode<T: Serialize + ?Sized>(version: Version, value: &T) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::with_capacity(VERSION_BYTES + 256);
    bytes.extend_from_slice(&version.major.to_le_bytes());
    bytes.extend_from_slice(&version.minor.to_le_bytes());
    options()
        .serialize_into(&mut bytes, value)
        .map_err(WireError::Encode)?;
    Ok(bytes)
}

/// A value from a message of `version` with at most [`MAX_MESSAGE`] bytes.
///
/// # Errors
/// As [`decode_any`], and [`WireError::Version`] on another version.
pub fn decode<T: DeserializeOwned>(version: Version, bytes: &[u8]) -> Result<T, WireError> {
    let (found, value) = split_version(bytes)?;
    if found != version {
        return Err(WireError::Version {
            expected: version,
            found,
        });
    }
    decode_unversioned(value)
}

/// A value from a message of any version, and that version.
///
/// # Errors
/// [`WireError::NoVersion`], [`WireError::TooLong`] or [`WireError::Value`].
pub fn decode_any<T: DeserializeOwned>(bytes: &[u8]) -> Result<(Version, T), WireError> {
    let (version, value) = split_version(bytes)?;
    Ok((version, decode_unversioned(value)?))
}

fn split_version(bytes: &[u8]) -> Result<(Version, &[u8]), WireError> {
    let ([a, b, c, d], value) = bytes
        .split_first_chunk::<VERSION_BYTES>()
        .ok_or(WireError::NoVersion { found: bytes.len() })?;
    let version = Version {
        major: u16::from_le_bytes([*a, *b]),
        minor: u16::from_le_bytes([*c, *d]),
    };
    Ok((version, value))
}
