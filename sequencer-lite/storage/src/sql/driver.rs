//! Two databases behind one face: a query is written once, with `$1`, `$2`, … for values, and both understand it.

use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr, SqlStr};

use crate::error::StoreError;

/// A value in a query.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// Heights and times beyond the databases' integers do not occur; what asks for them finds nothing.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// Connections to one of the two.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// What is written together or not at all.
pub(super) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A line of a result.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// A query with its values, in the dialect of the executor's database.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match *value {
                Value::Int(number) => query.bind(number),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

impl Pool {
    /// All lines of a result.
    pub(super) async fn all(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => {
                let rows = bound!(sql, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                let rows = bound!(sql, values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The only line of a result, if there is one.
    pub(super) async fn one(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => bound!(sql, values).fetch_optional(pool).await?.map(Row::Sqlite),
            Self::Postgres(pool) => bound!(sql, values).fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    /// Begins to write. In SQLite the lock is taken at once: one taken after reading cannot be waited for.
    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Transaction::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Closes all connections.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    async fn run(&mut self, sql: SqlStr, values: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Writes, and tells how many lines that concerned.
    pub(super) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        self.run(sql.into_sql_str(), values).await
    }

    /// Appends `($1, …), (…), …` for all of `values`, `width` of them per line, to `insert`, and `end` behind it.
    pub(super) async fn insert_lines(
        &mut self,
        insert: &'static str,
        width: usize,
        values: &[Value<'_>],
        end: &'static str,
    ) -> Result<(), StoreError> {
        // SQLite takes 32766 values in a query, PostgreSQL 65535
        for chunk in values.chunks(width * (30_000 / width)) {
            let lines: Vec<String> = (0..chunk.len() / width)
                .map(|line| {
                    let places: Vec<String> =
                        (1..=width).map(|at| format!("${}", line * width + at)).collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            // made of numbers only
            let sql = AssertSqlSafe(format!("{insert} {} {end}", lines.join(", ")));
            self.run(sql.into_sql_str(), chunk).await?;
        }
        Ok(())
    }

    /// All lines of a result.
    pub(super) async fn all(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => {
                let rows = bound!(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                let rows = bound!(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The only line of a result, if there is one.
    pub(super) async fn one(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// Makes it so.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Row {
    /// The number in a column.
    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The number in a column that may be empty.
    pub(super) fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The number in a column, which is a count or a height.
    pub(super) fn count(&self, column: usize, what: &'static str) -> Result<u64, StoreError> {
        let found = self.int(column)?;
        u64::try_from(found).map_err(|_| StoreError::Number { what, found })
    }

    /// The bytes in a column.
    pub(super) fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The bytes in a column that may be empty.
    pub(super) fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }
}
