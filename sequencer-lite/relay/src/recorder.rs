//! The one thread that changes anything: it takes votes in batches, stores each batch with one commit, and only then
//! answers and publishes.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use crema_light_client::stake_table::StakeTable;
use tokio::sync::{mpsc, oneshot, watch};

use crate::collector::{Collector, Effect, Limits, Refusal, Vote};
use crate::metrics::Metrics;
use crate::published::Published;
use crate::store::{Contents, Store, StoreError};

/// Most commands that share a commit.
const BATCH: usize = 256;

/// The newest bundle, for whoever wants to know of it.
pub(crate) type Newest = Option<Arc<Published>>;

/// Where the store is opened, each time that it must be.
pub trait OpenStore: Send + 'static {
    /// Opens it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn open(&self) -> Result<Store, StoreError>;
}

/// A folder.
impl OpenStore for PathBuf {
    fn open(&self) -> Result<Store, StoreError> {
        Store::open(self)
    }
}

impl<F: Fn() -> Result<Store, StoreError> + Send + 'static> OpenStore for F {
    fn open(&self) -> Result<Store, StoreError> {
        self()
    }
}

/// What became of a command.
pub(crate) type Outcome = Result<(), Failure>;

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It is against the rules.
    Refused(Refusal),
    /// It could not be stored.
    NotStored,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Task {
    /// Count this vote.
    Record(Vote),
    /// Nothing: the answer comes when all that was recorded before is stored.
    Wait,
    /// Go on with this stake table.
    UseTable(Arc<StakeTable>),
    /// End, once this batch is stored.
    Stop,
}

/// A task, and where its outcome is awaited.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) task: Task,
    pub(crate) reply: oneshot::Sender<Outcome>,
}

/// See the [module](self).
pub(crate) struct Recorder {
    place: Box<dyn OpenStore>,
    /// None after a failure, until it has been opened again.
    store: Option<Store>,
    collector: Arc<RwLock<Collector>>,
    newest: watch::Sender<Newest>,
    metrics: Arc<Metrics>,
    /// What the collector has done and the store has not.
    owed: Vec<Effect>,
    /// The stake table that the store does not have yet.
    owed_table: Option<Arc<StakeTable>>,
    /// Whether the collector's bundle is another than the published one.
    unpublished: bool,
}

impl Recorder {
    /// Opens the store and goes on from what is in it.
    pub(crate) fn open(
        place: impl OpenStore,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> Result<Self, StoreError> {
        let store = place.open()?;
        let Contents {
            votes,
            evidence,
            stake_table,
            damaged,
        } = store.load()?;
        if damaged > 0 {
            tracing::error!(
                damaged,
                "the store holds records that do not verify; check the disk"
            );
        }
        let table = Arc::new(stake_table.unwrap_or_default());
        tracing::info!(
            votes = votes.len(),
            evidence = evidence.len(),
            signers = table.len(),
            "store opened"
        );
        let (collector, effects) = if table.is_empty() {
            // without a table nothing has been stored
            (Collector::new(table, limits), Vec::new())
        } else {
            Collector::restore(table, limits, votes, evidence)
        };
        store.commit(&effects)?;
        let mut recorder = Self {
            place: Box::new(place),
            store: Some(store),
            newest: watch::Sender::new(None),
            collector: Arc::new(RwLock::new(collector)),
            metrics,
            owed: Vec::new(),
            owed_table: None,
            unpublished: true,
        };
        recorder.publish();
        Ok(recorder)
    }

    pub(crate) fn collector(&self) -> Arc<RwLock<Collector>> {
        Arc::clone(&self.collector)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Newest> {
        self.newest.subscribe()
    }

    /// Works until told to stop, or until nobody is left who could send a command.
    pub(crate) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(command) = commands.blocking_recv() {
            batch.push(command);
            while batch.len() < BATCH
                && let Ok(command) = commands.try_recv()
            {
                batch.push(command);
            }
            let last = batch.iter().any(|command| matches!(command.task, Task::Stop));
            self.work_off(&mut batch);
            if last {
                return;
            }
        }
    }

    fn work_off(&mut self, batch: &mut Vec<Command>) {
        // While the store fails nothing new is taken on, so that what is owed to it stays small.
        if self.settle().is_err() {
            for Command { reply, .. } in batch.drain(..) {
                let _ = reply.send(Err(Failure::NotStored));
            }
            return;
        }
        let outcomes = self.apply(batch);
        let stored = self.settle().is_ok();
        for (reply, outcome) in outcomes {
            // whoever does not wait any more learns of it by posting again
            let _ = reply.send(if stored { outcome } else { Err(Failure::NotStored) });
        }
    }

    /// Takes a batch to the collector; gives each command's outcome, which holds once it is stored.
    fn apply(&mut self, batch: &mut Vec<Command>) -> Vec<(oneshot::Sender<Outcome>, Outcome)> {
        let mut collector = self.collector.write().unwrap_or_else(PoisonError::into_inner);
        let first_new = self.owed.len();
        let mut outcomes = Vec::with_capacity(batch.len());
        for Command { task, reply } in batch.drain(..) {
            let outcome = match task {
                Task::Wait | Task::Stop => Ok(()),
                Task::Record(vote) => collector.record(&vote, &mut self.owed).map_err(Failure::Refused),
                Task::UseTable(table) => {
                    let (next, effects) = collector.with_table(Arc::clone(&table));
                    *collector = next;
                    self.owed.extend(effects);
                    self.owed_table = Some(table);
                    self.unpublished = true;
                    Ok(())
                }
            };
            outcomes.push((reply, outcome));
        }
        for effect in &self.owed[first_new..] {
            match effect {
                Effect::NewBundle { height } => {
                    self.unpublished = true;
                    tracing::info!(height, "new bundle");
                }
                Effect::BundleGrown => self.unpublished = true,
                Effect::Contradiction(evidence) => tracing::warn!(
                    key = %evidence.key,
                    height = evidence.height(),
                    "a signer contradicts itself; see GET /api/state/evidence"
                ),
                Effect::Fork { height } => tracing::error!(
                    height,
                    "two states of one height have reached the threshold; the first stays"
                ),
                _ => {}
            }
        }
        outcomes
    }

    /// Brings the store up to date, then what is published.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.owed.retain(Effect::is_stored);
        if !self.owed.is_empty() || self.owed_table.is_some() {
            let begun = Instant::now();
            if let Err(error) = self.write() {
                self.metrics.commit_failed();
                self.store = None;
                tracing::error!(%error, "votes cannot be stored; they are refused until they can");
                return Err(error);
            }
            self.metrics.committed(begun.elapsed());
            self.owed.clear();
            self.owed_table = None;
        }
        if self.unpublished {
            self.publish();
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let store = match &mut self.store {
            Some(store) => store,
            closed => closed.insert(self.place.open()?),
        };
        if let Some(table) = &self.owed_table {
            store.keep_stake_table(table)?;
        }
        store.commit(&self.owed)
    }

    fn publish(&mut self) {
        let collector = self.collector.read().unwrap_or_else(PoisonError::into_inner);
        let bundle = collector.bundle();
        drop(collector);
        self.newest
            .send_replace(bundle.map(|bundle| Arc::new(Published::new(bundle))));
        self.unpublished = false;
    }
}
