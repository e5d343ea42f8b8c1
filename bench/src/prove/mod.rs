//! `bench prove`: keys and proofs of the state-update circuits.
//!
//! Per capacity two fresh processes work one after the other, so that making a key counts neither in the prover's time
//! nor in its memory: one makes the key where the cache lacks it, one loads it and proves. Every proof is verified, and
//! none has the statement, witness or blinders of another.

mod measure;
mod prepare;
pub mod record;
mod table;
mod task;
pub mod workload;

use std::{io, path::PathBuf};

use clap::Args;
use crema_circuit::Version;
use crema_service::{engine::EngineOptions, srs::SrsChoice};

use crate::{
    error::Error,
    fingerprint::Fingerprint,
    reference::{self, Reference, jf_plonk},
    results,
};
use record::Record;
use task::{Order, Outcome, Step, Task};

/// The secret of the reference string that keys are made from unless another is asked for. Everybody knows it.
const DEVELOPMENT_SRS: &str =
    "insecure-tau:0x00000000000000000000000000000000000000000000000000000000c0ffee01";

/// Capacities that are measured: from two lines, as one has no quorum worth the name, to more than any network's.
const CAPACITIES: std::ops::RangeInclusive<i64> = 2..=1000;

/// What to prove, and how often.
#[derive(Args, Clone, Debug)]
pub struct ProveOptions {
    /// Lines of the stake table, several separated by commas; all are taken, and two thirds sign.
    #[arg(long, value_delimiter = ',', default_value = "10", value_parser = clap::value_parser!(u16).range(CAPACITIES))]
    pub capacity: Vec<u16>,
    /// v1, v2, v3 (as deployed), v1-canonical or v2-canonical. jf-plonk's recorded figures are of v1.
    #[arg(long, default_value = "v1-canonical")]
    pub circuit: Version,
    /// aztec (the file at AZTEC_SRS_PATH), file:PATH, or insecure-tau:0x… as the default is.
    #[arg(long, default_value = DEVELOPMENT_SRS)]
    pub srs: SrsChoice,
    /// Folder of the proving keys. A fresh folder makes every key anew and so measures its making.
    #[arg(long, value_name = "FOLDER", env = "CREMA_KEY_CACHE")]
    pub key_cache: Option<PathBuf>,
    /// Where to compute.
    #[command(flatten)]
    pub engine: EngineOptions,
    /// Proofs that count.
    #[arg(long, default_value = "3", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub repeat: u16,
    /// Proofs before those that count. With none, the first one pays for what a fresh process has not touched yet.
    #[arg(long, default_value = "0", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub warm_up: u16,
    /// Threads; RAYON_NUM_THREADS or all processors when absent.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// What keys, stakes and states of the benchmark are derived from.
    #[arg(long, default_value = "1")]
    pub seed: u64,
    /// A file to which each capacity's results are appended as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// A file with figures that another program reached on this machine just now, as lines of JSON.
    #[arg(long, value_name = "FILE")]
    pub reference_json: Option<PathBuf>,
}

/// Measures each capacity, prints its table and keeps its results.
///
/// # Errors
/// [`Error`].
pub fn run(options: &ProveOptions) -> Result<(), Error> {
    let keys = options.key_cache.as_deref();
    let measured = match &options.reference_json {
        Some(path) => reference::file::read(path)?,
        None => Vec::new(),
    };
    for &capacity in &options.capacity {
        let capacity = usize::from(capacity);
        let fingerprint = Fingerprint::take()?;
        fingerprint.warn_if_busy();
        let task = Task::new(options, capacity);
        let preparation = Order::prepare(&task, keys)?;
        let proving = Order::prove(&task, keys)?;
        let references: Vec<Reference> = jf_plonk::recorded(capacity)
            .into_iter()
            .chain(
                measured
                    .iter()
                    .filter(|other| other.capacity == capacity)
                    .cloned(),
            )
            .collect();
        let record = Record::new(fingerprint, task, preparation, proving, &references);
        println!("{}", table::render(&record));
        if let Some(path) = &options.json {
            results::append(path, &record)?;
        }
    }
    Ok(())
}

/// The worker: does the task that stands on stdin and writes its outcome to stdout.
///
/// # Errors
/// [`Error`].
pub fn work() -> Result<(), Error> {
    let order: Order = serde_json::from_reader(io::stdin().lock())?;
    let outcome = match order.step {
        Step::Prepare => Outcome::Prepared(prepare::prepare(&order)?),
        Step::Prove => Outcome::Proved(measure::measure(&order)?),
    };
    Ok(serde_json::to_writer(io::stdout().lock(), &outcome)?)
}
