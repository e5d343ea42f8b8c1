//! Schnorr signatures on the Edwards curve over BN254's scalar field, with Rescue as the random oracle: the signatures
//! whose validity a state proof shows.
//!
//! `s = c * secret + r`, `R = r * G`, and `c` the low 248 bits of a Rescue hash over domain tag, key, `R` and message.
//! Nonces are deterministic, so that signing needs no randomness.

mod key;

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig};
use ark_ff::{AdditiveGroup, MontFp, PrimeField};
use ark_serialize::Compress;
use thiserror::Error;

use crate::codec::{self, DecodeError};
use crate::field::{self, Fr, Fs};
use crate::rescue;
use crate::tagged::Tagged;
use crate::tagged_text;

pub use key::{KEY_PAIR_TAG, SigningKey, VerifyingKey};

/// Bits of the challenge that are kept: what 31 bytes hold, below the subgroup's order.
pub const CHALLENGE_BITS: usize = 248;

/// `SCHNORR_WITH_RESCUE_HASH_v01` read as a big-endian integer.
const DOMAIN_SEPARATOR: Fr = MontFp!("8768598600923457927078995719648797703557228326481473431227568894001");

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The key is the identity up to torsion, under which anybody can sign: a padding entry of a stake table.
    #[error("the verifying key is the identity (a padding entry); nobody can sign with it")]
    IdentityKey,
    /// The key or the signature's point does not satisfy the curve equation.
    #[error("the verifying key or the signature's R is not a point of the curve")]
    NotOnCurve,
    /// The verification equation does not hold.
    #[error("the signature does not verify for this key and message")]
    Invalid,
}

/// A signature. The default (`s` = 0, `R` = identity) stands for "did not sign" in a circuit's padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// `c * secret + r`.
    pub s: Fs,
    /// `r * G`.
    pub r: EdwardsAffine,
}

impl Default for Signature {
    fn default() -> Self {
        Self {
            s: Fs::ZERO,
            r: EdwardsAffine::zero(),
        }
    }
}

impl Signature {
    /// The 64-byte form: `s` and the compressed `R`.
    pub fn to_compressed_bytes(&self) -> Vec<u8> {
        [
            field::to_le_bytes(&self.s).as_slice(),
            &codec::point_bytes(&self.r, Compress::Yes),
        ]
        .concat()
    }
}

impl Tagged for Signature {
    const TAG: &'static str = "SCHNORR_SIG";

    fn to_value(&self) -> Vec<u8> {
        [
            field::to_le_bytes(&self.s).as_slice(),
            &codec::point_bytes(&self.r, Compress::No),
        ]
        .concat()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let bytes: [u8; 96] = codec::exactly("Schnorr signature", value)?;
        let (s, r) = bytes.split_at(32);
        Ok(Self {
            s: codec::scalar("Schnorr signature's s", s)?,
            r: codec::point("Schnorr signature's R", r)?,
        })
    }
}

tagged_text!(Signature, VerifyingKey);

/// The tag that separates these hashes from every other use of Rescue, as the field element that is hashed.
pub fn domain_separator() -> Fr {
    DOMAIN_SEPARATOR
}

/// What is hashed for the challenge: domain separator, key, `R`, message.
pub fn challenge_preimage(key: &VerifyingKey, r: &EdwardsAffine, message: &[Fr]) -> Vec<Fr> {
    let mut preimage = vec![DOMAIN_SEPARATOR, key.0.x, key.0.y, r.x, r.y];
    preimage.extend_from_slice(message);
    preimage
}

/// The challenge `c`: the low 248 bits of the hash.
pub fn challenge(key: &VerifyingKey, r: &EdwardsAffine, message: &[Fr]) -> Fs {
    let digest = rescue::hash(&challenge_preimage(key, r, message));
    Fs::from_le_bytes_mod_order(&field::to_le_bytes(&digest)[..CHALLENGE_BITS / 8])
}

impl VerifyingKey {
    /// Checks `s * G = R + c * key`, without multiplication by the cofactor, as the circuit does.
    ///
    /// # Errors
    /// [`Error::IdentityKey`] and [`Error::NotOnCurve`] for points that no decoder of this crate lets through, and
    /// [`Error::Invalid`] when the equation fails.
    pub fn verify(&self, message: &[Fr], signature: &Signature) -> Result<(), Error> {
        if !self.0.is_on_curve() || !signature.r.is_on_curve() {
            return Err(Error::NotOnCurve);
        }
        if self.is_identity() {
            return Err(Error::IdentityKey);
        }
        let c = challenge(self, &signature.r, message);
        let left = EdwardsConfig::GENERATOR * signature.s;
        let right = self.0 * c + signature.r;
        if left == right {
            Ok(())
        } else {
            Err(Error::Invalid)
        }
    }

    /// Whether the cofactor takes this point to the identity, so that it is no key.
    pub fn is_identity(&self) -> bool {
        self.0.mul_by_cofactor_to_group().into_affine().is_zero()
    }
}
