//! Headers, and what proves a namespace's transactions against one: made when they are asked for, out of the payload.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_http::reply::Reply;
use crema_types::{BlockHash, Header, NamespaceId, Payload, Transaction, VidCommitment};
use crema_vid::{Common, NamespaceProof, Scheme};
use serde::Serialize;

use crate::service::{App, failure};

#[derive(Serialize)]
struct VidCommonQueryData {
    height: u64,
    block_hash: BlockHash,
    payload_hash: VidCommitment,
    common: Common,
}

#[derive(Serialize)]
struct NamespaceProofQueryData {
    proof: Option<NamespaceProof>,
    transactions: Vec<Transaction>,
}

/// The header of a height, and its payload where this node has it.
async fn block(app: &App, height: u64) -> Option<(Header, Option<Payload>)> {
    if height == 0 {
        let header = app.node.genesis().block_header.clone();
        return Some((header, Some(Payload::default())));
    }
    let block = app.node.block(height).await?;
    Some((block.leaf.leaf.block_header.clone(), block.payload))
}

fn absent(what: &str, height: u64) -> Response {
    failure(StatusCode::NOT_FOUND, format!("no {what} of height {height} yet"))
}

/// The header of a height.
pub(crate) async fn header(State(app): State<App>, Path(height): Path<u64>) -> Response {
    match block(&app, height).await {
        Some((header, _)) => Reply::ok(header).into_response(),
        None => absent("header", height),
    }
}

/// What all shares of a height's payload have in common.
pub(crate) async fn common(State(app): State<App>, Path(height): Path<u64>) -> Response {
    let Some((header, Some(payload))) = block(&app, height).await else {
        return absent("payload", height);
    };
    work(app, move |scheme| {
        let common = scheme.disperse(payload.as_bytes())?.common;
        Ok(VidCommonQueryData {
            height,
            block_hash: header.commit(),
            payload_hash: header.payload_commitment,
            common,
        })
    })
    .await
}

/// A namespace's transactions in a block, with their proof.
pub(crate) async fn namespace(
    State(app): State<App>,
    Path((height, namespace)): Path<(u64, u32)>,
) -> Response {
    let Some((_, Some(payload))) = block(&app, height).await else {
        return absent("payload", height);
    };
    let namespace = NamespaceId(namespace);
    work(app, move |scheme| {
        Ok(NamespaceProofQueryData {
            proof: NamespaceProof::new(scheme.parameters(), &payload, namespace)?,
            transactions: payload.namespace_transactions(namespace),
        })
    })
    .await
}

/// Runs long arithmetic on a thread for work.
async fn work<T, F>(app: App, job: F) -> Response
where
    T: Serialize + Send + Sync + 'static,
    F: FnOnce(&Scheme) -> Result<T, crema_vid::Error> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || job(&app.scheme)).await;
    match done {
        Ok(Ok(answer)) => Reply::ok(answer).into_response(),
        Ok(Err(error)) => failure(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        Err(_) => failure(StatusCode::INTERNAL_SERVER_ERROR, "the proof could not be made"),
    }
}
