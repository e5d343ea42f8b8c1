//! The query store: decided blocks in SQLite or PostgreSQL, for the HTTP API.
//!
//! Blocks arrive in any order, whole or in parts, more than once; what belongs together is written in one transaction.
//! The store knows which heights it misses, so that whoever feeds it can ask peers for them.
//!
//! | to | use |
//! |---|---|
//! | open a store | [`Settings`], [`SqlStore::open`] |
//! | add decided blocks | [`SqlStore::store_blocks`], [`SqlStore::store_payload`], [`SqlStore::store_dispersal`] |
//! | ask | the trait [`Store`] |
//! | forget | [`SqlStore::prune`] |
//!
//! Consensus does not rest on this store: what a node promises is written by `crema-consensus` to files of its own, and
//! a query store that is lost is filled again from there and from peers. That is why a commit is not waited for until
//! it is on the platter (SQLite's `synchronous = normal`): after a power failure the last blocks are asked for again.

mod error;
mod gap;
mod ids;
mod record;
mod sql;
mod store;

pub use error::StoreError;
pub use gap::{Kind, SyncStatus};
pub use ids::{BlockId, LeafId, ListStart, TransactionFilter, TransactionPlace, WindowStart};
pub use record::{
    BlockSummary, HeaderWindow, NamespaceSummary, StoredBlock, StoredCommon, StoredLeaf, StoredPayload,
    Totals, TransactionEntry,
};
pub use sql::{Database, PruneLimits, Settings, SqlStore};
pub use store::{Later, Store};
