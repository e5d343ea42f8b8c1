//! `cargo demo`: a local L1, the contracts, a relay with demo signatures, and the prover.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::{
    network,
    process::{Background, capture, command, seconds},
    setup,
};

/// The development mnemonic that anvil funds; everybody knows it.
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// The reference string's known secret. Whoever knows it can forge proofs, so it serves demos only.
const INSECURE_SRS: &str = "insecure-tau:0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Account indices as on Espresso's demo network.
const PROVER_INDEX: &str = "7";
const DEPLOYER_INDEX: &str = "9";
const PATIENCE: Duration = Duration::from_secs(30);

/// Run the main job on this machine.
#[derive(Args, Debug)]
pub struct Options {
    /// Lines of the stake table: 10 as on demo networks, 200 as in production.
    #[arg(long, default_value_t = 10, value_parser = capacity)]
    capacity: usize,
    /// Folder of the proving keys.
    #[arg(long, env = "CREMA_KEY_CACHE")]
    key_cache: Option<PathBuf>,
    /// Or the whole network.
    #[command(flatten)]
    network: network::Options,
    /// Whether the programs are there already. Built alone they need other features of their dependencies than built with
    /// everything else, so that building them once more would compile half of the tree again.
    #[arg(skip)]
    built: bool,
}

impl Options {
    /// The demo as the checks run it, after the tests, which have built every program.
    pub fn smoke() -> Self {
        Self {
            capacity: 10,
            key_cache: None,
            network: network::Options::default(),
            built: true,
        }
    }
}

fn capacity(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(capacity @ (10 | 200)) => Ok(capacity),
        _ => Err("the demo's contracts carry keys for capacity 10 and 200".to_owned()),
    }
}

pub fn run(options: &Options) -> Result<()> {
    if options.network.network {
        return network::run(&options.network, options.key_cache.clone());
    }
    let start = Instant::now();
    let root = setup::root()?;
    setup::check_prerequisites(&root)?;
    setup::contract_tools(&root)?;
    let programs = if options.built {
        setup::programs(&root)?
    } else {
        setup::build(&root, &["crema-service", "crema-deploy"])?
    };
    let keys = options
        .key_cache
        .clone()
        .unwrap_or_else(|| root.join("target/demo-keys"));

    println!("starting anvil, a local L1 under Prague rules");
    let anvil = command(
        setup::anvil(&root)?,
        &["--host", "127.0.0.1", "--port", "0", "--hardfork", "prague"],
        &root,
    );
    let (_l1, l1_url) = Background::start(anvil, PATIENCE, |line| {
        line.strip_prefix("Listening on ")
            .map(|address| format!("http://{}", address.trim()))
    })?;
    println!("starting a relay with a bundle signed by five demo keys");
    let relay = command(programs.join("demo-relay"), &["--port", "0"], &root);
    let (_relay, relay_url) = Background::start(relay, PATIENCE, |line| {
        line.starts_with("http://").then(|| line.trim().to_owned())
    })?;

    let network = Network {
        root: &root,
        programs: &programs,
        keys: &keys,
        l1: &l1_url,
        relay: &relay_url,
    };
    let contract = network.deploy(options.capacity)?;
    println!("light client at {contract}");
    let report = network.update(&contract, options.capacity)?;
    verdict(&report, start)
}

/// Where everything is.
struct Network<'a> {
    root: &'a Path,
    programs: &'a Path,
    keys: &'a Path,
    l1: &'a str,
    relay: &'a str,
}

impl Network<'_> {
    /// Deploys the contracts for the stake table that the relay's host serves; returns the proxy's address.
    fn deploy(&self, capacity: usize) -> Result<String> {
        println!("deploying the light client behind its proxy, capacity {capacity}");
        let capacity = capacity.to_string();
        let mut deploy = command(
            self.programs.join("deploy"),
            &[
                "--only",
                "light-client",
                "--stake-table-capacity",
                &capacity,
                "--account-index",
                DEPLOYER_INDEX,
                "--json",
            ],
            self.root,
        );
        deploy
            .env("ESPRESSO_SEQUENCER_L1_PROVIDER", self.l1)
            .env("ESPRESSO_SEQUENCER_L1_POLLING_INTERVAL", "100ms")
            .env(
                "CREMA_DEPLOYER_BROADCAST",
                self.root.join("target/demo-broadcast"),
            )
            .env("ESPRESSO_SEQUENCER_URL", self.relay)
            .env("ESPRESSO_SEQUENCER_ETH_MNEMONIC", MNEMONIC);
        let report: Value = serde_json::from_str(&capture(deploy)?).context("the deployment's report")?;
        let address = report["light_client_proxy"]
            .as_str()
            .context("the deployment names the proxy")?;
        Ok(address.to_owned())
    }

    /// Proves the bundle and updates the contract; returns the prover's report.
    fn update(&self, contract: &str, capacity: usize) -> Result<Value> {
        println!("proving and updating (the first run also makes the proving key)");
        let mut prover = command(self.programs.join("state-prover"), &["--json"], self.root);
        prover
            .env("ESPRESSO_STATE_RELAY_SERVER_URL", self.relay)
            .env("ESPRESSO_SEQUENCER_URL", self.relay)
            .env("ESPRESSO_SEQUENCER_L1_PROVIDER", self.l1)
            .env("ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS", contract)
            .env("ESPRESSO_SEQUENCER_ETH_MNEMONIC", MNEMONIC)
            .env("ESPRESSO_SEQUENCER_STATE_PROVER_ACCOUNT_INDEX", PROVER_INDEX)
            .env("ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY", capacity.to_string())
            .env("CREMA_SRS", INSECURE_SRS)
            .env("CREMA_KEY_CACHE", self.keys)
            .env("CREMA_DATA_DIR", self.root.join("target/demo-data"));
        let report = capture(prover)?;
        serde_json::from_str(&report).context("the prover's report")
    }
}

/// Prints the states and what they cost, and the verdict line.
fn verdict(report: &Value, start: Instant) -> Result<()> {
    if report["outcome"] != "updated" {
        bail!("the contract was not updated: {report}");
    }
    let state = |name: &str| {
        let state = &report[name];
        format!(
            "view {}, height {}, root {}",
            state["view_number"], state["block_height"], state["block_comm_root"]
        )
    };
    println!();
    println!("finalized state before: {}", state("previous"));
    println!("finalized state after:  {}", state("state"));
    for step in report["steps"].as_array().into_iter().flatten() {
        println!(
            "  {:>8.3} s  {}",
            step["seconds"].as_f64().unwrap_or(f64::NAN),
            step["step"].as_str().unwrap_or("?")
        );
    }
    let gas = report["gas_used"]
        .as_u64()
        .context("the report has the gas used")?;
    if report["state"]["block_height"].as_u64() <= report["previous"]["block_height"].as_u64() {
        bail!("the finalized state did not move");
    }
    println!(
        "PASS: newFinalizedState accepted, {gas} gas, {:.1} s in all",
        seconds(start)
    );
    Ok(())
}
