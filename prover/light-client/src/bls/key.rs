//! The secret scalar, guarded.

use std::fmt;
use std::str::FromStr;

use ark_bn254::G2Affine;
use ark_ec::AffineRepr;
use ark_ff::{PrimeField, Zero};
use sha3::{Digest, Sha3_512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Signature, VerifyingKey, hash_to_curve};
use crate::codec::{self, DecodeError};
use crate::constant_time;
use crate::field::{self, Fr};
use crate::tagged::{self, Tagged, TaggedError};

/// Separates keys derived from a seed here from any other use of the seed.
const SEED_DOMAIN: &[u8] = b"crema bls signing key v1";

/// A non-zero secret scalar, wiped when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigningKey(Fr);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(secret)")
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
        // 512 bits reduced to 254 are as good as uniform; the counter is for the zero that nobody will see.
        let mut counter = 0u64;
        loop {
            let mut hasher = Sha3_512::new();
            hasher.update(SEED_DOMAIN);
            hasher.update(seed);
            hasher.update(counter.to_le_bytes());
            let wide = Zeroizing::new(<[u8; 64]>::from(hasher.finalize()));
            if let Ok(key) = Self::from_scalar(Fr::from_le_bytes_mod_order(wide.as_slice())) {
                return key;
            }
            counter += 1;
        }
    }

    /// The key with this secret.
    ///
    /// # Errors
    /// When the scalar is zero.
    pub fn from_scalar(secret: Fr) -> Result<Self, DecodeError> {
        if secret.is_zero() {
            return Err(DecodeError::ZeroSecret {
                what: "BLS signing key",
            });
        }
        Ok(Self(secret))
    }

    /// The secret as a `BLS_SIGNING_KEY~…` text.
    pub fn to_text(&self) -> Zeroizing<String> {
        let value = Zeroizing::new(self.to_value());
        Zeroizing::new(tagged::encode(Self::TAG, &value))
    }

    /// The point that this key's signatures verify under.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(constant_time::mul(&G2Affine::generator(), &self.0))
    }

    /// Signs bytes; the same key and message always give the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(constant_time::mul(&hash_to_curve(message), &self.0))
    }
}

impl Tagged for SigningKey {
    const TAG: &'static str = "BLS_SIGNING_KEY";

    /// The secret: wipe it after use.
    fn to_value(&self) -> Vec<u8> {
        field::to_le_bytes(&self.0).to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        Self::from_scalar(codec::scalar("BLS signing key", value)?)
    }
}

/// From a `BLS_SIGNING_KEY~…` text.
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
        assert_eq!(
            key.to_text().parse::<SigningKey>().unwrap().verifying_key(),
            key.verifying_key()
        );
    }
}
