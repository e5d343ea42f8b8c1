//! `cargo demo --network`, `just demo-native`: a local L1, the contracts, an orchestrator, five nodes, a relay, the prover
//! and load, as Espresso's demo network has them.

mod chain;
mod fleet;
mod http;
mod layout;
mod load;
mod storm;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::{
    process::{capture, seconds},
    setup,
};
use chain::{Chain, Finalized};
use fleet::Fleet;
use layout::{Layout, NODES, Ports};
use load::Load;

/// How long a program may take to come up.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long the first proof may take: the proving key may have to be made.
const PROOF_PATIENCE: Duration = Duration::from_mins(4);

/// The whole network on this machine.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Start the whole network: L1, contracts, orchestrator, five nodes, relay, prover, load.
    #[arg(long)]
    pub network: bool,
    /// Blocks that every node must have decided for the verdict.
    #[arg(long, default_value_t = 20, requires = "network")]
    pub blocks: u64,
    /// End with the verdict instead of going on until interrupted.
    #[arg(long, requires = "network")]
    pub exit: bool,
    /// Before the verdict, kill programs and start them again for so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "network")]
    pub storm: Option<u64>,
    /// Seed of the storm.
    #[arg(long, default_value_t = 1, requires = "storm")]
    pub storm_seed: u64,
    /// Use ports that are free instead of those of Espresso's demo network.
    #[arg(long, requires = "network")]
    pub free_ports: bool,
}

pub fn run(options: &Options, key_cache: Option<PathBuf>) -> Result<()> {
    let start = Instant::now();
    let root = setup::root()?;
    setup::check_prerequisites(&root)?;
    setup::contract_tools(&root)?;
    let packages = [
        "crema-orchestrator",
        "crema-sequencer",
        "crema-relay",
        "crema-service",
        "crema-deploy",
    ];
    let programs = setup::build(&root, &packages)?;
    let layout = Layout {
        folder: root.join("target/demo-network"),
        keys: key_cache.unwrap_or_else(|| root.join("target/demo-keys")),
        ports: if options.free_ports {
            Ports::free()?
        } else {
            Ports::espresso()
        },
        programs,
        root,
    };
    layout.ports.check()?;
    layout.prepare()?;
    let mut network = Network::start(layout)?;
    let mut load = Load::start(network.layout.ports.api[0]);
    let verdict = network.judge(options, &load)?;
    println!("PASS: {verdict}, {:.1} s in all", seconds(start));
    if !options.exit {
        println!("the network goes on; interrupt to end it");
        loop {
            network.fleet.check()?;
            std::thread::sleep(Duration::from_secs(1));
        }
    }
    load.stop();
    Ok(())
}

/// The network at work.
struct Network {
    layout: Layout,
    fleet: Fleet,
    /// The nodes' places in the fleet.
    nodes: Vec<usize>,
    /// Places of programs that a storm kills.
    mortal: Vec<usize>,
    /// The light client.
    contract: String,
}

impl Network {
    fn start(layout: Layout) -> Result<Self> {
        let mut fleet = Fleet::new(&layout.folder);
        println!("starting anvil, a local L1 under Prague rules, one block per second");
        let (anvil, l1) = (setup::anvil(&layout.root)?, layout.clone());
        fleet.start("l1", move || l1.anvil(&anvil))?;
        let port = layout.ports.l1;
        fleet.wait("the L1", PATIENCE, || Ok(chain::block_number(port).ok()))?;

        println!("starting the orchestrator, five nodes and the state relay");
        let mut mortal = Vec::new();
        let here = layout.clone();
        mortal.push(fleet.start("orchestrator", move || here.orchestrator())?);
        let here = layout.clone();
        mortal.push(fleet.start("relay", move || here.relay())?);
        let mut nodes = Vec::new();
        for index in 0..NODES {
            let here = layout.clone();
            nodes.push(fleet.start(&format!("sequencer{index}"), move || here.sequencer(index))?);
        }
        mortal.extend(&nodes);
        for port in layout.ports.api {
            fleet.wait_healthy(port, PATIENCE)?;
        }

        println!("deploying the light client behind its proxy");
        let report: Value =
            serde_json::from_str(&capture(layout.deploy())?).context("the deployment's report")?;
        let contract = report["light_client_proxy"]
            .as_str()
            .context("the deployment names the proxy")?
            .to_owned();
        println!("light client at {contract}; starting the prover (the first time it makes the proving key)");
        let (here, address) = (layout.clone(), contract.clone());
        mortal.push(fleet.start("prover", move || here.prover(&address))?);
        Ok(Self {
            layout,
            fleet,
            nodes,
            mortal,
            contract,
        })
    }

    /// Waits for everything that the network is for, and says what it saw.
    fn judge(&mut self, options: &Options, load: &Load) -> Result<String> {
        let mut chain = Chain::new(self.layout.ports.api);
        self.blocks(&mut chain, options.blocks)?;
        println!("every node has decided {} blocks, the same ones", options.blocks);
        let relay = self.layout.ports.relay;
        let bundle = self.fleet.wait("a bundle of state signatures", PATIENCE, || {
            Ok(http::get(relay, "/api/state").ok())
        })?;
        let signatures = bundle["signatures"].as_object().map_or(0, serde_json::Map::len);
        println!("the relay has {signatures} signatures on one state");
        let storm = match options.storm {
            Some(seconds) => {
                let storm = storm::run(self, &mut chain, seconds, options.storm_seed)?;
                println!("{storm}");
                format!(", {storm}")
            }
            None => String::new(),
        };
        let finalized = self.proved(&mut chain, load)?;
        let verified = self.verified(&chain, &finalized)?;
        self.fleet.check()?;
        Ok(format!(
            "{} blocks decided by {NODES} nodes, light client at height {}, {verified}{storm}",
            chain.height(),
            finalized.height
        ))
    }

    /// Waits until every node has decided so many blocks.
    fn blocks(&mut self, chain: &mut Chain, blocks: u64) -> Result<()> {
        self.fleet.wait("blocks", Duration::from_mins(2), || {
            for node in 0..NODES {
                chain.follow(node)?;
            }
            Ok((chain.lowest() >= blocks).then_some(()))
        })
    }

    /// Waits for a finalized state on the L1 that covers a block with a transaction.
    fn proved(&mut self, chain: &mut Chain, load: &Load) -> Result<Finalized> {
        let (port, contract) = (self.layout.ports.l1, self.contract.clone());
        let finalized = self.fleet.wait("a proof on the L1", PROOF_PATIENCE, || {
            chain.follow(0)?;
            let finalized = chain::finalized(port, &contract)?;
            let covered = chain.first_full().is_some_and(|height| height < finalized.height);
            Ok(covered.then_some(finalized))
        })?;
        if load.accepted() == 0 {
            bail!("no transaction was handed in");
        }
        println!(
            "the light client is at height {}, view {}",
            finalized.height, finalized.view
        );
        Ok(finalized)
    }

    /// Checks a namespace proof against the root on the L1, with a program that trusts nobody.
    fn verified(&self, chain: &Chain, finalized: &Finalized) -> Result<String> {
        let (height, namespace) = chain
            .newest_full(finalized.height)
            .context("a block with a transaction")?;
        let said = capture(self.layout.verify(&self.contract, height, namespace))?;
        let said = said.trim().to_owned();
        println!("{said}");
        Ok(said)
    }
}
