//! The relay's HTTP service.
//!
//! | route | answer |
//! |---|---|
//! | `POST /api/state` | takes a vote: `null` once it is on disk |
//! | `GET /api/state` | the newest bundle |
//! | `GET /api/state/stream` | bundles as they come: server-sent events, or a web-socket when asked to upgrade |
//! | `GET /api/state/evidence` | signers that have contradicted themselves, with both signatures |
//! | `GET /healthcheck`, `/api/healthcheck`, `/version`, `/metrics` | about the service |
//!
//! Routes under `/api` are also there under `/v0/api`, where Espresso's services redirect to.

mod bundle;
mod error;
mod feed;
mod post;
mod status;
mod stream;
mod web_socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use crema_http::connection::{self, Manners};
use crema_http::cors;
use crema_http::origin::{Quota, Rate};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::metrics::Gauges;
use crate::relay::Relay;
use crate::stop::Stop;
use error::ApiError;

/// What clients may use up, together and each origin of its own. An origin is an IPv4 address or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// Open connections.
    pub connections: usize,
    /// Open connections of one origin.
    pub connections_per_origin: usize,
    /// Open streams.
    pub streams: usize,
    /// Open streams of one origin.
    pub streams_per_origin: usize,
    /// Posts per second from one origin, with bursts of twice as many; zero for no limit.
    pub posts_per_second: u32,
    /// Posts that are worked on at the same time.
    pub posts_at_once: usize,
    /// Pause between keep-alives of a stream.
    pub keep_alive: Duration,
    /// Time after which a connection on which nothing moves is closed; must be longer than `keep_alive`.
    pub patience: Duration,
    /// Time for requests to end when asked to stop.
    pub grace: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: 2048,
            connections_per_origin: 512,
            streams: 512,
            streams_per_origin: 64,
            posts_per_second: 1000,
            posts_at_once: 256,
            keep_alive: Duration::from_secs(15),
            patience: Duration::from_mins(1),
            grace: Duration::from_secs(10),
        }
    }
}

/// What handlers share.
#[derive(Clone, Debug)]
struct App {
    relay: Relay,
    limits: HttpLimits,
    connections: Arc<Quota>,
    streams: Arc<Quota>,
    posts: Arc<Semaphore>,
    rate: Arc<Rate>,
    stop: Stop,
}

impl App {
    fn gauges(&self) -> Gauges {
        Gauges {
            streams: self.streams.taken(),
            connections: self.connections.taken(),
            ..self.relay.gauges()
        }
    }
}

/// A relay's HTTP service, about to begin.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    app: App,
}

impl Server {
    /// Listens at `address`. Needs a tokio runtime around it.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn bind(address: SocketAddr, relay: Relay, limits: HttpLimits, stop: Stop) -> std::io::Result<Self> {
        let app = App {
            relay,
            limits,
            connections: Quota::new(limits.connections, limits.connections_per_origin),
            streams: Quota::new(limits.streams, limits.streams_per_origin),
            posts: Arc::new(Semaphore::new(limits.posts_at_once)),
            rate: Arc::new(Rate::new(limits.posts_per_second, Instant::now())),
            stop,
        };
        let listener = connection::listen(address)?;
        Ok(Self { listener, app })
    }

    /// Where it listens: the port that was picked, if zero was asked for.
    ///
    /// # Errors
    /// When the system does not know.
    pub fn local_address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until asked to stop.
    pub async fn run(self) {
        let Self { listener, app } = self;
        let manners = Manners {
            connections: Arc::clone(&app.connections),
            patience: app.limits.patience,
            grace: app.limits.grace,
        };
        let (metrics, stop) = (Arc::clone(app.relay.metrics()), app.stop.clone());
        let refused = move || metrics.connection_refused();
        connection::serve(listener, router(app), manners, refused, stop).await;
    }
}

fn router(app: App) -> Router {
    let api = Router::new()
        .route("/state", get(bundle::newest).post(post::post))
        .route("/state/stream", get(stream::stream))
        .route("/state/evidence", get(bundle::evidence))
        .route("/healthcheck", get(status::module_health));
    Router::new()
        .nest("/api", api.clone())
        .nest("/v0/api", api)
        .route("/healthcheck", get(status::health))
        .route("/v0/healthcheck", get(status::health))
        .route("/version", get(status::version))
        .route("/metrics", get(status::metrics))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "no such route"))
        .method_not_allowed_fallback(async || {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "the route is there, but not for this method",
            )
        })
        .with_state(app)
        .layer(middleware::from_fn(error::encode_errors))
        .layer(middleware::from_fn(cors::allow_any_origin))
}
