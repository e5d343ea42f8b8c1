//! `config`: how the network is set up.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use crema_http::reply::Reply;
use serde_json::Value;

use crate::error::Error;
use crate::module::{Module, Routes};
use crate::source::Config;

type Source = Arc<dyn Config>;

/// The module.
pub fn module(config: Source) -> Module {
    let routes = Routes::new()
        .get("/hotshot", "The network's configuration", hotshot)
        .get(
            "/env",
            "Environment variables that may be shown",
            async |State(config): State<Source>| Reply::ok(config.env()),
        );
    Module::v0("config", routes.with_state(config))
}

/// Always JSON: its readers, the prover and nodes that join, ask for nothing else.
async fn hotshot(State(config): State<Source>) -> Result<Json<Value>, Error> {
    config
        .hotshot()
        .map(Json)
        .ok_or_else(|| Error::not_found("the network's configuration is not known yet"))
}
