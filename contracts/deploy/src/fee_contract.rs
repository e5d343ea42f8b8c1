//! The fee contract behind its proxy.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolCall,
};
use anyhow::{Result, bail};
use crema_contracts::{fee_contract::FeeContract, proxy_creation_code};

use crate::{deployment::Deployment, output::Proxied};

/// What should be there.
pub struct Wanted {
    pub implementation: Option<Address>,
    pub proxy: Option<Address>,
    pub owner: Address,
}

impl Wanted {
    /// Deploys what is missing.
    pub async fn deploy(self, deployment: &mut Deployment) -> Result<Proxied> {
        let implementation = deployment
            .ensure("fee_contract", "FeeContract", self.implementation, || {
                FeeContract::BYTECODE.clone()
            })
            .await?;
        let initialize = FeeContract::initializeCall { multisig: self.owner };
        let proxy = deployment
            .ensure("fee_contract_proxy", "ERC1967Proxy", self.proxy, || {
                proxy_creation_code(implementation, Bytes::from(initialize.abi_encode()))
            })
            .await?;
        let contract = FeeContract::new(proxy, deployment.account().provider());
        let owner = contract.owner().call().await?;
        if owner != self.owner {
            bail!(
                "the fee contract at {proxy} belongs to {owner}, not to {}",
                self.owner
            );
        }
        Ok(Proxied {
            implementation,
            proxy,
        })
    }
}
