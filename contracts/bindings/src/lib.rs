//! Rust bindings of the contracts.
