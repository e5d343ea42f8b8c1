//! The names by which blocks and transactions are asked for.

use std::fmt;

use crema_types::{BlockHash, Commitment, NamespaceId, TransactionHash, VidCommitment};

/// Names a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockId {
    /// By its height.
    Height(u64),
    /// By its header's hash.
    Hash(BlockHash),
    /// By its payload's commitment; of several blocks with one payload the earliest is meant.
    PayloadHash(VidCommitment),
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height(height) => write!(f, "{height}"),
            Self::Hash(hash) => write!(f, "{hash}"),
            Self::PayloadHash(hash) => write!(f, "{hash}"),
        }
    }
}

/// Names a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafId {
    /// By its height.
    Height(u64),
    /// By its commitment.
    Hash(Commitment),
}

impl fmt::Display for LeafId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height(height) => write!(f, "{height}"),
            Self::Hash(hash) => write!(f, "{hash}"),
        }
    }
}

/// Where a transaction is: in which block, and the how-manieth in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionPlace {
    /// The block.
    pub height: u64,
    /// Counts all transactions of the block, from 0.
    pub position: u64,
}

/// Which transactions a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionFilter {
    /// Every one.
    All,
    /// Those of one block.
    Block(u64),
    /// Those of one rollup.
    Namespace(NamespaceId),
}

/// Where a window of headers begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowStart {
    /// With the first block of this second since 1970, or later.
    Time(u64),
    /// With the block of this height.
    Height(u64),
    /// With this block.
    Hash(BlockHash),
}

/// Names a transaction, for error messages.
impl fmt::Display for TransactionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.height, self.position)
    }
}

/// Where a list of transactions, newest first, begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStart {
    /// With the newest.
    Newest,
    /// With the one at this place, or the next older one.
    Place(TransactionPlace),
    /// With this one.
    Hash(TransactionHash),
}
