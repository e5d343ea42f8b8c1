//! A disk whose machine loses power at a chosen operation.
//!
//! The deterministic runtime already forgets what was not synchronized when a file is opened again. What is added here:
//! the power of one node fails just before its n-th change to the disk, in the middle of it, or just after it and before
//! the node hears of it. From then on nothing that the node asks of its disk ever comes back.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use commonware_runtime::{Blob, Error, Handle, IoBuf, IoBufs, IoBufsMut, ReadOptions, WriteOptions};

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

/// The power supply of one node between two starts.
#[derive(Clone, Debug)]
pub(crate) struct Power(Arc<Supply>);

#[derive(Debug)]
struct Supply {
    /// Changes to the disk so far.
    operations: AtomicU64,
    /// Which one is the last, and where in it the power fails.
    fails_at: Mutex<Option<(u64, Moment)>>,
    failed: AtomicBool,
}

impl Power {
    /// Power without end.
    pub fn lasting() -> Self {
        Self(Arc::new(Supply {
            operations: AtomicU64::new(0),
            fails_at: Mutex::new(None),
            failed: AtomicBool::new(false),
        }))
    }

    /// It will fail at the n-th change to the disk from now, the next being the first.
    pub fn fail_at(&self, number: u64, moment: Moment) {
        *self.plan() = Some((self.operations() + number, moment));
    }

    /// It will not fail.
    pub fn last(&self) {
        *self.plan() = None;
    }

    fn plan(&self) -> MutexGuard<'_, Option<(u64, Moment)>> {
        self.0.fails_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has failed.
    pub fn failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// Changes to the disk so far.
    pub fn operations(&self) -> u64 {
        self.0.operations.load(Ordering::Relaxed)
    }

    /// Returns while there is power.
    pub async fn on(&self) {
        if self.failed() {
            pending::<()>().await;
        }
    }

    /// A change begins: when in it the power fails, if it does.
    pub async fn change(&self) -> Option<Moment> {
        self.on().await;
        let number = self.0.operations.fetch_add(1, Ordering::Relaxed) + 1;
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

    async fn fail(&self) {
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
}

/// A file on such a disk.
pub(crate) struct DiskBlob<B> {
    inner: B,
    power: Power,
}

impl<B> DiskBlob<B> {
    pub fn new(inner: B, power: Power) -> Self {
        Self { inner, power }
    }
}

impl<B: Blob> Blob for DiskBlob<B> {
    async fn read_at_buf(
        &self,
        offset: u64,
        len: usize,
        bufs: impl Into<IoBufsMut> + Send,
        options: ReadOptions,
    ) -> Result<IoBufsMut, Error> {
        self.power.on().await;
        self.inner.read_at_buf(offset, len, bufs, options).await
    }

    async fn read_at(&self, offset: u64, len: usize, options: ReadOptions) -> Result<IoBufsMut, Error> {
        self.power.on().await;
        self.inner.read_at(offset, len, options).await
    }

    async fn write_at(
        &self,
        offset: u64,
        bufs: impl Into<IoBufs> + Send,
        options: WriteOptions,
    ) -> Result<(), Error> {
        let moment = self.power.change().await;
        let written = if let Some(Moment::Torn(part)) = moment {
            let whole = bufs.into().coalesce();
            let kept = whole.as_ref().len() * usize::from(part) / 256;
            let kept = IoBuf::from(whole.as_ref()[..kept].to_vec());
            self.inner
                .write_at(offset, kept, options | WriteOptions::SYNC)
                .await
        } else {
            self.inner.write_at(offset, bufs, options).await
        };
        self.power.changed(moment, written).await
    }

    async fn resize(&self, len: u64) -> Result<(), Error> {
        let moment = self.power.change().await;
        let resized = match moment {
            Some(Moment::Torn(_)) => Ok(()),
            _ => self.inner.resize(len).await,
        };
        self.power.changed(moment, resized).await
    }

    async fn sync(&self) -> Result<(), Error> {
        let moment = self.power.change().await;
        let synced = match moment {
            Some(Moment::Torn(_)) => Ok(()),
            _ => self.inner.sync().await,
        };
        self.power.changed(moment, synced).await
    }

    async fn start_sync(&self) -> Handle<()> {
        let moment = self.power.change().await;
        let Some(moment) = moment else {
            return self.inner.start_sync().await;
        };
        if moment == Moment::After {
            // whether it went well, nobody will know
            let _ = self.inner.start_sync().await.await;
        }
        self.power.fail().await;
        pending().await
    }
}
