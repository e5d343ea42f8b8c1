//! `block-state` and `fee-state`: Merkle proofs of headers and balances.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_http::reply::Reply;
use crema_storage::{BlockId, StoreError};
use crema_types::merkle::{BlockMerkleArchive, FeeProofKind};
use crema_types::{MerkleCommitment, MerkleProof};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::chain::Chain;
use crate::error::{QueryError, RequestError};
use crate::module::{Module, Routes};
use crate::params;
use crate::source::States;

/// Hashes that are read from the store at a time.
const HASHES_AT_ONCE: u64 = 10_000;

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
            Self::Query { source } => source.status(),
            Self::Custom { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    fn not_found() -> Self {
        Self::Query {
            source: QueryError::NotFound,
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
        crate::error::Error::MerklizedState { source: self }.into_response()
    }
}

type Answer<T> = Result<Reply<T>, Error>;

/// The tree of all headers, read from the store as far as it is asked for.
#[derive(Clone)]
struct BlockState {
    chain: Chain,
    tree: Arc<Mutex<BlockMerkleArchive>>,
}

impl BlockState {
    async fn prove(&self, index: u64, size: u64) -> Result<MerkleProof, Error> {
        let mut tree = self.tree.lock().await;
        while tree.num_leaves() < size {
            let hashes = self
                .chain
                .store()
                .block_hashes(tree.num_leaves(), HASHES_AT_ONCE)
                .await?;
            if hashes.is_empty() {
                return Err(Error::not_found());
            }
            for hash in hashes {
                tree.push(hash);
            }
        }
        tree.prove(index, size).ok_or_else(Error::not_found)
    }
}

/// The module `block-state`: proofs that a header is in the tree of a later one.
pub fn block_state(chain: &Chain) -> Module {
    let routes = Routes::new()
        .get(
            "/{height}/{index}",
            "Proves a header to the tree of a later one",
            block_path,
        )
        .get(
            "/commit/{commitment}/{index}",
            "Proves a header to the tree with a commitment",
            block_path_by_commitment,
        )
        .get(
            "/block-height",
            "The newest height with a tree",
            async |State(state): State<BlockState>| newest(&state.chain).await,
        );
    Module::v0(
        "block-state",
        routes.with_state(BlockState {
            chain: chain.clone(),
            tree: Arc::default(),
        }),
    )
}

async fn newest(chain: &Chain) -> Answer<u64> {
    match chain.store().height().await? {
        0 => Err(Error::not_found()),
        height => Ok(Reply::ok(height - 1)),
    }
}

async fn block_path(
    State(state): State<BlockState>,
    Path((height, index)): Path<(String, String)>,
) -> Answer<MerkleProof> {
    let (height, index) = (params::integer(&height)?, params::integer(&index)?);
    // the header of a height commits to those before it
    if index >= height || height >= state.chain.store().height().await? {
        return Err(Error::not_found());
    }
    state.prove(index, height).await.map(Reply::ok)
}

async fn block_path_by_commitment(
    State(state): State<BlockState>,
    Path((commitment, index)): Path<(String, String)>,
) -> Answer<MerkleProof> {
    let commitment: MerkleCommitment = params::hash(&commitment)?;
    let index = params::integer(&index)?;
    let header = state
        .chain
        .store()
        .header(BlockId::Height(commitment.num_leaves))
        .await?;
    if header.is_none_or(|header| header.block_merkle_tree_root != commitment) {
        return Err(Error::not_found());
    }
    state.prove(index, commitment.num_leaves).await.map(Reply::ok)
}

#[derive(Clone)]
struct FeeState {
    states: Arc<dyn States>,
    chain: Chain,
}

/// The module `fee-state`: proofs of balances, and the newest balance of an account.
pub fn fee_state(states: Arc<dyn States>, chain: &Chain) -> Module {
    let routes = Routes::new()
        .get("/{height}/{address}", "Proves a balance after a block", fee_path)
        .get(
            "/fee-balance/latest/{address}",
            "The newest balance of an account, in wei",
            balance,
        )
        .get(
            "/block-height",
            "The newest height with a tree",
            async |State(state): State<FeeState>| newest(&state.chain).await,
        );
    Module::v0(
        "fee-state",
        routes.with_state(FeeState {
            states,
            chain: chain.clone(),
        }),
    )
}

async fn fee_path(
    State(state): State<FeeState>,
    Path((height, address)): Path<(String, String)>,
) -> Answer<MerkleProof> {
    let (height, address) = (params::integer(&height)?, params::address(&address)?);
    let at = state.states.at(height).await.ok_or_else(Error::not_found)?;
    let proof = at
        .fee_merkle_tree
        .prove(&address)
        .map_err(|_| Error::not_found())?;
    let (FeeProofKind::Presence(path) | FeeProofKind::Absence(path)) = proof.proof;
    Ok(Reply::ok(path))
}

async fn balance(State(state): State<FeeState>, Path(address): Path<String>) -> Answer<Option<String>> {
    let balance = state.states.newest_balance(params::address(&address)?).await;
    Ok(Reply::ok(balance.map(|balance| balance.to_string())))
}
