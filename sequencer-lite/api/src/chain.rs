//! The decided chain as the modules read it.

use std::sync::Arc;
use std::time::Duration;

use crema_storage::{Later, Store, StoreError};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout_at};

/// How long a request waits for something that is not there.
pub const PATIENCE: Duration = Duration::from_millis(500);
/// Open streams.
const STREAMS: usize = 512;

/// A store, and news of it.
#[derive(Clone)]
pub struct Chain {
    store: Arc<dyn Store>,
    news: watch::Receiver<u64>,
    pub(crate) streams: Arc<Semaphore>,
}

impl Chain {
    /// A chain in `store`. Whoever writes there sends on `news` afterwards, whatever number: requests and streams that
    /// wait look again.
    pub fn new(store: Arc<dyn Store>, news: watch::Receiver<u64>) -> Self {
        Self {
            store,
            news,
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// News of the store.
    pub(crate) fn news(&self) -> watch::Receiver<u64> {
        self.news.clone()
    }

    /// The answer to a question, which may become known while the request waits; `keep` takes out of it what was asked
    /// for, if it is there.
    pub(crate) async fn find<'a, T, U>(
        &'a self,
        ask: impl Fn(&'a dyn Store) -> Later<'a, T> + Send,
        keep: impl Fn(T) -> Option<U> + Send,
    ) -> Result<Option<U>, StoreError> {
        let mut news = self.news();
        let deadline = Instant::now() + PATIENCE;
        loop {
            news.mark_unchanged();
            if let Some(found) = keep(ask(self.store()).await?) {
                return Ok(Some(found));
            }
            // too late, or nobody writes any more
            let Ok(Ok(())) = timeout_at(deadline, news.changed()).await else {
                return Ok(None);
            };
        }
    }
}
