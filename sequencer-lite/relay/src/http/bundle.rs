//! `GET /api/state` and `GET /api/state/evidence`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::error::ApiError;
use crema_http::encoding::{self, EncodeError, Encoding};

pub(super) fn not_encodable(error: &EncodeError) -> ApiError {
    ApiError::new(StatusCode::NOT_ACCEPTABLE, error.to_string())
}

/// The newest bundle, in the form that the request accepts.
pub(super) async fn newest(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    let newest = app.relay.newest().ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no state has signatures of enough stake yet",
        )
    })?;
    let encoding = Encoding::accepted(&headers);
    let bytes = newest.encoded(encoding).map_err(|error| not_encodable(&error))?;
    Ok(([(header::CONTENT_TYPE, encoding.media_type())], bytes).into_response())
}

/// All contradictions that are kept.
pub(super) async fn evidence(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    let encoding = Encoding::accepted(&headers);
    let bytes = encoding::encode(&app.relay.evidence(), encoding).map_err(|error| not_encodable(&error))?;
    Ok(([(header::CONTENT_TYPE, encoding.media_type())], bytes).into_response())
}
