//! The modules, each with its options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use reqwest::Url;

use super::conflict;

/// Names of the modules, for messages.
const NAMES: &str =
    "http, query, submit, status, catchup, config, hotshot-events, explorer, storage-fs, storage-sql";

/// Serves HTTP.
#[derive(Clone, Debug, Parser)]
#[command(name = "http", about = "Serve the HTTP API.")]
pub struct Http {
    /// Port to listen on; zero picks a free one. The address is printed.
    #[arg(short, long, env = "ESPRESSO_SEQUENCER_API_PORT", default_value_t = 8080)]
    pub port: u16,
    /// Requests at the same time; whoever comes beyond is told to come back (429).
    #[arg(long, env = "ESPRESSO_SEQUENCER_MAX_CONNECTIONS")]
    pub max_connections: Option<usize>,
}

/// Serves what was decided.
#[derive(Clone, Debug, Parser)]
#[command(name = "query", about = "Serve what was decided.")]
pub struct Query {
    /// Other query nodes, to fetch from what is missing here, separated by commas.
    #[arg(long, env = "ESPRESSO_SEQUENCER_API_PEERS", value_delimiter = ',')]
    pub peers: Vec<Url>,
    /// The name that older releases had for storage-fs's --path.
    #[arg(long, hide = true)]
    pub storage_path: Option<PathBuf>,
}

/// Streams consensus events.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "hotshot-events",
    about = "Stream consensus events, on a port of their own."
)]
pub struct HotshotEvents {
    /// Port to listen on.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_HOTSHOT_EVENT_STREAMING_API_PORT",
        default_value_t = 22001
    )]
    pub port: u16,
}

/// Files.
#[derive(Clone, Debug, Parser)]
#[command(name = "storage-fs", about = "Keep consensus state in files.")]
pub struct StorageFs {
    /// The folder.
    #[arg(long, env = "ESPRESSO_SEQUENCER_STORAGE_PATH", default_value = "storage")]
    pub path: PathBuf,
    /// Taken for Espresso's sake, without effect: views are kept until they are decided.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_CONSENSUS_VIEW_RETENTION",
        default_value_t = 130_000
    )]
    pub consensus_view_retention: u64,
}

/// A database.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "storage-sql",
    about = "Keep what was decided in PostgreSQL, where one is named, and in SQLite otherwise."
)]
pub struct StorageSql {
    /// PostgreSQL's URL.
    pub uri: Option<String>,
    /// PostgreSQL's host.
    #[arg(long, env = "ESPRESSO_SEQUENCER_POSTGRES_HOST")]
    pub host: Option<String>,
    /// PostgreSQL's port.
    #[arg(long, env = "ESPRESSO_SEQUENCER_POSTGRES_PORT", default_value_t = 5432)]
    pub port: u16,
    /// The database's name.
    #[arg(long, env = "ESPRESSO_SEQUENCER_POSTGRES_DATABASE")]
    pub database: Option<String>,
    /// Its user.
    #[arg(long, env = "ESPRESSO_SEQUENCER_POSTGRES_USER")]
    pub user: Option<String>,
    /// Its password.
    #[arg(long, env = "ESPRESSO_SEQUENCER_POSTGRES_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// Folder of consensus state, and of SQLite's file.
    #[arg(long, env = "ESPRESSO_SEQUENCER_STORAGE_PATH", default_value = "storage")]
    pub path: PathBuf,
}

/// A module without options.
#[derive(Clone, Debug, Parser)]
struct Plain {}

/// Which modules run.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a module")]
pub struct Modules {
    /// Serves HTTP.
    pub http: Option<Http>,
    /// Serves what was decided.
    pub query: Option<Query>,
    /// Takes transactions.
    pub submit: bool,
    /// Serves the node's state.
    pub status: bool,
    /// Serves other nodes' questions for state.
    pub catchup: bool,
    /// Serves the network's configuration.
    pub config: bool,
    /// Streams consensus events.
    pub hotshot_events: Option<HotshotEvents>,
    /// Serves the explorer.
    pub explorer: bool,
    /// Keeps state in files.
    pub storage_fs: Option<StorageFs>,
    /// Keeps state in a database.
    pub storage_sql: Option<StorageSql>,
}

impl Modules {
    /// Adds the module that `arguments`, its name and its options, describe.
    pub(super) fn add(&mut self, arguments: &[OsString]) -> Result<(), clap::Error> {
        let Some(name) = arguments.first() else {
            return Err(conflict(&format!(
                "an empty module after --; modules are {NAMES}"
            )));
        };
        let name = name.to_string_lossy().into_owned();
        let fresh = match name.as_str() {
            "http" => self.http.replace(Http::try_parse_from(arguments)?).is_none(),
            "query" => self.query.replace(Query::try_parse_from(arguments)?).is_none(),
            "hotshot-events" => {
                let module = HotshotEvents::try_parse_from(arguments)?;
                self.hotshot_events.replace(module).is_none()
            }
            "storage-fs" | "storage" => {
                let module = StorageFs::try_parse_from(arguments)?;
                self.storage_fs.replace(module).is_none()
            }
            "storage-sql" => {
                let module = StorageSql::try_parse_from(arguments)?;
                self.storage_sql.replace(module).is_none()
            }
            "submit" => plain(&mut self.submit, arguments)?,
            "status" => plain(&mut self.status, arguments)?,
            "catchup" => plain(&mut self.catchup, arguments)?,
            "config" => plain(&mut self.config, arguments)?,
            "explorer" => plain(&mut self.explorer, arguments)?,
            other => {
                return Err(conflict(&format!(
                    "there is no module {other:?}; modules are {NAMES}"
                )));
            }
        };
        if !fresh {
            return Err(conflict(&format!("module {name} is named twice")));
        }
        Ok(())
    }

    /// Whether the modules fit together.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        if self.storage_fs.is_some() && self.storage_sql.is_some() {
            return Err(conflict("storage-fs and storage-sql: choose one storage"));
        }
        let needs_http = [
            ("query", self.query.is_some()),
            ("submit", self.submit),
            ("status", self.status),
            ("catchup", self.catchup),
            ("config", self.config),
            ("explorer", self.explorer),
        ];
        let lonely = needs_http.iter().find(|(_, named)| *named);
        if let (None, Some((name, _))) = (&self.http, lonely) {
            return Err(conflict(&format!("module {name} needs module http; add -- http")));
        }
        if self.explorer && self.storage_sql.is_none() {
            return Err(conflict(
                "module explorer needs module storage-sql; add -- storage-sql",
            ));
        }
        Ok(())
    }

    /// The first named module that this release reads and does not serve: better no start than one that pretends.
    pub fn unserved(&self) -> Option<&'static str> {
        let unserved = [
            ("catchup", self.catchup),
            ("hotshot-events", self.hotshot_events.is_some()),
            ("explorer", self.explorer),
            ("storage-sql", self.storage_sql.is_some()),
        ];
        unserved
            .into_iter()
            .find_map(|(name, named)| named.then_some(name))
    }

    /// The folder of the node's state: that of the storage module, and without one what the environment says.
    pub fn folder(&self) -> PathBuf {
        let named = match (&self.storage_fs, &self.storage_sql) {
            (Some(module), _) => Some(module.path.clone()),
            (None, Some(module)) => Some(module.path.clone()),
            (None, None) => self.query.as_ref().and_then(|query| query.storage_path.clone()),
        };
        named.unwrap_or_else(|| {
            std::env::var_os("ESPRESSO_SEQUENCER_STORAGE_PATH")
                .filter(|path| !path.is_empty())
                .map_or_else(|| PathBuf::from("storage"), PathBuf::from)
        })
    }
}

fn plain(module: &mut bool, arguments: &[OsString]) -> Result<bool, clap::Error> {
    Plain::try_parse_from(arguments)?;
    Ok(!std::mem::replace(module, true))
}
