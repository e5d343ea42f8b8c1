//! The deploying account on its chain.

use std::time::Duration;

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::{MnemonicBuilder, coins_bip39::English},
};
use anyhow::{Context, Result, anyhow, bail};

/// The account that pays, and what it speaks to the chain through.
pub struct Account {
    provider: DynProvider,
    address: Address,
    chain: u64,
    genesis: B256,
    polling_interval: Duration,
}

impl Account {
    /// Derives the account and asks the chain who it is.
    pub async fn connect(
        rpc_url: &reqwest::Url,
        mnemonic: &str,
        index: u32,
        polling_interval: Duration,
    ) -> Result<Self> {
        let signer = MnemonicBuilder::<English>::default()
            .phrase(mnemonic)
            .index(index)
            .and_then(|builder| builder.build())
            // the library's message may quote the phrase
            .map_err(|_| anyhow!("ESPRESSO_SEQUENCER_ETH_MNEMONIC is not 12 to 24 words of the BIP-39 English list"))?;
        let address = signer.address();
        let provider = ProviderBuilder::new()
            .wallet(EthereumWallet::from(signer))
            .connect_http(rpc_url.clone());
        provider.client().set_poll_interval(polling_interval);
        let chain = provider
            .get_chain_id()
            .await
            .context("the L1 does not answer; check --rpc-url")?;
        let genesis = provider
            .get_block_by_number(0.into())
            .await?
            .context("the L1 has no block 0")?
            .header
            .hash;
        Ok(Self {
            provider: provider.erased(),
            address,
            chain,
            genesis,
            polling_interval,
        })
    }

    /// Reads and writes the chain.
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The account's address.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Id of the chain.
    pub const fn chain(&self) -> u64 {
        self.chain
    }

    /// Hash of the chain's first block: development chains share ids.
    pub const fn genesis(&self) -> B256 {
        self.genesis
    }

    /// Whether there is code at an address.
    pub async fn has_code(&self, address: Address) -> Result<bool> {
        Ok(!self.provider.get_code_at(address).await?.is_empty())
    }

    /// Fails unless there is code at an address that somebody named.
    pub async fn expect_code(&self, what: &str, address: Address) -> Result<()> {
        if !self.has_code(address).await? {
            bail!(
                "{what}: there is no contract at {address} on chain {}",
                self.chain
            );
        }
        Ok(())
    }

    /// Nonce of the next transaction, those in flight counted.
    pub async fn next_nonce(&self) -> Result<u64> {
        Ok(self
            .provider
            .get_transaction_count(self.address)
            .pending()
            .await?)
    }

    /// Waits until nothing of this account with a nonce up to `nonce` is in flight.
    ///
    /// Returns whether that nonce is used: it is not when the transaction never reached the chain, or was dropped.
    pub async fn settle(&self, nonce: u64) -> Result<bool> {
        loop {
            let mined = self.provider.get_transaction_count(self.address).await?;
            if mined > nonce {
                return Ok(true);
            }
            if self.next_nonce().await? <= nonce {
                return Ok(false);
            }
            tokio::time::sleep(self.polling_interval).await;
        }
    }

    /// Sends a creation with a nonce of our choice and waits for it.
    pub async fn create(&self, code: Bytes, nonce: u64) -> Result<TransactionReceipt> {
        let transaction = TransactionRequest::default()
            .with_from(self.address)
            .with_nonce(nonce)
            .with_deploy_code(code);
        let receipt = self
            .provider
            .send_transaction(transaction)
            .await?
            .get_receipt()
            .await?;
        succeeded(&receipt)?;
        Ok(receipt)
    }

    /// Calls a contract in a transaction and waits for it; returns the gas used.
    pub async fn call(&self, to: Address, data: Bytes) -> Result<u64> {
        let transaction = TransactionRequest::default()
            .with_from(self.address)
            .with_to(to)
            .with_input(data);
        let receipt = self
            .provider
            .send_transaction(transaction)
            .await?
            .get_receipt()
            .await?;
        succeeded(&receipt)?;
        Ok(receipt.gas_used)
    }
}

fn succeeded(receipt: &TransactionReceipt) -> Result<()> {
    if !receipt.status() {
        bail!("transaction {} reverted", receipt.transaction_hash);
    }
    Ok(())
}
