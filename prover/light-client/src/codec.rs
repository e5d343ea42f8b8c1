//! Bytes of keys, signatures and states, decoded strictly: one byte string per value.

use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::{self, SWCurveConfig};
use ark_ec::twisted_edwards::{self, TECurveConfig};
use ark_serialize::{Compress, Validate};
use thiserror::Error;

use crate::field::{self, Field256};

/// Why some bytes are not the value they are said to be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// Another number of bytes.
    #[error("{what} takes {expected} bytes, found {found}")]
    Length {
        /// The type decoded.
        what: &'static str,
        /// Bytes it takes.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A number at or above its modulus, a flag that contradicts the point, or another second spelling of a value.
    #[error("{what} is not canonically encoded; encode reduced numbers and the point's own flag bits")]
    NonCanonical {
        /// The type decoded.
        what: &'static str,
    },
    /// Coordinates that do not satisfy the curve equation.
    #[error("{what} is not a point of its curve")]
    NotOnCurve {
        /// The type decoded.
        what: &'static str,
    },
    /// A point of the curve outside its prime-order subgroup.
    #[error("{what} is not in the prime-order subgroup")]
    WrongSubgroup {
        /// The type decoded.
        what: &'static str,
    },
    /// The identity where it has no meaning.
    #[error("{what} is the identity point, which no honest signer produces")]
    Identity {
        /// The type decoded.
        what: &'static str,
    },
    /// A zero secret.
    #[error("{what} is zero; generate a new key")]
    ZeroSecret {
        /// The type decoded.
        what: &'static str,
    },
}

/// `bytes` as exactly `N` of them.
pub(crate) fn exactly<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::Length {
        what,
        expected: N,
        found: bytes.len(),
    })
}

/// A canonical scalar from 32 little-endian bytes.
pub(crate) fn scalar<F: Field256>(what: &'static str, bytes: &[u8]) -> Result<F, DecodeError> {
    field::from_le_bytes(exactly(what, bytes)?).map_err(|_| DecodeError::NonCanonical { what })
}

/// The arkworks encoding of a point, coordinates little-endian with flags in the top bits of the last byte.
pub(crate) fn point_bytes<A: AffineRepr>(point: &A, compress: Compress) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(point.serialized_size(compress));
    point
        .serialize_with_mode(&mut bytes, compress)
        .expect("writing to a Vec cannot fail");
    bytes
}

/// A point that can tell which of its two checks fails.
pub(crate) trait CheckedPoint: AffineRepr {
    /// Whether the coordinates satisfy the curve equation.
    fn on_curve(&self) -> bool;
    /// Whether a point of the curve lies in the prime-order subgroup.
    fn in_subgroup(&self) -> bool;
}

impl<P: TECurveConfig> CheckedPoint for twisted_edwards::Affine<P> {
    fn on_curve(&self) -> bool {
        self.is_on_curve()
    }
    fn in_subgroup(&self) -> bool {
        self.is_in_correct_subgroup_assuming_on_curve()
    }
}

impl<P: SWCurveConfig> CheckedPoint for short_weierstrass::Affine<P> {
    fn on_curve(&self) -> bool {
        self.is_on_curve()
    }
    fn in_subgroup(&self) -> bool {
        self.is_in_correct_subgroup_assuming_on_curve()
    }
}

/// A point of the prime-order subgroup, the identity included, from its uncompressed arkworks encoding.
pub(crate) fn point<A: CheckedPoint>(what: &'static str, bytes: &[u8]) -> Result<A, DecodeError> {
    let expected = A::zero().uncompressed_size();
    if bytes.len() != expected {
        return Err(DecodeError::Length {
            what,
            expected,
            found: bytes.len(),
        });
    }
    // The library checks the range of the coordinates and nothing else here, so that each failure has its own name.
    let point = A::deserialize_with_mode(bytes, Compress::No, Validate::No)
        .map_err(|_| DecodeError::NonCanonical { what })?;
    if !point.on_curve() {
        return Err(DecodeError::NotOnCurve { what });
    }
    // It ignores a wrong sign flag, and the coordinates beside an infinity flag.
    if point_bytes(&point, Compress::No) != bytes {
        return Err(DecodeError::NonCanonical { what });
    }
    if !point.in_subgroup() {
        return Err(DecodeError::WrongSubgroup { what });
    }
    Ok(point)
}
