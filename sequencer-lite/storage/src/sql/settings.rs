//! Which database, and how it is connected to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::error::StoreError;

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file, made if it is not there.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://user:password@host:port/database`; `?sslmode=require` insists on TLS.
        url: String,
    },
}

/// The password in a URL stays out of logs.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            Self::Postgres { .. } => f.debug_struct("Postgres").finish_non_exhaustive(),
        }
    }
}

/// Which database, and how many connections to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which.
    pub database: Database,
    /// Connections that are kept open.
    pub min_connections: u32,
    /// Most connections.
    pub max_connections: u32,
    /// Time after which a connection that nobody uses is closed.
    pub idle_timeout: Duration,
    /// Time after which any connection is closed.
    pub max_lifetime: Duration,
    /// Statements that take longer are logged.
    pub slow_statement: Duration,
}

/// Readers that SQLite serves at the same time; each is a thread.
const SQLITE_CONNECTIONS: u32 = 8;
/// How long a writer waits for one of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Pages that a connection to SQLite keeps in memory, in KiB.
const SQLITE_CACHE: &str = "-8192";
/// Bytes of the write-ahead log's file that are kept after it was written back.
const SQLITE_LOG: &str = "67108864";

impl Settings {
    fn new(database: Database, max_connections: u32) -> Self {
        Self {
            database,
            min_connections: 0,
            max_connections,
            idle_timeout: Duration::from_mins(10),
            max_lifetime: Duration::from_mins(30),
            slow_statement: Duration::from_secs(1),
        }
    }

    /// SQLite in the file `path`.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self::new(Database::Sqlite { path: path.into() }, SQLITE_CONNECTIONS)
    }

    /// The PostgreSQL server and database of `url`.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::new(Database::Postgres { url: url.into() }, 25)
    }

    pub(super) fn sqlite_options(&self, path: &Path) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // what a power failure takes is fetched again
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", SQLITE_CACHE)
            .pragma("journal_size_limit", SQLITE_LOG)
            .log_slow_statements(log::LevelFilter::Warn, self.slow_statement)
    }

    pub(super) fn postgres_options(&self, url: &str) -> Result<PgConnectOptions, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        Ok(options.log_slow_statements(log::LevelFilter::Warn, self.slow_statement))
    }
}
