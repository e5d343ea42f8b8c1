//! Golden vectors: what the reference libraries computed.
#![allow(
    clippy::unwrap_used,
    reason = "a test's readers may panic as its tests do; clippy exempts only the latter"
)]

mod genesis;
mod merkle;
mod objects;
mod vectors;
mod votes;
