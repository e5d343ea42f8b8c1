//! The watcher on a chain of our own.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use alloy::network::TransactionBuilder as _;
use alloy::node_bindings::{Anvil, AnvilInstance};
use alloy::primitives::{Bytes, U256};
use alloy::providers::{DynProvider, Provider as _, ProviderBuilder};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall as _;
use crema_consensus::source::L1View as _;
use crema_contracts::fee_contract::FeeContract;
use crema_contracts::proxy_creation_code;
use crema_l1::{L1Options, Reader, Watcher};
use crema_types::{Address, FeeAmount, FeeInfo, Genesis};
use serde_json::{Value, json};

/// The least that can be deposited, in wei.
const LEAST: u64 = 1_000_000_000_000_000;
const USER: Address = Address([7; 20]);

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

/// A chain with a fee contract, on which a block is final two blocks later.
struct Chain {
    anvil: AnvilInstance,
    provider: DynProvider,
    contract: alloy::primitives::Address,
}

impl Chain {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let anvil = Anvil::at(anvil())
            .prague()
            .args(["--slots-in-an-epoch", "1"])
            .try_spawn()
            .unwrap();
        let provider = ProviderBuilder::new().connect_http(anvil.endpoint_url()).erased();
        let mut chain = Self {
            anvil,
            provider,
            contract: alloy::primitives::Address::ZERO,
        };
        let implementation = chain.deploy(FeeContract::BYTECODE.clone()).await;
        let initialize = FeeContract::initializeCall {
            multisig: chain.anvil.addresses()[0],
        };
        let code = proxy_creation_code(implementation, Bytes::from(initialize.abi_encode()));
        chain.contract = chain.deploy(code).await;
        chain
    }

    async fn deploy(&self, code: Bytes) -> alloy::primitives::Address {
        let request = TransactionRequest::default()
            .with_from(self.anvil.addresses()[0])
            .with_deploy_code(code);
        let sent = self.provider.send_transaction(request).await.unwrap();
        sent.get_receipt().await.unwrap().contract_address.unwrap()
    }

    async fn ask(&self, method: &'static str, parameters: Value) -> Value {
        self.provider
            .raw_request(method.into(), parameters)
            .await
            .unwrap()
    }

    async fn mine(&self, blocks: u64) {
        self.ask("anvil_mine", json!([blocks])).await;
    }

    /// Deposits for [`USER`], and returns the block's number.
    async fn deposit(&self, wei: u64) -> u64 {
        let contract = FeeContract::new(self.contract, self.provider.clone());
        let deposit = contract
            .deposit(alloy::primitives::Address::from(USER.0))
            .from(self.anvil.addresses()[0])
            .value(U256::from(wei));
        let receipt = deposit.send().await.unwrap().get_receipt().await.unwrap();
        receipt.block_number.unwrap()
    }

    fn options(&self) -> L1Options {
        L1Options {
            providers: vec![self.anvil.endpoint_url()],
            retry_delay: Duration::from_millis(20),
            polling_interval: Duration::from_millis(50),
            blocks_cache_size: 100,
            events_max_block_range: 3,
            frequent_failure_tolerance: Duration::from_mins(1),
            consecutive_failure_tolerance: 10,
            rate_limit_delay: None,
        }
    }

    fn watch(&self, options: &L1Options) -> Watcher {
        Watcher::start(options, Some(Address(self.contract.0.0)), 0).unwrap()
    }
}

fn deposit(wei: u64) -> FeeInfo {
    FeeInfo {
        account: USER,
        amount: FeeAmount::from(wei),
    }
}

/// Asks until there is an answer.
async fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no answer after twenty seconds"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn finalized(watcher: &Watcher) -> u64 {
    until(|| watcher.snapshot().finalized).await.number
}

#[tokio::test]
async fn deposits_count_once_they_are_final() {
    let chain = Chain::start().await;
    let watcher = chain.watch(&chain.options());
    watcher.seen().await;
    let first = chain.deposit(LEAST).await;
    let second = chain.deposit(LEAST + 1).await;
    assert_eq!(watcher.deposits(0..=first), None, "block {first} is not final");
    chain.mine(10).await;
    // the last one is at the chain's end and is reorganised away before it is final
    let gone = chain.deposit(LEAST + 2).await;
    chain.ask("anvil_reorg", json!([1, []])).await;
    chain.mine(10).await;
    until(|| watcher.snapshot().finalized.filter(|block| block.number > gone)).await;
    let last = finalized(&watcher).await;
    assert_eq!(
        watcher.deposits(0..=last),
        Some(vec![deposit(LEAST), deposit(LEAST + 1)])
    );
    assert_eq!(watcher.deposits(second..=last), Some(vec![deposit(LEAST + 1)]));
    assert_eq!(watcher.deposits(second + 1..=last), Some(Vec::new()));
    // an invented final block, however far away, is never known
    assert_eq!(watcher.deposits(0..=u64::MAX), None);
    assert_eq!(watcher.finalized(u64::MAX), None);

    let snapshot = watcher.snapshot();
    assert!(snapshot.head >= snapshot.finalized.unwrap().number);
    let early = until(|| watcher.finalized(first)).await;
    let reader = Reader::new(&chain.options()).unwrap();
    assert_eq!(reader.block(first).await.unwrap(), Some(early));

    // one that starts in the middle reads what came before when it is asked
    let late = Watcher::start(&chain.options(), Some(Address(chain.contract.0.0)), second).unwrap();
    late.seen().await;
    let all = until(|| late.deposits(0..=last)).await;
    assert_eq!(all, [deposit(LEAST), deposit(LEAST + 1)]);
}

#[tokio::test]
async fn a_provider_that_fails_or_lies_is_left() {
    let chain = Chain::start().await;
    chain.deposit(LEAST).await;
    chain.mine(5).await;
    let mut options = chain.options();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", silent.local_addr().unwrap());
    drop(silent);
    options.providers.insert(0, closed.parse().unwrap());
    let watcher = chain.watch(&options);
    watcher.seen().await;
    let last = finalized(&watcher).await;
    assert_eq!(watcher.deposits(0..=last), Some(vec![deposit(LEAST)]));

    // the chain is gone, and somebody offers a longer one in its place
    let other = Chain::start().await;
    other.deposit(LEAST + 1).await;
    other.mine(100).await;
    options.providers = vec![chain.anvil.endpoint_url(), other.anvil.endpoint_url()];
    let watcher = chain.watch(&options);
    watcher.seen().await;
    let before = watcher.snapshot();
    drop(chain);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(watcher.snapshot().finalized, before.finalized);
    let last = finalized(&watcher).await;
    assert_eq!(watcher.deposits(0..=last), Some(vec![deposit(LEAST)]));
}

#[tokio::test]
async fn the_genesis_block_is_looked_up() {
    let chain = Chain::start().await;
    chain.mine(20).await;
    let reader = Reader::new(&chain.options()).unwrap();
    let genesis = |finalized: &str| {
        Genesis::from_toml(&format!(
            "base_version = \"0.2\"\nupgrade_version = \"0.2\"\n[stake_table]\ncapacity = 10\n[chain_config]\n\
             chain_id = 1\nbase_fee = 0\nmax_block_size = 1000\n\
             fee_recipient = \"0x0000000000000000000000000000000000000000\"\n[header]\n\
             timestamp = \"1970-01-01T00:00:00Z\"\n{finalized}"
        ))
        .unwrap()
    };
    let pause = Duration::from_millis(10);
    let named = genesis("[l1_finalized]\nnumber = 7\n");
    let block = reader.genesis_block(&named, pause).await.unwrap().unwrap();
    assert_eq!(block.number, 7);
    assert_eq!(reader.block(7).await.unwrap(), Some(block));
    assert_eq!(reader.genesis_block(&genesis(""), pause).await.unwrap(), None);
    let named = genesis("[l1_finalized]\ntimestamp = \"1970-01-01T00:00:01Z\"\n");
    let block = reader.genesis_block(&named, pause).await.unwrap().unwrap();
    assert_eq!(block.number, 0, "the first block after 1970");
}
