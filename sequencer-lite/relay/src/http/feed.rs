//! Bundles as they come, for one reader.

use std::sync::Arc;

use tokio::sync::watch;

use crate::published::Published;
use crate::stop::Stop;
use crema_http::origin::Place;

/// Gives each height's bundle once, when its threshold is reached, and skips what has been overtaken meanwhile: a
/// reader that is slow holds one bundle and sees fewer, never older ones.
#[derive(Debug)]
pub(super) struct Feed {
    newest: watch::Receiver<Option<Arc<Published>>>,
    last: Option<u64>,
    stop: Stop,
    _place: Place,
}

impl Feed {
    /// Begins with the newest bundle, unless that is the one that the reader has seen last.
    pub(super) fn new(
        newest: watch::Receiver<Option<Arc<Published>>>,
        last: Option<u64>,
        stop: Stop,
        place: Place,
    ) -> Self {
        Self {
            newest,
            last,
            stop,
            _place: place,
        }
    }

    /// The next bundle; none when the relay stops.
    pub(super) async fn next(&mut self) -> Option<Arc<Published>> {
        loop {
            let newest = self.newest.borrow_and_update().clone();
            if let Some(newest) = newest.filter(|newest| Some(newest.height()) != self.last) {
                self.last = Some(newest.height());
                return Some(newest);
            }
            tokio::select! {
                biased;
                () = self.stop.asked() => return None,
                changed = self.newest.changed() => changed.ok()?,
            }
        }
    }
}
