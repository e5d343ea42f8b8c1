//! One update, step by step: fetch, check, prove, try out, send, see it accepted.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::B256;
use ark_bn254::Fr;
use crema_circuit::{Version, public_inputs};
use crema_light_client::{bundle::StateSignaturesBundle, field, stake_table::StakeTable};
use crema_plonk::{Progress, Proof};
use reqwest::Client;

use super::{
    UpdateError,
    contract::{self, ContractView},
    decision::{self, Decision, Work},
    gas, inputs,
    key_choice::KeyChoice,
    l1::L1,
    options::Settings,
    report::{Journal, Outcome, Standing, State},
    source::http_client,
    stop::Stop,
    submission::Terms,
};
use crate::{
    jobs::{Claim, Failure, Job, Jobs, Phase, ProofRecord, Target, now},
    prover::{ProveFailure, Prover},
    terminal::Bars,
};

/// Shows the progress of long steps, from whatever thread they run on, between lines that are printed.
pub trait Screen: Progress + Send {
    /// Makes room for a line.
    fn clear(&self) {}
}

impl Screen for () {}

impl Screen for Bars {
    fn clear(&self) {
        Bars::clear(self);
    }
}

/// Brings the contract up to date, as often as it is asked to. Between updates it keeps the proving key; all else that
/// must not be forgotten is in the job store.
pub struct Updater {
    pub(super) settings: Settings,
    client: Client,
    pub(super) l1: L1,
    key: KeyChoice,
    pub(super) jobs: Jobs,
    screen: Arc<dyn Screen>,
    pub(super) stop: Stop,
}

impl Updater {
    /// Prepares updates: opens the job store; nothing else is asked or loaded yet.
    ///
    /// # Errors
    /// When there is no job store, no folder for keys, or no HTTP client can be made.
    pub(super) async fn open(
        settings: Settings,
        screen: Arc<dyn Screen>,
        stop: Stop,
    ) -> Result<Self, UpdateError> {
        let jobs = Jobs::open(&settings.store).await?;
        tracing::info!(store = %settings.store, "job store");
        Self::with_jobs(settings, jobs, screen, stop)
    }

    /// As [`Updater::open`], over a store that is open already.
    ///
    /// # Errors
    /// As [`Updater::open`].
    pub(super) fn with_jobs(
        settings: Settings,
        jobs: Jobs,
        screen: Arc<dyn Screen>,
        stop: Stop,
    ) -> Result<Self, UpdateError> {
        let client =
            http_client().map_err(|error| UpdateError::Internal(format!("no HTTP client: {error}")))?;
        let l1 = L1::new(
            client.clone(),
            &settings.options.l1_provider,
            settings.signer.clone(),
        );
        let key = KeyChoice::new(&settings.options)?;
        Ok(Self {
            settings,
            client,
            l1,
            key,
            jobs,
            screen,
            stop,
        })
    }

    /// One update.
    ///
    /// # Errors
    /// [`UpdateError`].
    pub async fn update(&mut self) -> Result<Outcome, UpdateError> {
        let stop = self.stop.clone();
        let mut journal = Journal::new(self.settings.aloud());

        let bundle = stop.or(self.fetch_bundle(&mut journal)).await;
        let (terms, target) = stop.or(self.destination()).await?;
        // what is on its way is looked after whether or not there is news
        Box::pin(self.look_after(&mut journal, &terms, &target)).await?;
        let bundle = bundle?;
        let contract = stop.or(self.read_contract(&mut journal, terms.chain_id)).await?;
        decision::protocol(&contract)?;
        self.jobs.supersede_up_to(&target, &contract.finalized).await?;
        let standing = Standing {
            finalized: State(contract.finalized),
            bundle: State(bundle.state),
        };
        if !decision::is_newer(&bundle.state, &contract.finalized) {
            return Ok(Outcome::UpToDate(standing));
        }
        let table = stop.or(self.fetch_stake_table(&mut journal)).await?;
        let Decision::Prove(work) = stop
            .or(self.decide(&mut journal, &bundle, table, &contract))
            .await?
        else {
            return Ok(Outcome::UpToDate(standing));
        };
        let mut job = self.jobs.collect(&target, &bundle).await?;
        let Some(claim) = Claim::take(&self.jobs, &job.id).await? else {
            return Err(UpdateError::Claimed { job: job.id });
        };
        // boxed: it would make every future around it large
        let result = Box::pin(self.work(journal, &terms, &contract, &work, &mut job)).await;
        if let Err(error) = &result {
            self.note_failure(&mut job, error).await;
        }
        claim.release().await;
        result
    }

    /// Proves what is not proved yet, and brings it to the contract.
    async fn work(
        &mut self,
        mut journal: Journal,
        terms: &Terms,
        contract: &ContractView,
        work: &Work,
        job: &mut Job,
    ) -> Result<Outcome, UpdateError> {
        let stop = self.stop.clone();
        match job.phase {
            Phase::Failed => {
                return Err(UpdateError::GivenUp {
                    job: job.id.clone(),
                    attempts: job.attempts,
                    reason: job
                        .failure
                        .as_ref()
                        .map(|failure| failure.code.clone())
                        .unwrap_or_default(),
                });
            }
            // the contract is behind it all the same: a reorganisation took away what was there
            Phase::Superseded => self.jobs.reopen(job).await?,
            Phase::Confirmed => self.jobs.withdraw(job).await?,
            // looked after already, and not there yet
            Phase::Simulated | Phase::Sent | Phase::Mined => return Err(UpdateError::Awaited),
            Phase::Collected | Phase::Proved => {}
        }
        stop.or(self.preflight(&mut journal, contract)).await?;
        let prover = stop.or(self.open_key(&mut journal, contract)).await?;
        stop.or(Box::pin(self.proof(&mut journal, &prover, work, job)))
            .await?;
        self.deliver(journal, terms, contract, work, &prover, job).await
    }

    /// Writes down what an attempt met; gives the job up when that was too often its own fault.
    async fn note_failure(&self, job: &mut Job, error: &UpdateError) {
        let own = match error {
            UpdateError::Interrupted { .. } | UpdateError::Store(_) | UpdateError::GivenUp { .. } => return,
            error => error.counts_against_the_job(),
        };
        let failure = Failure {
            code: error.code().to_owned(),
            message: error.to_string(),
        };
        let last = own && job.attempts + 1 >= self.settings.options.max_attempts;
        // what may still be mined is not given up
        let until = (!last || job.phase.is_on_its_way() || job.phase.is_over()).then(now);
        if let Err(error) = self.jobs.failed(job, &failure, own, until).await {
            tracing::warn!(job = %job.id, %error, "the failure was not written down");
        }
    }

    fn terms(&self, chain_id: u64) -> Terms {
        Terms {
            contract: self.settings.light_client,
            chain_id,
            max_gas_price: self.settings.max_gas_price,
            patience: self.settings.options.receipt_timeout.0,
            confirmations: self.settings.options.confirmations,
        }
    }

    async fn fetch_bundle(&self, journal: &mut Journal) -> Result<StateSignaturesBundle, UpdateError> {
        let started = Instant::now();
        let bundle = inputs::bundle(&self.settings.options.relay_server, &self.client).await?;
        let count = bundle.signatures.len();
        let found = format_args!("bundle for {} with {count} signatures", State(bundle.state));
        journal.step("relay", started.elapsed(), found);
        Ok(bundle)
    }

    async fn fetch_stake_table(&self, journal: &mut Journal) -> Result<StakeTable, UpdateError> {
        let started = Instant::now();
        let table = inputs::stake_table(&self.settings.options.sequencer_url, &self.client).await?;
        let found = format_args!("{} entries, total stake {}", table.len(), table.total());
        journal.step("stake table", started.elapsed(), found);
        Ok(table)
    }

    /// The chain, and the contract there.
    async fn destination(&self) -> Result<(Terms, Target), UpdateError> {
        let terms = self.terms(self.chain_id().await?);
        let target = Target {
            chain_id: terms.chain_id,
            genesis: self.l1.genesis().await?,
            contract: terms.contract,
        };
        Ok((terms, target))
    }

    async fn chain_id(&self) -> Result<u64, UpdateError> {
        let found = self.l1.chain_id().await?;
        match self.settings.options.chain_id {
            Some(expected) if expected != found => Err(UpdateError::WrongChain { expected, found }),
            _ => Ok(found),
        }
    }

    async fn read_contract(&self, journal: &mut Journal, chain_id: u64) -> Result<ContractView, UpdateError> {
        let started = Instant::now();
        let contract = self.l1.contract(self.settings.light_client, chain_id).await?;
        let behind = contract
            .implementation
            .map(|at| format!(" (implementation {at})"))
            .unwrap_or_default();
        journal.step(
            "contract",
            started.elapsed(),
            format_args!(
                "light client version {} at {}{behind} on chain {chain_id}: {}",
                contract.major,
                contract.address,
                State(contract.finalized)
            ),
        );
        Ok(contract)
    }

    async fn decide(
        &self,
        journal: &mut Journal,
        bundle: &StateSignaturesBundle,
        table: StakeTable,
        contract: &ContractView,
    ) -> Result<Decision, UpdateError> {
        let started = Instant::now();
        let capacity = self.settings.options.stake_table_capacity;
        let (bundle, contract) = (bundle.clone(), contract.clone());
        let decision = blocking(move || decision::decide(&bundle, &table, capacity, &contract)).await?;
        if let Decision::Prove(job) = &decision {
            for rejected in &job.rejected {
                journal.warn(format_args!("{rejected} (it does not count; the others suffice)"));
            }
            journal.step(
                "check",
                started.elapsed(),
                format_args!(
                    "{} good signatures of weight {} for a threshold of {}; the stake table is the contract's",
                    job.signers, job.weight, job.threshold
                ),
            );
        }
        Ok(decision)
    }

    /// What would forbid the transaction whatever the proof: cheap to know before the work.
    async fn preflight(&self, journal: &mut Journal, contract: &ContractView) -> Result<(), UpdateError> {
        let started = Instant::now();
        let account = self.l1.account();
        if let Some(permitted) = contract.permitted.filter(|permitted| *permitted != account) {
            return Err(UpdateError::NotPermitted { permitted, account });
        }
        let fees = gas::fees(self.l1.market().await?, self.settings.max_gas_price)?;
        let balance = self.l1.balance().await?;
        gas::require_funds(account, balance, gas::UPDATE_GAS, fees)?;
        journal.step(
            "account",
            started.elapsed(),
            format_args!(
                "{account} has {}, pays at most {} for gas",
                gas::Ether(balance),
                gas::Gwei(fees.max)
            ),
        );
        Ok(())
    }

    async fn open_key(
        &mut self,
        journal: &mut Journal,
        contract: &ContractView,
    ) -> Result<Arc<Prover>, UpdateError> {
        let started = Instant::now();
        let prover = self.key.open(contract, &self.screen).await?;
        let (version, capacity) = (prover.version(), prover.capacity());
        let id = prover.verifying_key().id();
        journal.step(
            "key",
            started.elapsed(),
            format_args!(
                "{version}, capacity {capacity}, verification key {id}: found in the contract's code"
            ),
        );
        self.warn_of_danger(journal, version);
        Ok(prover)
    }

    fn warn_of_danger(&self, journal: &Journal, version: Version) {
        if !version.is_sound() {
            journal.warn(format_args!(
                "the contract's key belongs to circuit {version} as first deployed, which is UNSOUND: a proof can be made \
                 although nobody signed, so the contract is only as safe as its permissioned prover; its owner \
                 should upgrade to {version}-canonical"
            ));
        }
        if self.settings.options.srs.is_insecure() {
            journal.warn("the reference string is INSECURE, for development only: its secret is known");
        }
    }

    /// Gives the job a proof: one that is in the store, or a new one, which then is.
    async fn proof(
        &self,
        journal: &mut Journal,
        prover: &Arc<Prover>,
        work: &Work,
        job: &mut Job,
    ) -> Result<(), UpdateError> {
        let inputs = public_inputs(prover.version(), &work.statement).map_err(ProveFailure::from)?;
        let statement = statement_hash(prover, &inputs);
        if job.phase == Phase::Proved && job.statement == Some(statement) {
            journal.step("prove", Duration::ZERO, "the proof is in the job store");
            return Ok(());
        }
        let started = Instant::now();
        let kept = self.jobs.proof(statement).await?;
        let proof = match kept.and_then(|kept| Proof::from_solidity(&kept.proof).ok()) {
            Some(proof) if prover.accepts(&inputs, &proof) => {
                journal.step(
                    "prove",
                    started.elapsed(),
                    "the proof was made before, and verifies",
                );
                proof
            }
            _ => self.prove(journal, prover, work, statement).await?,
        };
        if job.phase == Phase::Proved {
            // proved for another key or stake table
            self.jobs.recollect(job).await?;
        }
        job.seconds.extend(journal.seconds());
        let call = contract::update_call(&work.state, &proof)
            .map_err(|error| UpdateError::Internal(error.to_string()))?;
        Ok(self.jobs.proved(job, statement, call).await?)
    }

    async fn prove(
        &self,
        journal: &mut Journal,
        prover: &Arc<Prover>,
        work: &Work,
        statement: B256,
    ) -> Result<Proof, UpdateError> {
        let (shared, claims, screen) = (prover.clone(), work.statement.clone(), self.screen.clone());
        let proved = blocking(move || Ok(shared.prove(&claims, &*screen)?)).await;
        self.screen.clear();
        let proved = proved?;
        if let Some(failure) = &proved.failure {
            journal.warn(format!("{failure}; {} made the proof instead", proved.engine));
            tracing::error!("to repeat the failure: {failure:#}");
        }
        journal.step("witness", proved.witness, "every gate is satisfied");
        journal.step("prove", proved.proving, "proof made");
        journal.step("verify", proved.verifying, "proof verified here");
        let inputs = proved.public_inputs.iter();
        let record = ProofRecord {
            statement,
            circuit: prover.version().to_string(),
            verifying_key: prover.verifying_key().id(),
            public_inputs: inputs.flat_map(field::to_be_bytes).collect::<Vec<u8>>().into(),
            proof: proved.proof.to_solidity().into(),
            seconds: [
                ("witness".to_owned(), proved.witness.as_secs_f64()),
                ("prove".to_owned(), proved.proving.as_secs_f64()),
                ("verify".to_owned(), proved.verifying.as_secs_f64()),
            ]
            .into(),
        };
        self.jobs.keep_proof(&record).await?;
        Ok(proved.proof)
    }
}

/// What a proof proves, in 32 bytes: the verification key and the public inputs.
fn statement_hash(prover: &Prover, public_inputs: &[Fr]) -> B256 {
    let mut hasher = blake3::Hasher::new();
    for coordinate in prover.verifying_key().coordinates() {
        hasher.update(&coordinate);
    }
    for input in public_inputs {
        hasher.update(&field::to_be_bytes(input));
    }
    B256::from(*hasher.finalize().as_bytes())
}

/// Runs work that keeps a processor busy, where it does not keep the network waiting.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UpdateError> + Send + 'static,
) -> Result<T, UpdateError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(UpdateError::Internal(error.to_string())))
}
