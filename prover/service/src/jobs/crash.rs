//! Crashes where a test wants them.

use std::sync::atomic::{AtomicI64, Ordering};

use super::StoreError;

/// Ends a store's life at its n-th point, as a power cut would: from there on it answers nothing. There is a point before
/// and one after each write.
#[derive(Debug)]
pub struct CrashPoint {
    left: AtomicI64,
}

impl CrashPoint {
    /// Crashes at the `n`-th point, counted from 0.
    pub fn at(n: u32) -> Self {
        Self {
            left: AtomicI64::new(i64::from(n)),
        }
    }

    /// Whether the point was reached.
    pub fn is_reached(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// A point on the way.
    pub(super) fn pass(&self) -> Result<(), StoreError> {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                Some((left - 1).max(-1))
            });
        match left {
            Ok(left) if left > 0 => Ok(()),
            _ => Err(StoreError::Crash),
        }
    }
}
