//! A chain of our own, with a light client on it.

use std::{env, path::PathBuf};

use alloy::{
    eips::BlockId,
    network::TransactionBuilder,
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use crema_contracts::{LightClient, Variant, initialize_call, proxy_creation_code};
use crema_light_client::{field, stake_table::StakeTableState, state::LightClientState};
use crema_service::update::source::http_client;
use serde_json::{Value, json};

use crate::testing::Network;

/// anvil's own phrase.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Index of the account that the prover uses; the deployer and owner is account 0.
pub const PROVER_INDEX: u32 = 1;
/// Capacity of the development contract.
pub const CAPACITY: usize = 10;
/// Storage slot of the finalized view (low half) and height.
const FINALIZED_SLOT: u64 = 6;
/// Storage slot of the permissioned prover.
const PERMITTED_SLOT: u64 = 8;

/// anvil's binary, or a failure that says how to get it.
fn anvil() -> PathBuf {
    if let Some(path) = env::var_os("CREMA_ANVIL") {
        return path.into();
    }
    let platform = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-amd64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => "linux-amd64",
    };
    let contracts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let path = contracts.join(format!("node_modules/@foundry-rs/anvil-{platform}/bin/anvil"));
    assert!(
        path.exists(),
        "{} is missing: run `npm ci --prefix contracts --ignore-scripts`, or name an anvil in CREMA_ANVIL",
        path.display()
    );
    path
}

/// A running chain and a light client on it.
pub struct Chain {
    anvil: AnvilInstance,
    /// Sends from account 0 unless told otherwise.
    pub provider: DynProvider,
    /// The proxy.
    pub light_client: Address,
    /// What is behind it.
    pub implementation: Address,
}

impl Chain {
    /// A chain with a proxied light client for this network, open to everybody.
    pub async fn start(network: &Network) -> Self {
        let anvil = Anvil::at(anvil()).prague().try_spawn().unwrap();
        let wallet = anvil.wallet().unwrap();
        let provider = ProviderBuilder::new()
            .wallet(wallet)
            .connect_reqwest(http_client().unwrap(), anvil.endpoint_url())
            .erased();
        let mut chain = Self {
            anvil,
            provider,
            light_client: Address::ZERO,
            implementation: Address::ZERO,
        };
        let code = Bytes::from_static(Variant::V1Canonical10Insecure.creation_code());
        chain.implementation = chain.deploy(code).await;
        let genesis = LightClient::LightClientState {
            viewNum: 0,
            blockHeight: 0,
            blockCommRoot: U256::ZERO,
        };
        let table = solidity(&network.table.commit(CAPACITY).unwrap());
        let data = initialize_call(genesis, table, 864_000, chain.account(0));
        chain.light_client = chain
            .deploy(proxy_creation_code(chain.implementation, data))
            .await;
        chain
    }

    /// The JSON-RPC endpoint.
    pub fn url(&self) -> String {
        self.anvil.endpoint()
    }

    /// An account of anvil's phrase.
    pub fn account(&self, index: u32) -> Address {
        self.anvil.addresses()[index as usize]
    }

    /// The light client, as account 0 sees it.
    pub fn contract(&self) -> LightClient::LightClientInstance<DynProvider> {
        LightClient::new(self.light_client, self.provider.clone())
    }

    /// Deploys code.
    pub async fn deploy(&self, code: Bytes) -> Address {
        let request = TransactionRequest::default().with_deploy_code(code);
        let sent = self.provider.send_transaction(request).await.unwrap();
        let receipt: TransactionReceipt = sent.get_receipt().await.unwrap();
        receipt.contract_address.unwrap()
    }

    /// View and height of the contract's state.
    pub async fn finalized(&self) -> (u64, u64) {
        let state = self
            .contract()
            .finalizedState()
            .block(BlockId::latest())
            .call()
            .await
            .unwrap();
        (state.viewNum, state.blockHeight)
    }

    /// The contract's whole state, its root in hex.
    pub async fn finalized_root(&self) -> String {
        let state = self
            .contract()
            .finalizedState()
            .block(BlockId::latest())
            .call()
            .await
            .unwrap();
        format!("{:#066x}", state.blockCommRoot)
    }

    /// Number of transactions that an account has sent.
    pub async fn nonce(&self, index: u32) -> u64 {
        self.provider
            .get_transaction_count(self.account(index))
            .await
            .unwrap()
    }

    /// Hashes of the transactions of an account that wait to be mined.
    pub async fn waiting(&self, index: u32) -> Vec<String> {
        let pool = self.ask("txpool_content", json!([])).await;
        let address = self.account(index).to_string().to_lowercase();
        let senders = pool["pending"].as_object().unwrap().iter();
        let own = senders.filter(|(sender, _)| sender.to_lowercase() == address);
        let transactions = own.flat_map(|(_, by_nonce)| by_nonce.as_object().unwrap().values());
        transactions
            .map(|transaction| transaction["hash"].as_str().unwrap().to_owned())
            .collect()
    }

    /// One of anvil's own calls.
    pub async fn ask(&self, method: &'static str, parameters: Value) -> Value {
        self.provider
            .raw_request(method.into(), parameters)
            .await
            .unwrap()
    }

    async fn store(&self, slot: u64, word: U256) {
        let word = B256::from(word);
        self.ask(
            "anvil_setStorageAt",
            json!([self.light_client, format!("{slot:#x}"), word]),
        )
        .await;
    }

    /// Gives the contract a state as if somebody had proved it.
    pub async fn finalize(&self, state: &LightClientState) {
        let word = (U256::from(state.block_height) << 64) | U256::from(state.view_number);
        self.store(FINALIZED_SLOT, word).await;
        self.store(FINALIZED_SLOT + 1, word256(&state.block_comm_root))
            .await;
        assert_eq!(
            self.finalized().await,
            (state.view_number, state.block_height),
            "the storage layout has changed"
        );
    }

    /// Commits the contract to another stake table.
    pub async fn commit_to(&self, table: &StakeTableState) {
        let table = solidity(table);
        let words = [
            table.threshold,
            table.blsKeyComm,
            table.schnorrKeyComm,
            table.amountComm,
        ];
        for (slot, word) in (0..).zip(words) {
            self.store(slot, word).await;
        }
        let stored = self
            .contract()
            .genesisStakeTableState()
            .block(BlockId::latest())
            .call()
            .await
            .unwrap();
        assert_eq!(
            stored.amountComm, table.amountComm,
            "the storage layout has changed"
        );
    }

    /// Lets only this account submit states.
    pub async fn permit(&self, account: Address) {
        let kept = self
            .contract()
            .stateHistoryRetentionPeriod()
            .block(BlockId::latest())
            .call()
            .await
            .unwrap();
        let word = (U256::from(kept) << 160) | U256::from_be_slice(account.as_slice());
        self.store(PERMITTED_SLOT, word).await;
        let stored = self
            .contract()
            .permissionedProver()
            .block(BlockId::latest())
            .call()
            .await
            .unwrap();
        assert_eq!(stored, account, "the storage layout has changed");
    }

    /// The code at an address.
    pub async fn code(&self, address: Address) -> Vec<u8> {
        self.provider.get_code_at(address).await.unwrap().to_vec()
    }

    /// Replaces the code at an address.
    pub async fn set_code(&self, address: Address, code: &[u8]) {
        self.ask("anvil_setCode", json!([address, Bytes::copy_from_slice(code)]))
            .await;
    }

    /// Mines only when told to, or at once.
    pub async fn automine(&self, on: bool) {
        self.ask("evm_setAutomine", json!([on])).await;
    }

    /// Mines a block.
    pub async fn mine(&self) {
        self.ask("evm_mine", json!([])).await;
    }
}

fn word256(element: &ark_bn254::Fr) -> U256 {
    U256::from_be_bytes(field::to_be_bytes(element))
}

fn solidity(table: &StakeTableState) -> LightClient::StakeTableState {
    LightClient::StakeTableState {
        threshold: word256(&table.threshold),
        blsKeyComm: word256(&table.bls_key_comm),
        schnorrKeyComm: word256(&table.schnorr_key_comm),
        amountComm: word256(&table.amount_comm),
    }
}
