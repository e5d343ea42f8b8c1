//! The node's HTTP modules.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use crema_consensus::mempool::MempoolError;
use crema_http::body;
use crema_http::connection::{self, Manners};
use crema_http::cors::allow_any_origin;
use crema_http::origin::Quota;
use crema_http::reply::{Reply, encode_replies};
use crema_http::stop::Stop;
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_node::Node;
use crema_types::network_config::NetworkConfig;
use crema_types::vote::QuorumCertificate;
use crema_types::{Leaf, Transaction, TransactionHash};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::options::Modules;
use crate::proofs;

/// How long a transaction may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a transaction's encoding per byte of its payload, and beside it.
const ENCODING: (usize, usize) = (2, 1024);

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The node.
    pub node: Arc<Node>,
    /// The network's configuration, as it is served: without the password.
    pub config: Arc<NetworkConfig>,
    /// Disperses payloads among the network's nodes.
    pub scheme: Arc<crema_vid::Scheme>,
    /// Most bytes of a transaction.
    pub max_transaction: usize,
}

/// An error as Espresso's modules report those that are of none of their kinds.
#[derive(Serialize)]
enum Failure {
    Custom { message: String, status: u16 },
}

pub(crate) fn failure(status: StatusCode, message: impl Into<String>) -> Response {
    let failure = Failure::Custom {
        message: message.into(),
        status: status.as_u16(),
    };
    Reply(status, failure).into_response()
}

/// Serves until asked to stop.
pub async fn serve(listener: TcpListener, modules: &Modules, app: App, stop: Stop) {
    let manners = Manners {
        connections: Quota::new(2048, 1024),
        patience: Duration::from_mins(1),
        grace: Duration::from_secs(5),
    };
    connection::serve(listener, router(modules, app), manners, || (), stop).await;
}

fn router(modules: &Modules, app: App) -> Router {
    let mut api = Router::new().route("/state-signature/block/{height}", get(state_signature));
    if modules.query.is_some() {
        api = api
            .route("/availability/leaf/{height}", get(leaf))
            .route("/availability/header/{height}", get(proofs::header))
            .route("/availability/vid/common/{height}", get(proofs::common))
            .route(
                "/availability/block/{height}/namespace/{namespace}",
                get(proofs::namespace),
            )
            .route("/node/block-height", get(block_height));
    }
    if modules.query.is_some() || modules.status {
        api = api.route("/status/block-height", get(block_height));
    }
    if modules.submit {
        api = api.route("/submit/submit", post(submit));
    }
    if modules.config {
        api = api.route("/config/hotshot", get(config));
    }
    Router::new()
        .nest("/v0", api.clone())
        .merge(api)
        .route("/healthcheck", get(health))
        .route("/version", get(version))
        .fallback(async || failure(StatusCode::NOT_FOUND, "no such route"))
        .with_state(app)
        .layer(middleware::from_fn(encode_replies))
        .layer(middleware::from_fn(allow_any_origin))
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn health(State(app): State<App>) -> Response {
    if app.node.height().await.is_some() {
        return Reply::ok(Health { status: "available" }).into_response();
    }
    let stopped = Health {
        status: "shutting_down",
    };
    Reply(StatusCode::SERVICE_UNAVAILABLE, stopped).into_response()
}

#[derive(Serialize)]
struct Version {
    app_version: &'static str,
}

async fn version() -> Reply<Version> {
    Reply::ok(Version {
        app_version: env!("CARGO_PKG_VERSION"),
    })
}

async fn block_height(State(app): State<App>) -> Response {
    match app.node.height().await {
        // heights begin with 0: there are as many blocks, and one more
        Some(height) => Reply::ok(height + 1).into_response(),
        None => failure(StatusCode::SERVICE_UNAVAILABLE, "the node has stopped"),
    }
}

#[derive(Serialize)]
struct LeafQueryData {
    leaf: Leaf,
    qc: QuorumCertificate,
}

async fn leaf(State(app): State<App>, Path(height): Path<u64>) -> Response {
    match app.node.block(height).await {
        Some(block) => Reply::ok(LeafQueryData {
            leaf: block.leaf.leaf.clone(),
            qc: block.leaf.certificate.clone(),
        })
        .into_response(),
        None => failure(StatusCode::NOT_FOUND, format!("no leaf of height {height} yet")),
    }
}

async fn state_signature(State(app): State<App>, Path(height): Path<u64>) -> Response {
    let signature: Option<StateSignatureRequestBody> = app.node.signature(height).await;
    match signature {
        Some(signature) => Reply::ok(signature).into_response(),
        None => failure(StatusCode::NOT_FOUND, "Signature not found."),
    }
}

async fn submit(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let longest = ENCODING.0 * app.max_transaction + ENCODING.1;
    let transaction: Transaction = match body::read(&headers, body, longest, BODY_PATIENCE).await {
        Ok(transaction) => transaction,
        Err(error) => return failure(error.status(), error.to_string()),
    };
    if transaction.payload.len() > app.max_transaction {
        let message = format!(
            "a transaction has at most {} bytes, found {}",
            app.max_transaction,
            transaction.payload.len()
        );
        return failure(StatusCode::INTERNAL_SERVER_ERROR, message);
    }
    let hash: Result<TransactionHash, MempoolError> = app.node.submit(transaction);
    match hash {
        // handing in what is known already is no mistake of the client's: it may have missed the first answer
        Ok(hash) | Err(MempoolError::Known(hash)) => Reply::ok(hash).into_response(),
        Err(full @ MempoolError::Full { .. }) => failure(StatusCode::SERVICE_UNAVAILABLE, full.to_string()),
    }
}

async fn config(State(app): State<App>) -> Response {
    Reply::ok((*app.config).clone()).into_response()
}
