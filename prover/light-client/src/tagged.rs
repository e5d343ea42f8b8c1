//! Tagged base64: `TAG~` and the URL-safe base64, without padding, of a value and one checksum byte.
//!
//! The checksum is CRC-8 (polynomial 7, initial value 0) over the tag and the value, XORed with the value's length.
//! In binary serde formats the same data is one byte string: tag length, tag, value length, value, checksum, lengths
//! as little-endian `u64`.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::codec::DecodeError;

/// Longest binary frame read, in bytes: far above every tagged type, far below what could exhaust memory.
const MAX_FRAME: usize = 1 << 16;

/// A type with a tagged base64 form. [`tagged_text`](crate::tagged_text) turns an implementation into `Display`,
/// `FromStr` and serde's traits.
pub trait Tagged: Sized {
    /// The tag, in front of the `~`.
    const TAG: &'static str;

    /// The bytes that are encoded.
    fn to_value(&self) -> Vec<u8>;

    /// The inverse of [`Self::to_value`]; accepts exactly the bytes that it produces.
    ///
    /// # Errors
    /// On any other bytes.
    fn from_value(value: &[u8]) -> Result<Self, DecodeError>;
}

/// Why a text or a binary frame is not the tagged value that was expected.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TaggedError {
    /// No `~`.
    #[error("not tagged base64: expected TAG~base64, found no ~")]
    Separator,
    /// Another tag.
    #[error("expected a value tagged {expected}, found {found:?}")]
    Tag {
        /// The tag of the type asked for.
        expected: &'static str,
        /// The tag in the text, shortened.
        found: String,
    },
    /// Not URL-safe base64 without padding.
    #[error("the part after {tag}~ is not URL-safe base64 without padding: {reason}")]
    Base64 {
        /// The tag.
        tag: &'static str,
        /// What the decoder says.
        reason: base64::DecodeError,
    },
    /// Nothing after the tag.
    #[error("{tag}~ carries no data, not even a checksum")]
    Empty {
        /// The tag.
        tag: &'static str,
    },
    /// The last byte does not fit the rest: a typing or copying error.
    #[error("checksum of this {tag} is {found:#04x}, its data gives {expected:#04x}; copy it again")]
    Checksum {
        /// The tag.
        tag: &'static str,
        /// Computed from tag and value.
        expected: u8,
        /// The last byte.
        found: u8,
    },
    /// The binary frame's lengths do not add up.
    #[error("binary form of {tag} is malformed: its lengths do not add up to its {found} bytes")]
    Frame {
        /// The tag of the type asked for.
        tag: &'static str,
        /// Bytes in the frame.
        found: usize,
    },
    /// The bytes are intact but are no such value.
    #[error("invalid {tag}: {source}")]
    Value {
        /// The tag.
        tag: &'static str,
        /// What is wrong with the value.
        source: DecodeError,
    },
}

/// The checksum byte of `value` under `tag`.
fn checksum(tag: &str, value: &[u8]) -> u8 {
    let crc = tag.as_bytes().iter().chain(value).fold(0u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| {
            (crc << 1) ^ if crc & 0x80 == 0 { 0 } else { 0x07 }
        })
    });
    crc ^ value.len() as u8
}

/// `value` as tagged base64.
pub fn encode(tag: &str, value: &[u8]) -> String {
    // Signing keys pass through here too, so no copy of the value is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(value.len() + 1));
    bytes.extend_from_slice(value);
    bytes.push(checksum(tag, value));
    let mut text = String::with_capacity(tag.len() + 1 + bytes.len().div_ceil(3) * 4);
    text.push_str(tag);
    text.push('~');
    URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
    text
}

/// The value in `text`, which must be tagged `tag`.
///
/// # Errors
/// On another tag, bad base64 or a wrong checksum.
pub fn decode(tag: &'static str, text: &str) -> Result<Vec<u8>, TaggedError> {
    let (found, data) = text.split_once('~').ok_or(TaggedError::Separator)?;
    if found != tag {
        return Err(TaggedError::Tag {
            expected: tag,
            found: found.chars().take(32).collect(),
        });
    }
    let mut value = URL_SAFE_NO_PAD
        .decode(data)
        .map_err(|reason| TaggedError::Base64 { tag, reason })?;
    let found = value.pop().ok_or(TaggedError::Empty { tag })?;
    check(tag, &value, found)?;
    Ok(value)
}

fn check(tag: &'static str, value: &[u8], found: u8) -> Result<(), TaggedError> {
    let expected = checksum(tag, value);
    if found == expected {
        Ok(())
    } else {
        Err(TaggedError::Checksum { tag, expected, found })
    }
}

/// The text of a tagged type.
pub fn to_text<T: Tagged>(tagged: &T) -> String {
    encode(T::TAG, &tagged.to_value())
}

/// A tagged type from its text.
///
/// # Errors
/// As [`decode`], and when the value is not one of `T`.
pub fn from_text<T: Tagged>(text: &str) -> Result<T, TaggedError> {
    from_value(&Zeroizing::new(decode(T::TAG, text)?))
}

fn from_value<T: Tagged>(value: &[u8]) -> Result<T, TaggedError> {
    T::from_value(value).map_err(|source| TaggedError::Value { tag: T::TAG, source })
}

/// The binary form of a tagged type, without the length that binary formats put before a byte string.
pub fn to_frame<T: Tagged>(tagged: &T) -> Vec<u8> {
    let value = tagged.to_value();
    let mut frame = Vec::with_capacity(17 + T::TAG.len() + value.len());
    for part in [T::TAG.as_bytes(), &value] {
        frame.extend_from_slice(&(part.len() as u64).to_le_bytes());
        frame.extend_from_slice(part);
    }
    frame.push(checksum(T::TAG, &value));
    frame
}

/// A tagged type from its binary form.
///
/// # Errors
/// On lengths that do not add up, another tag, a wrong checksum, or a value that is not one of `T`.
pub fn from_frame<T: Tagged>(frame: &[u8]) -> Result<T, TaggedError> {
    let malformed = || TaggedError::Frame {
        tag: T::TAG,
        found: frame.len(),
    };
    let (tag, rest) = split_part(frame).ok_or_else(malformed)?;
    if tag != T::TAG.as_bytes() {
        let found = String::from_utf8_lossy(tag).chars().take(32).collect();
        return Err(TaggedError::Tag {
            expected: T::TAG,
            found,
        });
    }
    let (value, rest) = split_part(rest).ok_or_else(malformed)?;
    let &[found] = rest else { return Err(malformed()) };
    check(T::TAG, value, found)?;
    from_value(value)
}

/// A length-prefixed part and what follows it.
fn split_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// Serializes text for people, the binary frame otherwise.
///
/// # Errors
/// The serializer's.
pub fn serialize<T: Tagged, S: Serializer>(tagged: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&to_text(tagged))
    } else {
        serializer.serialize_bytes(&to_frame(tagged))
    }
}

/// The inverse of [`serialize`].
///
/// # Errors
/// The deserializer's, and those of [`from_text`] and [`from_frame`].
pub fn deserialize<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(TaggedVisitor(PhantomData))
    } else {
        deserializer.deserialize_byte_buf(TaggedVisitor(PhantomData))
    }
}

struct TaggedVisitor<T>(PhantomData<T>);

impl<'de, T: Tagged> Visitor<'de> for TaggedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value tagged {}", T::TAG)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        from_text(text).map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, frame: &[u8]) -> Result<T, E> {
        from_frame(frame).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<T, A::Error> {
        let mut frame = Vec::new();
        while let Some(byte) = bytes.next_element()? {
            if frame.len() == MAX_FRAME {
                return Err(de::Error::custom(TaggedError::Frame {
                    tag: T::TAG,
                    found: frame.len() + 1,
                }));
            }
            frame.push(byte);
        }
        self.visit_bytes(&frame)
    }
}

/// Implements `Display`, `FromStr`, `Serialize` and `Deserialize` for types that are [`Tagged`].
///
/// Not for secrets: their text must not come out of a formatter.
#[macro_export]
macro_rules! tagged_text {
    ($($type:ty),+ $(,)?) => {$(
        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&$crate::tagged::to_text(self))
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::tagged::TaggedError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::tagged::from_text(text)
            }
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::tagged::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::tagged::deserialize(deserializer)
            }
        }
    )+};
}
