//! The store in a database.

mod driver;
mod explore;
mod prune;
mod ranges;
mod read;
mod records;
mod settings;
mod write;

use std::sync::Arc;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::sync::Mutex;

use crate::error::StoreError;
use driver::Pool;

pub use prune::PruneLimits;
pub use settings::{Database, Settings};

/// All migrations, oldest first: version, name, SQLite's SQL, PostgreSQL's.
const MIGRATIONS: [(i64, &str, &str, &str); 1] = [(
    1,
    "chain",
    include_str!("../../migrations/sqlite/1_chain.sql"),
    include_str!("../../migrations/postgres/1_chain.sql"),
)];

/// Decided blocks in a database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct SqlStore {
    pool: Pool,
    /// Writers of this process stand in line here, and not in the database, where SQLite lets them wait in vain.
    writing: Arc<Mutex<()>>,
}

impl SqlStore {
    /// Opens a database, and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached or made, or is of a newer release.
    pub async fn open(settings: &Settings) -> Result<Self, StoreError> {
        let migrator = |sql: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str| {
            let migrations = MIGRATIONS.iter().map(|migration| {
                let (version, name, ..) = *migration;
                let sql = sql(migration).into_sql_str();
                Migration::new(version, name.into(), MigrationType::Simple, sql, false)
            });
            Migrator::with_migrations(migrations.collect())
        };
        let pool = match &settings.database {
            Database::Sqlite { path } => {
                let folder = path.parent().unwrap_or(path);
                std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
                    path: folder.to_owned(),
                    source,
                })?;
                let pool = SqlitePoolOptions::new()
                    .min_connections(settings.min_connections)
                    .max_connections(settings.max_connections)
                    .idle_timeout(settings.idle_timeout)
                    .max_lifetime(settings.max_lifetime)
                    .connect_with(settings.sqlite_options(path))
                    .await?;
                migrator(|migration| migration.2).run(&pool).await?;
                Pool::Sqlite(pool)
            }
            Database::Postgres { url } => {
                let pool = PgPoolOptions::new()
                    .min_connections(settings.min_connections)
                    .max_connections(settings.max_connections)
                    .idle_timeout(settings.idle_timeout)
                    .max_lifetime(settings.max_lifetime)
                    .connect_with(settings.postgres_options(url)?)
                    .await?;
                migrator(|migration| migration.3).run(&pool).await?;
                Pool::Postgres(pool)
            }
        };
        Ok(Self {
            pool,
            writing: Arc::default(),
        })
    }

    /// Closes the connections once what is under way has ended. Later questions fail.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
