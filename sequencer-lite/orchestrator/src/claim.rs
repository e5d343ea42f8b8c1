//! What a node signs to take part.

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use crema_consensus::{Member, NetworkKey, Registration};
use crema_light_client::{bls, schnorr};
use crema_types::commitment::CommitmentBuilder;
use crema_types::network_config::PeerRecord;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest address, in bytes: a host name's 253 and a port.
const LONGEST_ADDRESS: usize = 260;

/// The name of a network that is being set up, drawn when its orchestrator first starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkId(#[serde(with = "hex_bytes")] pub [u8; 32]);

/// A node's claim on a slot: its keys, where it is reached, and two signatures of its BLS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The consensus key.
    pub stake_key: bls::VerifyingKey,
    /// The key for light-client states.
    pub state_key: schnorr::VerifyingKey,
    /// How peers reach the node, with its proof of possession.
    pub peer: PeerRecord,
    /// Milliseconds since 1970 when this was signed: a later claim of the same node replaces an earlier one.
    pub issued_at: u64,
    /// The BLS key's signature over all of the above and the network's name.
    pub signature: bls::Signature,
}

/// Why a claim is worth nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ClaimError {
    /// The network key.
    #[error("network_key is no ed25519 public key in hexadecimal: {0:?}")]
    NetworkKey(String),
    /// The address.
    #[error("address is no host:port of at most {LONGEST_ADDRESS} bytes: {0:?}")]
    Address(String),
    /// Somebody else's BLS key, or a key made from others' keys.
    #[error("the proof of possession does not verify under the BLS key: {0}")]
    Possession(bls::Error),
    /// Changed on the way, or meant for another network.
    #[error("the signature does not cover this claim on this network: {0}")]
    Signature(bls::Error),
}

impl Claim {
    /// The claim of a node with this registration, reached at `address`.
    pub fn sign(
        registration: &Registration,
        address: String,
        issued_at: u64,
        network: &NetworkId,
        key: &bls::SigningKey,
    ) -> Self {
        let member = &registration.member;
        let peer = PeerRecord {
            network_key: hex::encode(member.network_key.as_ref()),
            address,
            stores_payloads: member.stores_payloads,
            possession: registration.proof,
        };
        let message = message(&member.stake_key, &member.state_key, &peer, issued_at, network);
        Self {
            stake_key: member.stake_key,
            state_key: member.state_key,
            peer,
            issued_at,
            signature: key.sign(&message),
        }
    }

    /// Checks everything: two pairings.
    ///
    /// # Errors
    /// As [`ClaimError`] lists.
    pub fn verify(self, network: &NetworkId) -> Result<VerifiedClaim, ClaimError> {
        let address = &self.peer.address;
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        let port = port.and_then(|(_, port)| port.parse::<u16>().ok());
        if address.len() > LONGEST_ADDRESS || port.is_none_or(|port| port == 0) {
            return Err(ClaimError::Address(address.chars().take(64).collect()));
        }
        self.registration()?.verify().map_err(ClaimError::Possession)?;
        let message = message(
            &self.stake_key,
            &self.state_key,
            &self.peer,
            self.issued_at,
            network,
        );
        self.stake_key
            .verify(&message, &self.signature)
            .map_err(ClaimError::Signature)?;
        Ok(VerifiedClaim(self))
    }

    /// The entry for a committee that this claim carries, unchecked.
    ///
    /// # Errors
    /// [`ClaimError::NetworkKey`].
    pub fn registration(&self) -> Result<Registration, ClaimError> {
        registration(self.stake_key, self.state_key, &self.peer)
    }
}

/// A member's entry out of what a network's configuration says of it.
///
/// # Errors
/// [`ClaimError::NetworkKey`].
pub fn registration(
    stake_key: bls::VerifyingKey,
    state_key: schnorr::VerifyingKey,
    peer: &PeerRecord,
) -> Result<Registration, ClaimError> {
    let wrong = || ClaimError::NetworkKey(peer.network_key.chars().take(80).collect());
    let key = hex::decode(&peer.network_key).map_err(|_| wrong())?;
    let network_key = NetworkKey::decode(Bytes::from(key)).map_err(|_| wrong())?;
    Ok(Registration {
        member: Member {
            stake_key,
            state_key,
            network_key,
            stores_payloads: peer.stores_payloads,
        },
        proof: peer.possession,
    })
}

/// What a claim's signature covers. The tag separates it from votes and from the proof of possession.
fn message(
    stake_key: &bls::VerifyingKey,
    state_key: &schnorr::VerifyingKey,
    peer: &PeerRecord,
    issued_at: u64,
    network: &NetworkId,
) -> [u8; 32] {
    CommitmentBuilder::new("crema claim")
        .fixed_field("network", &network.0)
        .fixed_field("bls key", &stake_key.to_compressed_bytes())
        .bytes_field("schnorr key", &state_key.to_compressed_bytes())
        .bytes_field("network key", peer.network_key.as_bytes())
        .bytes_field("address", peer.address.as_bytes())
        .u64_field("stores payloads", peer.stores_payloads.into())
        .u64_field("issued at", issued_at)
        .finish()
}

/// A claim whose signatures have been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedClaim(Claim);

impl VerifiedClaim {
    /// The claim.
    pub fn claim(&self) -> &Claim {
        &self.0
    }
}

/// A member's word that it is up and has the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Its place in the stake table.
    pub node_index: u64,
    /// Its BLS key's signature.
    pub signature: bls::Signature,
}

impl Ready {
    /// The word of the member at `node_index`.
    pub fn sign(node_index: u64, network: &NetworkId, key: &bls::SigningKey) -> Self {
        Self {
            node_index,
            signature: key.sign(&ready_message(node_index, network)),
        }
    }

    /// Whether `key` has given its word.
    ///
    /// # Errors
    /// As [`bls::VerifyingKey::verify`].
    pub fn verify(&self, network: &NetworkId, key: &bls::VerifyingKey) -> Result<(), bls::Error> {
        key.verify(&ready_message(self.node_index, network), &self.signature)
    }
}

fn ready_message(node_index: u64, network: &NetworkId) -> [u8; 32] {
    CommitmentBuilder::new("crema ready")
        .fixed_field("network", &network.0)
        .u64_field("node index", node_index)
        .finish()
}

/// 32 bytes as hexadecimal text.
mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        hex::encode(bytes).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}
