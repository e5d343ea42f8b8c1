//! Payloads, the common parts of their dispersals, and proofs of what rollups have in them.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use crema_http::reply::Reply;
use crema_storage::{BlockId, StoredCommon, StoredPayload};
use crema_types::{BlockHash, NamespaceId, Payload, Transaction, VidCommitment};
use crema_vid::{Common, NamespaceProof, Parameters};
use serde::Serialize;

use super::{Answer, Availability, Error, LARGE_RANGE, blocks, whole};
use crate::params;
use crate::stream::{self, Upgrade};

/// A payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayloadQueryData {
    /// The block's height.
    pub height: u64,
    /// The block's hash.
    pub block_hash: BlockHash,
    /// The payload's commitment.
    pub hash: VidCommitment,
    /// Bytes of the payload.
    pub size: u64,
    /// The transactions.
    pub data: Payload,
}

impl PayloadQueryData {
    /// A payload, if it is here.
    pub fn new(stored: StoredPayload) -> Option<Self> {
        let data = stored.payload?;
        Some(Self {
            height: stored.header.height,
            block_hash: stored.header.commit(),
            hash: stored.header.payload_commitment,
            size: data.as_bytes().len() as u64,
            data,
        })
    }
}

/// What the shares of a payload have in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VidCommonQueryData {
    /// The block's height.
    pub height: u64,
    /// The block's hash.
    pub block_hash: BlockHash,
    /// The payload's commitment.
    pub payload_hash: VidCommitment,
    /// What they have in common; nothing in versions that disperse otherwise.
    pub common: Option<Common>,
}

impl VidCommonQueryData {
    /// A common part, if it is here.
    pub fn new(stored: StoredCommon) -> Option<Self> {
        Some(Self {
            height: stored.header.height,
            block_hash: stored.header.commit(),
            payload_hash: stored.header.payload_commitment,
            common: Some(stored.common?),
        })
    }
}

/// A rollup's transactions in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespaceProofQueryData {
    /// Proves that these are all; none where the block has none.
    pub proof: Option<NamespaceProof>,
    /// The transactions.
    pub transactions: Vec<Transaction>,
}

async fn find_payload(state: &Availability, id: BlockId) -> Answer<PayloadQueryData> {
    let payload = state
        .chain
        .find(|store| store.payload(id), |found| PayloadQueryData::new(found?))
        .await?;
    payload.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: id.to_string(),
    })
}

async fn find_common(state: &Availability, id: BlockId) -> Answer<VidCommonQueryData> {
    let common = state
        .chain
        .find(|store| store.common(id), |found| VidCommonQueryData::new(found?))
        .await?;
    common.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: id.to_string(),
    })
}

pub(super) async fn by_height(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<PayloadQueryData> {
    find_payload(&state, BlockId::Height(params::integer(&height)?)).await
}

pub(super) async fn by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<PayloadQueryData> {
    find_payload(&state, BlockId::PayloadHash(params::hash(&hash)?)).await
}

pub(super) async fn by_block_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<PayloadQueryData> {
    find_payload(&state, BlockId::Hash(params::hash(&hash)?)).await
}

pub(super) async fn range(
    State(state): State<Availability>,
    Path((from, until)): Path<(String, String)>,
) -> Answer<Vec<PayloadQueryData>> {
    let heights = super::range(&from, &until, LARGE_RANGE)?;
    blocks::check_bytes(&state, heights.clone()).await?;
    let payloads = state
        .chain
        .find(
            |store| store.payloads(heights.clone()),
            |found| {
                whole(
                    found.into_iter().filter_map(PayloadQueryData::new).collect(),
                    &heights,
                )
            },
        )
        .await?;
    payloads.map(Reply::ok).ok_or_else(|| Error::FetchBlock {
        resource: format!("{from}..{until}"),
    })
}

pub(super) async fn stream(
    State(state): State<Availability>,
    Path(height): Path<String>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let from = params::integer(&height)?;
    Ok(stream::serve(upgrade, state.chain, from, |chain, height| {
        Box::pin(async move {
            let stored = chain.store().payload(BlockId::Height(height)).await?;
            Ok(stored.and_then(PayloadQueryData::new))
        })
    }))
}

pub(super) async fn common_by_height(
    State(state): State<Availability>,
    Path(height): Path<String>,
) -> Answer<VidCommonQueryData> {
    find_common(&state, BlockId::Height(params::integer(&height)?)).await
}

pub(super) async fn common_by_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<VidCommonQueryData> {
    find_common(&state, BlockId::Hash(params::hash(&hash)?)).await
}

pub(super) async fn common_by_payload_hash(
    State(state): State<Availability>,
    Path(hash): Path<String>,
) -> Answer<VidCommonQueryData> {
    find_common(&state, BlockId::PayloadHash(params::hash(&hash)?)).await
}

pub(super) async fn stream_commons(
    State(state): State<Availability>,
    Path(height): Path<String>,
    upgrade: Upgrade,
) -> Result<Response, Error> {
    let from = params::integer(&height)?;
    Ok(stream::serve(upgrade, state.chain, from, |chain, height| {
        Box::pin(async move {
            let stored = chain.store().common(BlockId::Height(height)).await?;
            Ok(stored.and_then(VidCommonQueryData::new))
        })
    }))
}

pub(super) async fn namespace(
    State(state): State<Availability>,
    Path((height, namespace)): Path<(String, String)>,
) -> Answer<NamespaceProofQueryData> {
    let (id, namespace) = (
        BlockId::Height(params::integer(&height)?),
        params::namespace(&namespace)?,
    );
    let stored = state
        .chain
        .find(|store| store.payload(id), |found| found?.payload)
        .await?;
    let payload = stored.ok_or_else(|| Error::FetchBlock {
        resource: id.to_string(),
    })?;
    if payload.ns_table().find(namespace).is_none() {
        return Ok(Reply::ok(NamespaceProofQueryData {
            proof: None,
            transactions: Vec::new(),
        }));
    }
    let common = state
        .chain
        .find(|store| store.common(id), |found| found?.common)
        .await?
        .ok_or_else(|| no_proof(namespace))?;
    // some milliseconds of arithmetic for a large namespace, which other requests should not wait for
    tokio::task::spawn_blocking(move || prove(&payload, &common, namespace))
        .await
        .map_err(|_| no_proof(namespace))?
        .map(Reply::ok)
}

fn prove(
    payload: &Payload,
    common: &Common,
    namespace: NamespaceId,
) -> Result<NamespaceProofQueryData, Error> {
    let proof = Parameters::new(common.nodes())
        .and_then(|parameters| NamespaceProof::new(parameters, payload, namespace))
        .map_err(|error| {
            tracing::error!(%error, %namespace, "a stored payload cannot be proved");
            no_proof(namespace)
        })?;
    Ok(NamespaceProofQueryData {
        proof,
        transactions: payload.namespace_transactions(namespace),
    })
}

fn no_proof(namespace: NamespaceId) -> Error {
    Error::custom(
        StatusCode::NOT_FOUND,
        format!("failed to make proof for namespace {namespace}"),
    )
}
