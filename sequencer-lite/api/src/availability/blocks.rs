//! Headers and blocks.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use crema_http::reply::Reply;
use crema_storage::{BlockId, BlockSummary, StoredPayload};
use crema_types::{BlockHash, Header, Payload};
use serde::Serialize;

use super::{Answer, Availability, Error, LARGE_RANGE, RANGE_BYTES, whole};
use crate::params;
use crate::stream::{self, Upgrade};

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockQueryData {
    /// The header.
    pub header: Header,
    /// The transactions.
    pub payload: Payload,
    /// The header's hash.
    pub hash: BlockHash,
    /// Bytes of the payload.
    pub size: u64,
    /// Number of transactions.
    pub num_transactions: u64,
}

impl BlockQueryData {
    /// A block, if its payload is here.
    pub fn new(stored: StoredPayload) -> Option<Self> {
        let payload = stored.payload?;
        Some(Self {
            hash: stored.header.commit(),
            header: stored.header,
            size: payload.as_bytes().len() as u64,
            num_transactions: payload.num_transactions() as u64,
            payload,
        })
    }
}

/// A block without its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockSummaryQueryData {
    /// The header.
    pub header: Header,
    /// The header's hash.
    pub hash: BlockHash,
    /// Bytes of the payload.
    pub size: u64,
    /// Number of transactions.
    pub num_transactions: u64,
}

impl BlockSummaryQueryData {
    /// A block, if its payload has been here.
    pub fn new(summary: BlockSummary) -> Option<Self> {
        Some(Self {
            hash: summary.header.commit(),
            header: summary.header,
            size: summary.size,
            num_transactions: summary.transactions?,
        })
    }
}

async fn find_header(state: &Availability, id: BlockId) -> Answer<Header> {
    let header = state.chain.find(|store| store.header(id), |found| found).await?;
    header.map(Reply::ok).ok_or_else(|| Error::FetchHeader {
        resource: id.to_string(),
    })
}

async fn find_block(state: &Availability, id: BlockId) -> Answer<BlockQueryData> {
    let block = state
        .chain
        .find(|store| store.payload(id), |found| BlockQueryData::new(found?))
        .await?;
    block.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: id.to_string(),
    })
}

pub(super) async fn header_by_height(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<Header> {
    find_header(&state, BlockId::Height(params::integer(&height)?)).await
}

pub(super) async fn header_by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<Header> {
    find_header(&state, BlockId::Hash(params::hash(&hash)?)).await
}

pub(super) async fn header_by_payload_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<Header> {
    find_header(&state, BlockId::PayloadHash(params::hash(&hash)?)).await
}

pub(super) async fn headers(
    State(state): State<Availability>,
    Path((from, until)): Path<(String, String)>,
) -> Answer<Vec<Header>> {
    let heights = super::range(&from, &until, LARGE_RANGE)?;
    let headers = state
        .chain
        .find(
            |store| store.headers(heights.clone()),
            |found| whole(found, &heights),
        )
        .await?;
    headers.map(Reply::ok).ok_or_else(|| Error::FetchHeader {
        resource: format!("{from}..{until}"),
    })
}

pub(super) async fn stream_headers(
    State(state): State<Availability>,
    Path(height): Path<String>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let from = params::integer(&height)?;
    Ok(stream::serve(upgrade, state.chain, from, |chain, height| {
        Box::pin(async move { chain.store().header(BlockId::Height(height)).await })
    }))
}

pub(super) async fn block_by_height(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<BlockQueryData> {
    find_block(&state, BlockId::Height(params::integer(&height)?)).await
}

pub(super) async fn block_by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<BlockQueryData> {
    find_block(&state, BlockId::Hash(params::hash(&hash)?)).await
}

pub(super) async fn block_by_payload_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<BlockQueryData> {
    find_block(&state, BlockId::PayloadHash(params::hash(&hash)?)).await
}

/// Refuses ranges whose payloads together would fill the memory.
pub(super) async fn check_bytes(state: &Availability, heights: std::ops::Range<u64>) -> Result<(), Error> {
    let summaries = state.chain.store().summaries(heights).await?;
    let bytes: u64 = summaries.iter().map(|summary| summary.size).sum();
    if bytes > RANGE_BYTES {
        return Err(Error::custom(
            StatusCode::BAD_REQUEST,
            format!(
                "the range has {bytes} bytes of payload, at most {RANGE_BYTES} are served; ask for fewer heights"
            ),
        ));
    }
    Ok(())
}

pub(super) async fn blocks(
    State(state): State<Availability>,
    Path((from, until)): Path<(String, String)>,
) -> Answer<Vec<BlockQueryData>> {
    let heights = super::range(&from, &until, LARGE_RANGE)?;
    check_bytes(&state, heights.clone()).await?;
    let blocks = state
        .chain
        .find(
            |store| store.payloads(heights.clone()),
            |found| {
                whole(
                    found.into_iter().filter_map(BlockQueryData::new).collect(),
                    &heights,
                )
            },
        )
        .await?;
    blocks.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: format!("{from}..{until}"),
    })
}

pub(super) async fn stream_blocks(
    State(state): State<Availability>,
    Path(height): Path<String>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let from = params::integer(&height)?;
    Ok(stream::serve(upgrade, state.chain, from, |chain, height| {
        Box::pin(async move {
            let stored = chain.store().payload(BlockId::Height(height)).await?;
            Ok(stored.and_then(BlockQueryData::new))
        })
    }))
}

pub(super) async fn summary(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<BlockSummaryQueryData> {
    let id = BlockId::Height(params::integer(&height)?);
    let summary = state
        .chain
        .find(
            |store| store.summary(id),
            |found| BlockSummaryQueryData::new(found?),
        )
        .await?;
    summary.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: id.to_string(),
    })
}

pub(super) async fn summaries(
    State(state): State<Availability>,
    Path((from, until)): Path<(String, String)>,
) -> Answer<Vec<BlockSummaryQueryData>> {
    let heights = super::range(&from, &until, LARGE_RANGE)?;
    let summaries = state
        .chain
        .find(
            |store| store.summaries(heights.clone()),
            |found| {
                whole(
                    found.into_iter().filter_map(BlockSummaryQueryData::new).collect(),
                    &heights,
                )
            },
        )
        .await?;
    summaries.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: format!("{from}..{until}"),
    })
}
