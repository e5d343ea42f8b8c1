//! The jobs' database.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use alloy::primitives::{Address, B256, Bytes, hex};
use crema_light_client::{bundle::StateSignaturesBundle, field, state::LightClientState};
use reqwest::Url;
use sqlx::{
    AnyPool, Executor, SqlSafeStr,
    any::{AnyArguments, AnyPoolOptions, install_default_drivers},
    migrate::{Migration, MigrationType, Migrator},
    query::Query,
};

use super::{
    CrashPoint, Failure, Job, JobId, Mined, Phase, ProofRecord, StoreError, Target, Transaction,
    rows::{self, integer, padded},
};

/// What was reported as written survives a power cut; a file that another process writes is waited for, ten seconds.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON";
/// How often a SQLite file that another process has is tried again.
const LOCK_TRIES: u32 = 20;
/// Time between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(100);
/// How long a database is waited for altogether.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
/// Connections: a job's own, its claim's and the HTTP service's.
const CONNECTIONS: u32 = 4;

type Statement = Query<'static, sqlx::Any, AnyArguments>;

/// Where jobs are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database, which several provers may share.
    Postgres(Url),
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        // shown without what may be a password
        let unusable = || StoreError::Location(text.split('@').next_back().unwrap_or_default().to_owned());
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(unusable()),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        let url: Url = text.parse().map_err(|_| unusable())?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self::Postgres(url)),
            _ => Err(unusable()),
        }
    }
}

impl std::fmt::Display for Location {
    /// Without user and password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (host, port) = (url.host_str().unwrap_or_default(), url.port().unwrap_or(5432));
                write!(f, "postgres://{host}:{port}{}", url.path())
            }
        }
    }
}

/// The jobs, as one prover sees them. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Jobs {
    pool: AnyPool,
    owner: Arc<str>,
    crash: Option<Arc<CrashPoint>>,
    skips_locked: bool,
    /// Held as long as a SQLite file is in use.
    _lock: Option<Arc<File>>,
}

impl Jobs {
    /// Opens the store, making or updating its tables.
    ///
    /// A SQLite file belongs to one process at a time, so that a prover that was killed goes on with its jobs the moment it
    /// is started again. Those that share a PostgreSQL are told apart by a random name, and what one that died had claimed
    /// is free after a minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let Location::Sqlite(path) = location else {
            return Self::connect(location, &random_name()?).await;
        };
        let lock = lock(&make_folder(path)?).await?;
        let jobs = Self::connect(location, "local").await?;
        Ok(Self {
            _lock: Some(Arc::new(lock)),
            ..jobs
        })
    }

    /// Opens the store as `owner`, whoever else has it open.
    async fn connect(location: &Location, owner: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let mut options = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT);
        let url = match location {
            Location::Sqlite(path) => {
                let path = make_folder(path)?;
                options = options.after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(SQLITE_SETTINGS).await.map(drop) })
                });
                sqlite_url(&path).ok_or_else(|| StoreError::Location(path.display().to_string()))?
            }
            Location::Postgres(url) => url.to_string(),
        };
        let pool = options.connect(&url).await.map_err(StoreError::Open)?;
        migrations().run(&pool).await.map_err(StoreError::Migrate)?;
        Ok(Self {
            pool,
            owner: owner.into(),
            crash: None,
            skips_locked: matches!(location, Location::Postgres(_)),
            _lock: None,
        })
    }

    /// The same store, dying at a point.
    #[must_use]
    pub fn crashing(mut self, point: Arc<CrashPoint>) -> Self {
        self.crash = Some(point);
        self
    }

    /// Closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn pass(&self) -> Result<(), StoreError> {
        self.crash.as_ref().map_or(Ok(()), |crash| crash.pass())
    }

    /// Runs one statement, alone and at once; gives the number of rows that it changed.
    async fn write(&self, statement: Statement) -> Result<u64, StoreError> {
        self.pass()?;
        let changed = statement.execute(&self.pool).await?.rows_affected();
        self.pass()?;
        Ok(changed)
    }

    /// The job for this bundle: the one that is there already, or a new one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn collect(&self, target: &Target, bundle: &StateSignaturesBundle) -> Result<Job, StoreError> {
        let id = JobId::of(target, &bundle.state);
        let json = serde_json::to_string(bundle).map_err(|error| StoreError::Corrupt {
            id: id.to_string(),
            column: "bundle",
            problem: error.to_string(),
        })?;
        let now = integer(now());
        let statement = sqlx::query(
            "INSERT INTO jobs (id, chain_id, genesis, contract, view_number, block_height, block_comm_root, bundle, phase, \
             created, updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'collected', $9, $9) ON CONFLICT DO NOTHING",
        )
        .bind(id.0.clone())
        .bind(target.chain_id.to_string())
        .bind(target.genesis.to_string())
        .bind(target.contract.to_string())
        .bind(padded(bundle.state.view_number))
        .bind(padded(bundle.state.block_height))
        .bind(field::to_hex(&bundle.state.block_comm_root))
        .bind(json)
        .bind(now);
        self.write(statement).await?;
        self.job(&id).await?.ok_or_else(|| StoreError::Corrupt {
            id: id.to_string(),
            column: "id",
            problem: "the job that was just written is not there".to_owned(),
        })
    }

    /// A job by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.pass()?;
        let row = sqlx::query("SELECT * FROM jobs WHERE id = $1")
            .bind(id.0.clone())
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => Ok(Some(self.with_transactions(rows::job(&row)?).await?)),
            None => Ok(None),
        }
    }

    async fn with_transactions(&self, mut job: Job) -> Result<Job, StoreError> {
        let found = sqlx::query("SELECT * FROM transactions WHERE job = $1 ORDER BY position")
            .bind(job.id.0.clone())
            .fetch_all(&self.pool)
            .await?;
        job.transactions = found.iter().map(rows::transaction).collect::<Result<_, _>>()?;
        Ok(job)
    }

    /// The bundle of a job.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn bundle(&self, id: &JobId) -> Result<Option<StateSignaturesBundle>, StoreError> {
        let text: Option<String> = sqlx::query_scalar("SELECT bundle FROM jobs WHERE id = $1")
            .bind(id.0.clone())
            .fetch_optional(&self.pool)
            .await?;
        text.map(|text| StateSignaturesBundle::from_json(text.as_bytes()))
            .transpose()
            .map_err(|error| StoreError::Corrupt {
                id: id.to_string(),
                column: "bundle",
                problem: error.to_string(),
            })
    }

    /// What is not over yet at a contract, lowest height first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_jobs(&self, target: &Target) -> Result<Vec<Job>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM jobs WHERE chain_id = $1 AND genesis = $2 AND contract = $3 \
             AND phase IN ('collected', 'proved', 'simulated', 'sent', 'mined') ORDER BY block_height, view_number",
        );
        let query = query
            .bind(target.chain_id.to_string())
            .bind(target.genesis.to_string())
            .bind(target.contract.to_string());
        self.read(query).await
    }

    /// The newest jobs, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        let query = sqlx::query("SELECT * FROM jobs ORDER BY created DESC, block_height DESC LIMIT $1");
        self.read(query.bind(i64::from(limit))).await
    }

    async fn read(&self, query: Statement) -> Result<Vec<Job>, StoreError> {
        self.pass()?;
        let rows = query.fetch_all(&self.pool).await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in &rows {
            jobs.push(self.with_transactions(rows::job(row)?).await?);
        }
        Ok(jobs)
    }

    /// Claims a job for this prover, or renews its claim; false while another prover has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(&self, id: &JobId, lease: Duration) -> Result<bool, StoreError> {
        // PostgreSQL's provers do not queue up behind one another; SQLite has one writer anyway
        let sql = if self.skips_locked {
            "UPDATE jobs SET claimed_by = $2, claimed_until = $3 WHERE id = (SELECT id FROM jobs WHERE id = $1 \
             AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until < $4) FOR UPDATE SKIP LOCKED)"
        } else {
            "UPDATE jobs SET claimed_by = $2, claimed_until = $3 WHERE id = $1 \
             AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until < $4)"
        };
        let now = now();
        let until = now.saturating_add(u64::try_from(lease.as_millis()).unwrap_or(u64::MAX));
        self.pass()?;
        let claimed = sqlx::query(sql)
            .bind(id.0.clone())
            .bind(self.owner.to_string())
            .bind(integer(until))
            .bind(integer(now))
            .execute(&self.pool)
            .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Gives a claim back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(&self, id: &JobId) -> Result<(), StoreError> {
        self.pass()?;
        sqlx::query("UPDATE jobs SET claimed_by = NULL, claimed_until = 0 WHERE id = $1 AND claimed_by = $2")
            .bind(id.0.clone())
            .bind(self.owner.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A proof of this statement.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proof(&self, statement: B256) -> Result<Option<ProofRecord>, StoreError> {
        self.pass()?;
        let row = sqlx::query("SELECT * FROM proofs WHERE statement = $1")
            .bind(statement.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(rows::proof).transpose()
    }

    /// Keeps a verified proof.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_proof(&self, proof: &ProofRecord) -> Result<(), StoreError> {
        let statement = sqlx::query(
            "INSERT INTO proofs (statement, circuit, verifying_key, public_inputs, proof, seconds, made) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(proof.statement.to_string())
        .bind(proof.circuit.clone())
        .bind(proof.verifying_key.clone())
        .bind(hex::encode(&proof.public_inputs))
        .bind(hex::encode(&proof.proof))
        .bind(seconds(&proof.seconds))
        .bind(integer(now()));
        self.write(statement).await.map(drop)
    }

    /// The job is proved: this call brings it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn proved(&self, job: &mut Job, statement: B256, calldata: Bytes) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE jobs SET phase = 'proved', statement = $4, calldata = $5, seconds = $6, updated = $7 \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        )
        .bind(job.id.0.clone())
        .bind(job.phase.name())
        .bind(self.owner.to_string())
        .bind(statement.to_string())
        .bind(hex::encode(&calldata))
        .bind(seconds(&job.seconds))
        .bind(integer(now()));
        self.change(job, Phase::Proved, query).await?;
        (job.statement, job.calldata) = (Some(statement), Some(calldata));
        Ok(())
    }

    /// A transaction is signed and about to be sent, the first of the job or a replacement.
    ///
    /// # Errors
    /// [`StoreError::AccountBusy`] while another transaction of this account is on its way.
    pub async fn signed(
        &self,
        job: &mut Job,
        account: Address,
        signed: &Transaction,
    ) -> Result<(), StoreError> {
        let next = match job.phase {
            Phase::Sent => Phase::Sent,
            Phase::Simulated => Phase::Simulated,
            from if from.may_become(Phase::Simulated) => Phase::Simulated,
            from => {
                return Err(StoreError::Forbidden {
                    id: job.id.clone(),
                    from,
                    to: Phase::Simulated,
                });
            }
        };
        self.pass()?;
        let mut transaction = self.pool.begin().await?;
        let updated = sqlx::query(
            "UPDATE jobs SET phase = $4, account = $5, receipt = NULL, updated = $6 \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        )
        .bind(job.id.0.clone())
        .bind(job.phase.name())
        .bind(self.owner.to_string())
        .bind(next.name())
        .bind(account.to_string())
        .bind(integer(now()))
        .execute(&mut *transaction)
        .await;
        match updated {
            Ok(result) if result.rows_affected() == 1 => {}
            Ok(_) => return Err(StoreError::TakenOver { id: job.id.clone() }),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Err(StoreError::AccountBusy { id: job.id.clone() });
            }
            Err(error) => return Err(error.into()),
        }
        sqlx::query(
            "INSERT INTO transactions (job, position, hash, raw, nonce, gas_limit, max_fee, priority_fee, signed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(job.id.0.clone())
        .bind(i64::try_from(job.transactions.len()).unwrap_or(i64::MAX))
        .bind(signed.hash.to_string())
        .bind(hex::encode(&signed.raw))
        .bind(integer(signed.nonce))
        .bind(integer(signed.gas_limit))
        .bind(signed.fees.max.to_string())
        .bind(signed.fees.priority.to_string())
        .bind(integer(signed.signed))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        job.phase = next;
        job.account = Some(account);
        job.receipt = None;
        job.transactions.push(signed.clone());
        self.pass()
    }

    /// An endpoint has the transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sent(&self, job: &mut Job) -> Result<(), StoreError> {
        let query = self.plain(
            job,
            "UPDATE jobs SET phase = 'sent', updated = $4 WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        );
        self.change(job, Phase::Sent, query).await
    }

    /// One of its transactions is in a block; over when that block is deep enough.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mined(&self, job: &mut Job, receipt: &Mined, deep: bool) -> Result<(), StoreError> {
        let next = if deep { Phase::Confirmed } else { Phase::Mined };
        if job.phase == next && job.receipt.as_ref() == Some(receipt) {
            return Ok(());
        }
        let json = serde_json::to_string(receipt).unwrap_or_default();
        let query = sqlx::query(
            "UPDATE jobs SET phase = $4, receipt = $5, seconds = $6, updated = $7, failure_code = NULL, failure = NULL \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        )
        .bind(job.id.0.clone())
        .bind(job.phase.name())
        .bind(self.owner.to_string())
        .bind(next.name())
        .bind(json)
        .bind(seconds(&job.seconds))
        .bind(integer(now()));
        if job.phase == next {
            // the same phase in another block
            if self.write(query).await? != 1 {
                return Err(StoreError::TakenOver { id: job.id.clone() });
            }
        } else {
            self.change(job, next, query).await?;
        }
        job.receipt = Some(receipt.clone());
        job.failure = None;
        Ok(())
    }

    /// None of its transactions can be mined any more: it needs another.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn withdraw(&self, job: &mut Job) -> Result<(), StoreError> {
        let query = self.plain(
            job,
            "UPDATE jobs SET phase = 'proved', receipt = NULL, updated = $4 WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        );
        self.change(job, Phase::Proved, query).await?;
        job.receipt = None;
        Ok(())
    }

    /// The proof is for a key or a stake table that the contract no longer has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recollect(&self, job: &mut Job) -> Result<(), StoreError> {
        let query = self.plain(
            job,
            "UPDATE jobs SET phase = 'collected', statement = NULL, calldata = NULL, updated = $4 \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        );
        self.change(job, Phase::Collected, query).await?;
        (job.statement, job.calldata) = (None, None);
        Ok(())
    }

    /// What had superseded the job, or made it fail, is gone: it is begun again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reopen(&self, job: &mut Job) -> Result<(), StoreError> {
        let query = self.plain(
            job,
            "UPDATE jobs SET phase = 'collected', attempts = 0, not_before = 0, receipt = NULL, updated = $4 \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        );
        self.change(job, Phase::Collected, query).await?;
        (job.attempts, job.not_before, job.receipt) = (0, 0, None);
        Ok(())
    }

    /// A state at least as new is there, or comes: nothing more is done for this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn supersede(&self, job: &mut Job) -> Result<(), StoreError> {
        let query = self.plain(
            job,
            "UPDATE jobs SET phase = 'superseded', updated = $4 WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        );
        self.change(job, Phase::Superseded, query).await
    }

    /// Supersedes everything not yet sent at a contract up to this height, whoever works on it: the contract would refuse
    /// it. Gives how many there were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn supersede_up_to(
        &self,
        target: &Target,
        finalized: &LightClientState,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE jobs SET phase = 'superseded', updated = $4 WHERE chain_id = $1 AND genesis = $2 AND contract = $3 \
             AND phase IN ('collected', 'proved') AND (block_height <= $5 OR view_number <= $6)",
        )
        .bind(target.chain_id.to_string())
        .bind(target.genesis.to_string())
        .bind(target.contract.to_string())
        .bind(integer(now()))
        .bind(padded(finalized.block_height))
        .bind(padded(finalized.view_number));
        self.write(query).await
    }

    /// An attempt was in vain, by a fault of the job itself or (not `counts`) of something around it. The job stays where it
    /// is until `not_before` (milliseconds of Unix time), or is given up without one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn failed(
        &self,
        job: &mut Job,
        failure: &Failure,
        counts: bool,
        not_before: Option<u64>,
    ) -> Result<(), StoreError> {
        let next = if not_before.is_some() {
            job.phase
        } else {
            Phase::Failed
        };
        let attempts = job.attempts.saturating_add(u32::from(counts));
        let query = sqlx::query(
            "UPDATE jobs SET phase = $4, attempts = $5, not_before = $6, failure_code = $7, failure = $8, updated = $9 \
             WHERE id = $1 AND phase = $2 AND claimed_by = $3",
        )
        .bind(job.id.0.clone())
        .bind(job.phase.name())
        .bind(self.owner.to_string())
        .bind(next.name())
        .bind(i64::from(attempts))
        .bind(integer(not_before.unwrap_or_default()))
        .bind(failure.code.clone())
        .bind(failure.message.clone())
        .bind(integer(now()));
        if next == job.phase {
            if self.write(query).await? != 1 {
                return Err(StoreError::TakenOver { id: job.id.clone() });
            }
        } else {
            self.change(job, next, query).await?;
        }
        job.attempts = attempts;
        job.not_before = not_before.unwrap_or_default();
        job.failure = Some(failure.clone());
        Ok(())
    }

    fn plain(&self, job: &Job, sql: &'static str) -> Statement {
        sqlx::query(sql)
            .bind(job.id.0.clone())
            .bind(job.phase.name())
            .bind(self.owner.to_string())
            .bind(integer(now()))
    }

    async fn change(&self, job: &mut Job, next: Phase, query: Statement) -> Result<(), StoreError> {
        if !job.phase.may_become(next) {
            return Err(StoreError::Forbidden {
                id: job.id.clone(),
                from: job.phase,
                to: next,
            });
        }
        if self.write(query).await? != 1 {
            return Err(StoreError::TakenOver { id: job.id.clone() });
        }
        tracing::info!(job = %job.id, from = %job.phase, to = %next, "job");
        job.phase = next;
        Ok(())
    }
}

/// Milliseconds of Unix time.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(seconds: &std::collections::BTreeMap<String, f64>) -> String {
    serde_json::to_string(seconds).unwrap_or_else(|_| "{}".to_owned())
}

fn make_folder(path: &Path) -> Result<PathBuf, StoreError> {
    let absolute = std::path::absolute(path).map_err(|source| StoreError::Folder {
        path: path.to_owned(),
        source,
    })?;
    if let Some(folder) = absolute.parent() {
        fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
            path: folder.to_owned(),
            source,
        })?;
    }
    Ok(absolute)
}

/// The file's lock, which ends with the process however that ends. One that is just ending is waited for.
async fn lock(path: &Path) -> Result<File, StoreError> {
    let path = path.with_extension("lock");
    let failed = |source| StoreError::Folder {
        path: path.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
    Err(StoreError::InUse { path })
}

/// A name for this process among those that share a store.
fn random_name() -> Result<String, StoreError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| StoreError::Database(sqlx::Error::Io(error.into())))?;
    Ok(format!("{}-{}", std::process::id(), hex::encode(random)))
}

/// The URL of a file; `None` where its path is no text.
fn sqlite_url(path: &Path) -> Option<String> {
    let url = Url::from_file_path(path).ok()?;
    Some(format!("sqlite://{}?mode=rwc", url.path()))
}

fn migrations() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        "jobs".into(),
        MigrationType::Simple,
        include_str!("../../migrations/0001_jobs.sql").into_sql_str(),
        false,
    )])
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;

    use super::*;
    use crate::{jobs::claim::LEASE, update::testing::Network};

    const TARGET: Target = Target {
        chain_id: 1,
        genesis: B256::ZERO,
        contract: Address::ZERO,
    };

    fn bundle(height: u64) -> StateSignaturesBundle {
        let state = LightClientState {
            view_number: height + 2,
            block_height: height,
            block_comm_root: Fr::from(height),
        };
        Network::new(3, 1).bundle(state, &[0, 1])
    }

    fn transaction(nonce: u64) -> Transaction {
        Transaction {
            hash: B256::repeat_byte(u8::try_from(nonce).unwrap()),
            raw: vec![1, 2, 3].into(),
            nonce,
            gas_limit: 5,
            fees: crate::update::gas::Fees {
                max: u128::MAX,
                priority: 7,
            },
            signed: now(),
        }
    }

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn location(&self) -> Location {
            Location::Sqlite(self.0.path().join("a folder/jobs.sqlite"))
        }

        async fn jobs(&self, owner: &str) -> Jobs {
            Jobs::connect(&self.location(), owner).await.unwrap()
        }
    }

    async fn claimed(jobs: &Jobs, height: u64) -> Job {
        let job = jobs.collect(&TARGET, &bundle(height)).await.unwrap();
        assert!(jobs.claim(&job.id, LEASE).await.unwrap());
        job
    }

    #[test]
    fn locations_are_told_apart_and_keep_their_passwords() {
        assert_eq!(
            "sqlite:a.db".parse::<Location>().unwrap(),
            Location::Sqlite("a.db".into())
        );
        assert_eq!(
            "sqlite:///a/b.db".parse::<Location>().unwrap(),
            Location::Sqlite("/a/b.db".into())
        );
        let shared: Location = "postgres://user:secret@host/name".parse().unwrap();
        assert_eq!(shared.to_string(), "postgres://host:5432/name");
        for wrong in ["", "sqlite:", "mysql://user:secret@host/x", "jobs.sqlite"] {
            let error = wrong.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_job_survives_its_process() {
        let folder = Folder::new();
        let jobs = Jobs::open(&folder.location()).await.unwrap();
        let mut job = claimed(&jobs, 10).await;
        let (statement, call) = (B256::repeat_byte(9), Bytes::from(vec![1, 2]));
        job.seconds.insert("prove".to_owned(), 1.5);
        jobs.proved(&mut job, statement, call.clone()).await.unwrap();
        jobs.signed(&mut job, Address::repeat_byte(2), &transaction(4))
            .await
            .unwrap();
        jobs.sent(&mut job).await.unwrap();
        jobs.close().await;
        drop(jobs);

        let jobs = Jobs::open(&folder.location()).await.unwrap();
        let found = jobs.open_jobs(&TARGET).await.unwrap();
        // the time of the last change is the store's to know
        job.updated = found[0].updated;
        assert_eq!(found, [job]);
        assert_eq!(found[0].transactions[0].fees.max, u128::MAX);
        assert_eq!(jobs.bundle(&found[0].id).await.unwrap().unwrap(), bundle(10));
        assert_eq!(jobs.newest(10).await.unwrap(), found);
        // the same bundle is the same job
        assert_eq!(jobs.collect(&TARGET, &bundle(10)).await.unwrap(), found[0]);
        let elsewhere = Target {
            chain_id: 2,
            ..TARGET
        };
        assert!(jobs.open_jobs(&elsewhere).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_file_belongs_to_one_process() {
        let folder = Folder::new();
        let jobs = Jobs::open(&folder.location()).await.unwrap();
        assert!(matches!(
            Jobs::open(&folder.location()).await,
            Err(StoreError::InUse { .. })
        ));
        drop(jobs);
        Jobs::open(&folder.location()).await.unwrap();
    }

    #[tokio::test]
    async fn a_claimed_job_is_nobody_elses() {
        let folder = Folder::new();
        let (one, other) = (folder.jobs("one").await, folder.jobs("other").await);
        let mut job = claimed(&one, 10).await;
        assert!(!other.claim(&job.id, LEASE).await.unwrap());
        assert!(one.claim(&job.id, LEASE).await.unwrap(), "a claim can be renewed");
        let mut stolen = job.clone();
        assert!(matches!(
            other.proved(&mut stolen, B256::ZERO, Bytes::new()).await,
            Err(StoreError::TakenOver { .. })
        ));
        one.proved(&mut job, B256::ZERO, Bytes::new()).await.unwrap();
        one.release(&job.id).await.unwrap();
        assert!(other.claim(&job.id, Duration::ZERO).await.unwrap());
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(one.claim(&job.id, LEASE).await.unwrap(), "a lease runs out");
    }

    #[tokio::test]
    async fn an_account_has_one_transaction_on_its_way() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let account = Address::repeat_byte(1);
        let (mut first, mut second) = (claimed(&jobs, 10).await, claimed(&jobs, 11).await);
        for job in [&mut first, &mut second] {
            jobs.proved(job, B256::ZERO, Bytes::new()).await.unwrap();
        }
        jobs.signed(&mut first, account, &transaction(1)).await.unwrap();
        assert!(matches!(
            jobs.signed(&mut second, account, &transaction(2)).await,
            Err(StoreError::AccountBusy { .. })
        ));
        assert!(
            jobs.job(&second.id)
                .await
                .unwrap()
                .unwrap()
                .transactions
                .is_empty()
        );
        jobs.signed(&mut second, Address::repeat_byte(2), &transaction(2))
            .await
            .unwrap();
        // a replacement is the same job's
        jobs.signed(&mut first, account, &transaction(1)).await.unwrap();
        assert_eq!(first.transactions.len(), 2);
    }

    #[tokio::test]
    async fn what_the_contract_has_supersedes_what_was_not_sent() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let mut sent = claimed(&jobs, 9).await;
        jobs.proved(&mut sent, B256::ZERO, Bytes::new()).await.unwrap();
        jobs.signed(&mut sent, Address::ZERO, &transaction(1))
            .await
            .unwrap();
        for height in [10, 11] {
            jobs.collect(&TARGET, &bundle(height)).await.unwrap();
        }
        let finalized = bundle(10).state;
        assert_eq!(jobs.supersede_up_to(&TARGET, &finalized).await.unwrap(), 1);
        let open: Vec<_> = jobs.open_jobs(&TARGET).await.unwrap();
        let heights: Vec<_> = open.iter().map(|job| job.state.block_height).collect();
        assert_eq!(heights, [9, 11]);
    }

    #[tokio::test]
    async fn attempts_are_counted_until_the_job_is_given_up() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let mut job = claimed(&jobs, 10).await;
        let failure = Failure {
            code: "proof-failed".to_owned(),
            message: "it's broken".to_owned(),
        };
        jobs.failed(&mut job, &failure, false, Some(5)).await.unwrap();
        jobs.failed(&mut job, &failure, true, Some(6)).await.unwrap();
        let found = jobs.job(&job.id).await.unwrap().unwrap();
        assert_eq!(
            (found.attempts, found.not_before, found.phase),
            (1, 6, Phase::Collected)
        );
        jobs.failed(&mut job, &failure, true, None).await.unwrap();
        let found = jobs.job(&job.id).await.unwrap().unwrap();
        assert_eq!((found.attempts, found.phase), (2, Phase::Failed));
        assert_eq!(found.failure, Some(failure));
        assert!(jobs.open_jobs(&TARGET).await.unwrap().is_empty());
        jobs.reopen(&mut job).await.unwrap();
        assert_eq!(jobs.open_jobs(&TARGET).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn forbidden_changes_change_nothing() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let mut job = claimed(&jobs, 10).await;
        assert!(matches!(
            jobs.sent(&mut job).await,
            Err(StoreError::Forbidden { .. })
        ));
        assert!(matches!(
            jobs.signed(&mut job, Address::ZERO, &transaction(1)).await,
            Err(StoreError::Forbidden { .. })
        ));
        assert_eq!(jobs.job(&job.id).await.unwrap().unwrap(), job);
    }

    #[tokio::test]
    async fn damage_is_named() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let job = claimed(&jobs, 10).await;
        sqlx::query("UPDATE jobs SET block_comm_root = '0xzz'")
            .execute(&jobs.pool)
            .await
            .unwrap();
        let error = jobs.job(&job.id).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt { column: "block_comm_root", id, .. } if *id == job.id.0),
            "{error}"
        );
    }

    #[tokio::test]
    async fn proofs_are_kept_once() {
        let folder = Folder::new();
        let jobs = folder.jobs("one").await;
        let record = ProofRecord {
            statement: B256::repeat_byte(3),
            circuit: "v1".to_owned(),
            verifying_key: "abc".to_owned(),
            public_inputs: vec![1; 224].into(),
            proof: vec![2; 1152].into(),
            seconds: [("prove".to_owned(), 0.5)].into(),
        };
        jobs.keep_proof(&record).await.unwrap();
        let again = ProofRecord {
            proof: vec![3; 1152].into(),
            ..record.clone()
        };
        jobs.keep_proof(&again).await.unwrap();
        assert_eq!(jobs.proof(record.statement).await.unwrap(), Some(record));
        assert_eq!(jobs.proof(B256::ZERO).await.unwrap(), None);
    }
}
