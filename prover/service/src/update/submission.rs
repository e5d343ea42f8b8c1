//! A proved update on its way into a block, and what becomes of it there.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use alloy::{
    primitives::{Address, Bytes, TxHash},
    rpc::types::TransactionReceipt,
};
use crema_light_client::state::LightClientState;

use super::{
    UpdateError,
    gas::{self, Fees},
    l1::L1,
};
use crate::jobs::{Job, Transaction, now};

/// Time between two looks at how deep a receipt lies.
const DEPTH_POLL: Duration = Duration::from_millis(500);

/// Where to send, and on what terms.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The contract.
    pub contract: Address,
    /// The chain.
    pub chain_id: u64,
    /// The most that a unit of gas may cost, in wei.
    pub max_gas_price: Option<u128>,
    /// How long a receipt is waited for, and after which a transaction may be replaced.
    pub patience: Duration,
    /// How many blocks deep it must lie, its own counted.
    pub confirmations: u64,
}

/// An update that is ready to be sent, or was, with all its transactions.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The state that it brings.
    pub state: LightClientState,
    input: Bytes,
    nonce: u64,
    gas_limit: u64,
    fees: Fees,
    transactions: Vec<Transaction>,
}

/// Writes down what is signed, before it is sent.
pub trait Ledger {
    /// A transaction is signed. If this fails it is not sent.
    fn signed(&mut self, transaction: &Transaction) -> impl Future<Output = Result<(), UpdateError>> + Send;
}

/// Nothing is written down.
impl Ledger for () {
    async fn signed(&mut self, _: &Transaction) -> Result<(), UpdateError> {
        Ok(())
    }
}

impl Pending {
    /// What a job left on its way; `None` where it had not come so far.
    pub fn restored(job: &Job) -> Option<Self> {
        let newest = job.transactions.last()?;
        // a job that was taken back begins again: only the newest nonce's transactions are of interest
        let own = job.transactions.iter().filter(|one| one.nonce == newest.nonce);
        Some(Self {
            state: job.state,
            input: job.calldata.clone()?,
            nonce: newest.nonce,
            gas_limit: newest.gas_limit,
            fees: newest.fees,
            transactions: own.cloned().collect(),
        })
    }

    /// The most gas that it may use.
    pub fn gas_limit(&self) -> u64 {
        self.gas_limit
    }

    /// Its hash; that of the newest replacement.
    pub fn hash(&self) -> TxHash {
        self.transactions
            .last()
            .map(|newest| newest.hash)
            .unwrap_or_default()
    }

    fn hashes(&self) -> Vec<TxHash> {
        self.transactions
            .iter()
            .map(|transaction| transaction.hash)
            .collect()
    }

    /// Whether its newest transaction has waited for so long.
    fn has_waited(&self, patience: Duration) -> bool {
        self.transactions
            .last()
            .is_none_or(|newest| Duration::from_millis(now().saturating_sub(newest.signed)) >= patience)
    }
}

/// What has become of a pending transaction.
#[derive(Debug)]
pub enum Fate {
    /// It is in a block.
    Mined(Box<TransactionReceipt>),
    /// It waits; where it has waited for long it was sent again with higher fees, unless that is not allowed.
    Waiting,
    /// None of its transactions can be mined: another has used the nonce, or one before it has vanished.
    Gone,
}

/// Tries the update out, and gets it ready to be sent: the contract would accept it, gas is not too dear, there are funds.
///
/// # Errors
/// What forbids it.
pub async fn prepare(
    l1: &L1,
    terms: &Terms,
    state: LightClientState,
    input: Bytes,
) -> Result<Pending, UpdateError> {
    l1.simulate(terms.contract, &input).await?;
    let gas_limit = gas::gas_limit(l1.estimate(terms.contract, &input).await?);
    let fees = gas::fees(l1.market().await?, terms.max_gas_price)?;
    gas::require_funds(l1.account(), l1.balance().await?, gas_limit, fees)?;
    let (mined, nonce) = l1.nonces().await?;
    if nonce > mined {
        tracing::warn!(waiting = nonce - mined, account = %l1.account(), "earlier transactions of this account wait");
    }
    Ok(Pending {
        state,
        input,
        nonce,
        gas_limit,
        fees,
        transactions: Vec::new(),
    })
}

/// Signs the transaction, writes it down and sends it, for the first time or with other fees.
///
/// # Errors
/// [`UpdateError::NotSent`]; the transaction stays among the pending one's all the same, for an answer may have been lost.
pub async fn send(
    l1: &L1,
    terms: &Terms,
    pending: &mut Pending,
    ledger: &mut impl Ledger,
) -> Result<(), UpdateError> {
    let (nonce, fees) = (pending.nonce, pending.fees);
    let signed = l1
        .sign(
            terms.chain_id,
            nonce,
            terms.contract,
            &pending.input,
            pending.gas_limit,
            fees,
        )
        .await?;
    ledger.signed(&signed).await?;
    tracing::info!(hash = %signed.hash, nonce, max_fee = fees.max, priority_fee = fees.priority, "sending");
    pending.transactions.push(signed.clone());
    l1.send(&signed).await
}

/// Looks after a transaction that an earlier attempt has left behind.
///
/// # Errors
/// When no endpoint answers, or the contract would refuse the update by now.
pub async fn resume(
    l1: &L1,
    terms: &Terms,
    pending: &mut Pending,
    ledger: &mut impl Ledger,
) -> Result<Fate, UpdateError> {
    if let Some(receipt) = l1.receipt_now(&pending.hashes()).await? {
        return Ok(Fate::Mined(Box::new(receipt)));
    }
    let (mined, next) = l1.nonces().await?;
    if mined > pending.nonce {
        // it may have been mined between the two questions
        return Ok(match l1.receipt_now(&pending.hashes()).await? {
            Some(receipt) => Fate::Mined(Box::new(receipt)),
            None => Fate::Gone,
        });
    }
    if next < pending.nonce {
        return Ok(Fate::Gone);
    }
    let known = l1.knows(pending.hash()).await?;
    if !known {
        // the same bytes: where they had arrived after all, this changes nothing
        l1.simulate(terms.contract, &pending.input).await?;
        let sent_again = match pending.transactions.last() {
            Some(newest) => l1.send(newest).await,
            None => Ok(()),
        };
        match sent_again {
            Ok(()) => return Ok(Fate::Waiting),
            Err(error) => tracing::warn!(%error, hash = %pending.hash(), "could not be sent again"),
        }
    }
    if !known || pending.has_waited(terms.patience) {
        replace(l1, terms, pending, ledger).await?;
    }
    Ok(Fate::Waiting)
}

/// Sends it again with higher fees, where the cap allows.
async fn replace(
    l1: &L1,
    terms: &Terms,
    pending: &mut Pending,
    ledger: &mut impl Ledger,
) -> Result<(), UpdateError> {
    let Some(fees) = gas::replacement(pending.fees, l1.market().await?, terms.max_gas_price) else {
        return Ok(());
    };
    l1.simulate(terms.contract, &pending.input).await?;
    let before = pending.fees;
    pending.fees = fees;
    match send(l1, terms, pending, ledger).await {
        Err(error @ UpdateError::NotSent { .. }) => {
            pending.fees = before;
            tracing::warn!(%error, hash = %pending.hash(), "could not be replaced");
            Ok(())
        }
        result => result,
    }
}

/// Waits until the transaction is in a block and has done its work there.
///
/// # Errors
/// [`UpdateError::ReceiptTimeout`], and [`UpdateError::Reverted`] with the reason.
pub async fn settle(l1: &L1, terms: &Terms, pending: &Pending) -> Result<TransactionReceipt, UpdateError> {
    let receipt = l1.receipt(&pending.hashes(), terms.patience).await?;
    require_success(l1, terms, pending, receipt).await
}

/// Whether a receipt lies as deep as wanted, its block counted as one.
///
/// # Errors
/// When no endpoint answers.
pub async fn is_deep(l1: &L1, terms: &Terms, receipt: &TransactionReceipt) -> Result<bool, UpdateError> {
    if terms.confirmations <= 1 {
        return Ok(true);
    }
    let head = l1.head().await?;
    let wanted = receipt
        .block_number
        .map(|block| block.saturating_add(terms.confirmations - 1));
    Ok(wanted.is_some_and(|wanted| head >= wanted))
}

/// Waits until the transaction lies as deep as wanted, in whatever block it is by then.
///
/// # Errors
/// [`UpdateError::ReceiptTimeout`] when that takes longer than the patience for one receipt per block;
/// [`UpdateError::Reverted`] when a reorganisation made it fail.
pub async fn deepen(
    l1: &L1,
    terms: &Terms,
    pending: &Pending,
    mut receipt: TransactionReceipt,
) -> Result<TransactionReceipt, UpdateError> {
    let started = Instant::now();
    while !is_deep(l1, terms, &receipt).await? {
        let waited = started.elapsed();
        if waited > terms.patience {
            let hash = receipt.transaction_hash;
            return Err(UpdateError::ReceiptTimeout { hash, waited });
        }
        tokio::time::sleep(DEPTH_POLL.min(terms.patience)).await;
        match l1.receipt_now(&pending.hashes()).await? {
            Some(found) => receipt = require_success(l1, terms, pending, found).await?,
            // taken out by a reorganisation: it waits to be mined again, or must be sent again
            None => receipt = settle(l1, terms, pending).await?,
        }
    }
    Ok(receipt)
}

/// A receipt of success, or why it is none.
///
/// # Errors
/// [`UpdateError::Reverted`].
pub async fn require_success(
    l1: &L1,
    terms: &Terms,
    pending: &Pending,
    receipt: TransactionReceipt,
) -> Result<TransactionReceipt, UpdateError> {
    if receipt.status() {
        return Ok(receipt);
    }
    let reason = l1
        .revert_reason(terms.contract, &pending.input, receipt.block_number)
        .await;
    Err(UpdateError::Reverted {
        hash: receipt.transaction_hash,
        reason,
        gas_used: receipt.gas_used,
    })
}
