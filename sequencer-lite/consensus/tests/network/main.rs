//! Validators on the deterministic runtime and a simulated network.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

mod availability;
mod cluster;
mod decides;
mod restarts;
