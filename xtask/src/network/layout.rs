//! Where everything is: ports, folders, and how each program is started.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::process::command;

/// Nodes of the network, as on Espresso's demo network.
pub const NODES: usize = 5;
/// The one of them that does not store whole payloads.
const NOT_STORING: usize = 3;
/// The development mnemonic that anvil funds; everybody knows it.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// The reference string's known secret. Whoever knows it can forge proofs, so it serves demos only.
const INSECURE_SRS: &str = "insecure-tau:0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// Account indices as on Espresso's demo network.
const PROVER_INDEX: &str = "7";
/// As [`PROVER_INDEX`].
pub const DEPLOYER_INDEX: &str = "9";
/// Lines of the demo's stake table.
pub const CAPACITY: &str = "10";

const GENESIS: &str = r#"base_version = "0.2"
upgrade_version = "0.2"

[stake_table]
capacity = 10

[chain_config]
chain_id = 999999999
base_fee = "0 wei"
max_block_size = "1mb"
fee_recipient = "0x0000000000000000000000000000000000000000"

[header]
timestamp = "1970-01-01T00:00:00Z"
"#;

/// Ports of the programs.
#[derive(Clone, Debug)]
pub struct Ports {
    pub l1: u16,
    pub orchestrator: u16,
    pub relay: u16,
    pub prover: u16,
    pub api: [u16; NODES],
    pub p2p: [u16; NODES],
}

impl Ports {
    /// Those of Espresso's demo network.
    pub fn espresso() -> Self {
        Self {
            l1: 8545,
            orchestrator: 30001,
            relay: 30011,
            prover: 30050,
            api: [24000, 24001, 24002, 24003, 24004],
            p2p: [7000, 7001, 7002, 7003, 7004],
        }
    }

    /// Some that nobody listens on.
    pub fn free() -> Result<Self> {
        let listeners = (0..4 + 2 * NODES).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listeners = listeners.collect::<Result<Vec<_>, _>>().context("free ports")?;
        let ports = listeners.iter().map(TcpListener::local_addr);
        let ports = ports.collect::<Result<Vec<_>, _>>()?;
        let port = |index: usize| ports[index].port();
        Ok(Self {
            l1: port(0),
            orchestrator: port(1),
            relay: port(2),
            prover: port(3),
            api: std::array::from_fn(|node| port(4 + node)),
            p2p: std::array::from_fn(|node| port(4 + NODES + node)),
        })
    }

    /// Fails when somebody listens on one of them.
    pub fn check(&self) -> Result<()> {
        let single = [self.l1, self.orchestrator, self.relay, self.prover];
        for port in single.iter().chain(&self.api).chain(&self.p2p) {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)).with_context(|| {
                format!("port {port} is in use; stop what listens there, or pass --free-ports")
            })?;
        }
        Ok(())
    }
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The project.
    pub root: PathBuf,
    /// The programs.
    pub programs: PathBuf,
    /// The network's files.
    pub folder: PathBuf,
    /// The proving keys.
    pub keys: PathBuf,
    pub ports: Ports,
}

impl Layout {
    /// Makes the network's folder anew, with keys and a genesis file.
    pub fn prepare(&self) -> Result<()> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).context("removing the last network's files")?;
        }
        std::fs::create_dir_all(&self.folder)?;
        std::fs::write(self.folder.join("genesis.toml"), GENESIS)?;
        let nodes = NODES.to_string();
        let mut keygen = self.program("keygen", &["-n", &nodes, "--not-da", &NOT_STORING.to_string()]);
        keygen.arg("-o").arg(self.folder.join("keys"));
        crate::process::capture(keygen)?;
        Ok(())
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = command(self.programs.join(name), arguments, &self.folder);
        for (name, _) in std::env::vars_os() {
            // an operator's settings are another network's
            let name = name.to_string_lossy();
            if name.starts_with("ESPRESSO_") || name.starts_with("CREMA_") {
                command.env_remove(&*name);
            }
        }
        command.env(
            "RUST_LOG",
            std::env::var("RUST_LOG").unwrap_or_else(|_| "info".into()),
        );
        command
    }

    pub fn orchestrator(&self) -> Command {
        let (port, nodes) = (self.ports.orchestrator.to_string(), NODES.to_string());
        let arguments = [
            "-p",
            &port,
            "-n",
            &nodes,
            "--start-delay",
            "1s",
            "--next-view-timeout",
            "12s",
            "--builder-timeout",
            "2s",
            "--public-keys",
            "keys/public-keys.toml",
            "--storage-path",
            "orchestrator",
        ];
        self.program("orchestrator", &arguments)
    }

    /// Node `index` in its role.
    pub fn sequencer(&self, index: usize) -> Command {
        let Ports { api, p2p, .. } = &self.ports;
        let url = |port: u16| format!("http://localhost:{port}");
        let mut node = self.program("sequencer", &[]);
        node.env(
            "ESPRESSO_SEQUENCER_ORCHESTRATOR_URL",
            url(self.ports.orchestrator),
        )
        .env("ESPRESSO_STATE_RELAY_SERVER_URL", url(self.ports.relay))
        .env("ESPRESSO_SEQUENCER_L1_PROVIDER", url(self.ports.l1))
        .env("ESPRESSO_SEQUENCER_GENESIS_FILE", "genesis.toml")
        .env("ESPRESSO_SEQUENCER_KEY_FILE", format!("keys/{index}.env"))
        .env(
            "ESPRESSO_SEQUENCER_LIBP2P_BIND_ADDRESS",
            format!("0.0.0.0:{}", p2p[index]),
        )
        .env(
            "ESPRESSO_SEQUENCER_LIBP2P_ADVERTISE_ADDRESS",
            format!("localhost:{}", p2p[index]),
        )
        .env("ESPRESSO_SEQUENCER_STORAGE_PATH", format!("sequencer{index}"))
        .env("ESPRESSO_SEQUENCER_API_PORT", api[index].to_string())
        .env("ESPRESSO_SEQUENCER_STATE_PEERS", url(api[(index + 1) % NODES]))
        .env("ESPRESSO_SEQUENCER_API_PEERS", url(api[(index + 1) % NODES]))
        .env("ESPRESSO_SEQUENCER_IS_DA", (index != NOT_STORING).to_string());
        let modules = match index {
            0 => "-- storage-fs -- http -- query -- submit -- config",
            2 => "-- http -- status",
            _ => "-- http -- query -- storage-fs",
        };
        node.args(modules.split(' '));
        node
    }

    pub fn relay(&self) -> Command {
        let (port, sequencer) = (
            self.ports.relay.to_string(),
            format!("http://localhost:{}", self.ports.api[0]),
        );
        let arguments = [
            "-p",
            &port,
            "--total-stake",
            "5",
            "--stake-table",
            &sequencer,
            "--storage-path",
            "relay",
        ];
        self.program("state-relay-server", &arguments)
    }

    /// Deploys the light client for the stake table that node 0 serves.
    pub fn deploy(&self) -> Command {
        let arguments = [
            "--only",
            "light-client",
            "--stake-table-capacity",
            CAPACITY,
            "--account-index",
            DEPLOYER_INDEX,
            "--json",
        ];
        let mut deploy = self.program("deploy", &arguments);
        deploy
            .env("ESPRESSO_SEQUENCER_L1_PROVIDER", self.l1())
            .env("ESPRESSO_SEQUENCER_L1_POLLING_INTERVAL", "100ms")
            .env("CREMA_DEPLOYER_BROADCAST", "broadcast")
            .env(
                "ESPRESSO_SEQUENCER_URL",
                format!("http://localhost:{}", self.ports.api[0]),
            )
            .env("ESPRESSO_SEQUENCER_ETH_MNEMONIC", MNEMONIC);
        deploy
    }

    pub fn prover(&self, contract: &str) -> Command {
        let mut prover = self.program("state-prover", &["-d"]);
        prover
            .env(
                "ESPRESSO_STATE_RELAY_SERVER_URL",
                format!("http://localhost:{}", self.ports.relay),
            )
            .env(
                "ESPRESSO_SEQUENCER_URL",
                format!("http://localhost:{}", self.ports.api[0]),
            )
            .env("ESPRESSO_SEQUENCER_L1_PROVIDER", self.l1())
            .env("ESPRESSO_STATE_PROVER_UPDATE_INTERVAL", "10s")
            .env("ESPRESSO_PROVER_SERVICE_PORT", self.ports.prover.to_string())
            .env("ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS", contract)
            .env("ESPRESSO_SEQUENCER_ETH_MNEMONIC", MNEMONIC)
            .env("ESPRESSO_SEQUENCER_STATE_PROVER_ACCOUNT_INDEX", PROVER_INDEX)
            .env("ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY", CAPACITY)
            .env("RAYON_NUM_THREADS", "2")
            .env("CREMA_SRS", INSECURE_SRS)
            .env("CREMA_KEY_CACHE", &self.keys);
        prover
    }

    /// Checks a namespace of a block against the root in the contract.
    pub fn verify(&self, contract: &str, height: u64, namespace: u64) -> Command {
        let sequencer = format!("http://localhost:{}", self.ports.api[0]);
        let (height, namespace) = (height.to_string(), namespace.to_string());
        let arguments = [
            "--sequencer-url",
            &sequencer,
            "--l1-provider",
            &self.l1(),
            "--light-client-address",
            contract,
            "--height",
            &height,
            "--namespace",
            &namespace,
        ];
        self.program("verify-namespace", &arguments)
    }

    pub fn l1(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.l1)
    }

    pub fn anvil(&self, anvil: &Path) -> Command {
        let port = self.ports.l1.to_string();
        let arguments = [
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--hardfork",
            "prague",
            "--block-time",
            "1",
            "--silent",
        ];
        command(anvil, &arguments, &self.folder)
    }
}
