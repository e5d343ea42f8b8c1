//! Why a vote does not count.

use crema_light_client::schnorr;
use thiserror::Error;

/// Why a vote does not count.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is known to have stake.
    #[error("the stake table is not known yet; post again later")]
    NoStakeTable,
    /// A key without stake.
    #[error("the key is not in the stake table; only staked nodes may post")]
    UnknownSigner,
    /// The signature does not verify, or is none.
    #[error("bad signature on this state: {0}")]
    BadSignature(BadSignature),
    /// The same vote once more.
    #[error("the signature of this key for height {height} is here already")]
    Duplicate {
        /// The height.
        height: u64,
    },
    /// Another state than before.
    #[error("this key has signed another state at height {height}; the first one counts")]
    Contradiction {
        /// The height.
        height: u64,
        /// Whether it becomes evidence, if the signature is good. Not when there is enough of it.
        recorded: bool,
    },
    /// A height below the newest bundle's.
    #[error("height {height} is older than the newest bundle, at height {newest}")]
    Old {
        /// The height.
        height: u64,
        /// The newest bundle's.
        newest: u64,
    },
    /// More heights at once than one signer gets.
    #[error(
        "this key has signed too many heights that wait for others, the lowest {lowest}; {height} is lower still"
    )]
    TooManyPending {
        /// The height.
        height: u64,
        /// The lowest of those that are kept.
        lowest: u64,
    },
}

/// What is wrong with a signature.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BadSignature {
    /// Bytes that encode none.
    #[error(transparent)]
    Encoding(#[from] crema_light_client::codec::DecodeError),
    /// It does not verify.
    #[error(transparent)]
    Invalid(#[from] schnorr::Error),
}
