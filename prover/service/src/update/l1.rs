//! The L1: reading the contract, trying out and sending the update.

use std::time::{Duration, Instant};

use alloy::{
    consensus::BlockHeader,
    eips::{BlockId, Encodable2718},
    network::{Ethereum, EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, Bytes, TxHash, U256},
    providers::{Provider, RootProvider},
    rpc::{
        client::RpcClient,
        types::{TransactionReceipt, TransactionRequest},
    },
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::{RpcError, TransportError},
};
use crema_contracts::{IMPLEMENTATION_SLOT, LightClient, Revert};
use reqwest::{Client, Url};

use super::{
    UpdateError,
    contract::{self, CallFailure, ContractView},
    gas::{Fees, Market},
    transport::Endpoints,
};
use crate::jobs::{Transaction, now};

/// Time between two questions for a receipt.
const RECEIPT_POLL: Duration = Duration::from_millis(250);
/// Longest time between two questions for a receipt.
const RECEIPT_POLL_MAX: Duration = Duration::from_secs(4);
/// How much of an endpoint's error is shown.
const MAX_SHOWN: usize = 300;

/// A connection to the chain, for one account.
#[derive(Clone, Debug)]
pub struct L1 {
    provider: RootProvider<Ethereum>,
    wallet: EthereumWallet,
    account: Address,
}

/// An error of an endpoint in a form fit for logs.
fn failed(action: &'static str) -> impl Fn(TransportError) -> UpdateError {
    move |error| match error {
        RpcError::Transport(error) => UpdateError::L1Unreachable {
            reason: error.to_string(),
        },
        RpcError::ErrorResp(payload) => UpdateError::L1Refused {
            action,
            reason: shorten(&format!("{} (code {})", payload.message, payload.code)),
        },
        RpcError::DeserError { err, .. } => UpdateError::L1Refused {
            action,
            reason: shorten(&err.to_string()),
        },
        other => UpdateError::L1Refused {
            action,
            reason: shorten(&other.to_string()),
        },
    }
}

/// As [`failed`], where a revert is the contract's answer.
fn refused(action: &'static str) -> impl Fn(TransportError) -> UpdateError {
    move |error| match revert(&error) {
        Some(failure) => UpdateError::Simulation(failure),
        None => failed(action)(error),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect()
}

impl L1 {
    /// Connects lazily: nothing is asked before it is needed.
    pub fn new(client: Client, urls: &[Url], signer: PrivateKeySigner) -> Self {
        let account = signer.address();
        let provider = RootProvider::new(RpcClient::new(Endpoints::new(client, urls), false));
        Self {
            provider,
            wallet: EthereumWallet::from(signer),
            account,
        }
    }

    /// Who sends.
    pub fn account(&self) -> Address {
        self.account
    }

    /// The chain's id.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn chain_id(&self) -> Result<u64, UpdateError> {
        self.provider.get_chain_id().await.map_err(failed("eth_chainId"))
    }

    /// Hash of block 0, which tells chains of one id apart; zero where an endpoint has forgotten that block.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn genesis(&self) -> Result<B256, UpdateError> {
        let block = self
            .provider
            .get_block(BlockId::number(0))
            .await
            .map_err(failed("eth_getBlockByNumber"))?;
        Ok(block.map(|block| block.header.hash).unwrap_or_default())
    }

    /// Number of the newest block.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn head(&self) -> Result<u64, UpdateError> {
        self.provider
            .get_block_number()
            .await
            .map_err(failed("eth_blockNumber"))
    }

    /// Whether an endpoint has heard of this transaction.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn knows(&self, hash: TxHash) -> Result<bool, UpdateError> {
        let found = self.provider.get_transaction_by_hash(hash).await;
        Ok(found.map_err(failed("eth_getTransactionByHash"))?.is_some())
    }

    /// Reads a light client.
    ///
    /// # Errors
    /// When there is none, or no endpoint answers.
    pub async fn contract(&self, address: Address, chain_id: u64) -> Result<ContractView, UpdateError> {
        let slot = self
            .provider
            .get_storage_at(address, IMPLEMENTATION_SLOT.into())
            .await
            .map_err(failed("eth_getStorageAt"))?;
        let implementation = Address::from_word(slot.into());
        let implementation = (!implementation.is_zero()).then_some(implementation);
        let holder = implementation.unwrap_or(address);
        let code = self
            .provider
            .get_code_at(holder)
            .await
            .map_err(failed("eth_getCode"))?;
        if code.is_empty() {
            return Err(UpdateError::NoContract {
                address: holder,
                chain_id,
            });
        }
        let version = self
            .read(address, "getVersion", LightClient::getVersionCall {})
            .await?;
        let finalized = self.finalized(address).await?;
        let voting = self
            .read(
                address,
                "genesisStakeTableState",
                LightClient::genesisStakeTableStateCall {},
            )
            .await?;
        let voting = contract::stake_table_state(&voting).map_err(|error| UpdateError::NotLightClient {
            address,
            call: "genesisStakeTableState",
            problem: format!("returns {error}"),
        })?;
        let permitted = self
            .read(
                address,
                "permissionedProver",
                LightClient::permissionedProverCall {},
            )
            .await?;
        let permitted = (!permitted.is_zero()).then_some(permitted);
        Ok(ContractView {
            address,
            implementation,
            code,
            major: version.majorVersion,
            finalized,
            voting,
            permitted,
        })
    }

    /// The newest state that a light client has accepted.
    ///
    /// # Errors
    /// As [`L1::contract`].
    pub async fn finalized(
        &self,
        address: Address,
    ) -> Result<crema_light_client::state::LightClientState, UpdateError> {
        let state = self
            .read(address, "finalizedState", LightClient::finalizedStateCall {})
            .await?;
        contract::finalized_state(state.viewNum, state.blockHeight, state.blockCommRoot).map_err(|error| {
            UpdateError::NotLightClient {
                address,
                call: "finalizedState",
                problem: format!("returns {error}"),
            }
        })
    }

    async fn read<C: SolCall>(
        &self,
        address: Address,
        name: &'static str,
        call: C,
    ) -> Result<C::Return, UpdateError> {
        let not_light_client = |problem: String| UpdateError::NotLightClient {
            address,
            call: name,
            problem,
        };
        let request = TransactionRequest::default()
            .with_to(address)
            .with_input(call.abi_encode());
        let data = match self.provider.call(request).block(BlockId::latest()).await {
            Ok(data) => data,
            Err(error) => {
                return Err(match revert(&error) {
                    Some(failure) => not_light_client(format!("reverts: {failure}")),
                    None => failed("eth_call")(error),
                });
            }
        };
        C::abi_decode_returns_validate(&data)
            .map_err(|_| not_light_client(format!("returns {} bytes of something else", data.len())))
    }

    /// What the account has.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn balance(&self) -> Result<U256, UpdateError> {
        self.provider
            .get_balance(self.account)
            .await
            .map_err(failed("eth_getBalance"))
    }

    /// What gas costs.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn market(&self) -> Result<Market, UpdateError> {
        let estimate = self
            .provider
            .estimate_eip1559_fees()
            .await
            .map_err(failed("eth_feeHistory"))?;
        let block = self
            .provider
            .get_block(BlockId::latest())
            .await
            .map_err(failed("eth_getBlockByNumber"))?
            .ok_or(UpdateError::L1Refused {
                action: "eth_getBlockByNumber",
                reason: "no latest block".to_owned(),
            })?;
        let base = u128::from(block.header.base_fee_per_gas().unwrap_or_default());
        let estimate = Fees {
            max: estimate.max_fee_per_gas,
            priority: estimate.max_priority_fee_per_gas,
        };
        Ok(Market { base, estimate })
    }

    /// Tries the call out on the newest block.
    ///
    /// # Errors
    /// [`UpdateError::Simulation`] when the contract refuses.
    pub async fn simulate(&self, contract: Address, input: &Bytes) -> Result<(), UpdateError> {
        let call = self
            .provider
            .call(self.request(contract, input))
            .block(BlockId::latest());
        call.await.map(|_| ()).map_err(refused("eth_call"))
    }

    /// Estimates the call's gas on what waits to follow the newest block, so that an update that is about to be mined is
    /// seen before gas is spent on a second one.
    ///
    /// # Errors
    /// [`UpdateError::Simulation`] when the contract refuses.
    pub async fn estimate(&self, contract: Address, input: &Bytes) -> Result<u64, UpdateError> {
        let estimate = self
            .provider
            .estimate_gas(self.request(contract, input))
            .block(BlockId::pending());
        estimate.await.map_err(refused("eth_estimateGas"))
    }

    fn request(&self, contract: Address, input: &Bytes) -> TransactionRequest {
        TransactionRequest::default()
            .with_from(self.account)
            .with_to(contract)
            .with_input(input.clone())
    }

    /// The account's next nonce: after those that are mined, or after those that wait as well.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn nonces(&self) -> Result<(u64, u64), UpdateError> {
        let error = failed("eth_getTransactionCount");
        let mined = self
            .provider
            .get_transaction_count(self.account)
            .latest()
            .await
            .map_err(&error)?;
        let waiting = self
            .provider
            .get_transaction_count(self.account)
            .pending()
            .await
            .map_err(&error)?;
        Ok((mined, waiting.max(mined)))
    }

    /// Signs the update.
    ///
    /// # Errors
    /// When signing fails.
    pub async fn sign(
        &self,
        chain_id: u64,
        nonce: u64,
        contract: Address,
        input: &Bytes,
        gas_limit: u64,
        fees: Fees,
    ) -> Result<Transaction, UpdateError> {
        let transaction = self
            .request(contract, input)
            .with_chain_id(chain_id)
            .with_nonce(nonce)
            .with_gas_limit(gas_limit)
            .with_max_fee_per_gas(fees.max)
            .with_max_priority_fee_per_gas(fees.priority);
        let envelope = transaction
            .build(&self.wallet)
            .await
            .map_err(|error| UpdateError::Internal(error.to_string()))?;
        Ok(Transaction {
            hash: *envelope.tx_hash(),
            raw: envelope.encoded_2718().into(),
            nonce,
            gas_limit,
            fees,
            signed: now(),
        })
    }

    /// Sends a signed transaction. One that the endpoint has already is as good as sent.
    ///
    /// # Errors
    /// [`UpdateError::NotSent`].
    pub async fn send(&self, signed: &Transaction) -> Result<(), UpdateError> {
        let Err(error) = self.provider.send_raw_transaction(&signed.raw).await else {
            return Ok(());
        };
        let reason = match failed("eth_sendRawTransaction")(error) {
            UpdateError::L1Refused { reason, .. } | UpdateError::L1Unreachable { reason } => reason,
            other => other.to_string(),
        };
        // the answer may have been lost, or another endpoint may have passed it on
        let known = self.provider.get_transaction_by_hash(signed.hash).await;
        if known.is_ok_and(|known| known.is_some()) {
            return Ok(());
        }
        Err(UpdateError::NotSent {
            hash: signed.hash,
            reason,
        })
    }

    /// The receipt of the first of these transactions that is in a block.
    ///
    /// # Errors
    /// When no endpoint answers.
    pub async fn receipt_now(&self, hashes: &[TxHash]) -> Result<Option<TransactionReceipt>, UpdateError> {
        for hash in hashes {
            let receipt = self.provider.get_transaction_receipt(*hash).await;
            if let Some(receipt) = receipt.map_err(failed("eth_getTransactionReceipt"))? {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    /// Waits for one of these transactions, the newest last, to be in a block.
    ///
    /// # Errors
    /// [`UpdateError::ReceiptTimeout`]. Endpoints that do not answer meanwhile are asked again.
    pub async fn receipt(
        &self,
        hashes: &[TxHash],
        patience: Duration,
    ) -> Result<TransactionReceipt, UpdateError> {
        let started = Instant::now();
        let mut pause = RECEIPT_POLL;
        loop {
            match self.receipt_now(hashes).await {
                Ok(Some(receipt)) => return Ok(receipt),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "no answer about the receipt"),
            }
            let waited = started.elapsed();
            let left = patience.saturating_sub(waited);
            if left.is_zero() {
                let hash = hashes.last().copied().unwrap_or_default();
                return Err(UpdateError::ReceiptTimeout { hash, waited });
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(RECEIPT_POLL_MAX);
        }
    }

    /// Why a mined transaction failed: its call repeated on the state before its block. Transactions before it in the
    /// block may have been the cause, and then the newest state shows it.
    pub async fn revert_reason(&self, contract: Address, input: &Bytes, block: Option<u64>) -> CallFailure {
        let before = block.map(|block| BlockId::number(block.saturating_sub(1)));
        for at in before.into_iter().chain([BlockId::latest()]) {
            let call = self.provider.call(self.request(contract, input)).block(at).await;
            if let Some(failure) = call.err().as_ref().and_then(revert) {
                return failure;
            }
        }
        CallFailure::Light(Revert::Empty)
    }
}

/// The contract's refusal in an endpoint's error. Endpoints differ in whether they give a revert's data.
fn revert(error: &TransportError) -> Option<CallFailure> {
    let payload = error.as_error_resp()?;
    if let Some(data) = payload.as_revert_data() {
        return Some(CallFailure::decode(&data));
    }
    (payload.code == 3 || payload.message.contains("revert")).then_some(CallFailure::Light(Revert::Empty))
}
