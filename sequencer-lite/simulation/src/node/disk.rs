//! A disk whose machine loses power at a chosen operation.
//!
//! The deterministic runtime already forgets what was not synchronized when a file is opened again. What is added here:
//! the power of one node fails just before its n-th change to the disk, in the middle of it, or just after it and before
//! the node hears of it. From then on nothing that the node asks of its disk ever comes back.

use std::future::pending;
use std::sync::Arc;

use commonware_runtime::{Blob, Error, Handle, IoBuf, IoBufs, IoBufsMut, ReadOptions, WriteOptions};

use super::power::{ChangeKind, Moment, Power};

/// A file on such a disk.
pub(crate) struct DiskBlob<B> {
    inner: B,
    partition: Arc<str>,
    power: Power,
}

impl<B> DiskBlob<B> {
    pub fn new(inner: B, partition: Arc<str>, power: Power) -> Self {
        Self {
            inner,
            partition,
            power,
        }
    }

    async fn change(&self, kind: ChangeKind) -> Option<Moment> {
        self.power.change(kind, &self.partition).await
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
        let moment = self.change(ChangeKind::Write).await;
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
        let moment = self.change(ChangeKind::Resize).await;
        let resized = match moment {
            Some(Moment::Torn(_)) => Ok(()),
            _ => self.inner.resize(len).await,
        };
        self.power.changed(moment, resized).await
    }

    async fn sync(&self) -> Result<(), Error> {
        let moment = self.change(ChangeKind::Sync).await;
        let synced = match moment {
            Some(Moment::Torn(_)) => Ok(()),
            _ => self.inner.sync().await,
        };
        self.power.changed(moment, synced).await
    }

    async fn start_sync(&self) -> Handle<()> {
        let moment = self.change(ChangeKind::Sync).await;
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
