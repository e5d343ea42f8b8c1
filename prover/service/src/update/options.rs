//! What an operator sets: Espresso's flags and environment variables, and ours beside them.

use std::{env, net::SocketAddr, path::PathBuf, str::FromStr};

use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use crema_circuit::Version;
use reqwest::Url;

use super::{
    UpdateError,
    duration::Interval,
    error::EXIT_CODES,
    secret::Mnemonic,
    source::{FetchError, Source},
};
use crate::{engine::EngineOptions, jobs::Location, srs::SrsChoice};

const GWEI: u128 = 1_000_000_000;

/// Which circuit's key to prove with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CircuitChoice {
    /// The one whose key is found in the contract's code.
    #[default]
    Auto,
    /// This one; it must be found there all the same.
    Fixed(Version),
}

impl FromStr for CircuitChoice {
    type Err = crema_circuit::UnknownVersion;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name == "auto" {
            Ok(Self::Auto)
        } else {
            name.parse().map(Self::Fixed)
        }
    }
}

/// Keep the light-client contract on L1 up to date.
///
/// Without `--daemon`: one update, then exit.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Update", after_long_help = EXIT_CODES)]
pub struct UpdateOptions {
    /// Keep running: update, wait, update again.
    #[arg(short, long)]
    pub daemon: bool,

    /// Where the signature bundles come from: a state relay's URL, `file:PATH` or an existing file.
    #[arg(
        long,
        env = "ESPRESSO_STATE_RELAY_SERVER_URL",
        hide_env_values = true,
        default_value = "http://localhost:8083",
        value_name = "URL|FILE"
    )]
    pub relay_server: Source,

    /// Where the stake table comes from: a sequencer's URL, `file:PATH` or an existing file.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_URL",
        hide_env_values = true,
        default_value = "http://localhost:24000",
        value_name = "URL|FILE"
    )]
    pub sequencer_url: Source,

    /// Time between updates of the daemon.
    #[arg(
        short = 'u',
        long = "freq",
        env = "ESPRESSO_STATE_PROVER_UPDATE_INTERVAL",
        default_value = "10m",
        value_name = "TIME"
    )]
    pub update_interval: Interval,

    /// Time before the daemon tries again after an error.
    #[arg(
        long = "retry-freq",
        env = "ESPRESSO_STATE_PROVER_RETRY_INTERVAL",
        default_value = "2s",
        value_name = "TIME"
    )]
    pub retry_interval: Interval,

    /// JSON-RPC endpoints of the L1, in order of preference, separated by commas.
    #[arg(
        long = "l1-provider",
        env = "ESPRESSO_SEQUENCER_L1_PROVIDER",
        default_value = "http://localhost:8545",
        value_delimiter = ',',
        hide_env_values = true,
        value_name = "URL"
    )]
    pub l1_provider: Vec<Url>,

    /// The light-client contract: the proxy's address.
    #[arg(long, env = "ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS", value_name = "ADDRESS")]
    pub light_client_address: Option<Address>,

    /// Another name for --light-client-address, used where that is not given.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS",
        value_name = "ADDRESS",
        hide_short_help = true
    )]
    pub light_client_proxy_address: Option<Address>,

    /// BIP-39 phrase of the account that pays. Prefer the environment variable: a command line can be seen by others.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_ETH_MNEMONIC",
        hide_env_values = true,
        value_name = "WORDS"
    )]
    pub eth_mnemonic: Option<Mnemonic>,

    /// Index of the account: m/44'/60'/0'/0/INDEX.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_STATE_PROVER_ACCOUNT_INDEX",
        default_value_t = 0,
        value_name = "INDEX"
    )]
    pub eth_account_index: u32,

    /// Without --daemon: how often to try again, --retry-freq apart, after errors that may pass.
    #[arg(
        long,
        env = "ESPRESSO_STATE_PROVER_ONESHOT_RETRIES",
        default_value_t = 0,
        value_name = "N"
    )]
    pub retries: u32,

    /// Port of the daemon's HTTP service; none without it.
    #[arg(short, long, env = "ESPRESSO_PROVER_SERVICE_PORT", value_name = "PORT")]
    pub port: Option<u16>,

    /// Places in the stake table of the contract's circuit.
    #[arg(
        short,
        long,
        env = "ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY",
        default_value_t = 200,
        value_name = "N"
    )]
    pub stake_table_capacity: usize,

    /// Send nothing while a unit of gas costs more than this many gwei.
    #[arg(
        long,
        env = "ESPRESSO_STATE_PROVER_MAX_GAS_PRICE_IN_GWEI",
        value_name = "GWEI"
    )]
    pub max_gas_price: Option<u64>,

    /// Refuse to work on a chain with another id.
    #[arg(long, env = "CREMA_CHAIN_ID", value_name = "ID")]
    pub chain_id: Option<u64>,

    /// The circuit to prove: `auto` finds it by the key in the contract's code; or v1, v1-canonical, …
    #[arg(long, env = "CREMA_CIRCUIT", default_value = "auto", value_name = "CIRCUIT")]
    pub circuit: CircuitChoice,

    /// The reference string: `aztec` (file at AZTEC_SRS_PATH), `file:PATH` or `insecure-tau:HEX`.
    #[arg(long, env = "CREMA_SRS", default_value = "aztec", value_name = "SRS")]
    pub srs: SrsChoice,

    /// Folder of proving keys; by default `crema/keys` in the user's cache.
    #[arg(long, env = "CREMA_KEY_CACHE", value_name = "FOLDER")]
    pub key_cache: Option<PathBuf>,

    /// Where to compute.
    #[command(flatten)]
    pub engine: EngineOptions,

    /// Time to wait for the transaction's receipt.
    #[arg(
        long,
        env = "CREMA_RECEIPT_TIMEOUT",
        default_value = "5m",
        value_name = "TIME"
    )]
    pub receipt_timeout: Interval,

    /// How many blocks deep the transaction must be, its own block counted, before the update counts as done.
    #[arg(long, env = "CREMA_CONFIRMATIONS", default_value_t = 1, value_name = "BLOCKS")]
    pub confirmations: u64,

    /// Folder of what must survive a restart: the job store, where --database does not name another. By default `crema` in
    /// the user's data folder.
    #[arg(long, env = "CREMA_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,

    /// Where jobs are kept: `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST/NAME`, which several provers may share.
    #[arg(long, env = "CREMA_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<Location>,

    /// How often one update is tried before it is given up.
    #[arg(long, env = "CREMA_MAX_ATTEMPTS", default_value_t = 5, value_name = "N")]
    pub max_attempts: u32,

    /// Print the result as one JSON object (the daemon: one per line) and nothing else on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Options that have been checked.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// As given.
    pub options: UpdateOptions,
    /// The contract.
    pub light_client: Address,
    /// Who pays and, where the contract wants it, who may.
    pub signer: PrivateKeySigner,
    /// `--max-gas-price` in wei.
    pub max_gas_price: Option<u128>,
    /// Where the daemon listens.
    pub listen: Option<SocketAddr>,
    /// Where jobs are kept.
    pub store: Location,
}

impl Settings {
    /// Whether every step is told to people on standard output. The daemon has its log for that.
    pub(super) fn aloud(&self) -> bool {
        !self.options.json && !self.options.daemon
    }
}

impl UpdateOptions {
    /// Checks what can be checked without asking anybody.
    ///
    /// # Errors
    /// [`UpdateError::Option`].
    pub(super) fn check(mut self) -> Result<Settings, UpdateError> {
        let option = |name: &'static str, problem: String| UpdateError::Option { name, problem };
        let light_client = self
            .light_client_address
            .or(self.light_client_proxy_address)
            .ok_or_else(|| {
                option(
                    "--light-client-address",
                    "not set: give the proxy's address here or in ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS"
                        .to_owned(),
                )
            })?;
        // taken out, so that the phrase does not outlive the derivation
        let mnemonic = self.eth_mnemonic.take().ok_or_else(|| {
            option(
                "--eth-mnemonic",
                "not set: give the phrase of the account that pays in ESPRESSO_SEQUENCER_ETH_MNEMONIC"
                    .to_owned(),
            )
        })?;
        let signer = mnemonic
            .signer(self.eth_account_index)
            .map_err(|invalid| option("--eth-mnemonic", invalid.to_string()))?;
        for (name, source) in [
            ("--relay-server", &self.relay_server),
            ("--sequencer-url", &self.sequencer_url),
        ] {
            if let Source::Unusable(text) = source {
                return Err(option(name, FetchError::Unusable(text.clone()).to_string()));
            }
        }
        for url in &self.l1_provider {
            if !matches!(url.scheme(), "http" | "https") {
                let problem = format!("{}: only http and https endpoints can be used", url.scheme());
                return Err(option("--l1-provider", problem));
            }
        }
        if !(1..=crema_circuit::MAX_CAPACITY).contains(&self.stake_table_capacity) {
            let problem = format!(
                "{} is not from 1 to {}",
                self.stake_table_capacity,
                crema_circuit::MAX_CAPACITY
            );
            return Err(option("--stake-table-capacity", problem));
        }
        for (name, interval) in [
            ("--freq", self.update_interval),
            ("--retry-freq", self.retry_interval),
        ] {
            if self.daemon && interval.0.is_zero() {
                return Err(option(
                    name,
                    "zero would ask relay and L1 without pause: use at least 1ms".to_owned(),
                ));
            }
        }
        if self.confirmations == 0 {
            return Err(option(
                "--confirmations",
                "0 would not even wait for the block: use at least 1".to_owned(),
            ));
        }
        if self.max_attempts == 0 {
            return Err(option(
                "--max-attempts",
                "0 would try nothing: use at least 1".to_owned(),
            ));
        }
        let store = match &self.database {
            Some(database) => database.clone(),
            None => Location::Sqlite(self.data_folder()?.join("jobs.sqlite")),
        };
        let max_gas_price = self.max_gas_price.map(|gwei| u128::from(gwei) * GWEI);
        let listen = self
            .port
            .filter(|_| self.daemon)
            .map(|port| SocketAddr::from(([0, 0, 0, 0], port)));
        Ok(Settings {
            options: self,
            light_client,
            signer,
            max_gas_price,
            listen,
            store,
        })
    }

    /// The folder given, or `crema` in the user's data folder.
    fn data_folder(&self) -> Result<PathBuf, UpdateError> {
        let in_data = || env::var_os("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("crema"));
        let in_home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share/crema"));
        self.data_dir
            .clone()
            .or_else(in_data)
            .or_else(in_home)
            .ok_or_else(|| UpdateError::Option {
                name: "--data-dir",
                problem: "no folder for the job store: give one here, or set XDG_DATA_HOME or HOME"
                    .to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        update: UpdateOptions,
    }

    const PHRASE: &str = "test test test test test test test test test test test junk";
    const CONTRACT: &str = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

    fn parse(arguments: &[&str]) -> UpdateOptions {
        Command::try_parse_from([&["state-prover"], arguments].concat())
            .unwrap()
            .update
    }

    /// The problem's option, or nothing where the options are good.
    fn problem(arguments: &[&str]) -> Option<&'static str> {
        match parse(arguments).check() {
            Ok(_) => None,
            Err(UpdateError::Option { name, .. }) => Some(name),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn espressos_flags_are_understood() {
        let options = parse(&[
            "-d",
            "--relay-server",
            "http://relay:8083",
            "-u",
            "1m",
            "--retry-freq",
            "3s",
            "--l1-provider",
            "http://a:8545,http://b:8545",
            "--light-client-address",
            CONTRACT,
            "--eth-mnemonic",
            PHRASE,
            "--eth-account-index",
            "3",
            "--sequencer-url",
            "http://sequencer:24000",
            "-p",
            "40010",
            "-s",
            "10",
            "--max-gas-price",
            "50",
        ]);
        assert_eq!(options.l1_provider.len(), 2);
        assert_eq!(options.update_interval.to_string(), "1m");
        let settings = options.check().unwrap();
        assert_eq!(settings.listen.map(|address| address.port()), Some(40010));
        assert_eq!(settings.max_gas_price, Some(50_000_000_000));
        assert_eq!(
            settings.signer.address().to_string(),
            "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
        );
    }

    #[test]
    fn every_variable_of_the_reference_is_read() {
        let command = Command::command();
        let read: Vec<_> = command
            .get_arguments()
            .filter_map(|arg| arg.get_env()?.to_str())
            .collect();
        for variable in [
            "ESPRESSO_STATE_RELAY_SERVER_URL",
            "ESPRESSO_STATE_PROVER_UPDATE_INTERVAL",
            "ESPRESSO_STATE_PROVER_RETRY_INTERVAL",
            "ESPRESSO_SEQUENCER_L1_PROVIDER",
            "ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS",
            "ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS",
            "ESPRESSO_SEQUENCER_ETH_MNEMONIC",
            "ESPRESSO_SEQUENCER_STATE_PROVER_ACCOUNT_INDEX",
            "ESPRESSO_SEQUENCER_URL",
            "ESPRESSO_PROVER_SERVICE_PORT",
            "ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY",
            "ESPRESSO_STATE_PROVER_MAX_GAS_PRICE_IN_GWEI",
            "ESPRESSO_STATE_PROVER_ONESHOT_RETRIES",
        ] {
            assert!(read.contains(&variable), "{variable}");
        }
        // what may hold a secret is not echoed by --help
        for argument in command.get_arguments() {
            if [
                "eth_mnemonic",
                "l1_provider",
                "relay_server",
                "sequencer_url",
                "database",
            ]
            .contains(&argument.get_id().as_str())
            {
                assert!(argument.is_hide_env_values_set(), "{}", argument.get_id());
            }
        }
    }

    #[test]
    fn each_bad_option_is_named() {
        let good = ["--light-client-address", CONTRACT, "--eth-mnemonic", PHRASE];
        let with = |more: &[&'static str]| problem(&[&good[..], more].concat());
        assert_eq!(with(&[]), None);
        assert_eq!(problem(&good[2..]), Some("--light-client-address"));
        assert_eq!(
            problem(&["--light-client-proxy-address", CONTRACT, "--eth-mnemonic", PHRASE]),
            None
        );
        assert_eq!(problem(&good[..2]), Some("--eth-mnemonic"));
        assert_eq!(
            problem(&["--light-client-address", CONTRACT, "--eth-mnemonic", "a b"]),
            Some("--eth-mnemonic")
        );
        assert_eq!(with(&["--relay-server", "nowhere"]), Some("--relay-server"));
        assert_eq!(with(&["--sequencer-url", "nowhere"]), Some("--sequencer-url"));
        assert_eq!(
            with(&["--l1-provider", "ws://localhost:8546"]),
            Some("--l1-provider")
        );
        assert_eq!(with(&["-s", "0"]), Some("--stake-table-capacity"));
        assert_eq!(with(&["-s", "1000000"]), Some("--stake-table-capacity"));
        assert_eq!(with(&["--retry-freq", "0s"]), None);
        assert_eq!(with(&["-d", "--retry-freq", "0s"]), Some("--retry-freq"));
        assert_eq!(with(&["-d", "--freq", "0s"]), Some("--freq"));
        assert_eq!(with(&["--confirmations", "0"]), Some("--confirmations"));
        assert_eq!(with(&["--max-attempts", "0"]), Some("--max-attempts"));
    }

    #[test]
    fn what_does_not_parse_is_refused_by_clap() {
        for wrong in [
            ["--freq", "10"],
            ["--light-client-address", "0x12"],
            ["-s", "-1"],
            ["--max-gas-price", "1.5"],
            ["--circuit", "v4"],
            ["--srs", "aztec20"],
            ["--port", "70000"],
            ["--engine", "gpu"],
            ["--device-memory-limit", "24GB"],
            ["--database", "mysql://host/name"],
        ] {
            assert!(
                Command::try_parse_from([&["state-prover"], &wrong[..]].concat()).is_err(),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn the_phrase_is_never_printed() {
        let options = parse(&["--light-client-address", CONTRACT, "--eth-mnemonic", PHRASE]);
        assert!(!format!("{options:?}").contains("junk"));
        assert!(!format!("{:?}", options.check().unwrap()).contains("junk"));
    }
}
