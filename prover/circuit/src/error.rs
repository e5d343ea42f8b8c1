//! What can be wrong with a request for a circuit or a witness.

use crate::{MAX_CAPACITY, Version};

/// Why there is no such circuit, or no witness for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No circuit has this capacity.
    #[error(
        "a stake table capacity of {found}: use 1 to {MAX_CAPACITY}, the one the contract's key was made for"
    )]
    Capacity {
        /// Capacity asked for.
        found: usize,
    },
    /// The stake table does not fit.
    #[error(
        "{found} stake table entries, the circuit has room for {capacity}: use a circuit of larger capacity"
    )]
    TooManyEntries {
        /// Entries the circuit has room for.
        capacity: usize,
        /// Entries given.
        found: usize,
    },
    /// The signers signed something that this version does not speak about.
    #[error(
        "circuit {version} wants a signed message of {} field elements, found {found}: give {}",
        version.message_length(),
        wanted(*version)
    )]
    Message {
        /// The circuit.
        version: Version,
        /// Length of the message given.
        found: usize,
    },
}

fn wanted(version: Version) -> &'static str {
    match version {
        Version::V1 | Version::V1Canonical => "the light client state alone",
        Version::V2 | Version::V2Canonical => "the light client state and the next stake table",
        Version::V3 => "the digest",
    }
}
