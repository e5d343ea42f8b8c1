//! The relay as its clients see it.

mod api;
mod flood;
mod network;
mod power_loss;
mod process;
mod restart;
mod stake_table;
mod stream;
