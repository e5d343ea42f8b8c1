//! BLS signatures over BN254, the signatures of consensus: keys in G2, signatures in G1.
//!
//! Signatures are deterministic and aggregate by addition. The scheme has no proof of possession: whoever adds keys up
//! must have admitted each of them to the stake table by other means.

mod hash_to_curve;
mod key;

use ark_bn254::{Bn254, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup};
use ark_serialize::Compress;
use thiserror::Error;

use crate::codec::{self, DecodeError};
use crate::tagged::Tagged;
use crate::tagged_text;

pub use hash_to_curve::hash_to_curve;
pub use key::SigningKey;

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// A key, or the sum of the keys, is the identity.
    #[error("the verifying key is the identity; nobody can sign with it")]
    IdentityKey,
    /// No keys to verify under.
    #[error("an aggregate signature needs at least one signer")]
    NoSigners,
    /// The pairing equation does not hold.
    #[error("the signature does not verify for this key and message")]
    Invalid,
}

/// A point of G2 that signatures verify under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerifyingKey(pub G2Affine);

/// A point of G1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signature(pub G1Affine);

impl VerifyingKey {
    /// Checks `e(signature, g2) = e(H(message), key)`.
    ///
    /// # Errors
    /// [`Error::IdentityKey`] or [`Error::Invalid`].
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), Error> {
        if self.0.is_zero() {
            return Err(Error::IdentityKey);
        }
        let left = [signature.0, -hash_to_curve(message)];
        let right = [G2Affine::generator(), self.0];
        if Bn254::multi_pairing(left, right).0 == ark_ff::Field::ONE {
            Ok(())
        } else {
            Err(Error::Invalid)
        }
    }

    /// The sum of `keys`, under which the aggregate of their signatures on one message verifies.
    ///
    /// # Errors
    /// [`Error::NoSigners`] without keys, [`Error::IdentityKey`] when they cancel out.
    pub fn aggregate(keys: &[Self]) -> Result<Self, Error> {
        if keys.is_empty() {
            return Err(Error::NoSigners);
        }
        let sum = keys.iter().map(|key| key.0).sum::<G2Projective>().into_affine();
        if sum.is_zero() {
            Err(Error::IdentityKey)
        } else {
            Ok(Self(sum))
        }
    }

    /// The 64-byte form: `x` with the sign of `y` in the top bit. Stake-table commitments hash this one.
    pub fn to_compressed_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(&codec::point_bytes(&self.0, Compress::Yes));
        bytes
    }
}

impl Signature {
    /// The sum of `signatures`.
    ///
    /// # Errors
    /// [`Error::NoSigners`] without signatures.
    pub fn aggregate(signatures: &[Self]) -> Result<Self, Error> {
        if signatures.is_empty() {
            return Err(Error::NoSigners);
        }
        Ok(Self(
            signatures
                .iter()
                .map(|signature| signature.0)
                .sum::<G1Projective>()
                .into_affine(),
        ))
    }
}

/// Checks an aggregate of signatures by all `keys` on one `message`.
///
/// # Errors
/// As [`VerifyingKey::aggregate`] and [`VerifyingKey::verify`].
pub fn verify_same_message(
    keys: &[VerifyingKey],
    message: &[u8],
    signature: &Signature,
) -> Result<(), Error> {
    VerifyingKey::aggregate(keys)?.verify(message, signature)
}

impl Tagged for VerifyingKey {
    const TAG: &'static str = "BLS_VER_KEY";

    fn to_value(&self) -> Vec<u8> {
        codec::point_bytes(&self.0, Compress::No)
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let what = "BLS verifying key";
        let point: G2Affine = codec::point(what, value)?;
        if point.is_zero() {
            Err(DecodeError::Identity { what })
        } else {
            Ok(Self(point))
        }
    }
}

impl Tagged for Signature {
    const TAG: &'static str = "BLS_SIG";

    fn to_value(&self) -> Vec<u8> {
        codec::point_bytes(&self.0, Compress::No)
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let what = "BLS signature";
        let point: G1Affine = codec::point(what, value)?;
        if point.is_zero() {
            Err(DecodeError::Identity { what })
        } else {
            Ok(Self(point))
        }
    }
}

tagged_text!(VerifyingKey, Signature);
