//! How fast a large network is, in the time that the network itself sees.

use std::time::Duration;

use crate::report::Report;
use crate::run;
use crate::scenario::{Scenario, Theme, Traffic};

/// A network without trouble, and what it is asked to order.
///
/// Time is simulated: messages take as long as the links say, and computations take none. What comes of it is therefore
/// a bound that protocol and network set; what computations cost is to be measured beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Where choices come from.
    pub seed: u64,
    /// Members; the first half of them stores payloads.
    pub nodes: usize,
    /// Mean latency of links, and its deviation.
    pub latency: (Duration, Duration),
    /// Bytes per second that a node can send, and as many that it can receive; no limit if not given.
    pub bandwidth: Option<usize>,
    /// Transactions per second, each handed to some node.
    pub transactions_per_second: u64,
    /// Bytes of each.
    pub transaction_bytes: usize,
    /// How long leaders let transactions gather: [`crema_consensus::Timing::pace`].
    pub pace: Duration,
    /// How long transactions come.
    pub lasts: Duration,
}

impl Load {
    /// Links of 50 ± 20 ms and 1 Gbit/s between `nodes` members, ten transactions of a kilobyte per second for ten
    /// seconds.
    pub fn new(nodes: usize) -> Self {
        Self {
            seed: 1,
            nodes,
            latency: (Duration::from_millis(50), Duration::from_millis(20)),
            bandwidth: Some(125_000_000),
            transactions_per_second: 10,
            transaction_bytes: 1_000,
            pace: Duration::from_millis(100),
            lasts: Duration::from_secs(10),
        }
    }
}

/// How fast a network was.
#[derive(Clone, Debug, PartialEq)]
pub struct Throughput {
    /// From handing each transaction to a node until the same node has decided it, ascending.
    pub submit_to_decide: Vec<Duration>,
    /// Decided blocks.
    pub blocks: u64,
    /// Decided blocks per second, from the first to the last.
    pub blocks_per_second: f64,
    /// Bytes that each node has sent, by its place.
    pub sent: Vec<u64>,
    /// The runtime's hash over everything that happened.
    pub hash: String,
}

impl Throughput {
    /// The time that `percent` of the transactions took at most; nothing when there were none.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let last = self.submit_to_decide.len().checked_sub(1)?;
        self.submit_to_decide.get(last * percent.min(100) / 100).copied()
    }

    /// Bytes that a node has sent for each decided block, on average over the nodes.
    pub fn sent_per_block(&self) -> u64 {
        let sent: u64 = self.sent.iter().sum();
        sent / (self.blocks.max(1) * self.sent.len().max(1) as u64)
    }
}

/// Plays a load, and tells how fast the network was. Every invariant is checked as in [`crate::run`].
///
/// # Errors
/// With the report of a run that broke one.
pub fn throughput(load: &Load) -> Result<Throughput, Box<Report>> {
    let pause = Duration::from_secs(1) / load.transactions_per_second.max(1) as u32;
    let scenario = Scenario {
        storing: load.nodes.div_ceil(2),
        latency: load.latency,
        bandwidth: load.bandwidth,
        traffic: Traffic {
            pause: (pause, pause),
            bytes: Some(load.transaction_bytes),
        },
        pace: load.pace,
        storm: load.lasts,
        blocks_after: 1,
        ..Scenario::new(load.seed, Theme::Calm, load.nodes)
    };
    let (report, ledger) = run::play_any(&scenario);
    if !report.violations.is_empty() {
        return Err(Box::new(report));
    }
    let ledger = ledger.lock();
    let timing = ledger.timing();
    Ok(Throughput {
        submit_to_decide: timing.submit_to_decide(),
        blocks: report.tally.blocks,
        blocks_per_second: timing.blocks_per_second(),
        sent: timing.sent().to_vec(),
        hash: report.hash,
    })
}
