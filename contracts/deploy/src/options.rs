//! Flags and environment variables.

use std::{path::PathBuf, time::Duration};

use alloy::primitives::Address;
use clap::{Parser, ValueEnum};

/// Deploy the contracts.
#[derive(Parser)]
#[command(version)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Options {
    /// JSON-RPC endpoint of the L1.
    #[arg(
        short,
        long,
        env = "ESPRESSO_SEQUENCER_L1_PROVIDER",
        default_value = "http://localhost:8545",
        hide_env_values = true
    )]
    pub rpc_url: reqwest::Url,
    /// Time between two questions for a receipt, for instance `100ms` or `7s`.
    #[arg(
        long = "l1-polling-interval",
        env = "ESPRESSO_SEQUENCER_L1_POLLING_INTERVAL",
        default_value = "7s",
        value_parser = duration
    )]
    pub polling_interval: Duration,
    /// Sequencer whose configuration names the stake table of the light client.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_URL",
        default_value = "http://localhost:24000"
    )]
    pub sequencer_url: reqwest::Url,
    /// BIP-39 phrase of the deploying account; give it by the environment, a command line can be seen by others.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_ETH_MNEMONIC",
        hide_env_values = true,
        required_unless_present = "print_stake_table",
        default_value = "",
        hide_default_value = true
    )]
    pub mnemonic: String,
    /// Index of the account: m/44'/60'/0'/0/INDEX.
    #[arg(long, env = "ESPRESSO_DEPLOYER_ACCOUNT_INDEX", default_value_t = 0)]
    pub account_index: u32,
    /// Owner of the contracts; the deploying account when absent.
    #[arg(long, env = "ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS")]
    pub multisig_address: Option<Address>,
    /// The only account that may send updates; anybody may when absent.
    #[arg(long, env = "ESPRESSO_SEQUENCER_PERMISSIONED_PROVER")]
    pub permissioned_prover: Option<Address>,
    /// Lines of the stake table that the light client's key has room for.
    #[arg(
        short = 's',
        long,
        env = "ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY",
        default_value_t = 10
    )]
    pub stake_table_capacity: usize,
    /// TOML file with the validators that the permissioned stake table begins with; none when absent.
    #[arg(long, env = "ESPRESSO_SEQUENCER_INITIAL_PERMISSIONED_STAKE_TABLE_PATH")]
    pub initial_permissioned_stake_table_path: Option<PathBuf>,
    /// What to deploy, separated by commas; everything when absent.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Contract>,
    /// Deploy the light client that rollup developers can make look down.
    #[arg(short, long)]
    pub use_mock_contract: bool,
    /// What the light client adds to the plain one.
    #[arg(long, value_enum, default_value_t = Flavour::Plain, conflicts_with = "use_mock_contract")]
    pub light_client: Flavour,
    /// Version of the light client.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub light_client_version: u8,
    /// Blocks of an epoch, for versions 2 and 3.
    #[arg(long, env = "ESPRESSO_SEQUENCER_BLOCKS_PER_EPOCH")]
    pub blocks_per_epoch: Option<u64>,
    /// Height from which epochs count, for versions 2 and 3.
    #[arg(long, env = "ESPRESSO_SEQUENCER_EPOCH_START_BLOCK", default_value_t = 0)]
    pub epoch_start_block: u64,
    /// Updates that the compact light client remembers.
    #[arg(long, default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1..))]
    pub history_capacity: u32,
    /// Seconds for which the light client keeps its history of states.
    #[arg(long, default_value_t = 864_000, value_parser = clap::value_parser!(u32).range(3600..=31_536_000))]
    pub retention_seconds: u32,
    /// Implementation of the light client that is there already.
    #[arg(long, env = "ESPRESSO_SEQUENCER_LIGHT_CLIENT_ADDRESS")]
    pub light_client_address: Option<Address>,
    /// Proxy of the light client that is there already.
    #[arg(long, env = "ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS")]
    pub light_client_proxy_address: Option<Address>,
    /// Implementation of the fee contract that is there already.
    #[arg(long, env = "ESPRESSO_SEQUENCER_FEE_CONTRACT_ADDRESS")]
    pub fee_contract_address: Option<Address>,
    /// Proxy of the fee contract that is there already.
    #[arg(long, env = "ESPRESSO_SEQUENCER_FEE_CONTRACT_PROXY_ADDRESS")]
    pub fee_contract_proxy_address: Option<Address>,
    /// Permissioned stake table that is there already.
    #[arg(long, env = "ESPRESSO_SEQUENCER_PERMISSIONED_STAKE_TABLE_ADDRESS")]
    pub permissioned_stake_table_address: Option<Address>,
    /// Folder in which every chain has a folder with the record of what was deployed on it.
    #[arg(long, env = "CREMA_DEPLOYER_BROADCAST", default_value = "contracts/broadcast")]
    pub broadcast: PathBuf,
    /// Deploy anew what the record says is there; the old record is kept beside.
    #[arg(long)]
    pub fresh: bool,
    /// Deploy nothing: print the commitments to the sequencer's stake table, as the forge scripts read them.
    #[arg(long)]
    pub print_stake_table: bool,
    /// Write the env file here instead of standard output.
    #[arg(short, long, env = "ESPRESSO_DEPLOYER_OUT_PATH")]
    pub out: Option<PathBuf>,
    /// Print JSON instead of an env file.
    #[arg(long)]
    pub json: bool,
}

/// A contract by Espresso's name. In the order of deployment: nodes need the first two before a light client can be had.
#[expect(clippy::enum_variant_names, reason = "Espresso's names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Contract {
    FeeContract,
    PermissionedStakeTable,
    LightClient,
}

/// What a light client adds to the plain one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flavour {
    /// Nothing.
    Plain,
    /// Counts Arbitrum's blocks.
    Arbitrum,
    /// Anybody can make it look down.
    Mock,
    /// Costs less per update; genesis and stake table are in its code.
    Compact,
}

impl Options {
    /// What to deploy, each once.
    pub fn contracts(&self) -> Vec<Contract> {
        let mut contracts = self.only.clone();
        if contracts.is_empty() {
            contracts.extend_from_slice(Contract::value_variants());
        }
        contracts.sort_unstable();
        contracts.dedup();
        contracts
    }

    /// What the light client adds, by either way to say it.
    pub fn flavour(&self) -> Flavour {
        if self.use_mock_contract {
            Flavour::Mock
        } else {
            self.light_client
        }
    }
}

/// `100ms`, `7s`, `1m`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a number and ms, s or m, as 7s".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => number
            .checked_mul(60)
            .map(Duration::from_secs)
            .ok_or_else(|| "too long".to_owned()),
        _ => Err("expected a number and ms, s or m, as 7s".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test says where")]

    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("100ms").unwrap(), Duration::from_millis(100));
        assert_eq!(duration("7s").unwrap(), Duration::from_secs(7));
        assert_eq!(duration("2m").unwrap(), Duration::from_mins(2));
        for wrong in ["", "7", "s", "-1s", "1.5s", "7h", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn everything_in_order_unless_told_otherwise() {
        let contracts = |arguments: &[&str]| {
            let fixed = ["deploy", "--mnemonic", "x"];
            Options::parse_from(fixed.iter().chain(arguments)).contracts()
        };
        let all = [
            Contract::FeeContract,
            Contract::PermissionedStakeTable,
            Contract::LightClient,
        ];
        assert_eq!(contracts(&[]), all);
        assert_eq!(
            contracts(&["--only", "light-client,fee-contract", "--only", "light-client"]),
            [Contract::FeeContract, Contract::LightClient]
        );
    }
}
