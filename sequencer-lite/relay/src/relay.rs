//! The relay without HTTP: posts in, bundles out.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::thread;

use crema_light_client::stake_table::StakeTable;
use thiserror::Error;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task;

use crate::collector::{Collector, Evidence, Limits, Refusal, UncheckedVote, Vote};
use crate::metrics::{Gauges, Metrics, PostResult};
use crate::published::Published;
use crate::recorder::{Command, Failure, Newest, OpenStore, Recorder, Task};
use crate::store::StoreError;

/// Commands that wait for the recorder; whoever sends more waits too.
const QUEUE: usize = 512;

/// Why a post does not count.
#[derive(Debug, Error)]
pub enum PostError {
    /// It is against the rules.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be stored.
    #[error("the relay cannot store signatures at the moment; post again later")]
    NotStored,
    /// The relay is stopping.
    #[error("the relay is stopping; post again later")]
    Stopping,
}

/// A relay at work; clones are handles to the same one.
#[derive(Clone, Debug)]
pub struct Relay {
    collector: Arc<RwLock<Collector>>,
    commands: mpsc::Sender<Command>,
    newest: watch::Receiver<Newest>,
    verifying: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

/// The relay's thread. It ends, with everything stored, after [`Relay::stop`], or when the last [`Relay`] is dropped.
#[derive(Debug)]
pub struct Worker(thread::JoinHandle<()>);

impl Worker {
    /// Waits for the thread to end.
    pub fn join(self) {
        if self.0.join().is_err() {
            tracing::error!("the recorder has panicked");
        }
    }
}

impl Relay {
    /// Opens the store and goes on from what is in it.
    ///
    /// # Errors
    /// When the store cannot be opened or read.
    pub fn start(place: impl OpenStore, limits: Limits) -> Result<(Self, Worker), StoreError> {
        let metrics = Arc::new(Metrics::default());
        let recorder = Recorder::open(place, limits, Arc::clone(&metrics))?;
        let (commands, queue) = mpsc::channel(QUEUE);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let relay = Self {
            collector: recorder.collector(),
            newest: recorder.subscribe(),
            commands,
            verifying: Arc::new(Semaphore::new(threads)),
            metrics,
        };
        let worker = thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || recorder.run(queue))
            .map_err(|error| StoreError::Database(error.into()))?;
        Ok((relay, Worker(worker)))
    }

    /// Takes a vote. Returns once it is on disk.
    ///
    /// # Errors
    /// [`PostError`].
    pub async fn post(&self, vote: UncheckedVote) -> Result<(), PostError> {
        let result = self.try_post(vote).await;
        self.metrics.posted(match &result {
            Ok(()) => PostResult::Accepted,
            Err(PostError::Refused(refusal)) => refusal.into(),
            Err(PostError::NotStored | PostError::Stopping) => PostResult::Unavailable,
        });
        result
    }

    async fn try_post(&self, vote: UncheckedVote) -> Result<(), PostError> {
        let screened = self.read().screen(&vote);
        let key = match screened {
            Ok(key) => key,
            Err(duplicate @ Refusal::Duplicate { .. }) => {
                // who is told that it is here already relies on it: it must be on disk, too
                self.command(Task::Wait).await?;
                return Err(duplicate.into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let vote = self.verify(vote, key).await?;
        self.command(Task::Record(vote)).await
    }

    /// Verifies on a thread for work, as many at a time as there are processors.
    async fn verify(
        &self,
        vote: UncheckedVote,
        key: crema_light_client::schnorr::VerifyingKey,
    ) -> Result<Vote, PostError> {
        let permit = Arc::clone(&self.verifying).acquire_owned().await;
        let verified = task::spawn_blocking(move || {
            let _permit = permit;
            vote.verify(key)
        });
        Ok(verified.await.map_err(|_| PostError::Stopping)??)
    }

    async fn command(&self, task: Task) -> Result<(), PostError> {
        let (reply, outcome) = oneshot::channel();
        let sent = self.commands.send(Command { task, reply }).await;
        sent.map_err(|_| PostError::Stopping)?;
        outcome
            .await
            .map_err(|_| PostError::Stopping)?
            .map_err(|failure| match failure {
                Failure::Refused(refusal) => PostError::Refused(refusal),
                Failure::NotStored => PostError::NotStored,
            })
    }

    /// Goes on with this stake table: votes of keys that are not in it are dropped, weights counted anew.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn use_stake_table(&self, table: StakeTable) -> Result<(), PostError> {
        if **self.read().table() == table {
            return Ok(());
        }
        self.command(Task::UseTable(Arc::new(table))).await
    }

    /// Stores what has been posted and ends the relay's thread; later posts fail.
    pub async fn stop(&self) {
        if let Err(error) = self.command(Task::Stop).await {
            tracing::warn!(%error, "the last votes may not be stored");
        }
    }

    /// Whether it is known who may vote.
    pub fn has_stake_table(&self) -> bool {
        !self.read().table().is_empty()
    }

    /// The newest bundle.
    pub fn newest(&self) -> Option<Arc<Published>> {
        self.newest.borrow().clone()
    }

    /// The newest bundle now and whenever there is another.
    pub fn subscribe(&self) -> watch::Receiver<Option<Arc<Published>>> {
        self.newest.clone()
    }

    /// The contradictions that are kept.
    pub fn evidence(&self) -> Vec<Evidence> {
        self.read().evidence().cloned().collect()
    }

    /// Counters.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// What is so at this moment; connections and streams are for others to fill in.
    pub fn gauges(&self) -> Gauges {
        let newest = self.newest();
        let collector = self.read();
        Gauges {
            height: newest.as_ref().map(|newest| newest.height()),
            bundle_signatures: newest.map_or(0, |newest| newest.bundle().signatures.len()),
            votes: collector.len(),
            evidence: collector.evidence().count(),
            signers: collector.table().len(),
            streams: 0,
            connections: 0,
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Collector> {
        self.collector.read().unwrap_or_else(PoisonError::into_inner)
    }
}
