//! What can go wrong with the nodes' figures.

use rayon::ThreadPoolBuildError;

use crate::error::Error;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum ThroughputError {
    /// The machine does not tell, or results cannot be kept.
    #[error(transparent)]
    Bench(#[from] Error),
    /// Threads.
    #[error("cannot start the threads to compute with: {0}")]
    Threads(#[from] ThreadPoolBuildError),
    /// Dispersal, or a check, refused what is right.
    #[error(
        "{what} of repetition {index} fails ({source}): a fault of the machine or of this program, so no figure stands"
    )]
    Dispersal {
        /// What was being done.
        what: &'static str,
        /// Which repetition, from zero.
        index: usize,
        /// The reason.
        source: crema_vid::Error,
    },
    /// A check accepted what is wrong, so its time means nothing.
    #[error("{what} of repetition {index} accepts another payload's; no figure stands")]
    Accepted {
        /// Which check.
        what: &'static str,
        /// Which repetition, from zero.
        index: usize,
    },
    /// Recovery gave something else.
    #[error("repetition {index} recovers other bytes than were dispersed; no figure stands")]
    Recovered {
        /// Which repetition, from zero.
        index: usize,
    },
    /// Two repetitions had the same input.
    #[error("repetition {index} has an earlier one's payload; no figure stands")]
    Repeated {
        /// Which repetition, from zero.
        index: usize,
    },
    /// The options contradict each other.
    #[cfg(feature = "ordering")]
    #[error("{0}")]
    Options(String),
    /// Files, sockets or threads of the network.
    #[cfg(feature = "ordering")]
    #[error("cannot set up {what}: {source}")]
    Setup {
        /// What was to be set up.
        what: &'static str,
        /// What happened.
        source: std::io::Error,
    },
    /// The genesis block.
    #[cfg(feature = "ordering")]
    #[error("the benchmark's genesis: {0}")]
    Genesis(#[from] crema_types::genesis::GenesisError),
    /// The builder's key.
    #[cfg(feature = "ordering")]
    #[error("the benchmark's builder: {0}")]
    Builder(String),
    /// A node.
    #[cfg(feature = "ordering")]
    #[error("node {place} does not start: {source}")]
    Start {
        /// Place in the stake table.
        place: usize,
        /// The reason.
        source: crema_node::StartError,
    },
    /// The network stands still.
    #[cfg(feature = "ordering")]
    #[error("the nodes decided {found} of {expected} blocks within {seconds} s; is the machine busy?")]
    NoProgress {
        /// Blocks to wait for.
        expected: u64,
        /// Blocks decided.
        found: u64,
        /// How long that was waited for.
        seconds: u64,
    },
    /// A node has stopped.
    #[cfg(feature = "ordering")]
    #[error("node {place} stopped while it was measured; run with RUST_LOG=warn to see why")]
    Stopped {
        /// Place in the stake table.
        place: usize,
    },
    /// Two nodes decided differently.
    #[cfg(feature = "ordering")]
    #[error("nodes 0 and {place} decided different blocks at height {height}; no figure stands")]
    Fork {
        /// Place of the other node.
        place: usize,
        /// The height.
        height: u64,
    },
    /// A decided transaction that nobody submitted, or that was decided before.
    #[cfg(feature = "ordering")]
    #[error("the block at height {height} has a transaction that is {fault}; no figure stands")]
    Transaction {
        /// The block.
        height: u64,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A payload is nowhere to be had.
    #[cfg(feature = "ordering")]
    #[error("node 0 has no payload of height {height}, which it decided; no figure stands")]
    NoPayload {
        /// The block.
        height: u64,
    },
}
