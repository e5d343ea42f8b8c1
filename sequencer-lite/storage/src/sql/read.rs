//! Questions about one block.

use crema_types::{BlockHash, Header, Payload, TransactionHash};
use crema_vid::Share;

use super::SqlStore;
use super::driver::{Row, Value};
use super::records::{self, decode};
use crate::error::StoreError;
use crate::ids::{BlockId, LeafId, TransactionPlace};
use crate::record::{BlockSummary, StoredCommon, StoredLeaf, StoredPayload};

/// A query about the block that `$id` names, by the right index.
macro_rules! by_block {
    ($select:literal, $id:expr) => {
        match $id {
            BlockId::Height(_) => concat!($select, " WHERE block.height = $1"),
            BlockId::Hash(_) => concat!($select, " WHERE block.hash = $1"),
            BlockId::PayloadHash(_) => {
                concat!(
                    $select,
                    " WHERE block.payload_hash = $1 ORDER BY block.height LIMIT 1"
                )
            }
        }
    };
}

impl BlockId {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Height(height) => (*height).into(),
            Self::Hash(BlockHash(bytes)) => bytes.as_slice().into(),
            Self::PayloadHash(hash) => hash.0.as_slice().into(),
        }
    }
}

pub(super) fn payload(row: &Row) -> Result<StoredPayload, StoreError> {
    let header = records::header(row, 0)?;
    let payload = row
        .maybe_bytes(1)?
        .map(|bytes| Payload::from_parts(bytes.to_vec(), header.ns_table.clone()));
    Ok(StoredPayload { header, payload })
}

pub(super) fn common(row: &Row) -> Result<StoredCommon, StoreError> {
    let common = row
        .maybe_bytes(1)?
        .map(|bytes| decode(bytes, "the common part of a dispersal"))
        .transpose()?;
    Ok(StoredCommon {
        header: records::header(row, 0)?,
        common,
    })
}

pub(super) fn summary(row: &Row) -> Result<BlockSummary, StoreError> {
    let transactions = match row.maybe_int(2)? {
        Some(_) => Some(row.count(2, "a number of transactions")?),
        None => None,
    };
    Ok(BlockSummary {
        header: records::header(row, 0)?,
        size: row.count(1, "a size")?,
        transactions,
    })
}

impl SqlStore {
    pub(super) async fn newest(&self) -> Result<u64, StoreError> {
        let row = self.pool.one("SELECT MAX(height) FROM block", &[]).await?;
        match row {
            Some(row) if row.maybe_int(0)?.is_some() => Ok(row.count(0, "a height")? + 1),
            _ => Ok(0),
        }
    }

    pub(super) async fn find_leaf(&self, id: LeafId) -> Result<Option<StoredLeaf>, StoreError> {
        let row = match id {
            LeafId::Height(height) => {
                self.pool
                    .one(
                        "SELECT header, links, certificate FROM block WHERE height = $1",
                        &[height.into()],
                    )
                    .await?
            }
            LeafId::Hash(hash) => {
                self.pool
                    .one(
                        "SELECT header, links, certificate FROM block WHERE leaf_hash = $1",
                        &[hash.0.as_slice().into()],
                    )
                    .await?
            }
        };
        row.map(|row| records::leaf(&row)).transpose()
    }

    pub(super) async fn find_header(&self, id: BlockId) -> Result<Option<Header>, StoreError> {
        let sql = by_block!("SELECT block.header FROM block", id);
        let row = self.pool.one(sql, &[id.value()]).await?;
        row.map(|row| records::header(&row, 0)).transpose()
    }

    pub(super) async fn find_payload(&self, id: BlockId) -> Result<Option<StoredPayload>, StoreError> {
        let sql = by_block!(
            "SELECT block.header, payload.data FROM block LEFT JOIN payload ON payload.height = block.height",
            id
        );
        let row = self.pool.one(sql, &[id.value()]).await?;
        row.map(|row| payload(&row)).transpose()
    }

    pub(super) async fn find_common(&self, id: BlockId) -> Result<Option<StoredCommon>, StoreError> {
        let sql = by_block!(
            "SELECT block.header, vid_common.data FROM block LEFT JOIN vid_common ON vid_common.height = block.height",
            id
        );
        let row = self.pool.one(sql, &[id.value()]).await?;
        row.map(|row| common(&row)).transpose()
    }

    pub(super) async fn find_share(&self, id: BlockId) -> Result<Option<Share>, StoreError> {
        let sql = by_block!(
            "SELECT vid_share.data FROM block JOIN vid_share ON vid_share.height = block.height",
            id
        );
        let row = self.pool.one(sql, &[id.value()]).await?;
        row.map(|row| decode(row.bytes(0)?, "a share")).transpose()
    }

    pub(super) async fn find_summary(&self, id: BlockId) -> Result<Option<BlockSummary>, StoreError> {
        let sql = by_block!(
            "SELECT block.header, block.size, block.transactions FROM block",
            id
        );
        let row = self.pool.one(sql, &[id.value()]).await?;
        row.map(|row| summary(&row)).transpose()
    }

    pub(super) async fn find_transaction(
        &self,
        hash: TransactionHash,
    ) -> Result<Option<TransactionPlace>, StoreError> {
        let row = self
            .pool
            .one(
                "SELECT height, position FROM tx WHERE hash = $1 ORDER BY height, position LIMIT 1",
                &[hash.0.as_slice().into()],
            )
            .await?;
        row.map(|row| {
            Ok(TransactionPlace {
                height: row.count(0, "a height")?,
                position: row.count(1, "a position")?,
            })
        })
        .transpose()
    }
}
