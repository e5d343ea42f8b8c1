//! `bench`: measures the project, prints a table, and appends JSON lines that say what they were measured on.
//!
//! One file or folder per subcommand; what they share is how time and memory are taken ([`clock`], [`memory`]), how
//! repetitions become a figure ([`statistics`]), what a figure was measured on ([`fingerprint`]), and how it may be
//! compared with somebody else's ([`mod@reference`]).

mod cli;
mod clock;
mod date;
mod error;
mod fingerprint;
mod memory;
mod prove;
mod reference;
mod results;
mod statistics;
mod table;
mod throughput;
mod units;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Prove(options) => prove::run(&options)?,
        Command::Throughput(what) => throughput::run(&what)?,
        Command::Worker => prove::work()?,
    }
    Ok(())
}
