//! When what happened, and how much was sent. Nothing is checked by it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Times of transactions and blocks, to within a tick of the simulation.
pub(crate) struct Timing {
    now: SystemTime,
    /// By number: to whom and when.
    submitted: BTreeMap<u64, (usize, SystemTime)>,
    /// By number: the height that first contains it.
    ordered: BTreeMap<u64, u64>,
    /// By node and height.
    decided: BTreeMap<(usize, u64), SystemTime>,
    /// Bytes by node.
    sent: Vec<u64>,
}

impl Timing {
    pub fn new(nodes: usize) -> Self {
        Self {
            now: UNIX_EPOCH,
            submitted: BTreeMap::new(),
            ordered: BTreeMap::new(),
            decided: BTreeMap::new(),
            sent: vec![0; nodes],
        }
    }

    /// It is so late.
    pub fn tick(&mut self, now: SystemTime) {
        self.now = now;
    }

    /// A transaction is handed to a node.
    pub fn submitted(&mut self, number: u64, node: usize) {
        self.submitted.insert(number, (node, self.now));
    }

    /// A transaction is found in a decided block for the first time.
    pub fn ordered(&mut self, number: u64, height: u64) {
        self.ordered.entry(number).or_insert(height);
    }

    /// A node decides a height.
    pub fn decided(&mut self, node: usize, height: u64) {
        self.decided.entry((node, height)).or_insert(self.now);
    }

    /// A node sends so many bytes.
    pub fn sends(&mut self, node: usize, bytes: u64) {
        self.sent[node] += bytes;
    }

    /// Bytes that each node has sent.
    pub fn sent(&self) -> &[u64] {
        &self.sent
    }

    /// How long each transaction took until the node that it was handed to had decided it, ascending.
    pub fn submit_to_decide(&self) -> Vec<Duration> {
        let times = self.ordered.iter().filter_map(|(number, &height)| {
            let (node, submitted) = self.submitted.get(number)?;
            let decided = self.decided.get(&(*node, height))?;
            decided.duration_since(*submitted).ok()
        });
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        times
    }

    /// Blocks that the first node decided per second.
    pub fn blocks_per_second(&self) -> f64 {
        let times: Vec<SystemTime> = self
            .decided
            .range((0, 0)..(1, 0))
            .map(|(_, &time)| time)
            .collect();
        let [first, .., last] = times[..] else { return 0.0 };
        let seconds = last.duration_since(first).unwrap_or_default().as_secs_f64();
        (times.len() - 1) as f64 / seconds.max(f64::EPSILON)
    }
}
