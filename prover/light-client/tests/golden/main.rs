//! Golden vectors: what the reference libraries computed for inputs of our own.
#![allow(
    clippy::unwrap_used,
    reason = "a test's readers may panic as its tests do; clippy exempts only the latter"
)]

mod network;
mod rescue;
mod schnorr;
mod signed_states;
mod stake_table;
mod vectors;
