//! `node`: counts, own shares, windows of time, what is missing, the stake table.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_http::reply::Reply;
use crema_storage::{BlockId, StoreError, Totals, WindowStart};
use crema_types::Header;
use crema_vid::Share;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

use crate::chain::Chain;
use crate::error::{QueryError, RequestError};
use crate::module::{Module, Routes};
use crate::params;
use crate::source::Config;

/// Most headers in a window.
pub const WINDOW_LIMIT: u64 = 500;

/// Why there is no answer. The order of variants is part of the binary form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Error {
    /// The request.
    Request {
        /// What is wrong with it.
        source: RequestError,
    },
    /// The store.
    Query {
        /// What happened.
        source: QueryError,
    },
    /// No share of that block.
    QueryVid {
        /// What happened.
        source: QueryError,
        /// The block.
        block: String,
    },
    /// No such window, or not yet.
    QueryWindow {
        /// What happened.
        source: QueryError,
        /// Its start.
        start: String,
        /// Its end.
        end: u64,
    },
    /// Anything else.
    Custom {
        /// What.
        message: String,
        /// The HTTP status.
        status: u16,
    },
}

impl Error {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Request { .. } => StatusCode::BAD_REQUEST,
            Self::Query { source } | Self::QueryVid { source, .. } | Self::QueryWindow { source, .. } => {
                source.status()
            }
            Self::Custom { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl From<RequestError> for Error {
    fn from(source: RequestError) -> Self {
        Self::Request { source }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Query { source: error.into() }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        crate::error::Error::Node { source: self }.into_response()
    }
}

type Answer<T> = Result<Reply<T>, Error>;

#[derive(Clone)]
struct Node {
    chain: Chain,
    config: Arc<dyn Config>,
}

/// A share, tagged with the scheme that it is of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum VidShare {
    /// ADVZ.
    V0(Share),
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SyncStatus {
    /// Payloads.
    pub missing_blocks: u64,
    /// Leaves.
    pub missing_leaves: u64,
    /// Common parts of dispersals.
    pub missing_vid_common: u64,
    /// Own shares.
    pub missing_vid_shares: u64,
    /// The highest height that was pruned.
    pub pruned_height: Option<u64>,
}

/// Headers of a window of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimeWindow {
    /// The headers.
    pub window: Vec<Header>,
    /// The one before.
    pub prev: Option<Header>,
    /// The one behind.
    pub next: Option<Header>,
}

/// The module. The stake table is that of the network's configuration.
pub fn module(chain: &Chain, config: Arc<dyn Config>) -> Module {
    let node = Node {
        chain: chain.clone(),
        config,
    };
    Module::v0("node", routes(counts()).with_state(node))
}

fn counts() -> Routes<Node> {
    Routes::new()
        .get("/block-height", "Number of blocks", height)
        .get(
            "/transactions/count",
            "Number of transactions",
            async |State(node): State<Node>| count(node, None, None, |totals| totals.transactions).await,
        )
        .get(
            "/transactions/count/{to}",
            "Number of transactions up to a height",
            async |State(node): State<Node>, Path(to): Path<String>| {
                count(node, None, Some(to), |totals| totals.transactions).await
            },
        )
        .get(
            "/transactions/count/{from}/{to}",
            "Number of transactions between two heights, both included",
            async |State(node): State<Node>, Path((from, to)): Path<(String, String)>| {
                count(node, Some(from), Some(to), |totals| totals.transactions).await
            },
        )
        .get(
            "/payloads/size",
            "Bytes of all payloads",
            async |State(node): State<Node>| count(node, None, None, |totals| totals.bytes).await,
        )
        .get(
            "/payloads/total-size",
            "The same, by its old name",
            async |State(node): State<Node>| count(node, None, None, |totals| totals.bytes).await,
        )
        .get(
            "/payloads/size/{to}",
            "Bytes of payloads up to a height",
            async |State(node): State<Node>, Path(to): Path<String>| {
                count(node, None, Some(to), |totals| totals.bytes).await
            },
        )
        .get(
            "/payloads/size/{from}/{to}",
            "Bytes of payloads between two heights, both included",
            async |State(node): State<Node>, Path((from, to)): Path<(String, String)>| {
                count(node, Some(from), Some(to), |totals| totals.bytes).await
            },
        )
}

/// The routes beside the counts.
fn routes(routes: Routes<Node>) -> Routes<Node> {
    routes
        .get(
            "/vid/share/{height}",
            "This node's share of a payload",
            async |State(node): State<Node>, Path(height): Path<String>| {
                share(node, BlockId::Height(params::integer(&height)?)).await
            },
        )
        .get(
            "/vid/share/hash/{hash}",
            "The same by the block's hash",
            async |State(node): State<Node>, Path(hash): Path<String>| {
                share(node, BlockId::Hash(params::hash(&hash)?)).await
            },
        )
        .get(
            "/vid/share/payload-hash/{hash}",
            "The same by the payload's commitment",
            async |State(node): State<Node>, Path(hash): Path<String>| {
                share(node, BlockId::PayloadHash(params::hash(&hash)?)).await
            },
        )
        .get("/sync-status", "How much is missing", sync_status)
        .get(
            "/header/window/{start}/{end}",
            "Headers from one second to before another",
            async |State(node): State<Node>, Path((start, end)): Path<(String, String)>| {
                window(node, WindowStart::Time(params::integer(&start)?), start, &end).await
            },
        )
        .get(
            "/header/window/from/{height}/{end}",
            "Headers from a height to before a second",
            async |State(node): State<Node>, Path((start, end)): Path<(String, String)>| {
                window(node, WindowStart::Height(params::integer(&start)?), start, &end).await
            },
        )
        .get(
            "/header/window/from/hash/{hash}/{end}",
            "Headers from a block to before a second",
            async |State(node): State<Node>, Path((start, end)): Path<(String, String)>| {
                window(node, WindowStart::Hash(params::hash(&start)?), start, &end).await
            },
        )
        .get("/limits", "How long windows may be", limits)
        .get("/stake-table/current", "Who orders", stake_table)
        .get(
            "/stake-table/{epoch}",
            "Who orders in an epoch; without epochs always the same",
            async |State(node): State<Node>, Path(epoch): Path<String>| {
                params::integer(&epoch)?;
                stake_table(State(node)).await
            },
        )
}

async fn height(State(node): State<Node>) -> Answer<u64> {
    Ok(Reply::ok(node.chain.store().height().await?))
}

async fn count(node: Node, from: Option<String>, to: Option<String>, pick: fn(Totals) -> u64) -> Answer<u64> {
    let store = node.chain.store();
    let height = store.height().await?;
    let from = from.map_or(Ok(0), |from| params::integer(&from))?;
    let to = match to {
        Some(to) => params::integer(&to)?,
        None if height == 0 => return Ok(Reply::ok(0)),
        None => height - 1,
    };
    if to >= height {
        return Err(Error::Query {
            source: QueryError::NotFound,
        });
    }
    Ok(Reply::ok(pick(store.totals(from..=to).await?)))
}

async fn share(node: Node, id: BlockId) -> Answer<VidShare> {
    let share = node.chain.find(|store| store.share(id), |found| found).await?;
    match share {
        Some(share) => Ok(Reply::ok(VidShare::V0(share))),
        None => Err(Error::QueryVid {
            source: QueryError::NotFound,
            block: id.to_string(),
        }),
    }
}

async fn sync_status(State(node): State<Node>) -> Answer<SyncStatus> {
    let status = node.chain.store().sync_status().await?;
    Ok(Reply::ok(SyncStatus {
        missing_blocks: status.missing_payloads,
        missing_leaves: status.missing_leaves,
        missing_vid_common: status.missing_commons,
        missing_vid_shares: status.missing_shares,
        pruned_height: status.pruned_height,
    }))
}

async fn window(node: Node, start: WindowStart, name: String, end: &str) -> Answer<TimeWindow> {
    let end = params::integer(end)?;
    let found = node.chain.store().window(start, end, WINDOW_LIMIT).await?;
    match found {
        Some(found) => Ok(Reply::ok(TimeWindow {
            window: found.window,
            prev: found.prev,
            next: found.next,
        })),
        None => Err(Error::QueryWindow {
            source: QueryError::NotFound,
            start: name,
            end,
        }),
    }
}

#[derive(Serialize)]
struct Limits {
    window_limit: u64,
}

async fn limits() -> Reply<Limits> {
    Reply::ok(Limits {
        window_limit: WINDOW_LIMIT,
    })
}

async fn stake_table(State(node): State<Node>) -> Answer<Value> {
    let table = node
        .config
        .hotshot()
        .and_then(|config| config.pointer("/config/known_nodes_with_stake").cloned());
    table.map(Reply::ok).ok_or(Error::Query {
        source: QueryError::NotFound,
    })
}
