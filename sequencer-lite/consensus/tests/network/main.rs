//! Validators on the deterministic runtime and a simulated network.

mod availability;
mod cluster;
mod decides;
mod restarts;
