//! The daemon's HTTP service, with the routes that Espresso's has.

use alloy::primitives::Address;
use axum::{
    Json, Router,
    http::{HeaderValue, header},
    middleware,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stop::Stop;

/// Version of the routes under `/api`.
const API_VERSION: &str = "0.1.0";

/// Serves until asked to stop.
pub async fn serve(listener: TcpListener, light_client: Address, stop: Stop) {
    let service = axum::serve(listener, router(light_client));
    let graceful = service.with_graceful_shutdown(async move { stop.asked().await });
    if let Err(error) = graceful.await {
        tracing::error!(%error, "the HTTP service failed");
    }
}

/// The routes: unversioned as the reference's clients use them, and under the version that the reference redirects to.
pub fn router(light_client: Address) -> Router {
    let contract = format!("{light_client:#x}");
    let api = Router::new()
        .route("/lightclient_contract", get(|| async move { Json(contract) }))
        .route("/healthcheck", get(|| async { Json("available") }));
    Router::new()
        .nest("/api", api.clone())
        .nest("/v0/api", api)
        .route("/healthcheck", get(|| async { Json(health()) }))
        .route("/v0/healthcheck", get(|| async { Json(health()) }))
        .route("/version", get(|| async { Json(version()) }))
        .layer(middleware::map_response(allow_any_origin))
}

fn health() -> Value {
    json!({ "status": "available", "modules": { "api": { "0": 200 } } })
}

fn version() -> Value {
    json!({
        "modules": { "api": [{ "api_version": API_VERSION, "spec_version": API_VERSION }] },
        "app_version": env!("CARGO_PKG_VERSION"),
    })
}

async fn allow_any_origin(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
