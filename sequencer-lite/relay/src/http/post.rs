//! `POST /api/state`.

use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{self, Body};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::bundle::not_encodable;
use super::error::ApiError;
use crate::collector::UncheckedVote;
use crate::metrics::PostResult;
use crema_http::encoding::{self, Encoding};
use crema_http::origin::Origin;

/// Longest body: six times that of a vote in JSON.
pub const MAX_BODY_BYTES: usize = 4096;
/// Time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Takes a vote. The answer comes when it is on disk.
pub(super) async fn post(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let count = |result| app.relay.metrics().posted(result);
    if !app.rate.allows(origin, Instant::now()) {
        count(PostResult::Throttled);
        return Err(ApiError::too_many("too many posts from this address; slow down"));
    }
    let Ok(_turn) = app.posts.try_acquire() else {
        count(PostResult::Throttled);
        return Err(ApiError::too_many("too many posts at the same time; post again"));
    };
    let vote = read(&headers, body)
        .await
        .inspect_err(|_| count(PostResult::Malformed))?;
    app.relay.post(vote).await?;
    let encoding = Encoding::accepted(&headers);
    let null = encoding::encode(&(), encoding).map_err(|error| not_encodable(&error))?;
    Ok(([(header::CONTENT_TYPE, encoding.media_type())], null).into_response())
}

async fn read(headers: &HeaderMap, body: Body) -> Result<UncheckedVote, ApiError> {
    let encoding = Encoding::of_body(headers).ok_or_else(|| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "the content type must be application/json or application/octet-stream",
        )
    })?;
    let body = tokio::time::timeout(BODY_TIMEOUT, body::to_bytes(body, MAX_BODY_BYTES))
        .await
        .map_err(|_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"))?
        .map_err(|_| {
            ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body must be complete and have at most {MAX_BODY_BYTES} bytes"),
            )
        })?;
    encoding::decode(&body, encoding).map_err(|error| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            format!("not a signed light-client state: {}", reason(&error)),
        )
    })
}

/// What the decoder says, without the frame that speaks of encoding.
fn reason(error: &encoding::EncodeError) -> String {
    match error {
        encoding::EncodeError::Json(error) => error.to_string(),
        encoding::EncodeError::Binary(error) => error.to_string(),
    }
}
