//! What can go wrong with the kernels' figures.

use crema_kernels::select::{EngineChoice, SelectError};
use rayon::ThreadPoolBuildError;

use super::operation::Operation;
use crate::error::Error;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum KernelsError {
    /// The machine does not tell, or results cannot be kept.
    #[error(transparent)]
    Bench(#[from] Error),
    /// Threads.
    #[error("cannot start the threads to compute with: {0}")]
    Threads(#[from] ThreadPoolBuildError),
    /// An engine that was asked for by name.
    #[error("engine {choice}: {source}")]
    Engine {
        /// What was asked for.
        choice: EngineChoice,
        /// Why it cannot be had.
        source: SelectError,
    },
    /// An engine refused an operation.
    #[error("{operation} of 2^{log_size} on {engine}: {source}")]
    Operation {
        /// What was being done.
        operation: Operation,
        /// The size's logarithm.
        log_size: u32,
        /// On what.
        engine: String,
        /// The reason.
        source: crema_kernels::Error,
    },
    /// An engine's result is not arkworks' result.
    #[error(
        "{operation} of 2^{log_size} on {engine}: repetition {index} differs from arkworks: a fault of the machine or \
         of this program, so no figure stands"
    )]
    Wrong {
        /// What was being done.
        operation: Operation,
        /// The size's logarithm.
        log_size: u32,
        /// On what.
        engine: String,
        /// Which repetition, from zero.
        index: usize,
    },
}
