//! Transactions.

use axum::extract::{Path, State};
use crema_http::reply::Reply;
use crema_storage::{BlockId, TransactionPlace};
use crema_types::{BlockHash, Transaction, TransactionHash};
use serde::Serialize;

use super::{Answer, Availability, Error};
use crate::params;

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransactionQueryData {
    /// The transaction.
    pub transaction: Transaction,
    /// Its hash.
    pub hash: TransactionHash,
    /// Its place in the block.
    pub index: u64,
    /// Always none: HotShot's proof of a single transaction verifies only in networks of ten nodes. The proof of the
    /// transaction's namespace verifies everywhere.
    pub proof: Option<()>,
    /// The block.
    pub block_hash: BlockHash,
    /// The block's height.
    pub block_height: u64,
}

async fn find(state: &Availability, place: TransactionPlace) -> Answer<TransactionQueryData> {
    let id = BlockId::Height(place.height);
    let stored = state
        .chain
        .find(
            |store| store.payload(id),
            |found| found.filter(|block| block.payload.is_some()),
        )
        .await?
        .ok_or_else(|| Error::FetchBlock {
            resource: id.to_string(),
        })?;
    let transaction = usize::try_from(place.position)
        .ok()
        .and_then(|position| stored.payload.as_ref()?.transactions().nth(position));
    let Some((_, transaction)) = transaction else {
        return Err(Error::InvalidTransactionIndex {
            height: place.height,
            index: place.position,
        });
    };
    Ok(Reply::ok(TransactionQueryData {
        hash: transaction.commit(),
        transaction,
        index: place.position,
        proof: None,
        block_hash: stored.header.commit(),
        block_height: place.height,
    }))
}

pub(super) async fn by_place(
    State(state): State<Availability>,
    Path((height, index)): Path<(String, String)>,
) -> Answer<TransactionQueryData> {
    let place = TransactionPlace {
        height: params::integer(&height)?,
        position: params::integer(&index)?,
    };
    find(&state, place).await
}

pub(super) async fn by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<TransactionQueryData> {
    let hash: TransactionHash = params::hash(&hash)?;
    let place = state
        .chain
        .find(|store| store.transaction(hash), |found| found)
        .await?
        .ok_or_else(|| Error::FetchTransaction {
            resource: hash.to_string(),
        })?;
    find(&state, place).await
}
