//! Where bundles and stake tables come from: a service over HTTP, or a file.
//!
//! Nothing that is fetched can use more memory or time than it is given: bodies are read piece by piece up to a limit,
//! and every request has a deadline.

use std::{
    convert::Infallible,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use reqwest::{Client, StatusCode, Url, header, redirect};
use tokio::{fs::File, io::AsyncReadExt};

/// Time to establish a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a whole request, body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Services redirect unversioned paths once; more is a loop.
const MAX_REDIRECTS: usize = 3;
/// How much of a body that reports an error is shown.
const MAX_SHOWN: usize = 200;

/// A client that never waits longer than it should.
///
/// # Errors
/// When the system's certificates cannot be used.
pub fn http_client() -> Result<Client, reqwest::Error> {
    patient_for(CONNECT_TIMEOUT, REQUEST_TIMEOUT)
}

fn patient_for(connect: Duration, request: Duration) -> Result<Client, reqwest::Error> {
    // an error says that there is a provider already, which is as good
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("crema-state-prover/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .timeout(request)
        .redirect(redirect::Policy::limited(MAX_REDIRECTS))
        .build()
}

/// A place to read JSON from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The base URL of a service.
    Http(Url),
    /// A file with what the service would answer.
    File(PathBuf),
    /// A text that is neither; kept, so that options stay printable, and refused when they are checked.
    Unusable(String),
}

/// Why a source gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or an answer that broke off.
    #[error("{url}: {reason}")]
    Http {
        /// What was asked for, without credentials.
        url: String,
        /// What the network says.
        reason: String,
    },
    /// An answer that reports an error.
    #[error("{url} answered {status}{}", if body.is_empty() { String::new() } else { format!(": {body}") })]
    Status {
        /// What was asked for, without credentials.
        url: String,
        /// The status.
        status: StatusCode,
        /// The beginning of the body.
        body: String,
    },
    /// More bytes than such an answer can have.
    #[error("{from} holds more than {max} bytes")]
    TooLarge {
        /// What was read.
        from: String,
        /// The most bytes accepted.
        max: usize,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Neither a URL nor a file.
    #[error("{0:?} is neither an http(s) URL, nor file:PATH, nor a file that exists")]
    Unusable(String),
}

impl FetchError {
    /// Whether the service is there and has nothing yet.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: StatusCode::NOT_FOUND,
                ..
            }
        )
    }
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if let Some(path) = text
            .strip_prefix("file://")
            .or_else(|| text.strip_prefix("file:"))
        {
            return Ok(Self::File(path.into()));
        }
        Ok(match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Http(url),
            _ if Path::new(text).exists() => Self::File(text.into()),
            _ => Self::Unusable(text.to_owned()),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url) => f.write_str(&without_credentials(url)),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Unusable(text) => f.write_str(text),
        }
    }
}

impl Source {
    /// Reads at most `max` bytes: `route` of a service, or the file as it is.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn fetch(&self, client: &Client, route: &str, max: usize) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::Http(base) => fetch_url(client, &join(base, route), max).await,
            Self::File(path) => read_file(path, max).await,
            Self::Unusable(text) => Err(FetchError::Unusable(text.clone())),
        }
    }
}

/// `base` with `route` after its path, whether or not the path ends in a slash.
pub(super) fn join(base: &Url, route: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{route}", base.path().trim_end_matches('/')));
    url
}

/// A URL as it may appear in a log.
pub(super) fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // both fail only for URLs that cannot have credentials
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

async fn fetch_url(client: &Client, url: &Url, max: usize) -> Result<Vec<u8>, FetchError> {
    let shown = without_credentials(url);
    let failed = |error: reqwest::Error| FetchError::Http {
        url: shown.clone(),
        reason: reason(error),
    };
    let request = client.get(url.clone()).header(header::ACCEPT, "application/json");
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    if !status.is_success() {
        let body = read_body(response, MAX_SHOWN).await.unwrap_or_default();
        let body = String::from_utf8_lossy(&body).trim().to_owned();
        return Err(FetchError::Status {
            url: shown,
            status,
            body,
        });
    }
    match read_body(response, max).await {
        Ok(body) => Ok(body),
        Err(BodyError::TooLarge) => Err(FetchError::TooLarge { from: shown, max }),
        Err(BodyError::Broken(error)) => Err(failed(error)),
    }
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum BodyError {
    /// It is longer than the limit.
    TooLarge,
    /// The connection failed.
    Broken(reqwest::Error),
}

/// Reads a body of at most `max` bytes, never holding more than one piece beyond.
pub(super) async fn read_body(mut response: reqwest::Response, max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(BodyError::Broken)? {
        if body.len() + piece.len() > max {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// What went wrong, in the words of the innermost cause: "Connection refused" rather than "error sending request".
pub(super) fn reason(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut reason: &dyn std::error::Error = &error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

async fn read_file(path: &Path, max: usize) -> Result<Vec<u8>, FetchError> {
    let failed = |source| FetchError::File {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).await.map_err(failed)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).await.map_err(failed)?;
    if bytes.len() > max {
        return Err(FetchError::TooLarge {
            from: path.display().to_string(),
            max,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::timeout,
    };

    use super::*;

    fn source(text: &str) -> Source {
        text.parse().unwrap()
    }

    #[test]
    fn urls_files_and_the_rest_are_told_apart() {
        assert!(matches!(source("http://localhost:8083"), Source::Http(_)));
        assert!(matches!(
            source("https://relay.example.org/base"),
            Source::Http(_)
        ));
        assert_eq!(source("file:bundle.json"), Source::File("bundle.json".into()));
        assert_eq!(source("file:///a/b.json"), Source::File("/a/b.json".into()));
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(source(manifest), Source::File(manifest.into()));
        for text in ["", "localhost:8083", "ftp://host", "no-such-file.json", "relay"] {
            assert_eq!(source(text), Source::Unusable(text.to_owned()));
        }
    }

    #[test]
    fn routes_follow_the_base_path() {
        for (base, joined) in [
            ("http://h:1", "http://h:1/api/state"),
            ("http://h:1/", "http://h:1/api/state"),
            ("http://h:1/relay", "http://h:1/relay/api/state"),
            ("http://h:1/relay/", "http://h:1/relay/api/state"),
        ] {
            assert_eq!(join(&Url::parse(base).unwrap(), "api/state").as_str(), joined);
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let shown = source("http://user:secret@relay.example.org/x").to_string();
        assert_eq!(shown, "http://relay.example.org/x");
    }

    #[tokio::test]
    async fn files_are_read_up_to_the_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"12345").unwrap();
        let source = Source::File(file.path().to_owned());
        let client = http_client().unwrap();
        assert_eq!(source.fetch(&client, "ignored", 5).await.unwrap(), b"12345");
        assert!(matches!(
            source.fetch(&client, "ignored", 4).await,
            Err(FetchError::TooLarge { max: 4, .. })
        ));
        let missing = Source::File(file.path().with_extension("missing"));
        assert!(matches!(
            missing.fetch(&client, "ignored", 5).await,
            Err(FetchError::File { .. })
        ));
    }

    #[tokio::test]
    async fn services_that_fall_silent_are_given_up() {
        let patience = Duration::from_millis(200);
        let client = patient_for(patience, patience).unwrap();
        for beginning in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1, 2"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let service = tokio::spawn(async move {
                let (mut connection, _) = listener.accept().await.unwrap();
                // the request fits the first packet
                assert_ne!(connection.read(&mut [0; 4096]).await.unwrap(), 0);
                connection.write_all(beginning.as_bytes()).await.unwrap();
                // open until the test ends
                std::future::pending::<()>().await;
            });
            let fetched = timeout(10 * patience, source(&url).fetch(&client, "x", 1000)).await;
            let error = fetched.expect("no end to the waiting").unwrap_err();
            assert!(
                matches!(&error, FetchError::Http { reason, .. } if reason == "no answer in time"),
                "{error}"
            );
            service.abort();
        }
    }
}
