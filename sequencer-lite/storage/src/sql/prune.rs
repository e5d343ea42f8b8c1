//! Forgetting old blocks.

use std::time::Duration;

use super::SqlStore;
use super::driver::Pool;
use crate::error::StoreError;

/// What is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PruneLimits {
    /// Blocks younger than this are always kept.
    pub minimum_retention: Duration,
    /// Blocks older than this are not kept.
    pub target_retention: Duration,
    /// Bytes that the database may have before blocks between the two ages go as well.
    pub threshold: u64,
    /// How full, in basis points of the threshold, the database may be after that.
    pub max_usage: u16,
    /// Blocks that are deleted in one transaction.
    pub batch: u64,
}

impl Default for PruneLimits {
    /// What Espresso's nodes have.
    fn default() -> Self {
        Self {
            minimum_retention: Duration::from_hours(24),
            target_retention: Duration::from_hours(7 * 24),
            threshold: 3_000_000_000_000,
            max_usage: 8000,
            batch: 1000,
        }
    }
}

impl SqlStore {
    /// Deletes what `limits` do not keep at `now`, in seconds since 1970. Returns the highest height that is gone, if
    /// any. The blocks' hashes stay, for Merkle proofs.
    ///
    /// # Errors
    /// The database's.
    pub async fn prune(&self, limits: &PruneLimits, now: u64) -> Result<Option<u64>, StoreError> {
        let old = now.saturating_sub(limits.target_retention.as_secs());
        while self.prune_batch(old, limits.batch).await? {}
        if self.size().await? > limits.threshold {
            let aim = u128::from(limits.threshold) * u128::from(limits.max_usage) / 10_000;
            let old = now.saturating_sub(limits.minimum_retention.as_secs());
            while u128::from(self.size().await?) > aim && self.prune_batch(old, limits.batch).await? {}
        }
        match self.pool.one("SELECT height FROM pruned", &[]).await? {
            Some(row) => Ok(Some(row.count(0, "a height")?)),
            None => Ok(None),
        }
    }

    /// Bytes of the database that are in use.
    async fn size(&self) -> Result<u64, StoreError> {
        let sql = match self.pool {
            Pool::Sqlite(_) => {
                "SELECT (pages.page_count - free.freelist_count) * size.page_size \
                 FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size"
            }
            Pool::Postgres(_) => "SELECT pg_database_size(current_database())",
        };
        match self.pool.one(sql, &[]).await? {
            Some(row) => row.count(0, "a size"),
            None => Ok(0),
        }
    }

    /// Deletes the lowest blocks, at most `batch`, that are from before the second `old`. The newest block stays. False
    /// when there was none.
    async fn prune_batch(&self, old: u64, batch: u64) -> Result<bool, StoreError> {
        let _turn = self.writing.lock().await;
        let mut tx = self.pool.begin().await?;
        let last = tx
            .one(
                "SELECT MAX(height) FROM (SELECT height FROM block WHERE timestamp < $1 \
                 AND height < (SELECT MAX(height) FROM block) ORDER BY timestamp, height LIMIT $2) AS oldest",
                &[old.into(), batch.into()],
            )
            .await?;
        let Some(last) = last.map(|row| row.maybe_int(0)).transpose()?.flatten() else {
            return Ok(false);
        };
        for sql in [
            "DELETE FROM tx WHERE height <= $1",
            "DELETE FROM payload WHERE height <= $1",
            "DELETE FROM vid_common WHERE height <= $1",
            "DELETE FROM vid_share WHERE height <= $1",
            "DELETE FROM block WHERE height <= $1",
            // the last sum stays: later ones are added to it
            "DELETE FROM total WHERE height < $1",
            "DELETE FROM gap WHERE last <= $1",
            "UPDATE gap SET first = $1 + 1 WHERE first <= $1",
            "INSERT INTO pruned (id, height) VALUES (0, $1) ON CONFLICT (id) DO UPDATE SET height = excluded.height",
        ] {
            tx.execute(sql, &[last.into()]).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
