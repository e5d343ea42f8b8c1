//! Pending transactions, and blocks out of them: the builder that every node has.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crema_types::ethereum::EthereumSigningKey;
use crema_types::header::sign_least_fee;
use crema_types::{Payload, Transaction, TransactionHash};
use thiserror::Error;

use crate::source::{BuildRequest, BuiltPayload, Later, PayloadSource};

/// Decided transactions that are remembered, so that a late copy is not ordered again.
const REMEMBERED: usize = 1 << 16;

/// What a mempool holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Transactions.
    pub transactions: usize,
    /// Bytes of payload in all of them.
    pub bytes: usize,
}

impl Default for Limits {
    /// Ten thousand transactions, 32 MiB.
    fn default() -> Self {
        Self {
            transactions: 10_000,
            bytes: 1 << 25,
        }
    }
}

/// Why a transaction is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MempoolError {
    /// Too much is pending.
    #[error(
        "the mempool is full ({transactions} transactions, {bytes} bytes); try again when blocks have been made"
    )]
    Full {
        /// Transactions pending.
        transactions: usize,
        /// Their bytes.
        bytes: usize,
    },
    /// It is pending already, or was ordered a moment ago.
    #[error("transaction {0} is known already")]
    Known(TransactionHash),
}

/// Pending transactions in the order of their arrival.
pub struct Mempool {
    limits: Limits,
    /// Pays the fees of blocks.
    builder: EthereumSigningKey,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    arrived: u64,
    by_arrival: BTreeMap<u64, Arc<Transaction>>,
    by_hash: HashMap<TransactionHash, u64>,
    bytes: usize,
    ordered: HashSet<TransactionHash>,
    ordered_row: VecDeque<TransactionHash>,
}

impl Pending {
    fn remove(&mut self, hash: &TransactionHash) {
        if let Some(transaction) = self
            .by_hash
            .remove(hash)
            .and_then(|arrival| self.by_arrival.remove(&arrival))
        {
            self.bytes -= transaction.payload.len();
        }
    }

    fn remember(&mut self, hash: TransactionHash) {
        if self.ordered.insert(hash) {
            self.ordered_row.push_back(hash);
        }
        while self.ordered_row.len() > REMEMBERED {
            if let Some(oldest) = self.ordered_row.pop_front() {
                self.ordered.remove(&oldest);
            }
        }
    }
}

impl Mempool {
    /// An empty mempool whose blocks `builder` pays for.
    pub fn new(limits: Limits, builder: EthereumSigningKey) -> Self {
        Self {
            limits,
            builder,
            pending: Mutex::default(),
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // every change is complete when the lock is let go
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a transaction.
    ///
    /// # Errors
    /// When it is known already, or the mempool is full.
    pub fn push(&self, transaction: Transaction) -> Result<TransactionHash, MempoolError> {
        let hash = transaction.commit();
        let mut pending = self.pending();
        if pending.by_hash.contains_key(&hash) || pending.ordered.contains(&hash) {
            return Err(MempoolError::Known(hash));
        }
        let bytes = pending.bytes + transaction.payload.len();
        if pending.by_hash.len() >= self.limits.transactions || bytes > self.limits.bytes {
            return Err(MempoolError::Full {
                transactions: pending.by_hash.len(),
                bytes: pending.bytes,
            });
        }
        let arrival = pending.arrived;
        pending.arrived += 1;
        pending.bytes = bytes;
        pending.by_hash.insert(hash, arrival);
        pending.by_arrival.insert(arrival, Arc::new(transaction));
        Ok(hash)
    }

    /// Number of pending transactions.
    pub fn len(&self) -> usize {
        self.pending().by_hash.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A payload of what is pending and not in an undecided ancestor.
    fn assemble(&self, request: &BuildRequest) -> Option<BuiltPayload> {
        let under_way: HashSet<TransactionHash> = request
            .ancestors
            .iter()
            .flat_map(Payload::transactions)
            .map(|(_, transaction)| transaction.commit())
            .collect();
        let candidates: Vec<Arc<Transaction>> = {
            let pending = self.pending();
            let by_arrival = pending
                .by_hash
                .iter()
                .filter(|(hash, _)| !under_way.contains(hash));
            let mut arrivals: Vec<u64> = by_arrival.map(|(_, arrival)| *arrival).collect();
            arrivals.sort_unstable();
            arrivals
                .iter()
                .filter_map(|arrival| pending.by_arrival.get(arrival).cloned())
                .collect()
        };
        let max_size = request.state.chain_config.max_block_size.0;
        let payload = Payload::from_transactions(candidates.iter().map(Arc::as_ref), max_size).payload;
        let (fee_info, builder_signature) = sign_least_fee(&self.builder, &request.state, &payload).ok()?;
        Some(BuiltPayload {
            payload,
            fee_info,
            builder_signature,
        })
    }
}

impl PayloadSource for Mempool {
    fn build(&self, request: BuildRequest) -> Later<Option<BuiltPayload>> {
        let built = self.assemble(&request);
        Box::pin(async move { built })
    }

    fn received(&self, transaction: Transaction) {
        // a peer is not told; whoever submitted asks its own node
        let _ = self.push(transaction);
    }

    fn decided(&self, payload: &Payload) {
        let mut pending = self.pending();
        for (_, transaction) in payload.transactions() {
            let hash = transaction.commit();
            pending.remove(&hash);
            pending.remember(hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use crema_types::{ChainConfig, FeeInfo, Genesis, NamespaceId, ValidatedState};

    use super::*;

    fn transaction(number: u8) -> Transaction {
        Transaction {
            namespace: NamespaceId(1),
            payload: vec![number; 100],
        }
    }

    fn mempool(limits: Limits) -> Mempool {
        Mempool::new(limits, FeeInfo::null_builder_key().unwrap())
    }

    fn request(ancestors: Vec<Payload>, max_block_size: u64) -> BuildRequest {
        let chain_config = ChainConfig {
            max_block_size: max_block_size.into(),
            ..ChainConfig::default()
        };
        let genesis = Genesis::from_toml(include_str!("../tests/genesis.toml")).unwrap();
        BuildRequest {
            view: 1,
            parent: genesis.header(None).unwrap(),
            state: Arc::new(ValidatedState::genesis(chain_config, []).unwrap()),
            ancestors,
        }
    }

    fn ordered(mempool: &Mempool, request: &BuildRequest) -> Vec<Transaction> {
        let built = mempool.assemble(request).unwrap();
        built
            .payload
            .transactions()
            .map(|(_, transaction)| transaction)
            .collect()
    }

    #[test]
    fn what_is_ordered_is_not_ordered_again() {
        let mempool = mempool(Limits::default());
        for number in 0..4 {
            mempool.push(transaction(number)).unwrap();
        }
        let known = MempoolError::Known(transaction(0).commit());
        assert_eq!(mempool.push(transaction(0)), Err(known.clone()));
        let first = Payload::from_transactions([&transaction(0), &transaction(1)], 10_000).payload;
        // in an undecided ancestor: pending, but not for its children
        let rest = ordered(&mempool, &request(vec![first.clone()], 10_000));
        assert_eq!(rest, [transaction(2), transaction(3)]);
        assert_eq!(mempool.len(), 4);
        // decided: gone, and a late copy is refused
        mempool.decided(&first);
        assert_eq!(mempool.len(), 2);
        assert_eq!(mempool.push(transaction(0)), Err(known));
        assert_eq!(ordered(&mempool, &request(Vec::new(), 10_000)).len(), 2);
    }

    #[test]
    fn blocks_and_mempool_are_bounded() {
        let small = mempool(Limits {
            transactions: 3,
            bytes: 250,
        });
        small.push(transaction(0)).unwrap();
        small.push(transaction(1)).unwrap();
        let full = MempoolError::Full {
            transactions: 2,
            bytes: 200,
        };
        assert_eq!(small.push(transaction(2)), Err(full));
        assert_eq!(ordered(&small, &request(Vec::new(), 150)), [transaction(0)]);
    }
}
