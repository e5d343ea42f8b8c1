//! `submit`: takes transactions.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use crema_http::body;
use crema_http::reply::Reply;
use crema_types::{Transaction, TransactionHash};

use crate::error::Error;
use crate::module::{Module, Routes};
use crate::source::{Submit, SubmitError};

/// Time for a transaction to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// What JSON adds to a transaction: base64 makes four bytes of three.
const FRAME: u64 = 1024;

type Source = Arc<dyn Submit>;

/// The module.
pub fn module(mempool: Source) -> Module {
    let routes = Routes::new().post("/submit", "Hands in a transaction, answers its hash", submit);
    Module::v0("submit", routes.with_state(mempool))
}

async fn submit(
    State(mempool): State<Source>,
    headers: HeaderMap,
    body: Body,
) -> Result<Reply<TransactionHash>, Error> {
    let max = mempool.max_size().saturating_mul(4) / 3 + FRAME;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let transaction: Transaction = body::read(&headers, body, max, BODY_TIMEOUT).await?;
    let found = transaction.payload.len() as u64;
    if found > mempool.max_size() {
        let max = mempool.max_size();
        return Err(refused(&SubmitError::TooLarge { max, found }));
    }
    mempool
        .submit(transaction)
        .map(Reply::ok)
        .map_err(|error| refused(&error))
}

/// Espresso answers 500 to what is too large, and its clients expect that.
fn refused(error: &SubmitError) -> Error {
    let status = match error {
        SubmitError::TooLarge { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        SubmitError::Known => StatusCode::CONFLICT,
        SubmitError::Full => StatusCode::TOO_MANY_REQUESTS,
        SubmitError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    };
    Error::custom(status, error.to_string())
}
