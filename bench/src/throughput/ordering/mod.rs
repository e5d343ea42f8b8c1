//! `bench throughput ordering`: nodes as they run in production, in this one process and over its machine's loopback.
//!
//! First nobody submits anything, then transactions come at a steady rate whatever the nodes make of it: each counts from
//! the moment at which it was due, so that a network that stalls does not slow down what it is measured with. A
//! transaction is decided once the node that it was submitted to serves the block with it. When all is over, all nodes
//! must have decided the same blocks, and these every transaction once and nothing else.

mod journal;
mod load;
mod network;
mod outcome;
mod record;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use crema_plonk::Progress;
use crema_service::terminal::Bars;

use super::error::ThroughputError;
use crate::{
    clock::{OthersClock, ProcessorClock},
    fingerprint::Fingerprint,
    results,
};
use journal::Journals;
use load::Load;
use network::Network;
use outcome::{Idle, Window};
use record::{Record, Task};

/// How often to look whether something has happened, where nobody tells.
const GLANCE: Duration = Duration::from_millis(20);
/// How long the nodes may take to find each other, and to decide what is left after the load.
const PATIENCE: Duration = Duration::from_mins(1);
/// Blocks after which the nodes have found each other.
const SETTLED: u64 = 3;

/// How many nodes, and what they get.
#[derive(Args, Clone, Debug)]
pub struct OrderingOptions {
    /// Nodes.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub nodes: u16,
    /// How many of them store whole payloads; four fifths when absent, as in the demo network.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub storing: Option<u16>,
    /// Bytes of transactions per second.
    #[arg(long, default_value = "1000000", value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    pub rate: u32,
    /// Seconds under load that count.
    #[arg(long, default_value = "30", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub seconds: u16,
    /// Seconds under load before those.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u16).range(0..=3600))]
    pub warm_up: u16,
    /// Seconds without load, before it.
    #[arg(long, default_value = "10", value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub idle_seconds: u16,
    /// Bytes of a transaction.
    #[arg(long, default_value = "1000", value_parser = clap::value_parser!(u32).range(32..=100_000))]
    pub transaction_bytes: u32,
    /// Namespaces that transactions belong to in turn.
    #[arg(long, default_value = "4", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub namespaces: u16,
    /// Bytes of the largest block.
    #[arg(long, default_value = "1000000", value_parser = clap::value_parser!(u32).range(200_000..=16_000_000))]
    pub block_bytes: u32,
    /// Threads of each node's runtime. The arithmetic has threads of its own, for all nodes together.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub node_threads: u16,
    /// A folder on the disk that nodes keep their votes and blocks on; the system's folder for temporary files when
    /// absent. What is put there is removed.
    #[arg(long, value_name = "FOLDER")]
    pub storage: Option<PathBuf>,
    /// What transactions are derived from.
    #[arg(long, default_value = "1")]
    pub seed: u64,
    /// A file to which the results are appended as a line of JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Measures, prints the table and keeps the results.
///
/// # Errors
/// [`ThroughputError`].
pub fn run(options: &OrderingOptions) -> Result<(), ThroughputError> {
    let fingerprint = Fingerprint::take()?;
    fingerprint.warn_if_busy();
    let task = Task::new(options)?;
    // what submits and listens needs little; the nodes have threads of their own
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|source| ThroughputError::Setup {
            what: "the load's runtime",
            source,
        })?;
    let (idle, window) = runtime.block_on(measure(&task, options.storage.as_deref()))?;
    let record = Record::new(fingerprint, task, idle, window);
    println!("{record}");
    if let Some(path) = &options.json {
        results::append(path, &record)?;
    }
    Ok(())
}

async fn measure(task: &Task, storage: Option<&std::path::Path>) -> Result<(Idle, Window), ThroughputError> {
    let bars = Bars::new();
    bars.report("starting nodes", 0.0);
    let network = Network::start(task, storage).await?;
    let journals = Journals::listen(&network.nodes);
    journals.reach(SETTLED, PATIENCE).await?;

    let idle = rest(task, &journals, &bars).await?;
    let mut load = Load::new(task);
    let warmed_up = load.submit(&network.nodes, task.warm_up_transactions(), |done| {
        bars.report("warming up", done);
    });
    warmed_up.await;
    let others = OthersClock::start()?;
    let (start, cpu) = (Instant::now(), ProcessorClock::start());
    let measured = load.submit(&network.nodes, task.transactions(), |done| {
        bars.report("under load", done);
    });
    measured.await;
    let (length, cpu, others) = (start.elapsed(), cpu.elapsed(), others.elapsed()?);
    bars.report("deciding the rest", 0.0);
    journals
        .settle(&network.nodes[0], load.accepted(), PATIENCE)
        .await?;
    journals.check_agreement()?;
    let span = outcome::Span {
        start,
        length,
        cpu_s: cpu.as_secs_f64(),
        others_cpu_s: others,
    };
    let window = Window::new(task, &span, load.submitted(), &journals)?;
    drop(journals);
    network.stop();
    Ok((idle, window))
}

/// Lets the nodes decide empty blocks.
async fn rest(task: &Task, journals: &Journals, bars: &Bars) -> Result<Idle, ThroughputError> {
    let length = Duration::from_secs(task.idle_seconds.into());
    let others = OthersClock::start()?;
    let (start, cpu) = (Instant::now(), ProcessorClock::start());
    while start.elapsed() < length {
        bars.report("idle", start.elapsed().as_secs_f64() / length.as_secs_f64());
        tokio::time::sleep(GLANCE.min(length.saturating_sub(start.elapsed()))).await;
    }
    let span = outcome::Span {
        start,
        length: start.elapsed(),
        cpu_s: cpu.elapsed().as_secs_f64(),
        others_cpu_s: others.elapsed()?,
    };
    Ok(Idle::new(task, &span, journals))
}
