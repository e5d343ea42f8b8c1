//! A proved update on its way into a block, and what becomes of it there.

use std::time::Duration;

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

/// Where to send, and on what terms.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The contract.
    pub contract: Address,
    /// The chain.
    pub chain_id: u64,
    /// The most that a unit of gas may cost, in wei.
    pub max_gas_price: Option<u128>,
    /// How long a receipt is waited for.
    pub patience: Duration,
}

/// A transaction that is not known to be in a block, with its replacements.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The state that it brings.
    pub state: LightClientState,
    input: Bytes,
    nonce: u64,
    gas_limit: u64,
    fees: Fees,
    hashes: Vec<TxHash>,
}

impl Pending {
    /// The most gas that it may use.
    pub fn gas_limit(&self) -> u64 {
        self.gas_limit
    }

    /// Its hash; that of the newest replacement.
    pub fn hash(&self) -> TxHash {
        self.hashes.last().copied().unwrap_or_default()
    }
}

/// What has become of a pending transaction.
#[derive(Debug)]
pub enum Fate {
    /// It is in a block.
    Mined(Box<TransactionReceipt>),
    /// It waits; it was sent again with higher fees, unless that is not allowed.
    Waiting,
    /// Its nonce was used by another transaction.
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
        hashes: Vec::new(),
    })
}

/// Signs the transaction and sends it, for the first time or with other fees.
///
/// # Errors
/// [`UpdateError::NotSent`].
pub async fn send(l1: &L1, terms: &Terms, pending: &mut Pending) -> Result<(), UpdateError> {
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
    // noted before it is sent: an answer may be lost
    pending.hashes.push(signed.hash);
    tracing::info!(hash = %signed.hash, nonce, max_fee = fees.max, priority_fee = fees.priority, "sending");
    let sent = l1.send(&signed).await;
    if sent.is_err() {
        pending.hashes.pop();
    }
    sent
}

/// Looks after a transaction that an earlier attempt has left behind.
///
/// # Errors
/// When no endpoint answers, or the contract would refuse the update by now.
pub async fn resume(l1: &L1, terms: &Terms, pending: &mut Pending) -> Result<Fate, UpdateError> {
    if let Some(receipt) = l1.receipt_now(&pending.hashes).await? {
        return Ok(Fate::Mined(Box::new(receipt)));
    }
    let (mined, _) = l1.nonces().await?;
    if mined > pending.nonce {
        return Ok(Fate::Gone);
    }
    if let Some(fees) = gas::replacement(pending.fees, l1.market().await?, terms.max_gas_price) {
        l1.simulate(terms.contract, &pending.input).await?;
        let before = pending.fees;
        pending.fees = fees;
        if let Err(error) = send(l1, terms, pending).await {
            pending.fees = before;
            tracing::warn!(%error, hash = %pending.hash(), "could not be replaced");
        }
    }
    Ok(Fate::Waiting)
}

/// Waits until the transaction is in a block and has done its work there.
///
/// # Errors
/// [`UpdateError::ReceiptTimeout`], and [`UpdateError::Reverted`] with the reason.
pub async fn settle(l1: &L1, terms: &Terms, pending: &Pending) -> Result<TransactionReceipt, UpdateError> {
    let receipt = l1.receipt(&pending.hashes, terms.patience).await?;
    require_success(l1, terms, pending, receipt).await
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
