//! Who a user of the broker is: a BLS key, and the ed25519 key that it vouches for.
//!
//! The BLS key is a node's identity; it signs once that the ed25519 key, with which the node authenticates connections,
//! is its own. The ed25519 key signs what the broker asks for in every connection, so that nothing can be replayed.

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use commonware_cryptography::{Signer as _, Verifier as _, ed25519};
use crema_consensus::NetworkKey;
use crema_light_client::bls;
use crema_types::commitment::CommitmentBuilder;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::message::{Nonce, Purpose};

/// Separates what is signed for brokers from everything else that the network key signs.
const NAMESPACE: &[u8] = b"crema cdn v1";

/// A user's secrets.
#[derive(Clone)]
pub struct Identity {
    stake: bls::VerifyingKey,
    network: ed25519::PrivateKey,
    binding: bls::Signature,
}

/// A user's keys, and the proof that they are of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The identity.
    pub stake_key: bls::VerifyingKey,
    /// Authenticates connections.
    pub network_key: [u8; 32],
    /// The identity's signature on both.
    pub binding: bls::Signature,
}

/// Why somebody is not who it says it is.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IdentityError {
    /// Not a key.
    #[error("the network key is no ed25519 key")]
    Key,
    /// The BLS key did not sign for the network key.
    #[error("the BLS key does not vouch for the network key: {0}")]
    Binding(bls::Error),
    /// The network key did not sign.
    #[error("the answer to the challenge is not signed by the network key")]
    Proof,
}

/// What the BLS key signs: both keys.
fn binding_message(stake: &bls::VerifyingKey, network: &[u8]) -> [u8; 32] {
    CommitmentBuilder::new("crema cdn user")
        .fixed_field("bls key", &stake.to_compressed_bytes())
        .bytes_field("network key", network)
        .finish()
}

/// What the network key signs: the broker's challenge, and what the connection is for.
fn proof_message(nonce: &Nonce, purpose: &Purpose) -> [u8; 32] {
    let builder = CommitmentBuilder::new("crema cdn connection").fixed_field("nonce", nonce);
    match purpose {
        Purpose::Line(credentials) => builder.fixed_field("line", &credentials.network_key),
        Purpose::Open { from, to } => builder.fixed_field("open from", from).fixed_field("to", to),
        Purpose::Accept { user, ticket } => builder.fixed_field("accept", user).fixed_field("ticket", ticket),
    }
    .finish()
}

impl Identity {
    /// The identity of a node with these keys.
    pub fn new(stake: &bls::SigningKey, network: ed25519::PrivateKey) -> Self {
        let key = stake.verifying_key();
        let binding = stake.sign(&binding_message(&key, network.public_key().as_ref()));
        Self {
            stake: key,
            network,
            binding,
        }
    }

    /// The key that peers know this node by.
    pub fn network_key(&self) -> NetworkKey {
        self.network.public_key()
    }

    /// What the broker is told.
    pub fn credentials(&self) -> Credentials {
        Credentials {
            stake_key: self.stake,
            network_key: bytes_of(&self.network_key()),
            binding: self.binding,
        }
    }

    /// Answers the broker's challenge.
    pub fn prove(&self, nonce: &Nonce, purpose: &Purpose) -> Vec<u8> {
        let proof = self.network.sign(NAMESPACE, &proof_message(nonce, purpose));
        proof.as_ref().to_vec()
    }
}

impl Credentials {
    /// Checks that the BLS key vouches for the network key. Takes a millisecond or two.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self) -> Result<(), IdentityError> {
        let message = binding_message(&self.stake_key, &self.network_key);
        self.stake_key
            .verify(&message, &self.binding)
            .map_err(IdentityError::Binding)
    }
}

/// A key's bytes.
pub fn bytes_of(key: &NetworkKey) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(key.as_ref());
    bytes
}

/// Checks the answer to a challenge.
///
/// # Errors
/// When the key is none, or did not sign.
pub fn check_proof(
    key: &[u8; 32],
    nonce: &Nonce,
    purpose: &Purpose,
    proof: &[u8],
) -> Result<(), IdentityError> {
    let key = NetworkKey::decode(Bytes::copy_from_slice(key)).map_err(|_| IdentityError::Key)?;
    let proof =
        ed25519::Signature::decode(Bytes::copy_from_slice(proof)).map_err(|_| IdentityError::Proof)?;
    if key.verify(NAMESPACE, &proof_message(nonce, purpose), &proof) {
        Ok(())
    } else {
        Err(IdentityError::Proof)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use commonware_cryptography::Signer as _;

    use super::*;

    pub fn identity(number: u8) -> Identity {
        let network = ed25519::PrivateKey::from_seed(number.into());
        Identity::new(&bls::SigningKey::from_seed(&[number; 32]), network)
    }

    #[test]
    fn keys_belong_together_and_answers_to_one_question() {
        let (one, other) = (identity(1), identity(2));
        assert_eq!(one.credentials().verify(), Ok(()));
        let mut mixed = one.credentials();
        mixed.network_key = other.credentials().network_key;
        assert!(matches!(mixed.verify(), Err(IdentityError::Binding(_))));

        let user = one.credentials().network_key;
        let purpose = Purpose::Open {
            from: user,
            to: other.credentials().network_key,
        };
        let proof = one.prove(&[3; 32], &purpose);
        assert_eq!(check_proof(&user, &[3; 32], &purpose, &proof), Ok(()));
        assert_eq!(
            check_proof(&user, &[4; 32], &purpose, &proof),
            Err(IdentityError::Proof)
        );
        let elsewhere = Purpose::Open { from: user, to: user };
        assert_eq!(
            check_proof(&user, &[3; 32], &elsewhere, &proof),
            Err(IdentityError::Proof)
        );
        assert_eq!(
            check_proof(&user, &[3; 32], &purpose, &proof[1..]),
            Err(IdentityError::Proof)
        );
        let accept = Purpose::Accept {
            user,
            ticket: [0; 16],
        };
        assert_eq!(
            check_proof(&user, &[3; 32], &accept, &proof),
            Err(IdentityError::Proof)
        );
    }
}
