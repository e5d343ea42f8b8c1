//! Validators on the deterministic runtime and a simulated network.

mod cluster;
mod decides;
