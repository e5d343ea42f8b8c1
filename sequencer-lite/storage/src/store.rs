//! What can be asked of a store.

use std::future::Future;
use std::ops::{Range, RangeInclusive};
use std::pin::Pin;

use crema_types::{BlockHash, Header, TransactionHash};
use crema_vid::Share;

use crate::error::StoreError;
use crate::gap::{Kind, SyncStatus};
use crate::ids::{BlockId, LeafId, ListStart, TransactionFilter, TransactionPlace, WindowStart};
use crate::record::{
    BlockSummary, HeaderWindow, NamespaceSummary, StoredCommon, StoredLeaf, StoredPayload, Totals,
    TransactionEntry,
};

/// An answer that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Questions about decided blocks. What is not there is `None`, or missing from a list; ranges come in ascending order.
pub trait Store: Send + Sync + 'static {
    /// The newest height and one: the number of blocks, if none is missing.
    fn height(&self) -> Later<'_, u64>;

    /// A leaf with its certificate.
    fn leaf(&self, id: LeafId) -> Later<'_, Option<StoredLeaf>>;

    /// The leaves of these heights.
    fn leaves(&self, heights: Range<u64>) -> Later<'_, Vec<StoredLeaf>>;

    /// A header.
    fn header(&self, id: BlockId) -> Later<'_, Option<Header>>;

    /// The headers of these heights.
    fn headers(&self, heights: Range<u64>) -> Later<'_, Vec<Header>>;

    /// A header with its payload.
    fn payload(&self, id: BlockId) -> Later<'_, Option<StoredPayload>>;

    /// The headers of these heights with their payloads.
    fn payloads(&self, heights: Range<u64>) -> Later<'_, Vec<StoredPayload>>;

    /// A header with the common part of its payload's dispersal.
    fn common(&self, id: BlockId) -> Later<'_, Option<StoredCommon>>;

    /// The headers of these heights with the common parts of their payloads' dispersals.
    fn commons(&self, heights: Range<u64>) -> Later<'_, Vec<StoredCommon>>;

    /// This node's share of a payload.
    fn share(&self, id: BlockId) -> Later<'_, Option<Share>>;

    /// A block without its payload.
    fn summary(&self, id: BlockId) -> Later<'_, Option<BlockSummary>>;

    /// The blocks of these heights without their payloads.
    fn summaries(&self, heights: Range<u64>) -> Later<'_, Vec<BlockSummary>>;

    /// Where a transaction is; of several with the same bytes the earliest.
    fn transaction(&self, hash: TransactionHash) -> Later<'_, Option<TransactionPlace>>;

    /// At most `limit` transactions, newest first.
    fn transactions(
        &self,
        start: ListStart,
        filter: TransactionFilter,
        limit: u64,
    ) -> Later<'_, Vec<TransactionEntry>>;

    /// The rollups with the newest transactions, at most `limit`.
    fn namespaces(&self, limit: u64) -> Later<'_, Vec<NamespaceSummary>>;

    /// Number of rollups.
    fn namespace_count(&self) -> Later<'_, u64>;

    /// Sums over the blocks of these heights, as far as they are known.
    fn totals(&self, heights: RangeInclusive<u64>) -> Later<'_, Totals>;

    /// The headers from `start` to before the second `end`, at most `limit`, with those next to them. None when `start`
    /// is not known yet, or a header of the row is missing.
    fn window(&self, start: WindowStart, end: u64, limit: u64) -> Later<'_, Option<HeaderWindow>>;

    /// How much is missing.
    fn sync_status(&self) -> Later<'_, SyncStatus>;

    /// The lowest rows of heights at which something is missing, at most `limit` of them.
    fn missing(&self, kind: Kind, limit: u64) -> Later<'_, Vec<RangeInclusive<u64>>>;

    /// The hashes of the blocks from a height on, up to the first that is missing; at most `limit`. Pruning leaves them.
    fn block_hashes(&self, from: u64, limit: u64) -> Later<'_, Vec<BlockHash>>;
}
