//! `status`: how consensus is doing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crema_http::reply::Reply;

use crate::module::{Module, Routes};
use crate::source::Status;

type Source = Arc<dyn Status>;

/// The module.
pub fn module(status: Source) -> Module {
    let routes = Routes::new()
        .get(
            "/block-height",
            "Number of decided blocks",
            async |State(status): State<Source>| Reply::ok(status.block_height()),
        )
        .get(
            "/success-rate",
            "Views that were decided, of all",
            async |State(status): State<Source>| Reply::ok(status.success_rate()),
        )
        .get(
            "/time-since-last-decide",
            "Seconds since the last decision",
            async |State(status): State<Source>| Reply::ok(status.time_since_last_decide().as_secs()),
        )
        .get("/metrics", "Prometheus metrics", metrics);
    Module::v0("status", routes.with_state(status))
}

async fn metrics(State(status): State<Source>) -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        status.metrics(),
    )
        .into_response()
}
