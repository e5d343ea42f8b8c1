//! `bench throughput availability`: what data availability costs a node, by size of the payload and number of nodes.

mod measure;
mod record;

use std::path::PathBuf;

use clap::Args;
use crema_vid::MAX_NODES;

use super::error::ThroughputError;
use crate::{fingerprint::Fingerprint, results};
use record::{Record, Task};

/// What to disperse, to how many, and how often.
#[derive(Args, Clone, Debug)]
pub struct AvailabilityOptions {
    /// Bytes of the payload, several separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "100000,1000000,4000000",
        value_parser = clap::value_parser!(u32).range(1..=1 << 28))]
    pub payload: Vec<u32>,
    /// Nodes that get a share, several separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "5,20,100,200",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_NODES)))]
    pub nodes: Vec<u32>,
    /// Repetitions that count, each with a payload of its own.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,
    /// Repetitions before those that count.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub warm_up: u16,
    /// Threads; RAYON_NUM_THREADS or all processors when absent.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What payloads are derived from.
    #[arg(long, default_value = "1")]
    pub seed: u64,
    /// A file to which the results of each size and number are appended as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Measures each size with each number of nodes, prints its table and keeps its results.
///
/// # Errors
/// [`ThroughputError`].
pub fn run(options: &AvailabilityOptions) -> Result<(), ThroughputError> {
    if let Some(threads) = options.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()?;
    }
    for &nodes in &options.nodes {
        for &payload_bytes in &options.payload {
            let fingerprint = Fingerprint::take()?;
            fingerprint.warn_if_busy();
            let task = Task {
                payload_bytes,
                nodes,
                repeat: options.repeat.into(),
                warm_up: options.warm_up.into(),
                threads: rayon::current_num_threads(),
                seed: options.seed,
            };
            let record = Record::new(fingerprint, task, measure::measure(&task)?);
            println!("{record}");
            if let Some(path) = &options.json {
                results::append(path, &record)?;
            }
        }
    }
    Ok(())
}
