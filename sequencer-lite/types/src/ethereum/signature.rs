//! Signatures of builders: ECDSA over secp256k1 on EIP-191 personal messages, with the signer recovered.

use std::fmt;

use crema_light_client::u256::U256;
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};
use thiserror::Error;

use super::Address;

/// A recoverable signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EthereumSignature {
    /// The nonce point's x coordinate.
    pub r: U256,
    /// The proof that the signer knows key and nonce.
    pub s: U256,
    /// 27 or 28: the parity of the nonce point's y coordinate.
    pub v: u64,
}

/// Why no signer can be recovered from a signature.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// A parity that is none.
    #[error("v is 27 or 28, found {found}")]
    Parity {
        /// The `v` given.
        found: u64,
    },
    /// `r` or `s` is zero or not below the group's order.
    #[error("r and s are numbers from 1 to the order of secp256k1 minus 1")]
    Range,
    /// The upper half of `s`: a second signature made from somebody else's.
    #[error("s is above half of the group's order; use its negative, with the other v")]
    HighS,
    /// No public key fits.
    #[error("no public key fits this signature and message")]
    NoKey,
}

/// Keccak-256 of a personal message as EIP-191 wraps it.
pub fn personal_message_hash(message: &[u8]) -> [u8; 32] {
    Keccak256::new()
        .chain_update(b"\x19Ethereum Signed Message:\n")
        .chain_update(message.len().to_string())
        .chain_update(message)
        .finalize()
        .into()
}

impl EthereumSignature {
    /// The account whose key signed the personal message `message`.
    ///
    /// # Errors
    /// When the numbers are out of range, `s` is in its upper half, or no key fits.
    pub fn recover(&self, message: &[u8]) -> Result<Address, SignatureError> {
        let parity = match self.v {
            27 => 0,
            28 => 1,
            found => return Err(SignatureError::Parity { found }),
        };
        let signature = Signature::from_scalars(self.r.to_be_bytes(), self.s.to_be_bytes())
            .map_err(|_| SignatureError::Range)?;
        if signature.normalize_s().is_some() {
            return Err(SignatureError::HighS);
        }
        let recovery_id = RecoveryId::from_byte(parity).ok_or(SignatureError::Parity { found: self.v })?;
        VerifyingKey::recover_from_prehash(&personal_message_hash(message), &signature, recovery_id)
            .map(|key| address_of(&key))
            .map_err(|_| SignatureError::NoKey)
    }
}

/// The account of a public key: the last 20 bytes of its hash.
fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    // the first byte says that the point is uncompressed
    let hash = Keccak256::digest(&point.as_bytes()[1..]);
    let mut address = [0; 20];
    address.copy_from_slice(&hash[12..]);
    Address(address)
}

/// An account's secret key. Wiped when dropped and never printed.
#[derive(Clone)]
pub struct EthereumSigningKey(SigningKey);

impl fmt::Debug for EthereumSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EthereumSigningKey(secret)")
    }
}

impl EthereumSigningKey {
    /// The key with this big-endian secret.
    ///
    /// # Errors
    /// When it is zero or not below the group's order.
    pub fn from_be_bytes(secret: &[u8; 32]) -> Result<Self, SignatureError> {
        SigningKey::from_bytes(secret.into())
            .map(Self)
            .map_err(|_| SignatureError::Range)
    }

    /// The account.
    pub fn address(&self) -> Address {
        address_of(self.0.verifying_key())
    }

    /// Signs a personal message; the same key and message always give the same signature.
    ///
    /// # Errors
    /// [`SignatureError::NoKey`] when the deterministic nonce gives no signature, which no known message does.
    pub fn sign(&self, message: &[u8]) -> Result<EthereumSignature, SignatureError> {
        let (signature, recovery_id) = self
            .0
            .sign_prehash_recoverable(&personal_message_hash(message))
            .map_err(|_| SignatureError::NoKey)?;
        let (r, s) = signature.split_bytes();
        Ok(EthereumSignature {
            r: U256::from_be_bytes(r.into()),
            s: U256::from_be_bytes(s.into()),
            v: 27 + u64::from(recovery_id.is_y_odd()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn personal_messages_hash_as_wallets_hash_them() {
        assert_eq!(
            hex::encode(personal_message_hash(b"hello world")),
            "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68"
        );
    }

    #[test]
    fn ranges_are_checked() {
        let key = EthereumSigningKey::from_be_bytes(&[1; 32]).unwrap();
        let signature = key.sign(b"message").unwrap();
        let altered = |change: fn(&mut EthereumSignature)| {
            let mut signature = signature;
            change(&mut signature);
            signature.recover(b"message")
        };
        assert_eq!(altered(|_| ()), Ok(key.address()));
        assert_eq!(altered(|s| s.v = 0), Err(SignatureError::Parity { found: 0 }));
        assert_eq!(
            altered(|s| s.v = u64::MAX),
            Err(SignatureError::Parity { found: u64::MAX })
        );
        assert_eq!(altered(|s| s.r = U256::ZERO), Err(SignatureError::Range));
        assert_eq!(altered(|s| s.s = U256::MAX), Err(SignatureError::Range));
        assert_ne!(altered(|s| s.v = 55 - s.v), Ok(key.address()));
        let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
            .parse()
            .unwrap();
        let high = EthereumSignature {
            s: order.checked_sub(signature.s).unwrap(),
            v: 55 - signature.v,
            ..signature
        };
        assert_eq!(high.recover(b"message"), Err(SignatureError::HighS));
        assert!(EthereumSigningKey::from_be_bytes(&[0; 32]).is_err());
        assert!(EthereumSigningKey::from_be_bytes(&[0xff; 32]).is_err());
        assert_eq!(format!("{key:?}"), "EthereumSigningKey(secret)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn the_signer_is_recovered(secret in 1u64.., message: Vec<u8>) {
            let mut bytes = [0; 32];
            bytes[24..].copy_from_slice(&secret.to_be_bytes());
            let key = EthereumSigningKey::from_be_bytes(&bytes).unwrap();
            let signature = key.sign(&message).unwrap();
            prop_assert_eq!(signature.recover(&message), Ok(key.address()));
            let mut other = message.clone();
            other.push(0);
            prop_assert_ne!(signature.recover(&other), Ok(key.address()));
        }
    }
}
