//! Errors of the availability module.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crema_storage::StoreError;
use serde::Serialize;

use crate::error::{QueryError, RequestError};

/// Why there is no answer. The order of variants is part of the binary form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Error {
    /// The request.
    Request {
        /// What is wrong with it.
        source: RequestError,
    },
    /// No such leaf, or not yet.
    FetchLeaf {
        /// Its name.
        resource: String,
    },
    /// No such block, or not yet.
    FetchBlock {
        /// Its name.
        resource: String,
    },
    /// No such header, or not yet.
    FetchHeader {
        /// Its name.
        resource: String,
    },
    /// No such transaction, or not yet.
    FetchTransaction {
        /// Its name.
        resource: String,
    },
    /// A block with fewer transactions.
    InvalidTransactionIndex {
        /// The block.
        height: u64,
        /// The transaction's place.
        index: u64,
    },
    /// A range that is too long.
    RangeLimit {
        /// Its first height.
        from: u64,
        /// The height behind it.
        until: u64,
        /// Most heights.
        limit: u64,
    },
    /// The store.
    Query {
        /// What happened.
        source: QueryError,
    },
    /// Anything else.
    Custom {
        /// What.
        message: String,
        /// The HTTP status.
        status: u16,
    },
}

impl Error {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Request { .. } | Self::RangeLimit { .. } => StatusCode::BAD_REQUEST,
            Self::FetchLeaf { .. }
            | Self::FetchBlock { .. }
            | Self::FetchHeader { .. }
            | Self::FetchTransaction { .. }
            | Self::InvalidTransactionIndex { .. } => StatusCode::NOT_FOUND,
            Self::Query { source } => source.status(),
            Self::Custom { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    pub(super) fn custom(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Custom {
            message: message.into(),
            status: status.as_u16(),
        }
    }
}

impl From<RequestError> for Error {
    fn from(source: RequestError) -> Self {
        Self::Request { source }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Query { source: error.into() }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        crate::error::Error::Availability { source: self }.into_response()
    }
}
