//! What can go wrong with a store.

use crema_types::wire::WireError;
use crema_types::{BlockHash, Commitment};
use thiserror::Error;

/// Why something could not be stored or found. That it is not there is no error.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables.
    #[error("the database's tables could not be brought up to date: {0}; it may be of a newer release")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The folder of the SQLite file.
    #[error("no folder for the database at {path}: {source}")]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// Another block stands at that height. Either the store is another network's, or the chain has forked.
    #[error(
        "height {height} is stored with block {stored}, and now block {offered} is decided there; is the store that of another network?"
    )]
    Conflict {
        /// The height.
        height: u64,
        /// The block in the store.
        stored: BlockHash,
        /// The block that was to be stored.
        offered: BlockHash,
    },
    /// A payload that is not the header's.
    #[error("the payload for height {height} has another namespace table than the header")]
    PayloadMismatch {
        /// The height.
        height: u64,
    },
    /// A certificate that is for another leaf.
    #[error("the certificate for height {height} is for leaf {found}, expected {expected}")]
    CertificateMismatch {
        /// The height.
        height: u64,
        /// The leaf.
        expected: Commitment,
        /// The leaf in the certificate.
        found: Commitment,
    },
    /// A part of a block whose header is not stored.
    #[error("height {height} is not stored; store its leaf first")]
    NoSuchBlock {
        /// The height.
        height: u64,
    },
    /// A value without binary form.
    #[error("{what} cannot be written: {source}")]
    Encode {
        /// What.
        what: &'static str,
        /// Why.
        source: WireError,
    },
    /// A record that cannot be read back.
    #[error("{what} in the database cannot be read: {source}; the database is damaged or of another release")]
    Decode {
        /// What.
        what: &'static str,
        /// Why.
        source: WireError,
    },
    /// A number that no write here leaves behind.
    #[error("the database holds {found} where {what} belongs; it is damaged")]
    Number {
        /// What belongs there.
        what: &'static str,
        /// What is there.
        found: i64,
    },
}
