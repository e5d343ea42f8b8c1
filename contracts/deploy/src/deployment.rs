//! Deploying each contract once, whatever happened in between.

use alloy::primitives::{Address, Bytes, keccak256};
use anyhow::{Context, Result, bail};

use crate::{
    account::Account,
    record::{Entry, Record},
};

/// An account at work on its chain.
pub struct Deployment {
    account: Account,
    record: Record,
    gas_used: u64,
}

impl Deployment {
    /// Goes on from what the record knows.
    pub const fn new(account: Account, record: Record) -> Self {
        Self {
            account,
            record,
            gas_used: 0,
        }
    }

    /// Who deploys.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// What is known of the chain.
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// Gas of this run.
    pub const fn gas_used(&self) -> u64 {
        self.gas_used
    }

    /// The address of a contract: the one that somebody has named, the one in the record, or that of a new one.
    ///
    /// `name` is the contract's in the record, `contract` its name in the sources, `code` creates it, arguments included.
    pub async fn ensure(
        &mut self,
        name: &str,
        contract: &str,
        given: Option<Address>,
        code: impl FnOnce() -> Bytes,
    ) -> Result<Address> {
        if let Some(address) = given {
            self.account.expect_code(contract, address).await?;
            eprintln!("{contract} at {address}, as given");
            return Ok(address);
        }
        let code = code();
        let creation_code_hash = keccak256(&code);
        if let Some(known) = self.record.get(name).cloned() {
            if self.is_there(&known).await? {
                if known.creation_code_hash != creation_code_hash {
                    bail!(
                        "{} recorded at {} was created from other code or arguments; name its address by flag or environment \
                         to keep it, or deploy anew with --fresh",
                        known.contract,
                        known.address
                    );
                }
                eprintln!("{contract} at {}, deployed before", known.address);
                return Ok(known.address);
            }
            eprintln!("{contract} never reached {}: deploying again", known.address);
        }
        let nonce = self.account.next_nonce().await?;
        let deployer = self.account.address();
        let mut entry = Entry {
            contract: contract.to_owned(),
            address: deployer.create(nonce),
            deployer,
            nonce,
            creation_code_hash,
            transaction: None,
            block: None,
            gas_used: None,
        };
        // noted before it is sent: after an interruption the address tells whether it was
        self.record.put(name, entry.clone())?;
        let receipt = self
            .account
            .create(code, nonce)
            .await
            .with_context(|| format!("creating {contract}"))?;
        if receipt.contract_address != Some(entry.address) {
            bail!(
                "{contract} was expected at {}, the receipt says {:?}",
                entry.address,
                receipt.contract_address
            );
        }
        entry.transaction = Some(receipt.transaction_hash);
        entry.block = receipt.block_number;
        entry.gas_used = Some(receipt.gas_used);
        eprintln!("{contract} at {}, {} gas", entry.address, receipt.gas_used);
        self.gas_used += receipt.gas_used;
        let address = entry.address;
        self.record.put(name, entry)?;
        Ok(address)
    }

    /// Calls a contract in a transaction.
    pub async fn call(&mut self, what: &str, to: Address, data: Bytes) -> Result<()> {
        let gas = self
            .account
            .call(to, data)
            .await
            .with_context(|| what.to_owned())?;
        eprintln!("{what}, {gas} gas");
        self.gas_used += gas;
        Ok(())
    }

    /// Whether a recorded contract is on the chain; waits for a creation that is still in flight.
    async fn is_there(&self, entry: &Entry) -> Result<bool> {
        if self.account.has_code(entry.address).await? {
            return Ok(true);
        }
        if entry.deployer == self.account.address() && entry.transaction.is_none() {
            eprintln!(
                "waiting for the creation of {} that was under way",
                entry.contract
            );
            self.account.settle(entry.nonce).await?;
            return self.account.has_code(entry.address).await;
        }
        Ok(false)
    }
}
