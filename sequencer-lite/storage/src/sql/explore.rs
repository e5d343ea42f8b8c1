//! Lists for explorers: transactions newest first, rollups.

use crema_types::{NamespaceId, TransactionHash};

use super::SqlStore;
use super::driver::{Row, Value};
use super::records;
use crate::error::StoreError;
use crate::ids::{ListStart, TransactionFilter, TransactionPlace};
use crate::record::{NamespaceSummary, TransactionEntry};

/// A list of transactions from a place down, with a condition more.
macro_rules! list {
    ($condition:literal) => {
        concat!(
            "SELECT tx.hash, tx.height, tx.position, tx.namespace, block.timestamp, block.transactions ",
            "FROM tx JOIN block ON block.height = tx.height ",
            "WHERE (tx.height, tx.position) <= ($1, $2)",
            $condition,
            " ORDER BY tx.height DESC, tx.position DESC LIMIT $3"
        )
    };
}

fn namespace(row: &Row, column: usize) -> Result<NamespaceId, StoreError> {
    let found = row.int(column)?;
    u32::try_from(found)
        .map(NamespaceId)
        .map_err(|_| StoreError::Number {
            what: "a namespace",
            found,
        })
}

fn entry(row: &Row) -> Result<TransactionEntry, StoreError> {
    Ok(TransactionEntry {
        hash: TransactionHash(records::hash(row, 0)?),
        place: TransactionPlace {
            height: row.count(1, "a height")?,
            position: row.count(2, "a position")?,
        },
        namespace: namespace(row, 3)?,
        timestamp: row.count(4, "a time")?,
        block_transactions: row.count(5, "a number of transactions")?,
    })
}

impl SqlStore {
    pub(super) async fn list_transactions(
        &self,
        start: ListStart,
        filter: TransactionFilter,
        limit: u64,
    ) -> Result<Vec<TransactionEntry>, StoreError> {
        let place = match start {
            ListStart::Newest => TransactionPlace {
                height: u64::MAX,
                position: u64::MAX,
            },
            ListStart::Place(place) => place,
            ListStart::Hash(hash) => match self.find_transaction(hash).await? {
                Some(place) => place,
                None => return Ok(Vec::new()),
            },
        };
        let (sql, value): (_, Option<Value<'_>>) = match filter {
            TransactionFilter::All => (list!(""), None),
            TransactionFilter::Block(height) => (list!(" AND tx.height = $4"), Some(height.into())),
            TransactionFilter::Namespace(id) => (list!(" AND tx.namespace = $4"), Some(u64::from(id).into())),
        };
        let mut values = vec![place.height.into(), place.position.into(), limit.into()];
        values.extend(value);
        let rows = self.pool.all(sql, &values).await?;
        rows.iter().map(entry).collect()
    }

    pub(super) async fn list_namespaces(&self, limit: u64) -> Result<Vec<NamespaceSummary>, StoreError> {
        let rows = self
            .pool
            .all(
                "SELECT id, transactions, bytes, last_height FROM namespace \
                 ORDER BY last_height DESC, id LIMIT $1",
                &[limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(NamespaceSummary {
                    namespace: namespace(row, 0)?,
                    transactions: row.count(1, "a number of transactions")?,
                    bytes: row.count(2, "a number of bytes")?,
                    last_height: row.count(3, "a height")?,
                })
            })
            .collect()
    }

    pub(super) async fn count_namespaces(&self) -> Result<u64, StoreError> {
        match self.pool.one("SELECT COUNT(*) FROM namespace", &[]).await? {
            Some(row) => row.count(0, "a number of namespaces"),
            None => Ok(0),
        }
    }
}
