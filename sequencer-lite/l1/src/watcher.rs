//! Keeps [`Memory`] up to date.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crema_consensus::source::L1View;
use crema_types::{Address, FeeInfo, L1BlockInfo, L1Snapshot};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::memory::Memory;
use crate::options::L1Options;
use crate::reader::{L1Error, Reader};

/// What this node sees of the L1. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watcher {
    shared: Arc<Shared>,
    seen: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    memory: Mutex<Memory>,
    /// Somebody has asked for what is not known.
    wanted: Notify,
}

impl Shared {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // every change is complete when the lock is let go
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    /// Watches the L1 that the options name, on the tokio runtime around this call. Deposits in `contract` are read from
    /// block `first` on, the one after the newest L1 block that is decided on here; earlier ones when they are asked for.
    ///
    /// # Errors
    /// When no provider is named.
    pub fn start(options: &L1Options, contract: Option<Address>, first: u64) -> Result<Self, L1Error> {
        let reader = Reader::new(options)?;
        let shared = Arc::new(Shared {
            memory: Mutex::new(Memory::new(first, contract.is_some(), options.blocks_cache_size)),
            wanted: Notify::new(),
        });
        let (sender, seen) = watch::channel(false);
        let work = Work {
            shared: Arc::clone(&shared),
            chunk: options.events_max_block_range.max(1),
            options: options.clone(),
            reader,
            contract,
            seen: sender,
        };
        let task = tokio::spawn(work.run());
        Ok(Self { shared, seen, task })
    }

    /// Resolves when the L1 has been seen once.
    pub async fn seen(&self) {
        // the task lives as long as this
        let _ = self.seen.clone().wait_for(|seen| *seen).await;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl L1View for Watcher {
    fn snapshot(&self) -> L1Snapshot {
        self.shared.memory().snapshot()
    }

    fn finalized(&self, number: u64) -> Option<L1BlockInfo> {
        let known = self.shared.memory().finalized(number);
        if known.is_none() {
            self.shared.wanted.notify_one();
        }
        known
    }

    fn deposits(&self, blocks: RangeInclusive<u64>) -> Option<Vec<FeeInfo>> {
        let known = self.shared.memory().deposits(&blocks);
        if known.is_none() {
            self.shared.wanted.notify_one();
        }
        known
    }
}

/// The watch itself.
struct Work {
    shared: Arc<Shared>,
    options: L1Options,
    reader: Reader,
    contract: Option<Address>,
    /// Blocks that the next request for deposits covers at most.
    chunk: u64,
    seen: watch::Sender<bool>,
}

impl Work {
    async fn run(mut self) {
        loop {
            let pause = match self.look().await {
                Ok(()) => {
                    self.seen.send_if_modified(|seen| !std::mem::replace(seen, true));
                    self.options.polling_interval
                }
                Err(error) => {
                    tracing::warn!(%error, "the L1 is not seen; trying again");
                    self.pause_after(&error)
                }
            };
            // what is asked for does not wait for the next look, but no faster than failures allow
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.asked() => {}
            }
        }
    }

    fn unread(&self, finalized: u64) -> Option<u64> {
        self.shared.memory().unread(finalized)
    }

    fn missing(&self) -> Option<RangeInclusive<u64>> {
        self.shared.memory().missing()
    }

    fn wanted_block(&self) -> Option<u64> {
        self.shared.memory().wanted_block()
    }

    fn pause_after(&self, error: &L1Error) -> Duration {
        match error {
            L1Error::RateLimited => self.options.rate_limit_delay.unwrap_or(self.options.retry_delay),
            L1Error::Changed => Duration::ZERO,
            _ => self.options.retry_delay,
        }
    }

    /// Resolves when something is asked for that can be looked up.
    async fn asked(&self) {
        tokio::time::sleep(self.options.retry_delay.min(self.options.polling_interval)).await;
        loop {
            let wanted = self.shared.wanted.notified();
            if self.missing().is_some() || self.wanted_block().is_some() {
                return;
            }
            wanted.await;
        }
    }

    /// Looks at the newest blocks, and then up whatever is not known.
    async fn look(&mut self) -> Result<(), L1Error> {
        let turn = self.reader.endpoints().turn();
        let head = self.reader.head().await?;
        let finalized = self.reader.finalized().await?;
        self.shared.memory().saw_head(head);
        if let Some(block) = finalized {
            if let Err(error) = self.check(&block).await {
                // it is on another chain than it was, or than the others are, or behind them
                self.reader.endpoints().give_up(turn);
                return Err(error);
            }
            while let Some(first) = self.unread(block.number) {
                let blocks = first..=block.number.min(first.saturating_add(self.chunk - 1));
                let found = self.deposits(&blocks).await?;
                if let Some(found) = found {
                    self.shared.memory().append(&blocks, found);
                }
            }
            self.shared.memory().finalize(block);
        }
        self.look_up().await
    }

    /// Checks that a block that a provider calls final comes after what was final before.
    async fn check(&self, block: &L1BlockInfo) -> Result<(), L1Error> {
        self.shared.memory().check(block)?;
        let before = self.shared.memory().snapshot().finalized;
        if let Some(before) = before
            && before.number < block.number
        {
            let number = before.number;
            let found = self.reader.block(number).await?;
            self.shared
                .memory()
                .check(&found.ok_or(L1Error::Missing { number })?)?;
        }
        Ok(())
    }

    /// Looks up what was asked for.
    async fn look_up(&mut self) -> Result<(), L1Error> {
        while let Some(number) = self.wanted_block() {
            let block = self.reader.block(number).await?;
            let block = block.ok_or(L1Error::Missing { number })?;
            self.shared.memory().add_block(block);
        }
        while let Some(missing) = self.missing() {
            let last = *missing.end();
            let blocks = last.saturating_sub(self.chunk - 1).max(*missing.start())..=last;
            let found = self.deposits(&blocks).await?;
            if let Some(found) = found {
                self.shared.memory().prepend(&blocks, found);
            }
        }
        Ok(())
    }

    /// The deposits of some blocks; none when fewer blocks have to be asked for.
    async fn deposits(
        &mut self,
        blocks: &RangeInclusive<u64>,
    ) -> Result<Option<Vec<crate::reader::BlockDeposits>>, L1Error> {
        let Some(contract) = self.contract else {
            return Ok(Some(Vec::new()));
        };
        match self.reader.deposits(contract, blocks.clone()).await {
            Ok(found) => {
                self.chunk = self
                    .chunk
                    .saturating_mul(2)
                    .min(self.options.events_max_block_range.max(1));
                Ok(Some(found))
            }
            // too many blocks or logs for this provider
            Err(L1Error::Refused { action, reason }) if self.chunk > 1 => {
                self.chunk = self.chunk.div_ceil(2);
                tracing::debug!(
                    action,
                    reason,
                    chunk = self.chunk,
                    "asking for fewer blocks at once"
                );
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
