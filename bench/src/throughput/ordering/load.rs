//! Transactions at a steady rate.

use std::time::{Duration, Instant};

use crema_node::Node;
use crema_types::{NamespaceId, Transaction, TransactionHash};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};

use super::record::Task;

/// How often to report progress, in transactions.
const REPORT: u64 = 64;

/// A transaction that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Its hash; none when the node refused it, as its mempool was full.
    pub hash: Option<TransactionHash>,
    /// When it was due.
    pub due: Instant,
    /// The node that it was handed to.
    pub place: usize,
}

/// Submits transactions, none like another, to the nodes in turn.
pub struct Load {
    random: ChaCha20Rng,
    bytes: usize,
    namespaces: u32,
    interval: Duration,
    /// Those that are over and do not count are here as well.
    submitted: Vec<Submitted>,
}

impl Load {
    /// The load of a task.
    pub fn new(task: &Task) -> Self {
        Self {
            random: ChaCha20Rng::seed_from_u64(task.seed),
            bytes: task.transaction_bytes as usize,
            namespaces: task.namespaces.into(),
            interval: task.interval(),
            submitted: Vec::new(),
        }
    }

    /// Submits `count` transactions, the first one now.
    pub async fn submit(&mut self, nodes: &[Node], count: u64, report: impl Fn(f64)) {
        let start = Instant::now();
        for number in 0..count {
            let due = start + self.interval.mul_f64(number as f64);
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
            }
            if number.is_multiple_of(REPORT) {
                report(number as f64 / count as f64);
            }
            let place = self.submitted.len() % nodes.len();
            let hash = nodes[place].submit(self.next()).ok();
            self.submitted.push(Submitted { hash, due, place });
        }
        // the last one has its interval as well
        tokio::time::sleep_until((start + self.interval.mul_f64(count as f64)).into()).await;
    }

    fn next(&mut self) -> Transaction {
        let mut payload = vec![0; self.bytes];
        self.random.fill_bytes(&mut payload);
        Transaction {
            // not the place's period, so that every node gets transactions of every namespace
            namespace: NamespaceId(1 + self.random.next_u32() % self.namespaces),
            payload,
        }
    }

    /// All transactions that were due, in their order.
    pub fn submitted(&self) -> &[Submitted] {
        &self.submitted
    }

    /// How many were taken.
    pub fn accepted(&self) -> usize {
        self.submitted
            .iter()
            .filter(|transaction| transaction.hash.is_some())
            .count()
    }
}
