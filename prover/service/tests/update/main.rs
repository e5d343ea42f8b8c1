//! From a relay's bundle to an accepted state: against a real chain (anvil), over real HTTP, with real proofs of capacity 10.
//!
//! anvil comes with the contracts' npm packages (`npm ci --prefix contracts --ignore-scripts`); `CREMA_ANVIL` may name
//! another one. Without it these tests fail.

// helpers here are no test functions, but a test that cannot go on shall fail all the same
#![allow(clippy::unwrap_used)]

mod accepted;
mod bundle;
mod chain;
mod command;
mod contract;
mod daemon;
mod jobs;
mod key;
mod keys;
mod services;
mod stake_table;
#[path = "../../src/update/testing.rs"]
mod testing;
mod transaction;
