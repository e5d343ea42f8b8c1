//! What is stored, and what comes back.

use crema_types::vote::QuorumCertificate;
use crema_types::{Header, Leaf, NamespaceId, Payload, TransactionHash};
use crema_vid::{Common, Share};

use crate::ids::TransactionPlace;

/// A decided block with as much as is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredBlock {
    /// The leaf. Its payload field is not stored; [`Self::payload`] is.
    pub leaf: Leaf,
    /// Certifies the leaf.
    pub certificate: QuorumCertificate,
    /// The transactions.
    pub payload: Option<Payload>,
    /// The common part of the payload's dispersal.
    pub common: Option<Common>,
    /// This node's share of it.
    pub share: Option<Share>,
}

impl StoredBlock {
    /// The block that every chain starts with, whose payload is empty and dispersed to one node.
    ///
    /// # Errors
    /// None in practice: one node is a number that dispersal knows.
    pub fn genesis(leaf: Leaf) -> Result<Self, crema_vid::Error> {
        let disperse = crema_vid::Scheme::new(1)?.disperse(&[])?;
        Ok(Self {
            certificate: leaf.genesis_certificate(),
            payload: Some(Payload::default()),
            common: Some(disperse.common),
            share: disperse.shares.into_iter().next(),
            leaf,
        })
    }
}

/// A leaf and the certificate for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// The leaf, without payload.
    pub leaf: Leaf,
    /// Certifies it.
    pub certificate: QuorumCertificate,
}

/// A header and, if it is known, the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPayload {
    /// The header.
    pub header: Header,
    /// The payload.
    pub payload: Option<Payload>,
}

/// A header and, if it is known, the common part of the payload's dispersal.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredCommon {
    /// The header.
    pub header: Header,
    /// The common part.
    pub common: Option<Common>,
}

/// A block without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSummary {
    /// The header.
    pub header: Header,
    /// Bytes of the payload.
    pub size: u64,
    /// Number of transactions, once the payload has been here.
    pub transactions: Option<u64>,
}

/// Sums over blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Transactions.
    pub transactions: u64,
    /// Bytes of payload.
    pub bytes: u64,
}

/// A row of headers, and those next to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderWindow {
    /// The headers, oldest first.
    pub window: Vec<Header>,
    /// The one before.
    pub prev: Option<Header>,
    /// The one behind; none when the window was cut to the limit, or is not over yet.
    pub next: Option<Header>,
}

/// What a rollup has had ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespaceSummary {
    /// The rollup.
    pub namespace: NamespaceId,
    /// Transactions.
    pub transactions: u64,
    /// Bytes of its transactions.
    pub bytes: u64,
    /// The newest block with one.
    pub last_height: u64,
}

/// One line in a list of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionEntry {
    /// The transaction.
    pub hash: TransactionHash,
    /// Where it is.
    pub place: TransactionPlace,
    /// The rollup.
    pub namespace: NamespaceId,
    /// When its block was proposed, in seconds since 1970.
    pub timestamp: u64,
    /// Transactions in its block.
    pub block_transactions: u64,
}
