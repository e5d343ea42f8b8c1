//! The relay as its clients see it.

#![allow(clippy::unwrap_used)] // a test fails that way, also in what tests share

mod api;
mod flood;
mod network;
mod power_loss;
mod process;
mod restart;
mod stake_table;
mod stream;
