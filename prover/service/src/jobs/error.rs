//! What can go wrong with the store.

use std::path::PathBuf;

use super::{JobId, Phase};

/// Why the store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder of the SQLite file cannot be made.
    #[error("cannot make the data directory {path}: {source}; give another by --data-dir")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the SQLite file.
    #[error(
        "{path} is locked: another state-prover uses this job store; give this one another --data-dir, or let both share a \
         PostgreSQL by --database"
    )]
    InUse {
        /// The lock's file.
        path: PathBuf,
    },
    /// The location is neither SQLite's nor PostgreSQL's.
    #[error("{0:?} is no database: use sqlite:PATH or postgres://user:password@host/name")]
    Location(String),
    /// The database cannot be opened.
    #[error("cannot open the job store: {0}; is --database right, the disk writable, the server running?")]
    Open(#[source] sqlx::Error),
    /// The tables are another program's, or of a later release.
    #[error(
        "the job store's tables cannot be brought up to date: {0}; was it written by a newer state-prover?"
    )]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The database failed.
    #[error("the job store failed: {0}; is the disk full, or the server gone?")]
    Database(#[from] sqlx::Error),
    /// A row that this program did not write like that.
    #[error("job {id} in the store has an unusable {column}: {problem}; restore the store from a backup")]
    Corrupt {
        /// The job.
        id: String,
        /// The column.
        column: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A change that a job's life does not have.
    #[error("job {id} cannot go from {from} to {to}")]
    Forbidden {
        /// The job.
        id: JobId,
        /// Where it is.
        from: Phase,
        /// Where it was to go.
        to: Phase,
    },
    /// Another prover has changed the job meanwhile, or has claimed it.
    #[error("job {id} was taken over by another prover")]
    TakenOver {
        /// The job.
        id: JobId,
    },
    /// Another transaction of the same account is on its way.
    #[error("another transaction of this account is on its way; job {id} waits for it")]
    AccountBusy {
        /// The job that waits.
        id: JobId,
    },
    /// A test's crash.
    #[error("a crash point was reached")]
    Crash,
}

impl StoreError {
    /// Whether the same may succeed later without anybody's help.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Database(_) | Self::TakenOver { .. } | Self::AccountBusy { .. }
        )
    }
}
