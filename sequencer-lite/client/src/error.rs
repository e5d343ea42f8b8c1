//! What goes wrong when a service is asked.

use std::error::Error as _;
use std::time::Duration;

use crema_types::wire::WireError;
use reqwest::StatusCode;
use thiserror::Error;

/// Most characters of an error answer that are shown.
const SHOWN: usize = 300;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Not the address of a service.
    #[error("{found:?} is not the URL of a service: {reason}; write http://host:port")]
    Url {
        /// The text, shortened.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP client.
    #[error("no HTTP client: {0}")]
    Setup(#[source] reqwest::Error),
    /// Nobody answers.
    #[error("{origin} does not answer: {reason}")]
    Unreachable {
        /// The service, without what may be secret in its URL.
        origin: String,
        /// The innermost reason.
        reason: String,
    },
    /// The service says no.
    #[error("{path} is refused with status {status}: {message}")]
    Refused {
        /// What was asked.
        path: String,
        /// The status.
        status: u16,
        /// What the service says, shortened.
        message: String,
    },
    /// More than is read.
    #[error("the answer to {path} has more than {max} bytes")]
    TooLong {
        /// What was asked.
        path: String,
        /// The most bytes read.
        max: usize,
    },
    /// JSON of something else.
    #[error("the answer to {path} is not what was asked for: {source}")]
    Json {
        /// What was asked.
        path: String,
        /// What the decoder says.
        source: serde_json::Error,
    },
    /// Binary of something else.
    #[error("the answer to {path} is not what was asked for: {source}")]
    Binary {
        /// What was asked.
        path: String,
        /// What the decoder says.
        source: WireError,
    },
    /// A value that has no such form.
    #[error("what should be sent to {path} has no such encoding: {reason}")]
    Encode {
        /// Where it should be sent.
        path: String,
        /// What the encoder says.
        reason: String,
    },
    /// No web-socket.
    #[error("{path} is no stream: {reason}")]
    Handshake {
        /// What was asked.
        path: String,
        /// What was found.
        reason: String,
    },
    /// The stream broke.
    #[error("the stream {path} broke: {reason}")]
    Broken {
        /// What was asked.
        path: String,
        /// What happened.
        reason: String,
    },
    /// The stream is silent.
    #[error("nothing came from the stream {path} for {patience:?}, not even an answer to pings")]
    Silent {
        /// What was asked.
        path: String,
        /// How long was waited.
        patience: Duration,
    },
}

impl ClientError {
    /// Whether the service says that it does not have what was asked for: it may have it later.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether asking again may help: nobody answered, or the service is busy.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Broken { .. } | Self::Silent { .. } => true,
            Self::Refused { status, .. } => matches!(status, 404 | 408 | 429 | 500..),
            _ => false,
        }
    }

    pub(crate) fn refused(path: &str, status: StatusCode, body: &[u8]) -> Self {
        Self::Refused {
            path: path.to_owned(),
            status: status.as_u16(),
            message: readable(body),
        }
    }
}

/// The innermost reason of an HTTP error: the outer ones repeat the URL, which may hold secrets.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.source().is_none() {
        return "the request failed".to_owned();
    }
    innermost.to_string()
}

/// What can be read of an error's body: the `message` of JSON, else its printable characters.
fn readable(body: &[u8]) -> String {
    fn message(value: &serde_json::Value) -> Option<&str> {
        match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Object(fields) => fields
                .get("message")
                .and_then(|message| message.as_str())
                .or_else(|| fields.values().find_map(message)),
            _ => None,
        }
    }
    let text = serde_json::from_slice(body)
        .ok()
        .and_then(|value| message(&value).map(str::to_owned))
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    text.chars()
        .filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER)
        .take(SHOWN)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_every_service_are_found() {
        assert_eq!(readable(br#"{"status":404,"message":"no block"}"#), "no block");
        assert_eq!(
            readable(br#"{"Custom":{"message":"Signature not found.","status":404}}"#),
            "Signature not found."
        );
        assert_eq!(
            readable(br#"{"Availability":{"source":{"FetchBlock":{"resource":"17"}}}}"#),
            "17"
        );
        assert_eq!(readable(b"\x00\x00\x01\x00too busy\xff"), "too busy");
        assert_eq!(readable(&[b'x'; 5000]).len(), SHOWN);
    }
}
