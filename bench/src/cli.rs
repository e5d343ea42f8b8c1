//! The command line.

use clap::{Parser, Subcommand};

use crate::{
    compare::CompareOptions, gas::GasOptions, kernels::KernelsOptions, prove::ProveOptions,
    report::ReportOptions, throughput::Throughput,
};

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
    /// Sums of points, transforms and vector work on every engine: times beside arkworks' and beside the machine's floor.
    Kernels(KernelsOptions),
    /// Keys and proofs of the state-update circuits: time per round, processor time, memory.
    Prove(ProveOptions),
    /// What the nodes of the sequencer do per second.
    #[command(subcommand)]
    Throughput(Throughput),
    /// Calls of the contracts on anvil: gas, and where it goes.
    Gas(GasOptions),
    /// What got slower from one file of results to another.
    Compare(CompareOptions),
    /// Tables in documents, plots and a page of HTML from the results that are kept.
    Report(ReportOptions),
    /// One task in a process of its own, read from stdin, so that nothing but the task counts.
    #[command(name = "prove-worker", hide = true)]
    Worker,
}
