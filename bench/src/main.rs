//! `bench`: measures the project, prints a table, and appends JSON lines that say what they were measured on.
//!
//! One file or folder per subcommand; what they share is how time and memory are taken ([`clock`], [`memory`]), how
//! repetitions become a figure ([`statistics`]), what a figure was measured on ([`fingerprint`]), and how it may be
//! compared with somebody else's ([`mod@reference`]).

mod cli;
mod clock;
mod compare;
mod date;
mod error;
mod figures;
mod fingerprint;
mod gas;
mod kernels;
mod memory;
mod plot;
mod prove;
mod reference;
mod report;
mod results;
mod statistics;
mod table;
mod throughput;
mod units;

use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Kernels(options) => kernels::run(&options)?,
        Command::Gas(options) => gas::run(&options)?,
        Command::Compare(options) => compare::run(&options)?,
        Command::Report(options) => report::run(&options)?,
        Command::Prove(options) => prove::run(&options)?,
        Command::Throughput(what) => throughput::run(&what)?,
        Command::Worker => prove::work()?,
    }
    Ok(())
}
