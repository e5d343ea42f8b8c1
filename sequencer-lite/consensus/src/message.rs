//! What nodes tell one another beside simplex's votes.

use crema_light_client::bls;
use crema_types::vote::{DaCertificate, ViewNumber};
use crema_types::wire::{self, WireError};
use crema_types::{Leaf, Payload, Transaction, Version, VidCommitment};
use crema_vid::{Common, Share};
use serde::{Deserialize, Serialize};

/// Bytes of a message beyond its payload or share: leaf, certificates, commitments.
pub const OVERHEAD: u64 = 1 << 16;

/// A message between nodes. The connection says who sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// From the leader to each member: the leaf and the member's share of its payload.
    Proposal(Box<Proposal>),
    /// From the leader to the members that store payloads.
    Payload(Box<PayloadProposal>),
    /// From a storing member to the leader: it has stored the payload.
    DaVote(DaVote),
    /// From the leader to everybody: enough members have stored the payload.
    DaCertificate(Box<DaCertificate>),
    /// From anybody: a transaction for whoever builds the next block.
    Transaction(Transaction),
}

/// A proposed leaf, and one member's share of its payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The leaf.
    pub leaf: Leaf,
    /// What all shares have in common.
    pub common: Common,
    /// The share.
    pub share: Share,
}

/// A whole payload, proposed in a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PayloadProposal {
    /// The view.
    pub view: ViewNumber,
    /// Commits to the payload.
    pub common: Common,
    /// The payload.
    pub payload: Payload,
}

/// A member's vote that it has stored a payload: HotShot's vote on DA data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaVote {
    /// The view that the payload was proposed in.
    pub view: ViewNumber,
    /// The payload.
    pub payload: VidCommitment,
    /// The member's signature.
    pub signature: bls::Signature,
}

impl Message {
    /// Whether it goes before others: small, and somebody's vote waits for it.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Proposal(_) | Self::DaVote(_) | Self::DaCertificate(_) => true,
            Self::Payload(_) | Self::Transaction(_) => false,
        }
    }

    /// The message as it is sent.
    ///
    /// # Errors
    /// For headers of versions that this network does not have.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        wire::encode(Version::V0_2, self)
    }

    /// A message as it arrives.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        wire::decode(Version::V0_2, bytes)
    }
}
