//! `catchup`: state for nodes that were away. They check every answer against headers that they trust.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use crema_http::body;
use crema_http::reply::Reply;
use crema_light_client::u256::U256;
use crema_types::merkle::{FeeAccountProof, FeeTreeSnapshot};
use crema_types::{Address, ChainConfig, FeeMerkleTree, Leaf2, MerkleProof, ValidatedState};
use serde::Serialize;

use crate::chain::Chain;
use crate::error::Error;
use crate::module::{Module, Routes};
use crate::params;
use crate::source::States;

/// Longest list of accounts, in bytes: some thousand accounts in JSON.
const ACCOUNTS_BYTES: usize = 1 << 17;
/// Most accounts in a request.
const MAX_ACCOUNTS: usize = 2000;
/// Time for a list to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Leaves that show that the first of them is decided.
const LEAF_CHAIN: u64 = 4;

/// An account's balance and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountQueryData {
    /// The balance.
    pub balance: U256,
    /// The proof.
    pub proof: FeeAccountProof,
}

#[derive(Clone)]
struct Catchup {
    states: Arc<dyn States>,
    chain: Chain,
}

type Answer<T> = Result<Reply<T>, Error>;

/// The module.
pub fn module(states: Arc<dyn States>, chain: &Chain) -> Module {
    let routes = Routes::new()
        .get(
            "/{height}/{view}/account/{address}",
            "An account's balance after a block, with a proof",
            account,
        )
        .post(
            "/{height}/{view}/accounts",
            "The fee tree after a block, with the accounts in the body",
            accounts,
        )
        .get(
            "/{height}/{view}/blocks",
            "The newest path of the block tree at a block",
            frontier,
        )
        .get(
            "/chain-config/{commitment}",
            "Parameters by their commitment",
            chain_config,
        )
        .get("/{height}/leafchain", "A leaf and those behind it", leaf_chain);
    Module::v0(
        "catchup",
        routes.with_state(Catchup {
            states,
            chain: chain.clone(),
        }),
    )
}

async fn state(catchup: &Catchup, height: &str, view: &str) -> Result<Arc<ValidatedState>, Error> {
    // a decided height has one view, so the view tells nothing that the height does not
    let (height, _) = (params::integer(height)?, params::integer(view)?);
    let state = catchup.states.at(height).await;
    state.ok_or_else(|| Error::not_found(format!("the state after height {height} is not in memory")))
}

async fn account(
    State(catchup): State<Catchup>,
    Path((height, view, address)): Path<(String, String, String)>,
) -> Answer<AccountQueryData> {
    let address = params::address(&address)?;
    let tree = &state(&catchup, &height, &view).await?.fee_merkle_tree;
    let found = tree.balance(&address).and_then(|balance| {
        Ok(AccountQueryData {
            balance: balance.0,
            proof: tree.prove(&address)?,
        })
    });
    found
        .map(Reply::ok)
        .map_err(|error| Error::not_found(error.to_string()))
}

async fn accounts(
    State(catchup): State<Catchup>,
    Path((height, view)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<FeeTreeSnapshot> {
    let accounts: Vec<Address> = body::read(&headers, body, ACCOUNTS_BYTES, BODY_TIMEOUT).await?;
    if accounts.len() > MAX_ACCOUNTS {
        return Err(Error::custom(
            axum::http::StatusCode::BAD_REQUEST,
            format!("at most {MAX_ACCOUNTS} accounts, found {}", accounts.len()),
        ));
    }
    let tree = &state(&catchup, &height, &view).await?.fee_merkle_tree;
    let snapshot = FeeMerkleTree::from_commitment(&tree.commitment()).and_then(|mut snapshot| {
        for account in &accounts {
            snapshot.remember(&tree.prove(account)?)?;
        }
        Ok(snapshot.into())
    });
    snapshot
        .map(Reply::ok)
        .map_err(|error| Error::not_found(error.to_string()))
}

async fn frontier(
    State(catchup): State<Catchup>,
    Path((height, view)): Path<(String, String)>,
) -> Answer<MerkleProof> {
    let state = state(&catchup, &height, &view).await?;
    let frontier = state.block_merkle_tree.to_frontier();
    frontier
        .map(Reply::ok)
        .ok_or_else(|| Error::not_found("the block tree is empty there"))
}

async fn chain_config(State(catchup): State<Catchup>, Path(commitment): Path<String>) -> Answer<ChainConfig> {
    let config = catchup.states.chain_config(params::hash(&commitment)?).await;
    config
        .map(Reply::ok)
        .ok_or_else(|| Error::not_found("no such chain configuration is known here"))
}

async fn leaf_chain(State(catchup): State<Catchup>, Path(height): Path<String>) -> Answer<Vec<Leaf2>> {
    let height = params::integer(&height)?;
    let heights = height..height.saturating_add(LEAF_CHAIN);
    let leaves = catchup.chain.store().leaves(heights).await?;
    match leaves.first() {
        Some(first) if first.leaf.block_header.height == height => {
            let leaves = (height..)
                .zip(leaves)
                .take_while(|(height, stored)| stored.leaf.block_header.height == *height);
            Ok(Reply::ok(leaves.map(|(_, stored)| stored.leaf.into()).collect()))
        }
        _ => Err(Error::not_found(format!("leaf {height} is not here"))),
    }
}
