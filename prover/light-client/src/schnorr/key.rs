//! Keys: the secret scalar, guarded, and its point.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use ark_ec::AffineRepr;
use ark_ed_on_bn254::EdwardsAffine;
use ark_ff::{PrimeField, Zero};
use ark_serialize::Compress;
use sha3::{Digest, Sha3_512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{DOMAIN_SEPARATOR, Signature, challenge};
use crate::codec::{self, DecodeError};
use crate::field::{self, Fr, Fs};
use crate::tagged::{self, Tagged, TaggedError};
use crate::{constant_time, rescue};

/// Tag of a key pair's text, which holds the same 32 bytes as a signing key's.
pub const KEY_PAIR_TAG: &str = "SCHNORR_KEY_PAIR";

/// Separates keys derived from a seed here from any other use of the seed.
const SEED_DOMAIN: &[u8] = b"crema schnorr signing key v1";

/// A point of the Edwards curve that signatures verify under.
///
/// The default is the identity, which pads stake tables: it has a text form but verifies nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerifyingKey(pub EdwardsAffine);

impl Default for VerifyingKey {
    fn default() -> Self {
        Self(EdwardsAffine::zero())
    }
}

/// By x, then y, as integers: an arbitrary order that is the same everywhere.
impl Ord for VerifyingKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.x, self.0.y).cmp(&(other.0.x, other.0.y))
    }
}

impl PartialOrd for VerifyingKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl VerifyingKey {
    /// The 32-byte form: `y`, and in the top bit whether `x` is the larger of its two values.
    pub fn to_compressed_bytes(&self) -> Vec<u8> {
        codec::point_bytes(&self.0, Compress::Yes)
    }
}

impl Tagged for VerifyingKey {
    const TAG: &'static str = "SCHNORR_VER_KEY";

    fn to_value(&self) -> Vec<u8> {
        codec::point_bytes(&self.0, Compress::No)
    }

    /// Accepts the identity, which stake tables are padded with.
    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(codec::point("Schnorr verifying key", value)?))
    }
}

/// A non-zero secret scalar, wiped when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigningKey {
    secret: Fs,
    #[zeroize(skip)]
    verifying_key: VerifyingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret of {})", self.verifying_key)
    }
}

impl SigningKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice())?;
        Ok(Self::from_seed(&seed))
    }

    /// The key that belongs to `seed`: always the same, and as hard to guess as the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        // 512 bits reduced to 251 are as good as uniform; the counter is for the zero that nobody will see.
        let mut counter = 0u64;
        loop {
            let mut hasher = Sha3_512::new();
            hasher.update(SEED_DOMAIN);
            hasher.update(seed);
            hasher.update(counter.to_le_bytes());
            let wide = Zeroizing::new(<[u8; 64]>::from(hasher.finalize()));
            let secret = Fs::from_le_bytes_mod_order(wide.as_slice());
            if let Ok(key) = Self::from_scalar(secret) {
                return key;
            }
            counter += 1;
        }
    }

    /// The key with this secret.
    ///
    /// # Errors
    /// When the scalar is zero.
    pub fn from_scalar(secret: Fs) -> Result<Self, DecodeError> {
        if secret.is_zero() {
            return Err(DecodeError::ZeroSecret {
                what: "Schnorr signing key",
            });
        }
        let verifying_key = VerifyingKey(constant_time::mul(&EdwardsAffine::generator(), &secret));
        Ok(Self {
            secret,
            verifying_key,
        })
    }

    /// Reads a `SCHNORR_KEY_PAIR~…` text.
    ///
    /// # Errors
    /// As [`tagged::from_text`].
    pub fn from_key_pair_text(text: &str) -> Result<Self, TaggedError> {
        let value = Zeroizing::new(tagged::decode(KEY_PAIR_TAG, text)?);
        Self::from_value(&value).map_err(|source| TaggedError::Value {
            tag: KEY_PAIR_TAG,
            source,
        })
    }

    /// The secret as a `SCHNORR_KEY_PAIR~…` text.
    pub fn to_key_pair_text(&self) -> Zeroizing<String> {
        let value = Zeroizing::new(self.to_value());
        Zeroizing::new(tagged::encode(KEY_PAIR_TAG, &value))
    }

    /// The secret as a `SCHNORR_SIGNING_KEY~…` text.
    pub fn to_text(&self) -> Zeroizing<String> {
        let value = Zeroizing::new(self.to_value());
        Zeroizing::new(tagged::encode(Self::TAG, &value))
    }

    /// The point that this key's signatures verify under.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying_key
    }

    /// Signs field elements; the same key and message always give the same signature.
    pub fn sign(&self, message: &[Fr]) -> Signature {
        let nonce = Zeroizing::new(self.nonce(message));
        let r = constant_time::mul(&EdwardsAffine::generator(), &nonce);
        let s = challenge(&self.verifying_key, &r, message) * self.secret + *nonce;
        Signature { s, r }
    }

    /// The hash of secret and message, reduced: known to nobody else and new for every message.
    fn nonce(&self, message: &[Fr]) -> Fs {
        let mut preimage = Zeroizing::new(Vec::with_capacity(2 + message.len()));
        preimage.push(DOMAIN_SEPARATOR);
        preimage.push(Fr::from(self.secret.into_bigint()));
        preimage.extend_from_slice(message);
        let digest = Zeroizing::new(field::to_le_bytes(&rescue::hash(&preimage)));
        Fs::from_le_bytes_mod_order(digest.as_slice())
    }
}

impl Tagged for SigningKey {
    const TAG: &'static str = "SCHNORR_SIGNING_KEY";

    /// The secret: wipe it after use.
    fn to_value(&self) -> Vec<u8> {
        field::to_le_bytes(&self.secret).to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        Self::from_scalar(codec::scalar("Schnorr signing key", value)?)
    }
}

/// From a `SCHNORR_SIGNING_KEY~…` text.
impl FromStr for SigningKey {
    type Err = TaggedError;

    fn from_str(text: &str) -> Result<Self, TaggedError> {
        tagged::from_text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_give_distinct_reproducible_keys() {
        let key = SigningKey::from_seed(&[7; 32]);
        assert_eq!(
            key.verifying_key(),
            SigningKey::from_seed(&[7; 32]).verifying_key()
        );
        assert_ne!(
            key.verifying_key(),
            SigningKey::from_seed(&[8; 32]).verifying_key()
        );
        assert_ne!(
            SigningKey::generate().unwrap().verifying_key(),
            SigningKey::generate().unwrap().verifying_key()
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::from_scalar(Fs::from(123456789u64)).unwrap();
        let shown = format!("{key:?}");
        assert!(
            !shown.contains("123456789") && shown.contains("SCHNORR_VER_KEY~"),
            "{shown}"
        );
    }

    #[test]
    fn zero_is_no_secret() {
        let text = tagged::encode(SigningKey::TAG, &[0; 32]);
        let zero = DecodeError::ZeroSecret {
            what: "Schnorr signing key",
        };
        assert_eq!(
            text.parse::<SigningKey>().unwrap_err(),
            TaggedError::Value {
                tag: SigningKey::TAG,
                source: zero
            }
        );
    }
}
