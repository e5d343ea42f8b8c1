//! `explorer`: lists and searches for people's programs.

mod answers;
mod time;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_http::reply::Reply;
use crema_storage::{BlockId, BlockSummary, ListStart, StoreError, TransactionFilter, TransactionPlace};
use crema_types::{BlockHash, TransactionHash};
use serde::Serialize;

use crate::chain::Chain;
use crate::module::{Module, Routes};
use crate::params;

pub(crate) use time::rfc3339;

use answers::{
    BlockDetail, BlockDetailAnswer, BlockList, BlockListAnswer, Genesis, Histograms, SearchAnswer,
    SearchResults, Summary, SummaryAnswer, TransactionAnswer, TransactionDetail, TransactionFull,
    TransactionList, TransactionListAnswer,
};

/// Most entries in a list.
const MAX_LIMIT: u64 = 100;
/// Blocks and transactions in the summary.
const LATEST: u64 = 10;
/// Blocks in the summary's histograms.
const HISTOGRAM: u64 = 50;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Error {
    /// There is no such thing, or not yet.
    NotFound {
        /// `NOT_FOUND`.
        code: &'static str,
        /// What.
        message: String,
        /// Its name.
        key: String,
    },
    /// The store failed.
    Query {
        /// `QUERY_ERROR`.
        code: &'static str,
        /// What happened.
        message: String,
        /// What happened.
        error: String,
    },
    /// A bad number of entries, or another bad parameter.
    Bad {
        /// `INVALID_LIMIT` or `BAD_QUERY`.
        code: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl Error {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Query { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Bad { .. } => StatusCode::BAD_REQUEST,
        }
    }

    fn not_found(key: &impl std::fmt::Display) -> Self {
        Self::NotFound {
            code: "NOT_FOUND",
            message: format!("{key} is not known here"),
            key: key.to_string(),
        }
    }

    fn limit() -> Self {
        Self::Bad {
            code: "INVALID_LIMIT",
            message: format!("a limit is from 1 to {MAX_LIMIT}"),
        }
    }
}

impl From<crate::error::RequestError> for Error {
    fn from(error: crate::error::RequestError) -> Self {
        Self::Bad {
            code: "BAD_QUERY",
            message: error.to_string(),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the query store");
        Self::Query {
            code: "QUERY_ERROR",
            message: "the query store cannot answer".into(),
            error: "its operator finds the reason in the node's log".into(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        crate::error::Error::Explorer { source: self }.into_response()
    }
}

type Answer<T> = Result<Reply<T>, Error>;

/// The module.
pub fn module(chain: &Chain) -> Module {
    let routes = Routes::new()
        .get(
            "/block/{height}",
            "A block",
            async |State(chain), Path(height): Path<String>| {
                block(chain, BlockId::Height(params::integer(&height)?)).await
            },
        )
        .get(
            "/block/hash/{hash}",
            "A block by its hash",
            async |State(chain), Path(hash): Path<String>| {
                block(chain, BlockId::Hash(params::hash(&hash)?)).await
            },
        )
        .get(
            "/blocks/latest/{limit}",
            "The newest blocks",
            async |State(chain), Path(limit): Path<String>| blocks(chain, None, &limit).await,
        )
        .get(
            "/blocks/{from}/{limit}",
            "Blocks from a height down",
            async |State(chain), Path((from, limit)): Path<(String, String)>| {
                blocks(chain, Some(params::integer(&from)?), &limit).await
            },
        )
        .get(
            "/transaction/{height}/{offset}",
            "A transaction by its place",
            async |State(chain), Path((height, offset)): Path<(String, String)>| {
                transaction(chain, place(&height, &offset)?).await
            },
        )
        .get(
            "/transaction/hash/{hash}",
            "A transaction by its hash",
            transaction_by_hash,
        )
        .get(
            "/explorer-summary",
            "All that an explorer's first page shows",
            summary,
        )
        .get("/search/{query}", "The block or transaction with a hash", search);
    let routes = lists(routes);
    Module::v0("explorer", routes.with_state(chain.clone()))
}

/// The nine lists of transactions: three starts, three filters.
fn lists(routes: Routes<Chain>) -> Routes<Chain> {
    routes
        .get(
            "/transactions/latest/{limit}",
            "The newest transactions",
            async |State(chain), Path(limit): Path<String>| {
                transactions(chain, ListStart::Newest, TransactionFilter::All, &limit).await
            },
        )
        .get(
            "/transactions/latest/{limit}/block/{block}",
            "The last transactions of a block",
            async |State(chain), Path((limit, height)): Path<(String, String)>| {
                transactions(chain, ListStart::Newest, of_block(&height)?, &limit).await
            },
        )
        .get(
            "/transactions/latest/{limit}/namespace/{namespace}",
            "A rollup's newest transactions",
            async |State(chain), Path((limit, id)): Path<(String, String)>| {
                transactions(chain, ListStart::Newest, of_namespace(&id)?, &limit).await
            },
        )
        .get(
            "/transactions/from/{height}/{offset}/{limit}",
            "Transactions from a place down",
            async |State(chain), Path((height, offset, limit)): Path<(String, String, String)>| {
                let start = ListStart::Place(place(&height, &offset)?);
                transactions(chain, start, TransactionFilter::All, &limit).await
            },
        )
        .get(
            "/transactions/from/{height}/{offset}/{limit}/block/{block}",
            "A block's transactions from a place down",
            async |State(chain),
                   Path((height, offset, limit, block)): Path<(String, String, String, String)>| {
                let start = ListStart::Place(place(&height, &offset)?);
                transactions(chain, start, of_block(&block)?, &limit).await
            },
        )
        .get(
            "/transactions/from/{height}/{offset}/{limit}/namespace/{namespace}",
            "A rollup's transactions from a place down",
            async |State(chain),
                   Path((height, offset, limit, id)): Path<(String, String, String, String)>| {
                let start = ListStart::Place(place(&height, &offset)?);
                transactions(chain, start, of_namespace(&id)?, &limit).await
            },
        )
        .get(
            "/transactions/hash/{hash}/{limit}",
            "Transactions from one down",
            async |State(chain), Path((hash, limit)): Path<(String, String)>| {
                let start = ListStart::Hash(params::hash(&hash)?);
                transactions(chain, start, TransactionFilter::All, &limit).await
            },
        )
        .get(
            "/transactions/hash/{hash}/{limit}/block/{block}",
            "A block's transactions from one down",
            async |State(chain), Path((hash, limit, block)): Path<(String, String, String)>| {
                let start = ListStart::Hash(params::hash(&hash)?);
                transactions(chain, start, of_block(&block)?, &limit).await
            },
        )
        .get(
            "/transactions/hash/{hash}/{limit}/namespace/{namespace}",
            "A rollup's transactions from one down",
            async |State(chain), Path((hash, limit, id)): Path<(String, String, String)>| {
                let start = ListStart::Hash(params::hash(&hash)?);
                transactions(chain, start, of_namespace(&id)?, &limit).await
            },
        )
}

fn place(height: &str, offset: &str) -> Result<TransactionPlace, Error> {
    Ok(TransactionPlace {
        height: params::integer(height)?,
        position: params::integer(offset)?,
    })
}

fn of_block(height: &str) -> Result<TransactionFilter, Error> {
    Ok(TransactionFilter::Block(params::integer(height)?))
}

fn of_namespace(id: &str) -> Result<TransactionFilter, Error> {
    Ok(TransactionFilter::Namespace(params::namespace(id)?))
}

fn limit(text: &str) -> Result<u64, Error> {
    match params::integer(text) {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(Error::limit()),
    }
}

async fn block(chain: Chain, id: BlockId) -> Answer<BlockDetailAnswer> {
    let found = chain.find(|store| store.summary(id), |found| found).await?;
    let found = found.ok_or_else(|| Error::not_found(&id))?;
    Ok(Reply::ok(BlockDetailAnswer {
        block_detail: BlockDetail::new(&found),
    }))
}

/// At most `limit` blocks, newest first, from a height or the newest down.
async fn newest(chain: &Chain, from: Option<u64>, limit: u64) -> Result<Vec<BlockSummary>, StoreError> {
    let height = chain.store().height().await?;
    let until = from.map_or(height, |from| from.saturating_add(1).min(height));
    let mut found = chain
        .store()
        .summaries(until.saturating_sub(limit)..until)
        .await?;
    found.reverse();
    Ok(found)
}

async fn blocks(chain: Chain, from: Option<u64>, text: &str) -> Answer<BlockListAnswer> {
    let found = newest(&chain, from, limit(text)?).await?;
    Ok(Reply::ok(BlockListAnswer {
        block_summaries: found.iter().map(BlockList::new).collect(),
    }))
}

async fn transactions(
    chain: Chain,
    start: ListStart,
    filter: TransactionFilter,
    text: &str,
) -> Answer<TransactionListAnswer> {
    let found = chain.store().transactions(start, filter, limit(text)?).await?;
    Ok(Reply::ok(TransactionListAnswer {
        transaction_summaries: found.iter().map(TransactionList::new).collect(),
    }))
}

async fn transaction(chain: Chain, place: TransactionPlace) -> Answer<TransactionAnswer> {
    let id = BlockId::Height(place.height);
    let found = chain
        .find(
            |store| store.payload(id),
            |found| found.filter(|block| block.payload.is_some()),
        )
        .await?
        .ok_or_else(|| Error::not_found(&place))?;
    let payload = found.payload.unwrap_or_default();
    let transaction = usize::try_from(place.position)
        .ok()
        .and_then(|position| payload.transactions().nth(position));
    let (_, transaction) = transaction.ok_or_else(|| Error::not_found(&place))?;
    let details = TransactionDetail::new(
        &found.header,
        payload.num_transactions() as u64,
        &transaction,
        place,
    );
    Ok(Reply::ok(TransactionAnswer {
        transaction_detail: TransactionFull {
            details,
            data: vec![transaction],
        },
    }))
}

async fn transaction_by_hash(
    State(chain): State<Chain>,
    Path(hash): Path<String>,
) -> Answer<TransactionAnswer> {
    let hash: TransactionHash = params::hash(&hash)?;
    let place = chain.find(|store| store.transaction(hash), |found| found).await?;
    let place = place.ok_or_else(|| Error::not_found(&hash))?;
    transaction(chain, place).await
}

async fn summary(State(chain): State<Chain>) -> Answer<SummaryAnswer> {
    let store = chain.store();
    let blocks = newest(&chain, None, HISTOGRAM + 1).await?;
    let Some(latest) = blocks.first() else {
        return Err(Error::not_found(&"the first block"));
    };
    let totals = store.totals(0..=latest.header.height).await?;
    let transactions = store
        .transactions(ListStart::Newest, TransactionFilter::All, LATEST)
        .await?;
    Ok(Reply::ok(SummaryAnswer {
        explorer_summary: Summary {
            latest_block: BlockDetail::new(latest),
            genesis_overview: Genesis {
                rollups: store.namespace_count().await?,
                transactions: totals.transactions,
                blocks: latest.header.height + 1,
            },
            latest_blocks: blocks.iter().take(LATEST as usize).map(BlockList::new).collect(),
            latest_transactions: transactions.iter().map(TransactionList::new).collect(),
            histograms: Histograms::new(&blocks),
        },
    }))
}

async fn search(State(chain): State<Chain>, Path(query): Path<String>) -> Answer<SearchAnswer> {
    let mut results = SearchResults::default();
    if let Ok(hash) = params::hash::<TransactionHash>(&query) {
        let found = chain
            .store()
            .transactions(ListStart::Hash(hash), TransactionFilter::All, 1)
            .await?;
        results.transactions = found.iter().map(TransactionList::new).collect();
    } else {
        let hash: BlockHash = params::hash(&query)?;
        let found = chain.store().summary(BlockId::Hash(hash)).await?;
        results.blocks = found.iter().map(BlockList::new).collect();
    }
    Ok(Reply::ok(SearchAnswer {
        search_results: results,
    }))
}
