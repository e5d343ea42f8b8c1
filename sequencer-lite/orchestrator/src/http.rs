//! The orchestrator's HTTP service: Espresso's routes, JSON and binary, and ours for claims.
//!
//! | route | answer |
//! |---|---|
//! | `GET api/network` | the network's name, which claims are signed for |
//! | `POST api/identity`, `POST api/get_tmp_node_index` | the number of nodes that have registered |
//! | `POST api/pubkey/:is_da` | takes a peer configuration: the slot of its key and its role; reserves nothing |
//! | `POST api/pop/:node_index` | takes a [`Claim`] on a slot: `null` once it is on disk, 409 when another node has that slot |
//! | `GET api/peer_pub_ready` | whether all have registered |
//! | `POST api/config/:node_index`, `POST api/post_config_after_peer_collected` | the configuration; 400 until all have registered |
//! | `POST api/ready` | takes a [`Ready`] |
//! | `GET api/start` | whether the network has started |
//! | `POST api/manual_start` | takes the password that starts it |
//! | `GET api/builders` | the builders that leaders ask |
//! | `GET healthcheck`, `GET version` | about the service |

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use crema_http::body::{self, BodyError};
use crema_http::connection::{self, Manners};
use crema_http::cors::allow_any_origin;
use crema_http::origin::{Origin, Quota, Rate};
use crema_http::reply::{Reply, encode_replies};
use crema_http::stop::Stop;
use crema_light_client::config::PeerConfig;
use crema_types::network_config::NetworkConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::claim::{Claim, NetworkId, Ready};
use crate::orchestrator::{Orchestrator, OrchestratorError};
use crate::registry::Refusal;

/// Longest body read; a claim has about two kilobytes.
const MAX_BODY: usize = 16 << 10;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(5);
/// Signatures that are checked at the same time.
const CHECKS: usize = 2;
/// Requests per second from one origin, with bursts of twice as many.
const REQUESTS_PER_SECOND: u32 = 200;
/// Connections in all, and of one origin.
const CONNECTIONS: (usize, usize) = (2048, 1024);

/// An answer that reports an error.
#[derive(Serialize)]
struct ErrorBody {
    status: u16,
    message: String,
}

struct Failure(StatusCode, String);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        let body = ErrorBody {
            status: status.as_u16(),
            message,
        };
        Reply(status, body).into_response()
    }
}

impl From<OrchestratorError> for Failure {
    fn from(error: OrchestratorError) -> Self {
        let status = match &error {
            OrchestratorError::Refused(Refusal::Slot { .. }) => StatusCode::CONFLICT,
            OrchestratorError::Refused(_) | OrchestratorError::Password => StatusCode::FORBIDDEN,
            OrchestratorError::NoSuchNode(_) => StatusCode::NOT_FOUND,
            OrchestratorError::NotStored => StatusCode::SERVICE_UNAVAILABLE,
            OrchestratorError::Claim(_)
            | OrchestratorError::NotComplete { .. }
            | OrchestratorError::NotThatNode(..) => StatusCode::BAD_REQUEST,
        };
        Self(status, error.to_string())
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self(error.status(), error.to_string())
    }
}

type Answer<T> = Result<Reply<T>, Failure>;

/// What handlers share.
#[derive(Clone)]
struct App {
    orchestrator: Arc<Orchestrator>,
    checks: Arc<Semaphore>,
    rate: Arc<Rate>,
}

impl App {
    /// Runs what checks signatures or writes to disk on a thread for work, a few at a time.
    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Orchestrator) -> Result<T, OrchestratorError> + Send + 'static,
    ) -> Answer<T> {
        let permit = Arc::clone(&self.checks).acquire_owned().await;
        let orchestrator = Arc::clone(&self.orchestrator);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            job(&orchestrator)
        });
        match done.await {
            Ok(result) => Ok(Reply::ok(result?)),
            Err(_) => Err(Failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the request could not be handled".to_owned(),
            )),
        }
    }
}

/// Listens at `address`. Needs a tokio runtime around it.
///
/// # Errors
/// When that cannot be done.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    connection::listen(address)
}

/// Serves until asked to stop.
pub async fn serve(listener: TcpListener, orchestrator: Arc<Orchestrator>, stop: Stop) {
    let app = App {
        orchestrator,
        checks: Arc::new(Semaphore::new(CHECKS)),
        rate: Arc::new(Rate::new(REQUESTS_PER_SECOND, Instant::now())),
    };
    let manners = Manners {
        connections: Quota::new(CONNECTIONS.0, CONNECTIONS.1),
        patience: Duration::from_secs(30),
        grace: Duration::from_secs(2),
    };
    connection::serve(listener, router(app), manners, || (), stop).await;
}

fn router(app: App) -> Router {
    let api = Router::new()
        .route("/network", get(network))
        .route("/identity", post(registered))
        .route("/get_tmp_node_index", post(registered))
        .route("/pubkey/{is_da}", post(pubkey))
        .route("/pop/{node_index}", post(pop))
        .route("/peer_pub_ready", get(peer_pub_ready))
        .route("/config/{node_index}", post(config))
        .route("/post_config_after_peer_collected", post(config_for_anybody))
        .route("/ready", post(ready))
        .route("/start", get(start))
        .route("/manual_start", post(manual_start))
        .route("/builders", get(builders))
        .route("/healthcheck", get(async || Reply::ok("available")));
    Router::new()
        .nest("/api", api.clone())
        .nest("/v0/api", api)
        .route("/healthcheck", get(health))
        .route("/version", get(version))
        .fallback(async || Failure(StatusCode::NOT_FOUND, "no such route".to_owned()))
        .layer(middleware::from_fn_with_state(app.clone(), limit))
        .with_state(app)
        .layer(middleware::from_fn(encode_replies))
        .layer(middleware::from_fn(allow_any_origin))
}

async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = request.extensions().get::<Origin>().copied();
    if origin.is_none_or(|origin| app.rate.allows(origin, Instant::now())) {
        return next.run(request).await;
    }
    let message = format!("more than {REQUESTS_PER_SECOND} requests per second");
    Failure(StatusCode::TOO_MANY_REQUESTS, message).into_response()
}

async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    Ok(body::read(headers, body, MAX_BODY, BODY_PATIENCE).await?)
}

async fn network(State(app): State<App>) -> Reply<NetworkId> {
    Reply::ok(app.orchestrator.network())
}

async fn registered(State(app): State<App>) -> Reply<u16> {
    let (registered, _) = app.orchestrator.progress();
    Reply::ok(u16::try_from(registered).unwrap_or(u16::MAX))
}

async fn pubkey(
    State(app): State<App>,
    Path(is_da): Path<bool>,
    headers: HeaderMap,
    body: Body,
) -> Answer<(u64, bool)> {
    let peer: PeerConfig = read(&headers, body).await?;
    let slot = app.orchestrator.slot(&peer.stake_table_entry.stake_key)?;
    Ok(Reply::ok((slot as u64, is_da)))
}

async fn pop(
    State(app): State<App>,
    Path(node_index): Path<usize>,
    headers: HeaderMap,
    body: Body,
) -> Answer<()> {
    let claim: Claim = read(&headers, body).await?;
    app.work(move |orchestrator| orchestrator.register(node_index, claim))
        .await
}

async fn peer_pub_ready(State(app): State<App>) -> Reply<bool> {
    let (registered, slots) = app.orchestrator.progress();
    Reply::ok(registered == slots)
}

async fn config(State(app): State<App>, Path(node_index): Path<u64>) -> Answer<NetworkConfig> {
    Ok(Reply::ok(app.orchestrator.configuration(node_index)?))
}

async fn config_for_anybody(State(app): State<App>) -> Answer<NetworkConfig> {
    Ok(Reply::ok(app.orchestrator.configuration(0)?))
}

async fn ready(State(app): State<App>, headers: HeaderMap, body: Body) -> Answer<()> {
    let ready: Ready = read(&headers, body).await?;
    app.work(move |orchestrator| orchestrator.ready(&ready)).await
}

async fn start(State(app): State<App>) -> Reply<bool> {
    Reply::ok(app.orchestrator.has_started())
}

async fn manual_start(State(app): State<App>, headers: HeaderMap, body: Body) -> Answer<()> {
    let password: Vec<u8> = read(&headers, body).await?;
    app.work(move |orchestrator| orchestrator.start_by_hand(&password))
        .await
}

async fn builders(State(app): State<App>) -> Reply<Vec<String>> {
    Reply::ok(app.orchestrator.builders().to_vec())
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    registered: usize,
    nodes: usize,
    started: bool,
}

async fn health(State(app): State<App>) -> Reply<Health> {
    let (registered, nodes) = app.orchestrator.progress();
    Reply::ok(Health {
        status: "available",
        registered,
        nodes,
        started: app.orchestrator.has_started(),
    })
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
