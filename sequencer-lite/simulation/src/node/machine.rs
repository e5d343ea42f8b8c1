//! What a node runs on: the deterministic runtime with a disk of its own.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use commonware_runtime::telemetry::metrics::{Metric, Registered};
use commonware_runtime::{
    BlobVersion, Clock, Error, Handle, Metrics, Name, Spawner, Storage, Supervisor, deterministic, signal,
};
use rand_core::{TryCryptoRng, TryRng};

use super::disk::DiskBlob;
use super::power::{ChangeKind, Moment, Power, Task};

type Context = deterministic::Context;

/// A node's runtime.
pub(crate) struct Machine {
    context: Context,
    power: Power,
}

impl Machine {
    pub fn new(context: Context, power: Power) -> Self {
        Self { context, power }
    }
}

impl Supervisor for Machine {
    fn name(&self) -> Name {
        self.context.name()
    }

    fn child(&self, label: &'static str) -> Self {
        Self::new(self.context.child(label), self.power.clone())
    }

    fn with_attribute(self, key: &'static str, value: impl Display) -> Self {
        Self::new(self.context.with_attribute(key, value), self.power)
    }
}

impl Spawner for Machine {
    fn shared(self, blocking: bool) -> Self {
        Self::new(self.context.shared(blocking), self.power)
    }

    fn dedicated(self) -> Self {
        Self::new(self.context.dedicated(), self.power)
    }

    fn spawn<F, Fut, T>(self, f: F) -> Handle<T>
    where
        F: FnOnce(Self) -> Fut + Send + 'static,
        Fut: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let power = self.power;
        self.context
            .spawn(move |context| Task::new(f(Self::new(context, power.clone())), power))
    }

    async fn stop(self, value: i32, timeout: Option<Duration>) -> Result<(), Error> {
        self.context.stop(value, timeout).await
    }

    fn stopped(&self) -> signal::Signal {
        self.context.stopped()
    }
}

impl Metrics for Machine {
    fn register<N: Into<String>, H: Into<String>, M: Metric>(
        &self,
        name: N,
        help: H,
        metric: M,
    ) -> Registered<M> {
        self.context.register(name, help, metric)
    }

    fn encode(&self) -> String {
        self.context.encode()
    }
}

impl governor::clock::Clock for Machine {
    type Instant = SystemTime;

    fn now(&self) -> SystemTime {
        self.context.current()
    }
}

impl governor::clock::ReasonablyRealtime for Machine {}

impl Clock for Machine {
    fn current(&self) -> SystemTime {
        self.context.current()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.context.sleep(duration)
    }

    fn sleep_until(&self, deadline: SystemTime) -> impl Future<Output = ()> + Send + 'static + use<> {
        self.context.sleep_until(deadline)
    }
}

impl Storage for Machine {
    type Blob = DiskBlob<<Context as Storage>::Blob>;

    async fn open_versioned(
        &self,
        partition: &str,
        name: &[u8],
        versions: RangeInclusive<BlobVersion>,
    ) -> Result<(Self::Blob, u64, BlobVersion), Error> {
        let folder = Arc::from(partition);
        let moment = self.power.change(ChangeKind::Open, &folder).await;
        let opened = self.context.open_versioned(partition, name, versions).await;
        let (blob, size, version) = self.power.changed(moment, opened).await?;
        let blob = DiskBlob::new(blob, folder, self.power.clone());
        Ok((blob, size, version))
    }

    async fn remove(&self, partition: &str, name: Option<&[u8]>) -> Result<(), Error> {
        let moment = self.power.change(ChangeKind::Remove, &Arc::from(partition)).await;
        let removed = match moment {
            Some(Moment::Torn(_)) => Ok(()),
            _ => self.context.remove(partition, name).await,
        };
        self.power.changed(moment, removed).await
    }

    async fn scan(&self, partition: &str) -> Result<Vec<Vec<u8>>, Error> {
        self.power.on().await;
        self.context.scan(partition).await
    }
}

impl TryRng for Machine {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.context.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.context.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.context.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for Machine {}
