//! A small explorer for people: blocks, rollups, transactions, and what the light client on the L1 knows. Rendered here,
//! without scripts.

mod page;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use crema_storage::{
    BlockId, BlockSummary, ListStart, StoreError, TransactionEntry, TransactionFilter, TransactionPlace,
};
use crema_types::{BlockHash, TransactionHash};
use serde::Deserialize;

use crate::chain::Chain;
use crate::explorer::rfc3339;
use crate::params;
use crate::source::LightClient;

/// Blocks, rollups or transactions in a list.
const LISTED: u64 = 20;
/// Transactions of a block or rollup in a list.
const LISTED_OF_ONE: u64 = 100;
/// Bytes of a transaction that are shown.
const SHOWN_BYTES: usize = 1024;

/// What the pages show.
#[derive(Clone)]
struct Explorer {
    chain: Chain,
    light_client: Option<Arc<dyn LightClient>>,
}

/// The pages, to be mounted at `/ui` by [`Api::mount_pages`](crate::Api::mount_pages).
pub fn pages(chain: &Chain, light_client: Option<Arc<dyn LightClient>>) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/block/{id}", get(block))
        .route("/namespace/{id}", get(namespace))
        .route("/transaction/{hash}", get(transaction))
        .route("/search", get(search))
        .with_state(Explorer {
            chain: chain.clone(),
            light_client,
        })
}

/// Why there is no page.
enum Error {
    NotFound,
    Store(StoreError),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<crate::error::RequestError> for Error {
    fn from(_: crate::error::RequestError) -> Self {
        Self::NotFound
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found here. It may be decided later."),
            Self::Store(error) => {
                tracing::error!(%error, "the query store");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The query store cannot answer.",
                )
            }
        };
        (status, show(text, &format!("<h1>{text}</h1>"))).into_response()
    }
}

/// A page that may load nothing and run nothing.
fn show(title: &str, body: &str) -> Response {
    const POLICY: HeaderValue =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
    let html = Html(page::frame(title, body));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], html).into_response()
}

fn block_rows(blocks: &[BlockSummary]) -> String {
    let rows: Vec<_> = blocks
        .iter()
        .map(|block| {
            vec![
                page::link("block", &block.header.height),
                page::hash_link("block", &block.header.commit()),
                block.transactions.map_or("?".into(), |count| count.to_string()),
                page::bytes(block.size),
                page::time(block.header.timestamp),
            ]
        })
        .collect();
    page::table(&["Height", "?Hash", "Transactions#", "Size#", "Time"], &rows)
}

fn transaction_rows(entries: &[TransactionEntry]) -> String {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            vec![
                page::hash_link("transaction", &entry.hash),
                page::link("namespace", &entry.namespace),
                page::link("block", &entry.place.height),
                page::time(entry.timestamp),
            ]
        })
        .collect();
    page::table(&["Hash", "Namespace", "Block", "?Time"], &rows)
}

async fn home(State(explorer): State<Explorer>) -> Result<Response, Error> {
    let store = explorer.chain.store();
    let height = store.height().await?;
    let mut blocks = store.summaries(height.saturating_sub(LISTED)..height).await?;
    blocks.reverse();
    let totals = match height.checked_sub(1) {
        Some(newest) => store.totals(0..=newest).await?,
        None => crema_storage::Totals::default(),
    };
    let mut cards = vec![
        ("blocks", height.to_string()),
        ("transactions", totals.transactions.to_string()),
        ("rollups", store.namespace_count().await?.to_string()),
        ("payload", page::bytes(totals.bytes)),
    ];
    if let Some(light_client) = &explorer.light_client {
        let proved = light_client.finalized_height().await;
        let behind = proved.map(|proved| height.saturating_sub(1).saturating_sub(proved));
        cards.push((
            "proved on L1, height",
            proved.map_or("?".into(), |height| height.to_string()),
        ));
        cards.push((
            "blocks not yet proved",
            behind.map_or("?".into(), |behind| behind.to_string()),
        ));
    }
    let rollups: Vec<_> = store
        .namespaces(LISTED)
        .await?
        .iter()
        .map(|rollup| {
            vec![
                page::link("namespace", &rollup.namespace),
                rollup.transactions.to_string(),
                page::bytes(rollup.bytes),
                page::link("block", &rollup.last_height),
            ]
        })
        .collect();
    let transactions = store
        .transactions(ListStart::Newest, TransactionFilter::All, LISTED)
        .await?;
    let body = format!(
        "{}<h2>Blocks</h2>{}<h2>Transactions</h2>{}<h2>Namespaces</h2>{}",
        page::cards(&cards),
        block_rows(&blocks),
        transaction_rows(&transactions),
        page::table(&["Namespace", "Transactions#", "Size#", "Last block#"], &rollups),
    );
    Ok(show("Explorer", &body))
}

/// The block that a height or a hash names.
fn block_id(text: &str) -> Result<BlockId, Error> {
    Ok(match params::integer(text) {
        Ok(height) => BlockId::Height(height),
        Err(_) => BlockId::Hash(params::hash::<BlockHash>(text)?),
    })
}

async fn block(State(explorer): State<Explorer>, Path(id): Path<String>) -> Result<Response, Error> {
    let store = explorer.chain.store();
    let summary = store.summary(block_id(&id)?).await?.ok_or(Error::NotFound)?;
    let header = &summary.header;
    let height = header.height;
    let mut facts = vec![
        ("Hash", format!("<code>{}</code>", header.commit())),
        ("Time", rfc3339(header.timestamp)),
        (
            "Transactions",
            summary
                .transactions
                .map_or("payload not here".into(), |count| count.to_string()),
        ),
        ("Size", page::bytes(summary.size)),
        ("Payload", format!("<code>{}</code>", header.payload_commitment)),
        (
            "Earlier headers",
            format!("<code>{}</code>", header.block_merkle_tree_root),
        ),
        (
            "Fee",
            format!(
                "{} wei by <code>{}</code>",
                header.fee_info.amount, header.fee_info.account
            ),
        ),
        ("L1 head", header.l1_head.to_string()),
    ];
    if let Some(before) = height.checked_sub(1) {
        let around = format!(
            "{} &middot; {}",
            page::link("block", &before),
            page::link("block", &(height + 1))
        );
        facts.push(("Neighbours", around));
    }
    let namespaces: Vec<_> = header
        .ns_table
        .iter()
        .map(|entry| {
            let size = entry.end.saturating_sub(entry.start);
            vec![page::link("namespace", &entry.id), page::bytes(size.into())]
        })
        .collect();
    let transactions = store
        .transactions(ListStart::Newest, TransactionFilter::Block(height), LISTED_OF_ONE)
        .await?;
    let body = format!(
        "<h1>Block {height}</h1>{}<h2>Namespaces</h2>{}<h2>Transactions</h2>{}",
        page::facts(&facts),
        page::table(&["Namespace", "Size#"], &namespaces),
        transaction_rows(&transactions),
    );
    Ok(show(&format!("Block {height}"), &body))
}

async fn namespace(State(explorer): State<Explorer>, Path(id): Path<String>) -> Result<Response, Error> {
    let id = params::namespace(&id)?;
    let filter = TransactionFilter::Namespace(id);
    let transactions = explorer
        .chain
        .store()
        .transactions(ListStart::Newest, filter, LISTED_OF_ONE)
        .await?;
    let body = format!(
        "<h1>Namespace {id}</h1><h2>Newest transactions</h2>{}",
        transaction_rows(&transactions)
    );
    Ok(show(&format!("Namespace {id}"), &body))
}

async fn transaction(State(explorer): State<Explorer>, Path(hash): Path<String>) -> Result<Response, Error> {
    let store = explorer.chain.store();
    let hash: TransactionHash = params::hash(&hash)?;
    let TransactionPlace { height, position } = store.transaction(hash).await?.ok_or(Error::NotFound)?;
    let stored = store
        .payload(BlockId::Height(height))
        .await?
        .ok_or(Error::NotFound)?;
    let payload = stored.payload.ok_or(Error::NotFound)?;
    let transaction = usize::try_from(position)
        .ok()
        .and_then(|position| payload.transactions().nth(position));
    let (_, transaction) = transaction.ok_or(Error::NotFound)?;
    let length = transaction.payload.len().min(SHOWN_BYTES);
    let shown = hex::encode(&transaction.payload[..length]);
    let more = if transaction.payload.len() > SHOWN_BYTES {
        "…"
    } else {
        ""
    };
    let facts = [
        ("Block", page::link("block", &height)),
        ("Place", position.to_string()),
        ("Namespace", page::link("namespace", &transaction.namespace)),
        ("Time", rfc3339(stored.header.timestamp)),
        ("Size", page::bytes(transaction.payload.len() as u64)),
        ("Bytes", format!("<code>{shown}{more}</code>")),
    ];
    let body = format!(
        "<h1>Transaction</h1><p><code>{hash}</code></p>{}",
        page::facts(&facts)
    );
    Ok(show("Transaction", &body))
}

#[derive(Deserialize)]
struct Search {
    q: String,
}

/// Leads to the page of whatever is named.
async fn search(Query(Search { q }): Query<Search>) -> Result<Redirect, Error> {
    let text = q.trim();
    if let Ok(hash) = params::hash::<TransactionHash>(text) {
        return Ok(Redirect::to(&format!("/ui/transaction/{hash}")));
    }
    let id = block_id(text)?;
    Ok(Redirect::to(&format!("/ui/block/{id}")))
}
