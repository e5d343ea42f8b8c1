//! What a node remembers: on disk before it acts on it.
//!
//! Votes rest on a leaf, the certificate that its payload is stored, and the node's own share; they are written before
//! the vote is given to simplex, which writes the vote itself before it sends it. Storing members write a payload
//! before they vote that it is stored. Decided leaves are written before anybody hears of them.

mod records;

use commonware_storage::Context;
use crema_types::vote::{DaCertificate, QuorumCertificate};
use crema_types::wire::WireError;
use crema_types::{Commitment, Leaf, Payload, VidCommitment};
use crema_vid::{Common, Share};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use records::Records;

/// Views below the decided one whose undecided proposals are kept, for peers that still certify them.
const KEPT_VIEWS: u64 = 256;

/// Why something could not be remembered or recalled. The node must stop: going on would break promises.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The archive.
    #[error("the store of {what} failed: {source}; check the disk, then restart")]
    Archive {
        /// Kind of record.
        what: &'static str,
        /// What happened.
        source: commonware_storage::archive::Error,
    },
    /// An earlier write failed.
    #[error("the store of {what} failed before; restart the node")]
    Lost {
        /// Kind of record.
        what: &'static str,
    },
    /// A value without binary form.
    #[error("a record of {what} cannot be written: {source}")]
    Encode {
        /// Kind of record.
        what: &'static str,
        /// What happened.
        source: WireError,
    },
    /// A record that cannot be read back.
    #[error("a record of {what} cannot be read: {source}; the store is damaged or of another version")]
    Decode {
        /// Kind of record.
        what: &'static str,
        /// What happened.
        source: WireError,
    },
    /// A hole in the decided chain.
    #[error(
        "the decided leaf of height {height} is missing; the store is damaged, restore it or start with an empty one"
    )]
    Missing {
        /// The height.
        height: u64,
    },
    /// A decided leaf that is no child of the one before.
    #[error(
        "the decided leaf of height {height} does not follow the one before; the store is damaged or another network's"
    )]
    Unlinked {
        /// The height.
        height: u64,
    },
    /// A decided header that does not follow from the one before.
    #[error("the decided leaf of height {height}: {reason}")]
    State {
        /// The height.
        height: u64,
        /// What is wrong.
        reason: String,
    },
}

/// A leaf that a quorum can vote for. The node's own share of the payload is remembered beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// The leaf.
    pub leaf: Leaf,
    /// Certifies that its payload is stored.
    pub certificate: DaCertificate,
}

/// A decided leaf and the certificate that is served with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedLeaf {
    /// The leaf.
    pub leaf: Leaf,
    /// Certifies the leaf.
    pub certificate: QuorumCertificate,
    /// Simplex's proof that the leaf is final, for the newest of the leaves decided at once. Peers that catch up
    /// follow the chain from one proof to the next.
    pub finality: Option<Vec<u8>>,
}

/// Everything a node remembers.
pub(crate) struct Store<E: Context> {
    bases: Records<E>,
    shares: Records<E>,
    payloads: Records<E>,
    decided: Records<E>,
}

impl<E: Context> Store<E> {
    /// Opens the store in partitions that start with `prefix`, and removes the torn end of an interrupted write.
    pub async fn open(context: &E, prefix: &str) -> Result<Self, StoreError> {
        Ok(Self {
            bases: Records::open(context.child("bases"), prefix, "proposals").await?,
            shares: Records::open(context.child("shares"), prefix, "shares").await?,
            payloads: Records::open(context.child("payloads"), prefix, "payloads").await?,
            decided: Records::open(context.child("decided"), prefix, "leaves").await?,
        })
    }

    /// Remembers what a vote will rest on.
    pub async fn put_basis(&mut self, name: Commitment, basis: &Basis) -> Result<(), StoreError> {
        self.bases.put(basis.leaf.view_number.0, name.0, basis).await
    }

    /// The leaf of this name with what a vote for it rests on.
    pub async fn basis(&self, name: Commitment) -> Result<Option<Basis>, StoreError> {
        self.bases.named(name.0).await
    }

    /// The leaves of a view.
    pub async fn bases_of(&self, view: u64) -> Result<Vec<Basis>, StoreError> {
        self.bases.all(view).await
    }

    /// What votes after `view` rest on.
    pub async fn bases_after(&self, view: u64) -> Result<Vec<Basis>, StoreError> {
        let mut bases = Vec::new();
        for view in self.bases.numbers_from(view + 1)? {
            bases.extend(self.bases.all(view).await?);
        }
        Ok(bases)
    }

    /// Remembers this node's verified share of a payload that was proposed in `view`. One share of a payload is enough,
    /// however often it is proposed.
    pub async fn put_share(
        &mut self,
        view: u64,
        name: VidCommitment,
        share: &(Common, Share),
    ) -> Result<(), StoreError> {
        if self.shares.has(name.0).await? {
            return Ok(());
        }
        self.shares.put(view, name.0, share).await
    }

    /// This node's share of the payload of this name.
    pub async fn share(&self, name: VidCommitment) -> Result<Option<(Common, Share)>, StoreError> {
        self.shares.named(name.0).await
    }

    /// Whether this node has a share of the payload of this name.
    pub async fn has_share(&self, name: VidCommitment) -> Result<bool, StoreError> {
        self.shares.has(name.0).await
    }

    /// Remembers a payload, in the view that it was proposed in.
    pub async fn put_payload(
        &mut self,
        view: u64,
        name: VidCommitment,
        payload: &Payload,
    ) -> Result<(), StoreError> {
        self.payloads.put(view, name.0, payload).await
    }

    /// The payload of this name.
    pub async fn payload(&self, name: VidCommitment) -> Result<Option<Payload>, StoreError> {
        self.payloads.named(name.0).await
    }

    /// Whether a payload of another name was stored in this view.
    pub async fn has_other_payload(&self, view: u64, name: VidCommitment) -> Result<bool, StoreError> {
        self.payloads.has_other(view, name.0).await
    }

    /// Remembers a decided leaf.
    pub async fn put_decided(&mut self, name: Commitment, decided: &DecidedLeaf) -> Result<(), StoreError> {
        let height = decided.leaf.block_header.height;
        self.decided.put(height, name.0, decided).await
    }

    /// The decided leaf of this height.
    pub async fn decided(&self, height: u64) -> Result<Option<DecidedLeaf>, StoreError> {
        self.decided.numbered(height).await
    }

    /// The decided leaf of this name.
    pub async fn decided_named(&self, name: Commitment) -> Result<Option<DecidedLeaf>, StoreError> {
        self.decided.named(name.0).await
    }

    /// The highest decided height.
    pub fn decided_height(&self) -> Result<Option<u64>, StoreError> {
        self.decided.last()
    }

    /// Forgets proposals that nobody asks for any more, once `view` is decided.
    pub async fn forget_before(&mut self, view: u64) -> Result<(), StoreError> {
        self.bases.prune(view.saturating_sub(KEPT_VIEWS)).await
    }
}
