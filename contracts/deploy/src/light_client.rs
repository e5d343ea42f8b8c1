//! The light client behind its proxy.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use anyhow::{Context, Result, bail};
use crema_contracts::{
    LightClient,
    LightClient::{LightClientState, StakeTableState},
    Variant, initialize_call, proxy_creation_code,
};
use serde_json::{Value, json};

/// What to deploy.
pub struct Deployment {
    pub variant: Variant,
    pub stake_table: StakeTableState,
    pub retention_seconds: u32,
    pub owner: Address,
    pub permissioned_prover: Option<Address>,
}

/// What was deployed.
pub struct Deployed {
    variant: Variant,
    implementation: Address,
    proxy: Address,
    gas_used: u64,
}

impl Deployment {
    /// Deploys implementation and proxy, initializes in the same transaction as the proxy, sets the permissioned prover
    /// and hands the ownership over last.
    pub async fn run<P: Provider>(&self, provider: &P, account: Address) -> Result<Deployed> {
        let code = Bytes::from_static(self.variant.creation_code());
        let (implementation, first) = create(provider, code).await.context("the implementation")?;
        eprintln!("implementation at {implementation}, {first} gas");
        let genesis = LightClientState {
            viewNum: 0,
            blockHeight: 0,
            blockCommRoot: U256::ZERO,
        };
        // a permissioned prover is set by the owner, so the account owns the contract until that is done
        let first_owner = if self.permissioned_prover.is_some() {
            account
        } else {
            self.owner
        };
        let call = initialize_call(
            genesis,
            self.stake_table.clone(),
            self.retention_seconds,
            first_owner,
        );
        let (proxy, second) = create(provider, proxy_creation_code(implementation, call))
            .await
            .context("the proxy")?;
        eprintln!("proxy at {proxy}, {second} gas");
        let mut gas_used = first + second;
        if let Some(prover) = self.permissioned_prover {
            let contract = LightClient::new(proxy, provider);
            let receipt = contract
                .setPermissionedProver(prover)
                .send()
                .await?
                .get_receipt()
                .await?;
            gas_used += receipt.gas_used;
            if self.owner != account {
                let receipt = contract
                    .transferOwnership(self.owner)
                    .send()
                    .await?
                    .get_receipt()
                    .await?;
                gas_used += receipt.gas_used;
            }
            let (set, owner) = (
                contract.permissionedProver().call().await?,
                contract.owner().call().await?,
            );
            if set != prover || owner != self.owner {
                bail!("the proxy has prover {set} and owner {owner} after deployment; do not use it");
            }
        }
        Ok(Deployed {
            variant: self.variant,
            implementation,
            proxy,
            gas_used,
        })
    }
}

impl Deployed {
    /// Lines that an `.env` takes.
    pub fn to_env(&self) -> String {
        format!(
            "ESPRESSO_SEQUENCER_LIGHT_CLIENT_ADDRESS={}\nESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS={}\n",
            self.implementation, self.proxy
        )
    }

    /// The same for programs.
    pub fn to_json(&self, chain: u64) -> Value {
        json!({
            "chain_id": chain,
            "contract": self.variant.name(),
            "light_client": self.implementation,
            "light_client_proxy": self.proxy,
            "gas_used": self.gas_used,
        })
    }
}

/// Sends a creation and returns the new contract's address and the gas used.
async fn create<P: Provider>(provider: &P, code: Bytes) -> Result<(Address, u64)> {
    let transaction = TransactionRequest::default().with_deploy_code(code);
    let receipt = provider
        .send_transaction(transaction)
        .await?
        .get_receipt()
        .await?;
    if !receipt.status() {
        bail!("creation reverted in transaction {}", receipt.transaction_hash);
    }
    let address = receipt
        .contract_address
        .context("a creation's receipt names the new contract")?;
    Ok((address, receipt.gas_used))
}
