//! From a proof in the store to a contract that has accepted it.

use std::time::{Duration, Instant};

use alloy::{
    primitives::{Address, TxHash},
    rpc::types::TransactionReceipt,
};
use crema_light_client::state::LightClientState;

use super::{
    UpdateError,
    contract::ContractView,
    decision::{self, Work},
    report::{Journal, Outcome, Standing, State, Update},
    submission::{self, Fate, Ledger, Pending, Terms},
    updater::Updater,
};
use crate::{
    jobs::{Claim, Job, Jobs, Mined, Phase, Target, Transaction},
    prover::Prover,
};

/// How often the contract is asked for the state that a successful transaction has brought, where endpoints lag.
const VISIBILITY_TRIES: u32 = 5;
/// Time between two of these questions.
const VISIBILITY_PAUSE: Duration = Duration::from_secs(1);

/// Writes a job's transactions into the store.
struct JobLedger<'a> {
    jobs: &'a Jobs,
    job: &'a mut Job,
    account: Address,
}

impl Ledger for JobLedger<'_> {
    async fn signed(&mut self, transaction: &Transaction) -> Result<(), UpdateError> {
        Ok(self.jobs.signed(self.job, self.account, transaction).await?)
    }
}

impl Updater {
    fn ledger<'a>(&'a self, job: &'a mut Job) -> JobLedger<'a> {
        JobLedger {
            jobs: &self.jobs,
            job,
            account: self.l1.account(),
        }
    }

    /// Sends a proved job, and sees it accepted.
    pub(super) async fn deliver(
        &self,
        mut journal: Journal,
        terms: &Terms,
        contract: &ContractView,
        work: &Work,
        prover: &Prover,
        job: &mut Job,
    ) -> Result<Outcome, UpdateError> {
        let started = Instant::now();
        let input = job
            .calldata
            .clone()
            .ok_or_else(|| UpdateError::Internal(format!("job {} is proved without a call", job.id)))?;
        let prepared = self
            .stop
            .or(submission::prepare(&self.l1, terms, work.state, input))
            .await;
        let mut pending = match prepared {
            Ok(pending) => pending,
            Err(error) => return self.unless_overtaken(error, job).await,
        };
        let gas = pending.gas_limit();
        journal.step(
            "simulate",
            started.elapsed(),
            format_args!("the contract would accept it, for less than {gas} gas"),
        );
        let started = Instant::now();
        // not interrupted: whether a transaction was sent must be known
        submission::send(&self.l1, terms, &mut pending, &mut self.ledger(job)).await?;
        self.jobs.sent(job).await?;
        let hash = pending.hash();
        journal.step("send", started.elapsed(), format_args!("transaction {hash}"));
        let started = Instant::now();
        let receipt = match self.accompany(terms, &pending, job).await {
            Ok(receipt) => receipt,
            Err(error @ UpdateError::Reverted { .. }) => return self.unless_overtaken(error, job).await,
            Err(UpdateError::Interrupted { .. }) => {
                return Err(UpdateError::Interrupted { sent: Some(hash) });
            }
            Err(error) => return Err(error),
        };
        let finalized = self.accepted(receipt.transaction_hash, &work.state).await?;
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
            job: job.id.to_string(),
            chain_id: terms.chain_id,
            contract: contract.address,
            account: self.l1.account(),
            circuit: prover.version().to_string(),
            sound: prover.version().is_sound(),
            capacity: prover.capacity(),
            verifying_key: prover.verifying_key().id(),
            signers: work.signers,
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

    /// Waits for the receipt, and for it to lie deep enough; the store learns of both.
    async fn accompany(
        &self,
        terms: &Terms,
        pending: &Pending,
        job: &mut Job,
    ) -> Result<TransactionReceipt, UpdateError> {
        let receipt = self.stop.or(submission::settle(&self.l1, terms, pending)).await?;
        self.bury(terms, pending, job, receipt).await
    }

    /// From a receipt of success to a confirmed job.
    async fn bury(
        &self,
        terms: &Terms,
        pending: &Pending,
        job: &mut Job,
        receipt: TransactionReceipt,
    ) -> Result<TransactionReceipt, UpdateError> {
        let deep = submission::is_deep(&self.l1, terms, &receipt).await?;
        self.jobs.mined(job, &mined(&receipt), deep).await?;
        if deep {
            return Ok(receipt);
        }
        let deepened = self
            .stop
            .or(submission::deepen(&self.l1, terms, pending, receipt))
            .await?;
        self.jobs.mined(job, &mined(&deepened), true).await?;
        Ok(deepened)
    }

    /// Transactions that an earlier update, or an earlier process, has left on their way come first: two for one state
    /// would pay twice.
    pub(super) async fn look_after(
        &self,
        journal: &mut Journal,
        terms: &Terms,
        target: &Target,
    ) -> Result<(), UpdateError> {
        for mut job in self.jobs.open_jobs(target).await? {
            if !job.phase.is_on_its_way() && job.phase != Phase::Mined {
                continue;
            }
            let Some(claim) = Claim::take(&self.jobs, &job.id).await? else {
                continue;
            };
            let result = self.follow(journal, terms, &mut job).await;
            claim.release().await;
            result?;
        }
        Ok(())
    }

    /// Sees one job through that is on its way.
    async fn follow(&self, journal: &mut Journal, terms: &Terms, job: &mut Job) -> Result<(), UpdateError> {
        let started = Instant::now();
        let Some(mut pending) = Pending::restored(job) else {
            return Ok(self.jobs.withdraw(job).await?);
        };
        let hash = pending.hash();
        let resumed = submission::resume(&self.l1, terms, &mut pending, &mut self.ledger(job)).await;
        let settled = match resumed {
            Ok(Fate::Mined(receipt)) => {
                match submission::require_success(&self.l1, terms, &pending, *receipt).await {
                    Ok(receipt) => self.bury(terms, &pending, job, receipt).await,
                    Err(error) => Err(error),
                }
            }
            Ok(Fate::Waiting) => {
                if job.phase != Phase::Sent {
                    self.jobs.sent(job).await?;
                }
                self.accompany(terms, &pending, job).await
            }
            Ok(Fate::Gone) => {
                journal.warn(format_args!(
                    "transaction {hash} was replaced by another of this account, or lost one before it"
                ));
                return Ok(self.jobs.withdraw(job).await?);
            }
            Err(UpdateError::Simulation(failure)) if failure.is_outdated() => {
                journal.warn(format_args!(
                    "transaction {hash} still waits, and is outdated by now"
                ));
                return Ok(self.jobs.supersede(job).await?);
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
                self.after_revert(job, &error).await
            }
            Err(UpdateError::Interrupted { .. }) => Err(UpdateError::Interrupted { sent: Some(hash) }),
            Err(error) => Err(error),
        }
    }

    /// A reverted transaction has used its nonce: the job is outdated, or needs another.
    async fn after_revert(&self, job: &mut Job, error: &UpdateError) -> Result<(), UpdateError> {
        match error {
            UpdateError::Reverted { reason, .. } if reason.is_outdated() => {
                Ok(self.jobs.supersede(job).await?)
            }
            _ => Ok(self.jobs.withdraw(job).await?),
        }
    }

    /// `error`, unless the contract refuses only because it has such a state by now, or is about to.
    async fn unless_overtaken(&self, error: UpdateError, job: &mut Job) -> Result<Outcome, UpdateError> {
        let reverted = matches!(&error, UpdateError::Reverted { .. });
        let outdated = match &error {
            UpdateError::Simulation(reason) | UpdateError::Reverted { reason, .. } => reason.is_outdated(),
            _ => false,
        };
        if reverted {
            self.after_revert(job, &error).await?;
        }
        if !outdated || reverted {
            return Err(error);
        }
        let finalized = self.l1.finalized(job.target.contract).await?;
        if decision::is_newer(&job.state, &finalized) {
            return Err(UpdateError::Awaited);
        }
        self.jobs.supersede(job).await?;
        Ok(Outcome::Overtaken(Standing {
            finalized: State(finalized),
            bundle: State(job.state),
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

/// A receipt as the store keeps it.
fn mined(receipt: &TransactionReceipt) -> Mined {
    Mined {
        hash: receipt.transaction_hash,
        block: receipt.block_number.unwrap_or_default(),
        block_hash: receipt.block_hash.unwrap_or_default(),
        gas_used: receipt.gas_used,
        gas_price: receipt.effective_gas_price.to_string(),
    }
}
