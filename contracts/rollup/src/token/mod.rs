//! The token itself, off the chain: accounts in a tree of Rescue hashes, transfers, and what a transfer does.
//!
//! [`crate::circuit`] proves exactly this, for every transfer there can be: one that is not valid changes nothing.

mod account;
mod ledger;
mod transfer;
mod tree;

pub use account::Account;
pub use ledger::{Ledger, LedgerError, Step};
pub use transfer::{TRANSFER_BYTES, Transfer, transfers};
pub use tree::{ACCOUNTS, ARITY, AccountTree, DEPTH, Path, root_of};
