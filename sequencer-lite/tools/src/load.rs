//! Random transactions, and which of them have come back in blocks.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use crema_types::{NamespaceId, Payload, Transaction, TransactionHash};

use crate::random::Dice;

/// Latencies that are kept for the report.
const MAX_LATENCIES: usize = 1 << 16;

/// What transactions look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes.
    pub sizes: RangeInclusive<u64>,
    /// Namespaces.
    pub namespaces: RangeInclusive<u64>,
    /// Transactions that are submitted at once.
    pub batches: RangeInclusive<u64>,
}

impl Shape {
    /// Transactions that are submitted at once.
    pub fn batch(&self, dice: &mut Dice) -> Vec<Transaction> {
        let number = dice.number(self.batches.clone());
        (0..number)
            .map(|_| {
                let size = dice.number(self.sizes.clone());
                let namespace = dice.number(self.namespaces.clone());
                Transaction {
                    namespace: NamespaceId(u32::try_from(namespace).unwrap_or(u32::MAX)),
                    payload: dice.bytes(usize::try_from(size).unwrap_or(usize::MAX)),
                }
            })
            .collect()
    }
}

/// Transactions on their way.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    pending: HashMap<TransactionHash, Instant>,
    submitted: u64,
    included: u64,
    bytes: u64,
    latencies: Vec<Duration>,
}

/// What has become of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Transactions submitted.
    pub submitted: u64,
    /// Transactions in blocks.
    pub included: u64,
    /// Transactions on their way.
    pub pending: u64,
    /// Bytes in blocks.
    pub bytes: u64,
    /// Half of the transactions were in a block after this time.
    pub median: Duration,
    /// All but one in a hundred were.
    pub percentile_99: Duration,
}

impl Tracker {
    /// A transaction is submitted. Told before it is sent: it may be in a block before the answer comes.
    pub fn submitted(&mut self, hash: TransactionHash, now: Instant) {
        self.submitted += 1;
        self.pending.insert(hash, now);
    }

    /// A transaction was refused after all.
    pub fn refused(&mut self, hash: &TransactionHash) {
        if self.pending.remove(hash).is_some() {
            self.submitted -= 1;
        }
    }

    /// A block came.
    pub fn block(&mut self, payload: &Payload, now: Instant) {
        for (_, transaction) in payload.transactions() {
            if let Some(at) = self.pending.remove(&transaction.commit()) {
                self.included += 1;
                self.bytes += transaction.payload.len() as u64;
                if self.latencies.len() < MAX_LATENCIES {
                    self.latencies.push(now.saturating_duration_since(at));
                }
            }
        }
    }

    /// Transactions that have been on their way for longer than this.
    pub fn slow(&self, limit: Duration, now: Instant) -> usize {
        let times = self.pending.values();
        times
            .filter(|at| now.saturating_duration_since(**at) > limit)
            .count()
    }

    /// What has become of the load so far.
    pub fn summary(&self) -> Summary {
        let mut latencies = self.latencies.clone();
        latencies.sort_unstable();
        let at = |percent: usize| {
            let index = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
            latencies.get(index).copied().unwrap_or_default()
        };
        Summary {
            submitted: self.submitted,
            included: self.included,
            pending: self.pending.len() as u64,
            bytes: self.bytes,
            median: at(50),
            percentile_99: at(99),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_have_the_shape_and_are_tracked() {
        let shape = Shape {
            sizes: 10..=20,
            namespaces: 100..=101,
            batches: 3..=5,
        };
        let mut dice = Dice::new(1, 0);
        let mut tracker = Tracker::default();
        let start = Instant::now();
        let batch = shape.batch(&mut dice);
        assert!((3..=5).contains(&batch.len()));
        for transaction in &batch {
            assert!((10..=20).contains(&transaction.payload.len()));
            assert!((100..=101).contains(&transaction.namespace.0));
            tracker.submitted(transaction.commit(), start);
        }
        tracker.refused(&batch[2].commit());
        assert_eq!(
            tracker.slow(Duration::from_secs(1), start + Duration::from_secs(2)),
            batch.len() - 1
        );
        let block = Payload::from_transactions([&batch[0]], 1000).payload;
        tracker.block(&block, start + Duration::from_secs(2));
        tracker.block(&block, start + Duration::from_secs(9));
        let summary = tracker.summary();
        assert_eq!((summary.submitted, summary.included), (batch.len() as u64 - 1, 1));
        assert_eq!(
            (summary.pending, summary.bytes),
            (batch.len() as u64 - 2, batch[0].payload.len() as u64)
        );
        assert_eq!(
            (summary.median, summary.percentile_99),
            (Duration::from_secs(2), Duration::from_secs(2))
        );
    }
}
