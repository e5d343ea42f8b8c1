//! The Rust side of the example ZK rollup (`contracts/src/rollup/ZkRollup.sol`).
//!
//! - [`token`]: accounts, transfers, and what a transfer does;
//! - [`circuit`]: the same as constraints;
//! - [`Batch`]: from transfers on the chain to the statement that the contract asks to be proven;
//! - [`Prover`]: key and proofs; [`settle`]: all of a block's;
//! - [`derive()`]: that bytes are a namespace's in a block, as the contracts of this and the optimistic rollup take it.
//!
//! ```text
//! namespace's bytes -> token::transfers -> Batch::execute -> Prover::prove -> ZkRollup.settle
//! ```

pub mod batch;
pub mod circuit;
mod derivation;
mod prover;
mod settlement;
pub mod token;

pub use batch::{Batch, Source};
pub use derivation::{DerivationError, Evidence, derive, dispersal, surroundings};
pub use prover::{CIRCUIT, Prover, ProverError};
pub use settlement::{SettleError, settle};
