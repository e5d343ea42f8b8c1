//! What can go wrong with gas.

use std::path::PathBuf;

use crate::error::Error;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum GasError {
    /// The machine does not tell, or results cannot be kept.
    #[error(transparent)]
    Bench(#[from] Error),
    /// The contracts' packages.
    #[error("{0} is missing: run \"npm ci\" in the contracts' folder, or name the folder with --contracts")]
    Packages(PathBuf),
    /// A tool does not start.
    #[error("cannot run {tool}: {source}; it needs Node.js 20 or newer")]
    Start {
        /// Which.
        tool: &'static str,
        /// What happened.
        source: std::io::Error,
    },
    /// A tool failed.
    #[error("{tool} failed: {message}")]
    Tool {
        /// Which.
        tool: &'static str,
        /// What it says.
        message: String,
    },
    /// A tool said something else than expected.
    #[error("{tool} printed {found:?}, which is no figure that bench knows")]
    Output {
        /// Which.
        tool: &'static str,
        /// What it printed.
        found: String,
    },
    /// A history of fees cannot be read.
    #[error("the fees in {path}: {reason}")]
    Fees {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
