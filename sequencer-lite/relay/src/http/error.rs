//! Errors as clients see them: `{"status":404,"message":"…"}`, in the form that the request accepts.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::collector::Refusal;
use crate::relay::PostError;
use crema_http::encoding::{self, Encoding};

/// An answer that reports an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

#[derive(Serialize)]
struct Body<'a> {
    status: u16,
    message: &'a str,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub(super) fn too_many(what: &str) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, what)
    }
}

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        let status = match &error {
            PostError::NotStored | PostError::Stopping | PostError::Refused(Refusal::NoStakeTable) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            PostError::Refused(_) => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// The body is written by [`encode_errors`], which knows what the request accepts.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives error answers their bodies.
pub(super) async fn encode_errors(request: Request, next: Next) -> Response {
    let accepted = Encoding::accepted(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    let ApiError { status, message } = error;
    let body = Body {
        status: status.as_u16(),
        message: &message,
    };
    // an integer and a text have both forms
    let body = encoding::encode(&body, accepted).unwrap_or_default();
    let mut answer = (status, body).into_response();
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(accepted.media_type()),
    );
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}
