//! One update, step by step: fetch, check, prove, try out, send, see it accepted.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy::primitives::TxHash;
use crema_circuit::Version;
use crema_light_client::{bundle::StateSignaturesBundle, stake_table::StakeTable, state::LightClientState};
use crema_plonk::Progress;
use reqwest::Client;

use super::{
    UpdateError,
    contract::{self, ContractView},
    decision::{self, Decision, Job},
    gas, inputs,
    key_choice::KeyChoice,
    l1::L1,
    options::Settings,
    report::{Journal, Outcome, Standing, State, Update},
    source::http_client,
    stop::Stop,
    submission::{self, Fate, Pending, Terms},
};
use crate::{
    prover::{Proved, Prover},
    terminal::Bars,
};

/// How often the contract is asked for the state that a successful transaction has brought, where endpoints lag.
const VISIBILITY_TRIES: u32 = 5;
/// Time between two of these questions.
const VISIBILITY_PAUSE: Duration = Duration::from_secs(1);

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

/// Brings the contract up to date, as often as it is asked to. Between updates it keeps the proving key, and a
/// transaction that has not been mined.
pub struct Updater {
    settings: Settings,
    client: Client,
    l1: L1,
    key: KeyChoice,
    pending: Option<Pending>,
    screen: Arc<dyn Screen>,
    stop: Stop,
}

impl Updater {
    /// Prepares updates; nothing is asked or loaded yet.
    ///
    /// # Errors
    /// When there is no folder for keys, or no HTTP client can be made.
    pub(super) fn new(settings: Settings, screen: Arc<dyn Screen>, stop: Stop) -> Result<Self, UpdateError> {
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
            pending: None,
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

        let bundle = stop.or(self.fetch_bundle(&mut journal)).await?;
        let terms = self.terms(stop.or(self.chain_id()).await?);
        self.look_after_pending(&mut journal, &terms).await?;
        let contract = stop.or(self.read_contract(&mut journal, terms.chain_id)).await?;
        decision::protocol(&contract)?;
        let standing = Standing {
            finalized: State(contract.finalized),
            bundle: State(bundle.state),
        };
        if !decision::is_newer(&bundle.state, &contract.finalized) {
            return Ok(Outcome::UpToDate(standing));
        }
        let table = stop.or(self.fetch_stake_table(&mut journal)).await?;
        let Decision::Prove(job) = stop
            .or(self.decide(&mut journal, bundle, table, &contract))
            .await?
        else {
            return Ok(Outcome::UpToDate(standing));
        };
        stop.or(self.preflight(&mut journal, &contract)).await?;
        let prover = stop.or(self.open_key(&mut journal, &contract)).await?;
        let proved = stop.or(self.prove(&mut journal, &prover, &job)).await?;
        self.submit(journal, &terms, &contract, &job, &prover, &proved)
            .await
    }

    fn terms(&self, chain_id: u64) -> Terms {
        Terms {
            contract: self.settings.light_client,
            chain_id,
            max_gas_price: self.settings.max_gas_price,
            patience: self.settings.options.receipt_timeout.0,
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
        bundle: StateSignaturesBundle,
        table: StakeTable,
        contract: &ContractView,
    ) -> Result<Decision, UpdateError> {
        let started = Instant::now();
        let capacity = self.settings.options.stake_table_capacity;
        let contract = contract.clone();
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

    async fn prove(
        &self,
        journal: &mut Journal,
        prover: &Arc<Prover>,
        job: &Job,
    ) -> Result<Proved, UpdateError> {
        let (prover, statement, screen) = (prover.clone(), job.statement.clone(), self.screen.clone());
        let proved = blocking(move || Ok(prover.prove(&statement, &*screen)?)).await;
        self.screen.clear();
        let proved = proved?;
        if let Some(failure) = &proved.failure {
            journal.warn(format!("{failure}; {} made the proof instead", proved.engine));
            tracing::error!("to repeat the failure: {failure:#}");
        }
        journal.step("witness", proved.witness, "every gate is satisfied");
        journal.step("prove", proved.proving, "proof made");
        journal.step("verify", proved.verifying, "proof verified here");
        Ok(proved)
    }

    async fn submit(
        &mut self,
        mut journal: Journal,
        terms: &Terms,
        contract: &ContractView,
        job: &Job,
        prover: &Prover,
        proved: &Proved,
    ) -> Result<Outcome, UpdateError> {
        let started = Instant::now();
        let input = contract::update_call(&job.state, &proved.proof)
            .map_err(|error| UpdateError::Internal(error.to_string()))?;
        let prepared = self
            .stop
            .or(submission::prepare(&self.l1, terms, job.state, input))
            .await;
        let mut pending = match prepared {
            Ok(pending) => pending,
            Err(error) => return self.unless_overtaken(error, &job.state).await,
        };
        let gas = pending.gas_limit();
        journal.step(
            "simulate",
            started.elapsed(),
            format_args!("the contract would accept it, for less than {gas} gas"),
        );
        let started = Instant::now();
        // not interrupted: whether a transaction was sent must be known
        submission::send(&self.l1, terms, &mut pending).await?;
        journal.step(
            "send",
            started.elapsed(),
            format_args!("transaction {}", pending.hash()),
        );
        let started = Instant::now();
        let hash = pending.hash();
        let settled = self.stop.or(submission::settle(&self.l1, terms, &pending)).await;
        let receipt = match settled {
            Ok(receipt) => receipt,
            Err(error @ UpdateError::Reverted { .. }) => {
                return self.unless_overtaken(error, &job.state).await;
            }
            Err(UpdateError::Interrupted { .. }) => {
                return Err(UpdateError::Interrupted { sent: Some(hash) });
            }
            Err(error) => {
                self.pending = Some(pending);
                return Err(error);
            }
        };
        let finalized = self.accepted(receipt.transaction_hash, &job.state).await?;
        let block = receipt
            .block_number
            .map(|block| block.to_string())
            .unwrap_or_default();
        journal.step(
            "receipt",
            started.elapsed(),
            format_args!(
                "in block {block}, {} gas; the contract is at {}",
                receipt.gas_used,
                State(finalized)
            ),
        );
        let (steps, total_seconds) = journal.close();
        Ok(Outcome::Updated(Box::new(Update {
            chain_id: terms.chain_id,
            contract: contract.address,
            account: self.l1.account(),
            circuit: prover.version().to_string(),
            sound: prover.version().is_sound(),
            capacity: prover.capacity(),
            verifying_key: prover.verifying_key().id(),
            signers: job.signers,
            previous: State(contract.finalized),
            state: State(finalized),
            transaction: receipt.transaction_hash,
            block: receipt.block_number,
            gas_used: receipt.gas_used,
            gas_price: receipt.effective_gas_price,
            steps,
            total_seconds,
        })))
    }

    /// A transaction that an earlier update has left waiting comes first: two for one state would pay twice.
    async fn look_after_pending(&mut self, journal: &mut Journal, terms: &Terms) -> Result<(), UpdateError> {
        let Some(mut pending) = self.pending.take() else {
            return Ok(());
        };
        let started = Instant::now();
        let hash = pending.hash();
        let settled = match submission::resume(&self.l1, terms, &mut pending).await {
            Ok(Fate::Mined(receipt)) => {
                submission::require_success(&self.l1, terms, &pending, *receipt).await
            }
            Ok(Fate::Waiting) => self.stop.or(submission::settle(&self.l1, terms, &pending)).await,
            Ok(Fate::Gone) => {
                journal.warn(format_args!(
                    "transaction {hash} was replaced by another of this account"
                ));
                return Ok(());
            }
            Err(UpdateError::Simulation(failure)) => {
                journal.warn(format_args!(
                    "transaction {hash} still waits, and would fail by now: {failure}"
                ));
                return Ok(());
            }
            Err(error) => Err(error),
        };
        match settled {
            Ok(receipt) => {
                let state = State(pending.state);
                let found = format_args!("{} has brought {state}", receipt.transaction_hash);
                journal.step("earlier", started.elapsed(), found);
                Ok(())
            }
            Err(error @ UpdateError::Reverted { .. }) => {
                journal.warn(&error);
                Ok(())
            }
            Err(UpdateError::Interrupted { .. }) => Err(UpdateError::Interrupted { sent: Some(hash) }),
            Err(error) => {
                self.pending = Some(pending);
                Err(error)
            }
        }
    }

    /// `error`, unless the contract refuses only because it has such a state by now, or is about to.
    async fn unless_overtaken(
        &self,
        error: UpdateError,
        state: &LightClientState,
    ) -> Result<Outcome, UpdateError> {
        if !matches!(&error, UpdateError::Simulation(failure) if failure.is_outdated()) {
            return Err(error);
        }
        let finalized = self.l1.finalized(self.settings.light_client).await?;
        if decision::is_newer(state, &finalized) {
            return Err(UpdateError::Awaited);
        }
        Ok(Outcome::Overtaken(Standing {
            finalized: State(finalized),
            bundle: State(*state),
        }))
    }

    /// The contract's state after a successful transaction: ours, or one that is newer still.
    async fn accepted(
        &self,
        hash: TxHash,
        state: &LightClientState,
    ) -> Result<LightClientState, UpdateError> {
        for _ in 0..VISIBILITY_TRIES {
            let finalized = self.l1.finalized(self.settings.light_client).await?;
            if !decision::is_newer(state, &finalized) {
                return Ok(finalized);
            }
            tokio::time::sleep(VISIBILITY_PAUSE).await;
        }
        Err(UpdateError::NotVisible { hash })
    }
}

/// Runs work that keeps a processor busy, where it does not keep the network waiting.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UpdateError> + Send + 'static,
) -> Result<T, UpdateError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(UpdateError::Internal(error.to_string())))
}
