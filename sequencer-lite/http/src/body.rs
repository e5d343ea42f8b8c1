//! Bodies of requests, bounded in length and time.

use std::time::Duration;

use axum::body::{self, Body};
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::encoding::{self, Encoding};

/// Why a request's body is no value.
#[derive(Debug, Error)]
pub enum BodyError {
    /// Neither of the two forms.
    #[error("the content type must be application/json or application/octet-stream")]
    UnsupportedContentType,
    /// Slower than allowed.
    #[error("the body did not arrive within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    /// Longer than allowed, or cut off.
    #[error("the body must be complete and have at most {max} bytes")]
    TooLong {
        /// The most bytes taken.
        max: usize,
    },
    /// No value in JSON.
    #[error("not the JSON of what this route takes: {0}")]
    Json(String),
    /// No value in binary.
    #[error("not the binary form of what this route takes: {0}")]
    Binary(String),
}

impl BodyError {
    /// The status of an answer that reports this.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedContentType | Self::Json(_) | Self::Binary(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// The value in a request's body of at most `max` bytes, which has `patience` to arrive.
///
/// # Errors
/// [`BodyError`].
pub async fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    max: usize,
    patience: Duration,
) -> Result<T, BodyError> {
    let form = Encoding::of_body(headers).ok_or(BodyError::UnsupportedContentType)?;
    let bytes = tokio::time::timeout(patience, body::to_bytes(body, max))
        .await
        .map_err(|_| BodyError::TooSlow(patience))?
        .map_err(|_| BodyError::TooLong { max })?;
    encoding::decode(&bytes, form).map_err(|error| match error {
        encoding::EncodeError::Json(error) => BodyError::Json(error.to_string()),
        encoding::EncodeError::Binary(error) => BodyError::Binary(error.to_string()),
    })
}
