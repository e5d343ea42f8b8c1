//! Results of nodes under load.

use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

use crema_consensus::Timing;
use serde::{Deserialize, Serialize};

use super::{
    OrderingOptions,
    outcome::{Idle, Window},
};
use crate::{
    fingerprint::Fingerprint,
    statistics::Summary,
    table::{line, machine, range},
    throughput::error::ThroughputError,
    units,
};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Nodes.
    pub nodes: u16,
    /// How many of them store payloads.
    pub storing: u16,
    /// Bytes of transactions per second.
    pub rate: u32,
    /// Seconds under load that count.
    pub seconds: u16,
    /// Seconds under load before those.
    pub warm_up: u16,
    /// Seconds without load.
    pub idle_seconds: u16,
    /// Bytes of a transaction.
    pub transaction_bytes: u32,
    /// Namespaces.
    pub namespaces: u16,
    /// Bytes of the largest block.
    pub block_bytes: u32,
    /// Threads of each node's runtime.
    pub node_threads: u16,
    /// Threads of the arithmetic, for all nodes together.
    pub threads: usize,
    /// Milliseconds that a leader lets transactions gather.
    pub pace_ms: u64,
    /// What transactions are derived from.
    pub seed: u64,
}

impl Task {
    /// The task that was asked for.
    ///
    /// # Errors
    /// [`ThroughputError::Options`] when more nodes are to store payloads than there are.
    pub fn new(options: &OrderingOptions) -> Result<Self, ThroughputError> {
        let storing = options.storing.unwrap_or((options.nodes * 4).div_ceil(5));
        if storing > options.nodes {
            return Err(ThroughputError::Options(format!(
                "{storing} nodes are to store payloads (--storing), but there are {} (--nodes)",
                options.nodes
            )));
        }
        Ok(Self {
            nodes: options.nodes,
            storing,
            rate: options.rate,
            seconds: options.seconds,
            warm_up: options.warm_up,
            idle_seconds: options.idle_seconds,
            transaction_bytes: options.transaction_bytes,
            namespaces: options.namespaces,
            block_bytes: options.block_bytes,
            node_threads: options.node_threads,
            threads: rayon::current_num_threads(),
            pace_ms: u64::try_from(Timing::default().pace.as_millis()).unwrap_or(u64::MAX),
            seed: options.seed,
        })
    }

    /// The time between two transactions.
    pub fn interval(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.transaction_bytes) / f64::from(self.rate))
    }

    /// Transactions that count.
    pub fn transactions(&self) -> u64 {
        self.transactions_in(self.seconds).max(1)
    }

    /// Transactions before those.
    pub fn warm_up_transactions(&self) -> u64 {
        self.transactions_in(self.warm_up)
    }

    fn transactions_in(&self, seconds: u16) -> u64 {
        u64::from(seconds) * u64::from(self.rate) / u64::from(self.transaction_bytes)
    }
}

/// A line of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this format.
    pub schema: u32,
    /// Which bench.
    pub bench: String,
    /// What it was measured on.
    pub fingerprint: Fingerprint,
    /// What was asked for.
    pub task: Task,
    /// Without load.
    pub idle: Idle,
    /// Under load.
    pub load: Window,
}

impl Record {
    /// The record of a measurement.
    pub fn new(fingerprint: Fingerprint, task: Task, idle: Idle, load: Window) -> Self {
        Self {
            schema: SCHEMA,
            bench: "throughput ordering".to_owned(),
            fingerprint,
            task,
            idle,
            load,
        }
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (task, idle, load) = (&self.task, &self.idle, &self.load);
        writeln!(
            f,
            "{} nodes, {} of which store payloads, in one process over loopback; {} threads each, {} for arithmetic",
            task.nodes, task.storing, task.node_threads, task.threads
        )?;
        machine(f, &self.fingerprint)?;
        writeln!(f, "idle, {} s", task.idle_seconds)?;
        line(
            f,
            "decided blocks per second",
            &format!("{:.2}", idle.blocks_per_s),
            "",
        )?;
        processors(f, idle.cpu_per_node, idle.others_cpu_s)?;
        writeln!(
            f,
            "{} B/s in transactions of {} B, {} namespaces, {} s after {} s of warm-up",
            units::thousands(task.rate.into()),
            units::thousands(task.transaction_bytes.into()),
            task.namespaces,
            task.seconds,
            task.warm_up
        )?;
        let due = units::thousands(load.due as u64);
        let note = format!("{} refused, {} undecided", load.refused, load.undecided);
        line(f, "transactions due", &due, &note)?;
        let time = |f: &mut Formatter<'_>, name: &str, figure: Option<f64>, parts: Option<&Summary>| {
            let figure = figure.map_or_else(|| "-".to_owned(), units::seconds);
            let parts = parts.map(|parts| format!("{} in fifths of the time", range(parts, units::seconds)));
            line(f, name, &figure, &parts.unwrap_or_default())
        };
        let latency = &load.latency;
        time(f, "due to decided, p50", latency.p50_s, load.parts_p50_s.as_ref())?;
        time(f, "due to decided, p90", latency.p90_s, None)?;
        time(f, "due to decided, p99", latency.p99_s, load.parts_p99_s.as_ref())?;
        time(f, "due to decided, longest", latency.max_s, None)?;
        let bytes = |bytes: f64| format!("{:.2} MB", bytes / 1e6);
        line(f, "decided per second", &bytes(load.bytes_per_s), "")?;
        let largest = format!("the largest with {}", bytes(load.largest_block_bytes as f64));
        line(
            f,
            "decided blocks per second",
            &format!("{:.2}", load.blocks_per_s),
            &largest,
        )?;
        processors(f, load.cpu_per_node, load.others_cpu_s)
    }
}

fn processors(f: &mut Formatter<'_>, per_node: f64, others: f64) -> fmt::Result {
    let note = format!("of one processor; others took {}", units::seconds(others));
    line(
        f,
        "processor per node",
        &format!("{:.1} %", 100.0 * per_node),
        &note,
    )
}
