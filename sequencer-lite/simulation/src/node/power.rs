//! The power supply of one node: it fails at a chosen change of the disk, or the machine stands still for a while.

use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use thiserror::Error;

/// Where in an operation the power fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of it has happened.
    Before,
    /// So many 256ths of its bytes are on disk, for good; of other operations than writes, nothing.
    Torn(u8),
    /// It has happened, but the node has not heard of it.
    After,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before => f.write_str("before"),
            Self::Torn(part) => write!(f, "torn{part}"),
            Self::After => f.write_str("after"),
        }
    }
}

/// A moment of no such name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no moment {0:?}; take before, after, or torn with so many 256ths, as torn128")]
pub struct UnknownMoment(String);

impl FromStr for Moment {
    type Err = UnknownMoment;

    fn from_str(name: &str) -> Result<Self, UnknownMoment> {
        match name {
            "before" => Ok(Self::Before),
            "after" => Ok(Self::After),
            _ => {
                let part = name.strip_prefix("torn").and_then(|part| part.parse().ok());
                part.map(Self::Torn).ok_or_else(|| UnknownMoment(name.into()))
            }
        }
    }
}

/// A kind of change to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A file is opened, and made if there was none.
    Open,
    /// Bytes are written.
    Write,
    /// A file gets another length.
    Resize,
    /// What was written becomes lasting.
    Sync,
    /// A file or a folder goes.
    Remove,
}

/// One change to a disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The folder that the file is in.
    pub partition: Arc<str>,
    /// What kind.
    pub kind: ChangeKind,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {}", self.kind, self.partition)
    }
}

/// The power supply of one node between two starts.
#[derive(Clone, Debug)]
pub(crate) struct Power(Arc<Supply>);

#[derive(Debug)]
struct Supply {
    /// Changes to the disk so far.
    changes: AtomicU64,
    /// Which one is the last, and where in it the power fails.
    fails_at: Mutex<Option<(u64, Moment)>>,
    failed: AtomicBool,
    /// What stands still until the machine goes on; none while it runs.
    standing: Mutex<Option<Vec<Waker>>>,
    /// The changes, if somebody wants to know.
    log: Option<Mutex<Vec<Change>>>,
}

impl Power {
    /// Power without end. The changes to the disk are written down if `logged`.
    pub fn lasting(logged: bool) -> Self {
        Self(Arc::new(Supply {
            changes: AtomicU64::new(0),
            fails_at: Mutex::new(None),
            failed: AtomicBool::new(false),
            standing: Mutex::new(None),
            log: logged.then(Mutex::default),
        }))
    }

    /// It will fail at the n-th change to the disk from now, the next being the first.
    pub fn fail_at(&self, number: u64, moment: Moment) {
        *self.plan() = Some((self.0.changes.load(Ordering::Relaxed) + number, moment));
    }

    /// It will not fail, and the machine goes on if it stands still.
    pub fn last(&self) {
        *self.plan() = None;
        self.go_on();
    }

    fn plan(&self) -> MutexGuard<'_, Option<(u64, Moment)>> {
        self.0.fails_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has failed.
    pub fn failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// The changes to the disk so far, if they were written down.
    pub fn log(&self) -> Vec<Change> {
        let log = self
            .0
            .log
            .as_ref()
            .map(|log| log.lock().unwrap_or_else(PoisonError::into_inner));
        log.map_or_else(Vec::new, |log| log.clone())
    }

    /// Returns while there is power.
    pub async fn on(&self) {
        if self.failed() {
            pending::<()>().await;
        }
    }

    /// A change begins: when in it the power fails, if it does.
    pub async fn change(&self, kind: ChangeKind, partition: &Arc<str>) -> Option<Moment> {
        self.on().await;
        if let Some(log) = &self.0.log {
            let partition = Arc::clone(partition);
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Change { partition, kind });
        }
        let number = self.0.changes.fetch_add(1, Ordering::Relaxed) + 1;
        let plan = *self.plan();
        let (last, moment) = plan?;
        if number < last {
            return None;
        }
        if moment == Moment::Before {
            self.fail().await;
        }
        Some(moment)
    }

    pub async fn fail(&self) {
        self.0.failed.store(true, Ordering::Relaxed);
        pending::<()>().await;
    }

    /// A change is complete: the node hears of it, unless the power failed.
    pub async fn changed<T>(&self, moment: Option<Moment>, result: T) -> T {
        if moment.is_some() {
            self.fail().await;
        }
        result
    }

    fn standing(&self) -> MutexGuard<'_, Option<Vec<Waker>>> {
        self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine stands still.
    pub fn stand_still(&self) {
        self.standing().get_or_insert_default();
    }

    /// The machine goes on.
    pub fn go_on(&self) {
        let waiting = self.standing().take();
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

/// A task of a machine: it rests while the machine stands still.
pub(crate) struct Task<F> {
    future: Pin<Box<F>>,
    power: Power,
}

impl<F> Task<F> {
    pub fn new(future: F, power: Power) -> Self {
        Self {
            future: Box::pin(future),
            power,
        }
    }
}

impl<F: Future> Future for Task<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Some(waiting) = self.power.standing().as_mut() {
            waiting.push(context.waker().clone());
            return Poll::Pending;
        }
        self.future.as_mut().poll(context)
    }
}
