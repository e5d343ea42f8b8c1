//! The programs as processes: orchestrator, five sequencers, keygen.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

mod consensus;
mod keygen;
mod network;
