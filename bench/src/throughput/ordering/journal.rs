//! What nodes decide, and when.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crema_node::{Blocks, Node};
use crema_types::{Commitment, Payload, TransactionHash};
use tokio::task::JoinHandle;

use super::GLANCE;
use crate::throughput::error::ThroughputError;

/// A block as one node served it.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// When.
    pub at: Instant,
    /// What.
    pub leaf: Commitment,
}

/// What a block holds.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Hashes of its transactions.
    pub hashes: Vec<TransactionHash>,
    /// Bytes of its transactions.
    pub bytes: u64,
}

#[derive(Default)]
struct Decisions {
    /// Per node, from height 1 on.
    served: Vec<Vec<Served>>,
    /// As node 0 has them, from height 1 on; none where the payload was not there when the block was decided.
    contents: Vec<Option<Content>>,
    transactions: usize,
}

/// Listens to all nodes as their clients do.
pub struct Journals {
    decisions: Arc<Mutex<Decisions>>,
    listeners: Vec<JoinHandle<()>>,
}

impl Journals {
    /// Listens from the first block on. Must be called on the runtime.
    pub fn listen(nodes: &[Node]) -> Self {
        let decisions = Arc::new(Mutex::new(Decisions {
            served: vec![Vec::new(); nodes.len()],
            ..Decisions::default()
        }));
        let listeners = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| tokio::spawn(listen(place, node.blocks(1), Arc::clone(&decisions))))
            .collect();
        Self { decisions, listeners }
    }

    /// Waits until every node has served `height` blocks.
    ///
    /// # Errors
    /// [`ThroughputError::NoProgress`], [`ThroughputError::Stopped`].
    pub async fn reach(&self, height: u64, patience: Duration) -> Result<(), ThroughputError> {
        let start = Instant::now();
        loop {
            let found = {
                let decisions = lock(&self.decisions);
                decisions.served.iter().map(Vec::len).min().unwrap_or_default() as u64
            };
            if found >= height {
                return Ok(());
            }
            self.all_run()?;
            if start.elapsed() > patience {
                return Err(ThroughputError::NoProgress {
                    expected: height,
                    found,
                    seconds: patience.as_secs(),
                });
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until `transactions` are decided and every node has served the blocks with them, or until patience ends.
    ///
    /// # Errors
    /// As [`Self::reach`], and [`ThroughputError::NoPayload`].
    pub async fn settle(
        &self,
        first: &Node,
        transactions: usize,
        patience: Duration,
    ) -> Result<(), ThroughputError> {
        let start = Instant::now();
        while lock(&self.decisions).transactions < transactions && start.elapsed() < patience {
            self.all_run()?;
            self.fill(first).await;
            tokio::time::sleep(GLANCE).await;
        }
        let height = lock(&self.decisions).contents.len() as u64;
        self.reach(height, patience).await?;
        self.fill(first).await;
        match lock(&self.decisions).contents.iter().position(Option::is_none) {
            Some(place) if (place as u64) < height => Err(ThroughputError::NoPayload {
                height: place as u64 + 1,
            }),
            _ => Ok(()),
        }
    }

    /// Asks for payloads that were not there when their blocks were decided.
    async fn fill(&self, first: &Node) {
        let missing: Vec<usize> = {
            let decisions = lock(&self.decisions);
            let contents = decisions.contents.iter().enumerate();
            contents
                .filter(|(_, content)| content.is_none())
                .map(|(place, _)| place)
                .collect()
        };
        for place in missing {
            if let Some(payload) = first.payload(place as u64 + 1).await {
                let content = Content::of(&payload);
                let mut decisions = lock(&self.decisions);
                decisions.transactions += content.hashes.len();
                decisions.contents[place] = Some(content);
            }
        }
    }

    fn all_run(&self) -> Result<(), ThroughputError> {
        match self.listeners.iter().position(JoinHandle::is_finished) {
            Some(place) => Err(ThroughputError::Stopped { place }),
            None => Ok(()),
        }
    }

    /// Checks that no node decided another block than the first one did.
    ///
    /// # Errors
    /// [`ThroughputError::Fork`].
    pub fn check_agreement(&self) -> Result<(), ThroughputError> {
        let decisions = lock(&self.decisions);
        let Some((first, rest)) = decisions.served.split_first() else {
            return Ok(());
        };
        for (served, place) in rest.iter().zip(1..) {
            let differs = first
                .iter()
                .zip(served)
                .position(|(one, other)| one.leaf != other.leaf);
            if let Some(index) = differs {
                return Err(ThroughputError::Fork {
                    place,
                    height: index as u64 + 1,
                });
            }
        }
        Ok(())
    }

    /// When each node served each block, by place and then height from 1 on.
    pub fn served(&self) -> Vec<Vec<Served>> {
        lock(&self.decisions).served.clone()
    }

    /// What the blocks hold whose payload the first node has, by height from 1 on, each transaction once.
    ///
    /// # Errors
    /// [`ThroughputError::Transaction`] when one is there twice.
    pub fn contents(&self) -> Result<Vec<Content>, ThroughputError> {
        let decisions = lock(&self.decisions);
        let known = decisions.contents.iter().map_while(Option::clone);
        let contents: Vec<Content> = known.collect();
        let mut seen = HashSet::new();
        for (content, height) in contents.iter().zip(1..) {
            if !content.hashes.iter().all(|hash| seen.insert(*hash)) {
                return Err(ThroughputError::Transaction {
                    height,
                    fault: "in an earlier block as well",
                });
            }
        }
        Ok(contents)
    }
}

impl Drop for Journals {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

impl Content {
    fn of(payload: &Payload) -> Self {
        let mut content = Self::default();
        for (_, transaction) in payload.transactions() {
            content.hashes.push(transaction.commit());
            content.bytes += transaction.payload.len() as u64;
        }
        content
    }
}

/// Reads a node's blocks until it stops.
async fn listen(place: usize, mut blocks: Blocks, decisions: Arc<Mutex<Decisions>>) {
    while let Some(block) = blocks.next().await {
        let at = Instant::now();
        let leaf = block.leaf.leaf.commit();
        let content = match place {
            0 => Some(block.payload.as_ref().map(Content::of)),
            _ => None,
        };
        let mut decisions = lock(&decisions);
        decisions.served[place].push(Served { at, leaf });
        if let Some(content) = content {
            decisions.transactions += content.as_ref().map_or(0, |content| content.hashes.len());
            decisions.contents.push(content);
        }
    }
}

fn lock(decisions: &Mutex<Decisions>) -> MutexGuard<'_, Decisions> {
    // every change is complete when the lock is let go
    decisions.lock().unwrap_or_else(PoisonError::into_inner)
}
