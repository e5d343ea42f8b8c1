//! All modules of a service under one router.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use crema_http::cors;
use crema_http::reply::{Reply, encode_replies};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::module::Module;
use crate::openapi;

/// The version of the framework whose behaviour this is.
const DISCO_VERSION: &str = "0.9.3";

/// What requests may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiLimits {
    /// Requests that are answered at the same time; more get status 429. Streams do not count.
    pub requests: usize,
    /// Time for an answer.
    pub time: Duration,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            requests: 256,
            time: Duration::from_secs(30),
        }
    }
}

/// Modules, about to become a router.
#[derive(Default)]
pub struct Api {
    modules: Vec<Module>,
    pages: Vec<(&'static str, Router)>,
}

impl Api {
    /// No modules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a module.
    #[must_use]
    pub fn mount(mut self, module: Module) -> Self {
        self.modules.push(module);
        self
    }

    /// Adds pages for people below `path`, such as `/ui`.
    #[must_use]
    pub fn mount_pages(mut self, path: &'static str, pages: Router) -> Self {
        self.pages.push((path, pages));
        self
    }

    /// The router: every module in all of its versions, redirects to the newest, `/healthcheck`, `/version`,
    /// `/openapi.json`, and an overview at `/`.
    pub fn into_router(self, limits: ApiLimits) -> Router {
        let (health, version) = (health(&self.modules), version(&self.modules));
        let document = openapi::document(&self.modules);
        let overview = openapi::overview(&self.modules, self.pages.iter().map(|(path, _)| *path));
        let mut router = Router::new()
            .route("/healthcheck", get(async move || Reply::ok(health.clone())))
            .route("/version", get(async move || Json(version.clone())))
            .route("/openapi.json", get(async move || Json(document.clone())))
            .route("/", get(async move || Html(overview.clone())));
        for module in self.modules {
            let name = module.name;
            let newest = module.versions.len().saturating_sub(1);
            for (index, version) in module.versions.into_iter().enumerate() {
                let routes = version
                    .router
                    .route("/healthcheck", get(async || Reply::ok("available")));
                router = router.nest(&format!("/v{}/{name}", version.major), routes.clone());
                if index == newest {
                    // browsers do not follow redirects for web-sockets: those are served where they are asked for
                    let redirect = middleware::from_fn_with_state(version.major, redirect);
                    router = router.nest(&format!("/{name}"), routes.layer(redirect));
                }
            }
        }
        for (path, pages) in self.pages {
            router = router.nest(path, pages);
        }
        let gate = Gate {
            places: Arc::new(Semaphore::new(limits.requests)),
            time: limits.time,
        };
        router
            .fallback(async |uri: Uri| {
                let path: String = uri.path().chars().take(200).collect();
                Error::not_found(format!("no route {path}; GET /openapi.json lists all"))
            })
            .method_not_allowed_fallback(async || {
                Error::custom(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "the route is there, but not for this method",
                )
            })
            .layer(middleware::from_fn_with_state(gate, pass))
            .layer(middleware::from_fn(encode_replies))
            .layer(middleware::from_fn(cors::allow_any_origin))
    }
}

/// The path that the client sent, before a nested router took its part off.
fn original(request: &Request) -> &Uri {
    request
        .extensions()
        .get::<axum::extract::OriginalUri>()
        .map_or(request.uri(), |uri| &uri.0)
}

async fn redirect(State(major): State<u64>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    let uri = original(&request);
    let target = uri.path_and_query().map_or("/", |path| path.as_str());
    match HeaderValue::from_str(&format!("/v{major}{target}")) {
        Ok(location) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response(),
        Err(_) => Error::custom(
            StatusCode::BAD_REQUEST,
            "the path has characters that no route has",
        )
        .into_response(),
    }
}

/// Lets a number of requests in, for a limited time.
#[derive(Clone)]
struct Gate {
    places: Arc<Semaphore>,
    time: Duration,
}

async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Ok(_place) = gate.places.try_acquire() else {
        return Error::custom(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests at the same time",
        )
        .into_response();
    };
    match tokio::time::timeout(gate.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::custom(StatusCode::SERVICE_UNAVAILABLE, "the answer took too long").into_response(),
    }
}

/// Health of a service whose modules answer: they have no health of their own.
#[derive(Clone, serde::Serialize)]
struct Health {
    status: &'static str,
    modules: std::collections::BTreeMap<&'static str, std::collections::BTreeMap<u64, u16>>,
}

fn health(modules: &[Module]) -> Health {
    let modules = modules.iter().map(|module| {
        let versions = module.versions.iter().map(|version| (version.major, 200));
        (module.name, versions.collect())
    });
    Health {
        status: "available",
        modules: modules.collect(),
    }
}

fn version(modules: &[Module]) -> Value {
    let modules: Map<String, Value> = modules
        .iter()
        .map(|module| {
            let versions = module
                .versions
                .iter()
                .map(|version| json!({ "api_version": version.api_version, "spec_version": "0.1.0" }));
            (module.name.to_owned(), versions.collect())
        })
        .collect();
    json!({
        "modules": modules,
        "app_version": env!("CARGO_PKG_VERSION"),
        "disco_version": DISCO_VERSION,
    })
}
