//! From decisions to figures.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    journal::{Journals, Served},
    load::Submitted,
    record::Task,
};
use crate::{statistics::Summary, throughput::error::ThroughputError};

/// Equal parts of the time under load, whose figures tell the spread.
const PARTS: usize = 5;

/// When something was measured, and the processor time meanwhile.
pub struct Span {
    /// The beginning.
    pub start: Instant,
    /// How long.
    pub length: Duration,
    /// Processor time in seconds of all nodes and what submits and listens.
    pub cpu_s: f64,
    /// Processor time in seconds that others took.
    pub others_cpu_s: f64,
}

impl Span {
    fn contains(&self, at: Instant) -> bool {
        at >= self.start && at < self.start + self.length
    }

    /// Processor seconds per second and node.
    fn cpu_per_node(&self, task: &Task) -> f64 {
        self.cpu_s / self.length.as_secs_f64() / f64::from(task.nodes)
    }

    /// Blocks that the first node served meanwhile.
    fn blocks<'a>(&'a self, served: &'a [Served]) -> impl Iterator<Item = usize> + 'a {
        let blocks = served.iter().enumerate();
        blocks
            .filter(|(_, block)| self.contains(block.at))
            .map(|(index, _)| index)
    }
}

/// Nodes without anything to order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Idle {
    /// Decided blocks per second.
    pub blocks_per_s: f64,
    /// Processor seconds per second and node.
    pub cpu_per_node: f64,
    /// Processor time in seconds that others took.
    pub others_cpu_s: f64,
}

impl Idle {
    /// The figures of a span without load.
    pub fn new(task: &Task, span: &Span, journals: &Journals) -> Self {
        let served = journals.served();
        Self {
            blocks_per_s: span.blocks(&served[0]).count() as f64 / span.length.as_secs_f64(),
            cpu_per_node: span.cpu_per_node(task),
            others_cpu_s: span.others_cpu_s,
        }
    }
}

/// Nodes under load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Transactions that were due.
    pub due: usize,
    /// Of these, what nodes refused as their mempools were full.
    pub refused: usize,
    /// Of these, what nobody had decided a minute after the last.
    pub undecided: usize,
    /// Time in seconds from when a transaction was due to when its node served the block with it.
    pub latency: Latency,
    /// The median and the range of the parts' 50th percentiles.
    pub parts_p50_s: Option<Summary>,
    /// The median and the range of the parts' 99th percentiles.
    pub parts_p99_s: Option<Summary>,
    /// Decided blocks per second.
    pub blocks_per_s: f64,
    /// Decided bytes of transactions per second.
    pub bytes_per_s: f64,
    /// Bytes of transactions in the largest block.
    pub largest_block_bytes: u64,
    /// Processor seconds per second and node.
    pub cpu_per_node: f64,
    /// Processor time in seconds that others took.
    pub others_cpu_s: f64,
}

/// Percentiles in seconds; none where so many transactions were not decided at all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Half are decided by then.
    pub p50_s: Option<f64>,
    /// Nine of ten.
    pub p90_s: Option<f64>,
    /// All but one in a hundred.
    pub p99_s: Option<f64>,
    /// All.
    pub max_s: Option<f64>,
}

impl Latency {
    /// Of `decided` latencies, and some transactions without any.
    fn of(mut decided: Vec<f64>, undecided: usize) -> Self {
        decided.sort_by(f64::total_cmp);
        let count = decided.len() + undecided;
        let percentile = |percent: usize| {
            let rank = (count * percent).div_ceil(100).max(1);
            decided.get(rank - 1).copied()
        };
        Self {
            p50_s: percentile(50),
            p90_s: percentile(90),
            p99_s: percentile(99),
            max_s: percentile(100),
        }
    }
}

impl Window {
    /// The figures of a span under load.
    ///
    /// # Errors
    /// When something was decided twice, or never submitted.
    pub fn new(
        task: &Task,
        span: &Span,
        submitted: &[Submitted],
        journals: &Journals,
    ) -> Result<Self, ThroughputError> {
        let (served, contents) = (journals.served(), journals.contents()?);
        let by_hash: HashMap<_, usize> = submitted
            .iter()
            .enumerate()
            .filter_map(|(index, transaction)| Some((transaction.hash?, index)))
            .collect();
        let mut latencies = vec![None; submitted.len()];
        for (index, content) in contents.iter().enumerate() {
            for hash in &content.hashes {
                let Some(&number) = by_hash.get(hash) else {
                    return Err(ThroughputError::Transaction {
                        height: index as u64 + 1,
                        fault: "nobody's",
                    });
                };
                let transaction = &submitted[number];
                let decided = served[transaction.place].get(index);
                latencies[number] =
                    decided.map(|block| block.at.saturating_duration_since(transaction.due).as_secs_f64());
            }
        }
        let counted: Vec<(&Submitted, Option<f64>)> = submitted
            .iter()
            .zip(latencies)
            .filter(|(transaction, _)| transaction.due >= span.start)
            .collect();
        let latency = |transactions: &[(&Submitted, Option<f64>)]| {
            let decided: Vec<f64> = transactions.iter().filter_map(|(_, latency)| *latency).collect();
            let undecided = transactions.len() - decided.len();
            Latency::of(decided, undecided)
        };
        let parts: Vec<Latency> = counted
            .chunks(counted.len().div_ceil(PARTS).max(1))
            .map(latency)
            .collect();
        let spread = |part: fn(&Latency) -> Option<f64>| {
            let values: Option<Vec<f64>> = parts.iter().map(part).collect();
            Summary::of(&values?)
        };
        let refused = counted
            .iter()
            .filter(|(transaction, _)| transaction.hash.is_none());
        let refused = refused.count();
        let undecided = counted.iter().filter(|(_, latency)| latency.is_none()).count() - refused;
        let blocks: Vec<usize> = span.blocks(&served[0]).collect();
        let sizes = || {
            blocks
                .iter()
                .filter_map(|&block| Some(contents.get(block)?.bytes))
        };
        let seconds = span.length.as_secs_f64();
        Ok(Self {
            due: counted.len(),
            refused,
            undecided,
            latency: latency(&counted),
            parts_p50_s: spread(|part| part.p50_s),
            parts_p99_s: spread(|part| part.p99_s),
            blocks_per_s: blocks.len() as f64 / seconds,
            bytes_per_s: sizes().sum::<u64>() as f64 / seconds,
            largest_block_bytes: sizes().max().unwrap_or_default(),
            cpu_per_node: span.cpu_per_node(task),
            others_cpu_s: span.others_cpu_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks_and_the_undecided_come_last() {
        let latency = Latency::of((1..=98).rev().map(f64::from).collect(), 2);
        assert_eq!(latency.p50_s, Some(50.0));
        assert_eq!(latency.p90_s, Some(90.0));
        assert_eq!((latency.p99_s, latency.max_s), (None, None));
        let one = Latency::of(vec![7.0], 0);
        assert_eq!(
            (one.p50_s, one.p99_s, one.max_s),
            (Some(7.0), Some(7.0), Some(7.0))
        );
        assert_eq!(Latency::of(Vec::new(), 0).p50_s, None);
    }
}
