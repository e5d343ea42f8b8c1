//! A node's secrets: BLS for consensus, Schnorr for light-client states, and one for connections that follows from
//! the first.

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use commonware_cryptography::{Signer as _, ed25519};
use crema_consensus::{Member, NetworkKey, Registration};
use crema_light_client::tagged::Tagged as _;
use crema_light_client::{bls, schnorr};
use sha3::{Digest as _, Sha3_256};
use zeroize::Zeroizing;

/// Separates the key for connections from any other use of the BLS secret.
const NETWORK_DOMAIN: &[u8] = b"crema network key v1";

/// A node's secrets.
#[derive(Clone, Debug)]
pub struct NodeKeys {
    /// Signs votes: the node's identity.
    pub stake: bls::SigningKey,
    /// Signs light-client states.
    pub state: schnorr::SigningKey,
}

impl NodeKeys {
    /// The secret that authenticates connections: ed25519, from a hash of the BLS secret, so that a node has one key
    /// file. The registration binds it to the BLS key.
    ///
    /// # Panics
    /// Never: every 32 bytes are an ed25519 secret.
    pub fn network(&self) -> ed25519::PrivateKey {
        let secret = Zeroizing::new(self.stake.to_value());
        let seed = Zeroizing::new(<[u8; 32]>::from(
            Sha3_256::new()
                .chain_update(NETWORK_DOMAIN)
                .chain_update(secret.as_slice())
                .finalize(),
        ));
        ed25519::PrivateKey::decode(Bytes::copy_from_slice(seed.as_slice()))
            .unwrap_or_else(|_| unreachable!("every 32 bytes are an ed25519 secret"))
    }

    /// The public key that peers know this node by.
    pub fn network_key(&self) -> NetworkKey {
        self.network().public_key()
    }

    /// The node's entry for a committee, with its proof of possession.
    pub fn register(&self, stores_payloads: bool) -> Registration {
        Member {
            stake_key: self.stake.verifying_key(),
            state_key: self.state.verifying_key(),
            network_key: self.network_key(),
            stores_payloads,
        }
        .register(&self.stake)
    }
}
