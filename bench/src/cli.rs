//! The command line.

use clap::{Parser, Subcommand};

use crate::{prove::ProveOptions, throughput::Throughput};

/// Measures crema. Every figure comes with what it was measured on.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
pub struct Cli {
    /// What to measure.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keys and proofs of the state-update circuits: time per round, processor time, memory.
    Prove(ProveOptions),
    /// What the nodes of the sequencer do per second.
    #[command(subcommand)]
    Throughput(Throughput),
    /// One task in a process of its own, read from stdin, so that nothing but the task counts.
    #[command(name = "prove-worker", hide = true)]
    Worker,
}
