//! `state-signature`: the node's signatures on light-client states.

use std::sync::Arc;

use axum::extract::{Path, State};
use crema_http::reply::Reply;
use crema_light_client::bundle::StateSignatureRequestBody;

use crate::error::Error;
use crate::module::{Module, Routes};
use crate::params;
use crate::source::Signatures;

type Source = Arc<dyn Signatures>;

/// The module.
pub fn module(signatures: Source) -> Module {
    let routes = Routes::new().get(
        "/block/{height}",
        "The signature on the state of a height",
        signature,
    );
    Module::v0("state-signature", routes.with_state(signatures))
}

async fn signature(
    State(signatures): State<Source>,
    Path(height): Path<String>,
) -> Result<Reply<StateSignatureRequestBody>, Error> {
    let height = params::integer(&height)?;
    let signature = signatures.signature(height).await;
    signature
        .map(Reply::ok)
        .ok_or_else(|| Error::not_found("Signature not found."))
}
