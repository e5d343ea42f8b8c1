//! What a sequencer's routes answer.

use crema_types::{BlockHash, Header, Leaf, Payload, QuorumCertificate, Transaction};
use crema_vid::{Common, NamespaceProof};
use serde::{Deserialize, Serialize};

/// A leaf and its certificate, of `v0/availability/leaf/…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafQueryData {
    /// The leaf.
    pub leaf: Leaf,
    /// Certifies it.
    pub qc: QuorumCertificate,
}

/// A block, of `availability/block/…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockQueryData {
    /// Its header.
    pub header: Header,
    /// Its payload.
    pub payload: Payload,
    /// The header's hash.
    pub hash: BlockHash,
    /// Bytes of the payload.
    pub size: u64,
    /// Transactions in the payload.
    pub num_transactions: u64,
}

/// A namespace of a block, of `availability/block/:height/namespace/:namespace`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceProofQueryData {
    /// Proves that these are the namespace's transactions; none where the block's table does not list it.
    pub proof: Option<NamespaceProof>,
    /// The namespace's transactions.
    pub transactions: Vec<Transaction>,
}

/// What a block's shares have in common, of `availability/vid/common/…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VidCommonQueryData {
    /// The block's height.
    pub height: u64,
    /// The block's hash.
    pub block_hash: BlockHash,
    /// Commits to the payload.
    pub payload_hash: crema_types::VidCommitment,
    /// Missing for schemes that are not known here.
    pub common: Option<Common>,
}

/// Headers of a time, of `node/header/window/…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderWindow {
    /// The headers in the window.
    pub window: Vec<Header>,
    /// The last one before it.
    pub prev: Option<Header>,
    /// The first one after it.
    pub next: Option<Header>,
}
