//! The prover's service: from a bundle of state signatures to an accepted `newFinalizedState` on L1.
//!
//! [`offline`] holds the commands that need no network; [`update`] fetches, proves and sends.

pub mod cli;
pub mod engine;
pub mod jobs;
pub mod keys;
pub mod offline;
pub mod prover;
pub mod srs;
pub mod terminal;
pub mod update;
