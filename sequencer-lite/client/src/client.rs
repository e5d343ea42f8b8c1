//! Asking one service.

use std::time::Duration;

use crema_types::Version;
use crema_types::wire;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ClientError, reason};

/// How long a request may take, unless told otherwise; web-socket handshakes too.
const PATIENCE: Duration = Duration::from_mins(1);
/// Most bytes of an answer: that of the longest binary message.
pub(crate) const MAX_ANSWER: usize = wire::MAX_MESSAGE;
/// Most bytes of an error's answer that are read.
const MAX_ERROR: usize = 4096;

/// The form of requests and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    #[default]
    Json,
    /// `application/octet-stream`: version 0.1, then bincode.
    Binary,
}

impl Encoding {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Binary => "application/octet-stream",
        }
    }

    pub(crate) fn decode<T: DeserializeOwned>(self, path: &str, bytes: &[u8]) -> Result<T, ClientError> {
        match self {
            Self::Json => serde_json::from_slice(bytes).map_err(|source| ClientError::Json {
                path: path.to_owned(),
                source,
            }),
            Self::Binary => wire::decode(Version::V0_1, bytes).map_err(|source| ClientError::Binary {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn encode<T: Serialize + ?Sized>(self, path: &str, value: &T) -> Result<Vec<u8>, ClientError> {
        let encoded = match self {
            Self::Json => serde_json::to_vec(value).map_err(|error| error.to_string()),
            Self::Binary => wire::encode(Version::V0_1, value).map_err(|error| error.to_string()),
        };
        encoded.map_err(|reason| ClientError::Encode {
            path: path.to_owned(),
            reason,
        })
    }
}

/// A service, and how it is spoken to. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    encoding: Encoding,
    patience: Duration,
    max_answer: usize,
}

impl Client {
    /// The service at `url`, such as `http://localhost:24000`, spoken to in JSON.
    ///
    /// # Errors
    /// When that is no URL of a service.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        // whoever was first in this process has chosen the same one
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().build().map_err(ClientError::Setup)?;
        Self::with_http(http, url)
    }

    /// As [`Self::new`], over connections that are shared with others.
    ///
    /// # Errors
    /// When that is no URL of a service.
    pub fn with_http(http: reqwest::Client, url: &str) -> Result<Self, ClientError> {
        let wrong = |reason: String| ClientError::Url {
            found: url.chars().take(80).collect(),
            reason,
        };
        let base = Url::parse(url.trim_end_matches('/')).map_err(|error| wrong(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(wrong("it is neither http nor https".to_owned()));
        }
        Ok(Self {
            http,
            base,
            encoding: Encoding::Json,
            patience: PATIENCE,
            max_answer: MAX_ANSWER,
        })
    }

    /// In this encoding from now on.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Waits so long for an answer, and no longer.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Reads so many bytes of an answer, and no more.
    #[must_use]
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The service, without what may be secret in its URL.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    pub(crate) fn answers_in(&self) -> Encoding {
        self.encoding
    }

    pub(crate) fn waits(&self) -> Duration {
        self.patience
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.base.as_str().trim_end_matches('/');
        self.http
            .request(method, format!("{base}/{path}"))
            .header(ACCEPT, self.encoding.media_type())
    }

    pub(crate) fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable {
            origin: self.origin(),
            reason: reason(error),
        }
    }

    /// What `path` answers.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let request = self.request(Method::GET, path).timeout(self.patience);
        let body = self.body(path, request).await?;
        self.encoding.decode(path, &body)
    }

    /// The text that `path` answers, such as a service's metrics.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn text(&self, path: &str) -> Result<String, ClientError> {
        let request = self.request(Method::GET, path).header(ACCEPT, "*/*");
        let body = self.body(path, request.timeout(self.patience)).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// What `path` answers to `value`.
    ///
    /// # Errors
    /// As [`ClientError`] lists.
    pub async fn post<B, T>(&self, path: &str, value: &B) -> Result<T, ClientError>
    where
        B: Serialize + ?Sized,
        T: DeserializeOwned,
    {
        let request = self
            .request(Method::POST, path)
            .timeout(self.patience)
            .header(CONTENT_TYPE, self.encoding.media_type())
            .body(self.encoding.encode(path, value)?);
        let body = self.body(path, request).await?;
        self.encoding.decode(path, &body)
    }

    async fn body(&self, path: &str, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(path, response).await);
        }
        match self.read(response, self.max_answer).await? {
            (body, true) => Ok(body),
            (_, false) => Err(ClientError::TooLong {
                path: path.to_owned(),
                max: self.max_answer,
            }),
        }
    }

    /// The error that a response reports.
    pub(crate) async fn refusal(&self, path: &str, response: Response) -> ClientError {
        let status = response.status();
        match self.read(response, MAX_ERROR).await {
            Ok((body, _)) => ClientError::refused(path, status, &body),
            Err(_) => ClientError::refused(path, status, b""),
        }
    }

    /// A body of at most `max` bytes, and whether that is all of it.
    async fn read(&self, mut response: Response, max: usize) -> Result<(Vec<u8>, bool), ClientError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            let free = max - body.len();
            if chunk.len() > free {
                body.extend_from_slice(&chunk[..free]);
                return Ok((body, false));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((body, true))
    }
}
