//! The commands that need no network: `vk`, `prove`, `verify`, `calldata`.
//!
//! They read and write JSON in the shapes of the golden vectors. Every command ends with exit code 0 when it is done or
//! accepts, 1 when it rejects or the statement is false, 2 when something cannot be read, is not canonical or does not
//! fit; output files appear whole or not at all.

mod calldata;
mod case;
mod commands;
mod field_json;
mod key_json;
mod output;
mod proof_json;

pub use commands::{CalldataOptions, ProveOptions, VerifyOptions, VkOptions, calldata, prove, verify, vk};

use std::path::{Path, PathBuf};

/// How an offline command ends when it does not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// The proof is rejected.
    #[error("rejected: {0}")]
    Rejected(crema_plonk::VerifyError),
    /// The statement is false.
    #[error("{0}")]
    FalseStatement(crate::prover::ProveFailure),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The case does not fit the command's other options.
    #[error("{0}")]
    Mismatch(String),
    /// The key cannot be had.
    #[error(transparent)]
    Setup(#[from] crate::keys::SetupError),
    /// Proving failed for a reason other than a false statement.
    #[error(transparent)]
    Prove(crate::prover::ProveFailure),
}

impl OfflineError {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Rejected(_) | Self::FalseStatement(_) => 1,
            _ => 2,
        }
    }
}

/// Largest JSON file read, in bytes: a case of the largest capacity has some three megabytes.
const FILE_LIMIT: u64 = 64 << 20;

/// Reads and parses a JSON file of bounded size.
fn read_json(path: &Path) -> Result<serde_json::Value, OfflineError> {
    let io = |source| OfflineError::Io {
        path: path.to_owned(),
        source,
    };
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > FILE_LIMIT {
        let reason = format!("{size} bytes, more than the {FILE_LIMIT} that any such file has");
        return Err(OfflineError::Unreadable {
            path: path.to_owned(),
            reason,
        });
    }
    let text = std::fs::read(path).map_err(io)?;
    serde_json::from_slice(&text).map_err(|error| OfflineError::Unreadable {
        path: path.to_owned(),
        reason: format!("not JSON: {error}"),
    })
}

/// Turns a reason into an error that names the file.
fn unreadable(path: &Path) -> impl Fn(String) -> OfflineError {
    let path = path.to_owned();
    move |reason| OfflineError::Unreadable {
        path: path.clone(),
        reason,
    }
}
