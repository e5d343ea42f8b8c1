//! Where the stake table comes from: a sequencer's configuration, over HTTP or in a file.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crema_light_client::config::{self, ConfigError, MAX_JSON_BYTES};
use crema_light_client::stake_table::StakeTable;
use crema_light_client::u256::U256;
use reqwest::{Client, StatusCode, Url, header};
use thiserror::Error;
use tokio::io::AsyncReadExt as _;

use crate::relay::Relay;
use crate::stop::Stop;

/// Where a sequencer has its configuration.
const ROUTE: &str = "v0/config/hotshot";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Pauses between attempts double from the one to the other.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A place that names the stake table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The base URL of a sequencer.
    Http(Url),
    /// A file with what `GET v0/config/hotshot` answers.
    File(PathBuf),
}

/// Why there is no stake table.
#[derive(Debug, Error)]
pub enum SourceError {
    /// No client for TLS.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
    /// No answer, or one that broke off.
    #[error("{from} does not answer: {reason}")]
    Http {
        /// What was asked, without credentials.
        from: String,
        /// What the network says.
        reason: String,
    },
    /// An answer that reports an error.
    #[error("{from} answered {status}")]
    Status {
        /// What was asked, without credentials.
        from: String,
        /// The status.
        status: StatusCode,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An answer or a file with something else.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl SourceError {
    /// Whether waiting may help: services come up, files do not change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { .. } | Self::Status { .. } | Self::Config(ConfigError::NoStakedNodes) => true,
            Self::Client(_) | Self::File { .. } | Self::Config(_) => false,
        }
    }
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let path = text
            .strip_prefix("file://")
            .or_else(|| text.strip_prefix("file:"));
        if let Some(path) = path {
            return Ok(Self::File(path.into()));
        }
        Ok(match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Http(url),
            _ => Self::File(text.into()),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url) => {
                let mut url = url.clone();
                // both fail only for URLs that cannot have credentials
                let _ = url.set_username("");
                let _ = url.set_password(None);
                f.write_str(url.as_str())
            }
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Source {
    /// Reads the stake table once.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn read(&self) -> Result<StakeTable, SourceError> {
        let json = match self {
            Self::Http(url) => self.fetch(url).await?,
            Self::File(path) => read_file(path).await?,
        };
        Ok(config::stake_table_from_json(&json)?)
    }

    async fn fetch(&self, base: &Url) -> Result<Vec<u8>, SourceError> {
        // an error says that there is a provider already, which is as good
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(SourceError::Client)?;
        let from = self.to_string();
        let failed = |error: reqwest::Error| SourceError::Http {
            from: from.clone(),
            reason: error.without_url().to_string(),
        };
        let mut url = base.clone();
        url.set_path(&format!("{}/{ROUTE}", base.path().trim_end_matches('/')));
        let request = client.get(url).header(header::ACCEPT, "application/json");
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        if !status.is_success() {
            return Err(SourceError::Status { from, status });
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&piece);
            if body.len() > MAX_JSON_BYTES {
                break; // the decoder says that it is too large
            }
        }
        Ok(body)
    }
}

/// Keeps a relay's stake table up to date.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Where the table comes from.
    pub source: Source,
    /// The pause between readings, once one has worked; none to read no more after that.
    pub refresh: Option<Duration>,
    /// The total stake that the operator expects; another is logged.
    pub expected_total: Option<U256>,
}

impl Follow {
    /// Reads the stake table and hands it to the relay, again and again: until that has worked once, and then after
    /// each pause.
    ///
    /// # Errors
    /// On what waiting does not cure. While the relay has a table, perhaps from its last run, all errors are only
    /// logged.
    pub async fn run(self, relay: &Relay, stop: Stop) -> Result<(), SourceError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let table = tokio::select! {
                () = stop.asked() => return Ok(()),
                table = self.source.read() => table,
            };
            let wait = match table {
                Ok(table) => {
                    if self.use_table(relay, table).await {
                        let Some(refresh) = self.refresh else {
                            return Ok(());
                        };
                        pause = FIRST_PAUSE;
                        refresh
                    } else {
                        pause
                    }
                }
                Err(error) if error.is_transient() || relay.has_stake_table() => {
                    tracing::warn!(%error, "the stake table cannot be read; trying again");
                    pause
                }
                Err(error) => return Err(error),
            };
            pause = (2 * pause).min(LONGEST_PAUSE);
            tokio::select! {
                () = stop.asked() => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Whether the relay goes on with this table.
    async fn use_table(&self, relay: &Relay, table: StakeTable) -> bool {
        let (signers, total) = (table.len(), table.total());
        if let Some(expected) = self.expected_total.filter(|expected| *expected != total) {
            tracing::warn!(%expected, found = %total, "the stake table's total is not --total-stake; the table counts");
        }
        let result = relay.use_stake_table(table).await;
        match &result {
            Ok(()) => tracing::info!(source = %self.source, signers, %total, "stake table read"),
            Err(error) => tracing::error!(%error, "the stake table is not in use yet"),
        }
        result.is_ok()
    }
}

async fn read_file(path: &Path) -> Result<Vec<u8>, SourceError> {
    let failed = |source| SourceError::File {
        path: path.to_owned(),
        source,
    };
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut json = Vec::new();
    let mut file = file.take(MAX_JSON_BYTES as u64 + 1);
    file.read_to_end(&mut json).await.map_err(failed)?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_files_are_told_apart() {
        let source = |text: &str| text.parse::<Source>().unwrap();
        assert!(matches!(source("https://node.example.org/base"), Source::Http(_)));
        for text in ["file:table.json", "file://table.json", "table.json"] {
            assert_eq!(source(text), Source::File("table.json".into()));
        }
        let secret = source("http://user:secret@node.example.org/");
        assert_eq!(secret.to_string(), "http://node.example.org/");
    }

    #[tokio::test]
    async fn what_is_no_table_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = Source::File(file.path().to_owned());
        for (content, transient) in [
            ("[]", false),
            ("{\"config\":{\"known_nodes_with_stake\":[]}}", true),
        ] {
            std::fs::write(file.path(), content).unwrap();
            let error = source.read().await.unwrap_err();
            assert_eq!(error.is_transient(), transient, "{error}");
        }
        let missing = Source::File(file.path().with_extension("missing"));
        assert!(matches!(missing.read().await, Err(SourceError::File { .. })));
        let nobody = "http://127.0.0.1:1".parse::<Source>().unwrap();
        assert!(nobody.read().await.unwrap_err().is_transient());
    }
}
