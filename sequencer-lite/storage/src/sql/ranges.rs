//! Questions about many blocks, and the trait's methods.

use std::ops::{Range, RangeInclusive};

use crema_types::{BlockHash, Header, TransactionHash};
use crema_vid::Share;

use super::SqlStore;
use super::driver::{Row, Value};
use super::{read, records};
use crate::error::StoreError;
use crate::gap::{Kind, SyncStatus};
use crate::ids::{BlockId, LeafId, ListStart, TransactionFilter, TransactionPlace, WindowStart};
use crate::record::{
    BlockSummary, HeaderWindow, NamespaceSummary, StoredCommon, StoredLeaf, StoredPayload, Totals,
    TransactionEntry,
};
use crate::store::{Later, Store};

/// Where a window begins, once its start is known to be decided.
enum Begin {
    Time(u64),
    Height(u64),
}

impl SqlStore {
    /// The lines of a query between two heights.
    async fn between<T>(
        &self,
        sql: &'static str,
        heights: Range<u64>,
        read: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self
            .pool
            .all(sql, &[heights.start.into(), heights.end.into()])
            .await?;
        rows.iter().map(read).collect()
    }

    async fn one_header(&self, sql: &'static str, value: Value<'_>) -> Result<Option<Header>, StoreError> {
        let row = self.pool.one(sql, &[value]).await?;
        row.map(|row| records::header(&row, 0)).transpose()
    }

    /// Sums over all blocks up to a height: exact as far as no block is missing, then over those that are there.
    async fn totals_to(&self, height: u64) -> Result<Totals, StoreError> {
        let summed = self
            .pool
            .one(
                "SELECT height, transactions, bytes FROM total WHERE height <= $1 ORDER BY height DESC LIMIT 1",
                &[height.into()],
            )
            .await?;
        let (next, mut totals) = match summed {
            Some(row) => (
                row.count(0, "a height")? + 1,
                Totals {
                    transactions: row.count(1, "a sum")?,
                    bytes: row.count(2, "a sum")?,
                },
            ),
            None => (0, Totals::default()),
        };
        if next > height {
            return Ok(totals);
        }
        let rest = self
            .pool
            .one(
                "SELECT CAST(COALESCE(SUM(transactions), 0) AS BIGINT), CAST(COALESCE(SUM(size), 0) AS BIGINT) \
                 FROM block WHERE height >= $1 AND height <= $2 AND transactions IS NOT NULL",
                &[next.into(), height.into()],
            )
            .await?;
        if let Some(row) = rest {
            totals.transactions += row.count(0, "a sum")?;
            totals.bytes += row.count(1, "a sum")?;
        }
        Ok(totals)
    }

    async fn find_window(
        &self,
        start: WindowStart,
        end: u64,
        limit: u64,
    ) -> Result<Option<HeaderWindow>, StoreError> {
        let begin = match start {
            WindowStart::Time(time) => Begin::Time(time),
            WindowStart::Height(height) => Begin::Height(height),
            WindowStart::Hash(hash) => match self.find_header(BlockId::Hash(hash)).await? {
                Some(header) => Begin::Height(header.height),
                None => return Ok(None),
            },
        };
        // one more than asked for tells whether the window was cut
        let (sql, from) = match begin {
            Begin::Time(time) => (
                "SELECT header FROM block WHERE timestamp >= $1 AND timestamp < $2 \
                 ORDER BY timestamp, height LIMIT $3",
                time,
            ),
            Begin::Height(height) => (
                "SELECT header FROM block WHERE height >= $1 AND timestamp < $2 ORDER BY height LIMIT $3",
                height,
            ),
        };
        if let Begin::Height(height) = begin
            && self.find_header(BlockId::Height(height)).await?.is_none()
        {
            return Ok(None);
        }
        let rows = self
            .pool
            .all(sql, &[from.into(), end.into(), limit.saturating_add(1).into()])
            .await?;
        let mut window = rows
            .iter()
            .map(|row| records::header(row, 0))
            .collect::<Result<Vec<_>, _>>()?;
        let cut = window.len() as u64 > limit;
        window.truncate(usize::try_from(limit).unwrap_or(usize::MAX));

        let next = match (cut, window.last()) {
            (true, _) => None,
            (false, Some(last)) => {
                self.find_header(BlockId::Height(last.height.saturating_add(1)))
                    .await?
            }
            (false, None) => match begin {
                Begin::Time(time) => {
                    self.one_header(
                        "SELECT header FROM block WHERE timestamp >= $1 ORDER BY timestamp, height LIMIT 1",
                        time.into(),
                    )
                    .await?
                }
                Begin::Height(height) => self.find_header(BlockId::Height(height)).await?,
            },
        };
        // without a block at or behind the start it is not known whether the next block will be in the window
        let Some(first) = window.first().or(next.as_ref()) else {
            return Ok(None);
        };
        let prev = match first.height.checked_sub(1) {
            Some(before) => self.find_header(BlockId::Height(before)).await?,
            None => None,
        };
        let rowed = (first.height..)
            .zip(&window)
            .all(|(height, header)| header.height == height);
        let whole =
            rowed && (prev.is_some() || first.height == 0 || self.is_pruned(first.height - 1).await?);
        Ok(whole.then_some(HeaderWindow { window, prev, next }))
    }

    async fn is_pruned(&self, height: u64) -> Result<bool, StoreError> {
        let row = self
            .pool
            .one("SELECT height FROM pruned WHERE height >= $1", &[height.into()])
            .await?;
        Ok(row.is_some())
    }

    async fn find_sync_status(&self) -> Result<SyncStatus, StoreError> {
        let rows = self
            .pool
            .all(
                "SELECT kind, CAST(SUM(last - first + 1) AS BIGINT) FROM gap GROUP BY kind",
                &[],
            )
            .await?;
        let mut status = SyncStatus::default();
        for row in rows {
            let count = row.count(1, "a number of heights")?;
            match row.int(0)? {
                0 => status.missing_leaves = count,
                1 => status.missing_payloads = count,
                2 => status.missing_commons = count,
                3 => status.missing_shares = count,
                found => {
                    return Err(StoreError::Number {
                        what: "a kind",
                        found,
                    });
                }
            }
        }
        if let Some(row) = self.pool.one("SELECT height FROM pruned", &[]).await? {
            status.pruned_height = Some(row.count(0, "a height")?);
        }
        Ok(status)
    }

    async fn find_missing(&self, kind: Kind, limit: u64) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
        let rows = self
            .pool
            .all(
                "SELECT first, last FROM gap WHERE kind = $1 ORDER BY first LIMIT $2",
                &[kind.number().into(), limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| Ok(row.count(0, "a height")?..=row.count(1, "a height")?))
            .collect()
    }

    async fn find_hashes(&self, from: u64, limit: u64) -> Result<Vec<BlockHash>, StoreError> {
        let rows = self
            .pool
            .all(
                "SELECT height, hash FROM block_hash WHERE height >= $1 ORDER BY height LIMIT $2",
                &[from.into(), limit.into()],
            )
            .await?;
        let mut hashes = Vec::with_capacity(rows.len());
        for (row, height) in rows.iter().zip(from..) {
            if row.count(0, "a height")? != height {
                break;
            }
            hashes.push(BlockHash(records::hash(row, 1)?));
        }
        Ok(hashes)
    }
}

impl Store for SqlStore {
    fn height(&self) -> Later<'_, u64> {
        Box::pin(self.newest())
    }

    fn leaf(&self, id: LeafId) -> Later<'_, Option<StoredLeaf>> {
        Box::pin(self.find_leaf(id))
    }

    fn leaves(&self, heights: Range<u64>) -> Later<'_, Vec<StoredLeaf>> {
        Box::pin(self.between(
            "SELECT header, links, certificate FROM block WHERE height >= $1 AND height < $2 ORDER BY height",
            heights,
            records::leaf,
        ))
    }

    fn header(&self, id: BlockId) -> Later<'_, Option<Header>> {
        Box::pin(self.find_header(id))
    }

    fn headers(&self, heights: Range<u64>) -> Later<'_, Vec<Header>> {
        Box::pin(self.between(
            "SELECT header FROM block WHERE height >= $1 AND height < $2 ORDER BY height",
            heights,
            |row| records::header(row, 0),
        ))
    }

    fn payload(&self, id: BlockId) -> Later<'_, Option<StoredPayload>> {
        Box::pin(self.find_payload(id))
    }

    fn payloads(&self, heights: Range<u64>) -> Later<'_, Vec<StoredPayload>> {
        Box::pin(self.between(
            "SELECT block.header, payload.data FROM block LEFT JOIN payload ON payload.height = block.height \
             WHERE block.height >= $1 AND block.height < $2 ORDER BY block.height",
            heights,
            read::payload,
        ))
    }

    fn common(&self, id: BlockId) -> Later<'_, Option<StoredCommon>> {
        Box::pin(self.find_common(id))
    }

    fn commons(&self, heights: Range<u64>) -> Later<'_, Vec<StoredCommon>> {
        Box::pin(self.between(
            "SELECT block.header, vid_common.data FROM block LEFT JOIN vid_common ON vid_common.height = block.height \
             WHERE block.height >= $1 AND block.height < $2 ORDER BY block.height",
            heights,
            read::common,
        ))
    }

    fn share(&self, id: BlockId) -> Later<'_, Option<Share>> {
        Box::pin(self.find_share(id))
    }

    fn summary(&self, id: BlockId) -> Later<'_, Option<BlockSummary>> {
        Box::pin(self.find_summary(id))
    }

    fn summaries(&self, heights: Range<u64>) -> Later<'_, Vec<BlockSummary>> {
        Box::pin(self.between(
            "SELECT header, size, transactions FROM block WHERE height >= $1 AND height < $2 ORDER BY height",
            heights,
            read::summary,
        ))
    }

    fn transaction(&self, hash: TransactionHash) -> Later<'_, Option<TransactionPlace>> {
        Box::pin(self.find_transaction(hash))
    }

    fn transactions(
        &self,
        start: ListStart,
        filter: TransactionFilter,
        limit: u64,
    ) -> Later<'_, Vec<TransactionEntry>> {
        Box::pin(self.list_transactions(start, filter, limit))
    }

    fn namespaces(&self, limit: u64) -> Later<'_, Vec<NamespaceSummary>> {
        Box::pin(self.list_namespaces(limit))
    }

    fn namespace_count(&self) -> Later<'_, u64> {
        Box::pin(self.count_namespaces())
    }

    fn totals(&self, heights: RangeInclusive<u64>) -> Later<'_, Totals> {
        Box::pin(async move {
            let (first, last) = heights.into_inner();
            if first > last {
                return Ok(Totals::default());
            }
            let to = self.totals_to(last).await?;
            let before = match first.checked_sub(1) {
                Some(before) => self.totals_to(before).await?,
                None => Totals::default(),
            };
            Ok(Totals {
                transactions: to.transactions.saturating_sub(before.transactions),
                bytes: to.bytes.saturating_sub(before.bytes),
            })
        })
    }

    fn window(&self, start: WindowStart, end: u64, limit: u64) -> Later<'_, Option<HeaderWindow>> {
        Box::pin(self.find_window(start, end, limit))
    }

    fn sync_status(&self) -> Later<'_, SyncStatus> {
        Box::pin(self.find_sync_status())
    }

    fn missing(&self, kind: Kind, limit: u64) -> Later<'_, Vec<RangeInclusive<u64>>> {
        Box::pin(self.find_missing(kind, limit))
    }

    fn block_hashes(&self, from: u64, limit: u64) -> Later<'_, Vec<BlockHash>> {
        Box::pin(self.find_hashes(from, limit))
    }
}
