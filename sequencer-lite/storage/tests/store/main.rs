//! One suite for the store, on every database it knows.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

mod chain;
mod million;
mod postgres;
mod sqlite;
mod suite;
