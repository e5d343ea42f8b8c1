//! Errors as clients see them: the error of the module, tagged with its name.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_http::body::BodyError;
use crema_http::reply::Reply;
use crema_storage::StoreError;
use serde::Serialize;

use crate::{availability, explorer, merklized_state, node};

/// An answer that reports an error. The order of variants is part of the binary form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Error {
    /// Of the availability module.
    Availability {
        /// What.
        source: availability::Error,
    },
    /// Of the node module.
    Node {
        /// What.
        source: node::Error,
    },
    /// Of the status module.
    Status {
        /// What.
        source: StatusError,
    },
    /// Of the modules for the two Merkle trees.
    MerklizedState {
        /// What.
        source: merklized_state::Error,
    },
    /// Of the explorer module.
    Explorer {
        /// What.
        source: explorer::Error,
    },
    /// Of any other module, and of the service itself.
    Custom {
        /// What.
        message: String,
        /// The HTTP status.
        status: u16,
    },
}

/// Why the status module has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum StatusError {
    /// The request.
    Request {
        /// What is wrong with it.
        source: RequestError,
    },
}

impl Error {
    /// An error without module.
    pub fn custom(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Custom {
            message: message.into(),
            status: status.as_u16(),
        }
    }

    /// An error 404 without module.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::custom(StatusCode::NOT_FOUND, message)
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Availability { source } => source.status(),
            Self::Node { source } => source.status(),
            Self::Status { .. } => StatusCode::BAD_REQUEST,
            Self::MerklizedState { source } => source.status(),
            Self::Explorer { source } => source.status(),
            Self::Custom { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Reply(self.status(), self).into_response()
    }
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        Self::custom(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        Self::custom(error.status(), error.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::custom(StatusCode::INTERNAL_SERVER_ERROR, logged(&error))
    }
}

/// What of the store's trouble clients may know; the whole of it is logged.
fn logged(error: &StoreError) -> String {
    tracing::error!(%error, "the query store");
    "the query store cannot answer; its operator finds the reason in the node's log".into()
}

/// What is wrong with a request. The order of variants is part of the binary form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum RequestError {
    /// A parameter is not there.
    #[error("parameter {name} is missing")]
    MissingParam {
        /// Its name.
        name: String,
    },
    /// A parameter is of another type.
    #[error("expected a parameter of type {expected}, found {actual}")]
    IncorrectParamType {
        /// Its type.
        actual: String,
        /// The type that belongs there.
        expected: String,
    },
    /// A number too large.
    #[error("a number is too large")]
    IntegerOverflow,
    /// A parameter that cannot be read.
    #[error("not a parameter of type {param_type}: {reason}")]
    InvalidParam {
        /// The type that belongs there.
        param_type: String,
        /// Why not.
        reason: String,
    },
    /// A hash of something else.
    #[error("expected tag {expected}, found {actual}")]
    TagMismatch {
        /// Its tag.
        actual: String,
        /// The tag that belongs there.
        expected: String,
    },
    /// Not a tagged base64 text.
    #[error("not a tagged base64 text: {reason}")]
    TaggedBase64 {
        /// Why not.
        reason: String,
    },
    /// A body that is not the JSON asked for.
    #[error("not the JSON of what this route takes")]
    Json,
    /// A body that is not the binary form asked for.
    #[error("not the binary form of what this route takes")]
    Binary,
    /// Neither of the two forms.
    #[error("the content type must be application/json or application/octet-stream")]
    UnsupportedContentType,
    /// Trouble with HTTP.
    #[error("HTTP: {reason}")]
    Http {
        /// What.
        reason: String,
    },
    /// Bytes that are no text.
    #[error("not UTF-8")]
    Utf8,
}

/// Why the store has no answer. The order of variants is part of the binary form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum QueryError {
    /// There is no such thing.
    NotFound,
    /// There is, but not here.
    Missing,
    /// The store failed.
    Error {
        /// What happened.
        message: String,
    },
}

impl QueryError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Missing => StatusCode::NOT_FOUND,
            Self::Error { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<StoreError> for QueryError {
    fn from(error: StoreError) -> Self {
        Self::Error {
            message: logged(&error),
        }
    }
}
