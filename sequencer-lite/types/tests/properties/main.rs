//! What holds for all values, not only for the golden ones.
#![allow(
    clippy::unwrap_used,
    reason = "a test's readers may panic as its tests do; clippy exempts only the latter"
)]

mod block_tree;
mod fee_tree;
mod payload;
mod proposal;
mod round_trip;
mod strategies;
