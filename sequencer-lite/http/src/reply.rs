//! Answers that are written in the form that the request accepts.
//!
//! A handler returns a [`Reply`] and does not look at the request's headers; [`encode_replies`], a middleware around
//! all routes, writes the body.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::encoding::{self, EncodeError, Encoding};

/// A status and a value for the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<T>(pub StatusCode, pub T);

impl<T> Reply<T> {
    /// An answer with status 200.
    pub fn ok(value: T) -> Self {
        Self(StatusCode::OK, value)
    }
}

/// A body that waits for its form.
#[derive(Clone)]
struct Unwritten(Arc<dyn Fn(Encoding) -> Result<Vec<u8>, EncodeError> + Send + Sync>);

impl<T: Serialize + Send + Sync + 'static> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let Self(status, value) = self;
        let mut response = status.into_response();
        let unwritten = Unwritten(Arc::new(move |form| encoding::encode(&value, form)));
        response.extensions_mut().insert(unwritten);
        response
    }
}

/// A middleware that writes the bodies of [`Reply`]s.
pub async fn encode_replies(request: Request, next: Next) -> Response {
    let accepted = Encoding::accepted(request.headers());
    let mut response = next.run(request).await;
    let Some(Unwritten(write)) = response.extensions_mut().remove::<Unwritten>() else {
        return response;
    };
    let body = match write(accepted) {
        Ok(body) => body,
        Err(error) => {
            tracing::warn!(%error, "an answer has no such form");
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(accepted.media_type()),
    );
    if [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&parts.status) {
        parts
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    // an empty body's length, which the status alone has set
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body.into())
}
