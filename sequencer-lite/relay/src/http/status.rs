//! About the service itself.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;

/// Version of the routes under `/api`.
const API_VERSION: &str = "0.1.0";

pub(super) async fn module_health() -> Json<&'static str> {
    Json("available")
}

/// Available even before the stake table is known: nodes wait for the relay, and only they know the table.
pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "available", "modules": { "api": { "0": 200 } } }))
}

pub(super) async fn version() -> Json<Value> {
    Json(json!({
        "modules": { "api": [{ "api_version": API_VERSION, "spec_version": API_VERSION }] },
        "app_version": env!("CARGO_PKG_VERSION"),
    }))
}

pub(super) async fn metrics(State(app): State<App>) -> Response {
    let text = app.relay.metrics().render(&app.gauges());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
