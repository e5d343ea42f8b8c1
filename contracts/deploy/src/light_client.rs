//! The light client behind its proxy.

use alloy::{
    primitives::{Address, B256, Bytes, U256, b256},
    providers::Provider,
    sol_types::SolCall,
};
use anyhow::{Context, Result, bail};
use crema_contracts::{
    Kind, LightClient,
    LightClient::{LightClientState, StakeTableState},
    Variant, compact_creation_code, initialize_call, proxy_creation_code, v2, v3,
};

use crate::{
    deployment::Deployment,
    options::{Flavour, Options},
    stake_table,
};

/// Where OpenZeppelin's `Initializable` keeps the newest version that a proxy was set up for (ERC-7201).
const INITIALIZED: B256 = b256!("0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00");

/// Which code.
enum Code {
    Variant(Variant),
    Compact { history_capacity: u32 },
}

/// Epochs of versions 2 and 3.
struct Epochs {
    blocks_per_epoch: u64,
    start_block: u64,
}

/// What should be there.
pub struct Wanted {
    code: Code,
    stake_table: StakeTableState,
    retention_seconds: u32,
    epochs: Option<Epochs>,
    implementation: Option<Address>,
    proxy: Option<Address>,
    owner: Address,
    permissioned_prover: Option<Address>,
}

/// What is there.
pub struct Deployed {
    pub contract: &'static str,
    pub implementation: Address,
    pub proxy: Address,
}

impl Wanted {
    /// Chooses the code, and asks the sequencer for the stake table.
    pub async fn from_options(options: &Options, owner: Address) -> Result<Self> {
        let capacity = options.stake_table_capacity;
        let code = Code::choose(options)?;
        let epochs = match (options.light_client_version, options.blocks_per_epoch) {
            (1, _) => None,
            (_, Some(blocks_per_epoch)) => Some(Epochs {
                blocks_per_epoch,
                start_block: options.epoch_start_block,
            }),
            (version, None) => bail!("version {version} of the light client needs --blocks-per-epoch"),
        };
        Ok(Self {
            stake_table: stake_table::fetch(&options.sequencer_url, capacity).await?,
            code,
            retention_seconds: options.retention_seconds,
            epochs,
            implementation: options.light_client_address,
            proxy: options.light_client_proxy_address,
            owner,
            permissioned_prover: options.permissioned_prover,
        })
    }

    /// Deploys implementation and proxy, initializes in the same transaction as the proxy, sets epochs and prover, and hands
    /// the ownership over last.
    pub async fn deploy(self, deployment: &mut Deployment) -> Result<Deployed> {
        let genesis = || LightClientState {
            viewNum: 0,
            blockHeight: 0,
            blockCommRoot: U256::ZERO,
        };
        let contract = self.code.name();
        let implementation = deployment
            .ensure("light_client", contract, self.implementation, || {
                match self.code {
                    Code::Variant(variant) => Bytes::from_static(variant.creation_code()),
                    Code::Compact { history_capacity } => {
                        compact_creation_code(genesis(), self.stake_table.clone(), history_capacity)
                    }
                }
            })
            .await?;
        // what only the owner can do is done by the account, which then owns the contract until that is done
        let first_owner = if self.permissioned_prover.is_some() || self.epochs.is_some() {
            deployment.account().address()
        } else {
            self.owner
        };
        let initialize = initialize_call(
            genesis(),
            self.stake_table.clone(),
            self.retention_seconds,
            first_owner,
        );
        let proxy = deployment
            .ensure("light_client_proxy", "ERC1967Proxy", self.proxy, || {
                proxy_creation_code(implementation, initialize)
            })
            .await?;
        self.settle_owner_duties(deployment, proxy).await?;
        Ok(Deployed {
            contract,
            implementation,
            proxy,
        })
    }

    /// Epochs, prover, owner: each only where the contract does not say so already.
    async fn settle_owner_duties(&self, deployment: &mut Deployment, proxy: Address) -> Result<()> {
        let provider = deployment.account().provider().clone();
        let contract = LightClient::new(proxy, provider.clone());
        let owner = contract.owner().call().await?;
        if owner != deployment.account().address() && owner != self.owner {
            bail!(
                "the light client at {proxy} belongs to {owner}, not to {}",
                self.owner
            );
        }
        if let Some(epochs) = &self.epochs {
            let initialized = provider.get_storage_at(proxy, INITIALIZED.into()).await?;
            // the version is the low 64 bits
            let initialized = initialized.as_limbs()[0];
            if initialized < 2 {
                let call = v2::LightClientV2::initializeV2Call {
                    _blocksPerEpoch: epochs.blocks_per_epoch,
                    _epochStartBlock: epochs.start_block,
                };
                let data = Bytes::from(call.abi_encode());
                deployment.call("setting the epochs", proxy, data).await?;
            }
            if initialized < 3 && contract.getVersion().call().await?.majorVersion == 3 {
                let data = Bytes::from(v3::LightClientV3::initializeV3Call {}.abi_encode());
                deployment.call("setting up version 3", proxy, data).await?;
            }
        }
        if let Some(prover) = self.permissioned_prover
            && contract.permissionedProver().call().await? != prover
        {
            let call = LightClient::setPermissionedProverCall { prover };
            let data = Bytes::from(call.abi_encode());
            deployment
                .call("setting the permissioned prover", proxy, data)
                .await?;
        }
        if owner != self.owner {
            let call = LightClient::transferOwnershipCall { newOwner: self.owner };
            let data = Bytes::from(call.abi_encode());
            deployment
                .call("handing the light client over", proxy, data)
                .await?;
        }
        let (prover, owner) = (
            contract.permissionedProver().call().await?,
            contract.owner().call().await?,
        );
        if owner != self.owner || self.permissioned_prover.is_some_and(|wanted| wanted != prover) {
            bail!("the light client at {proxy} has prover {prover} and owner {owner}; do not use it");
        }
        Ok(())
    }
}

impl Code {
    fn choose(options: &Options) -> Result<Self> {
        let (version, capacity) = (options.light_client_version, options.stake_table_capacity);
        let kind = match options.flavour() {
            Flavour::Plain => Kind::Plain,
            Flavour::Arbitrum => Kind::Arbitrum,
            Flavour::Mock => Kind::Mock,
            Flavour::Compact if version == 1 && capacity == 10 => {
                return Ok(Self::Compact {
                    history_capacity: options.history_capacity,
                });
            }
            Flavour::Compact => bail!("the compact light client is built in for version 1 and capacity 10"),
        };
        Variant::ALL
            .into_iter()
            .find(|variant| {
                variant.capacity() == capacity && variant.version() == version && variant.kind() == kind
            })
            .map(Self::Variant)
            .with_context(|| {
                let known = Variant::ALL.map(|variant| {
                    format!(
                        "{} (version {}, capacity {})",
                        variant.name(),
                        variant.version(),
                        variant.capacity()
                    )
                });
                format!(
                    "no {:?} light client of version {version} with a key of capacity {capacity} is built in; there are {}",
                    options.flavour(),
                    known.join(", ")
                )
            })
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Variant(variant) => variant.name(),
            Self::Compact { .. } => "LightClientCompactV1Canonical10Insecure",
        }
    }
}
