//! `deploy`: puts the light client behind its proxy on an L1, for the stake table that a sequencer serves.
//!
//! Flags and environment variables are those of Espresso's `deploy`. Progress goes to standard error; the addresses go to
//! standard output as an env file, or as JSON with `--json`.

mod light_client;
mod stake_table;

use std::{io::Write, path::PathBuf, process::ExitCode};

use alloy::{
    network::EthereumWallet,
    primitives::Address,
    providers::{Provider, ProviderBuilder},
    signers::local::{MnemonicBuilder, coins_bip39::English},
};
use anyhow::{Context, Result, anyhow};
use clap::{Parser, ValueEnum};
use crema_contracts::Variant;
use light_client::Deployment;

/// Deploy the contracts.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// JSON-RPC endpoint of the L1.
    #[arg(
        short,
        long,
        env = "ESPRESSO_SEQUENCER_L1_PROVIDER",
        default_value = "http://localhost:8545",
        hide_env_values = true
    )]
    rpc_url: reqwest::Url,
    /// Sequencer whose configuration names the stake table.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_URL",
        default_value = "http://localhost:24000"
    )]
    sequencer_url: reqwest::Url,
    /// BIP-39 phrase of the deploying account; give it by the environment, a command line can be seen by others.
    #[arg(long, env = "ESPRESSO_SEQUENCER_ETH_MNEMONIC", hide_env_values = true)]
    mnemonic: String,
    /// Index of the account: m/44'/60'/0'/0/INDEX.
    #[arg(long, env = "ESPRESSO_DEPLOYER_ACCOUNT_INDEX", default_value_t = 0)]
    account_index: u32,
    /// Owner of the contracts; the deploying account when absent.
    #[arg(long, env = "ESPRESSO_SEQUENCER_ETH_MULTISIG_ADDRESS")]
    multisig_address: Option<Address>,
    /// The only account that may send updates; anybody may when absent.
    #[arg(long, env = "ESPRESSO_SEQUENCER_PERMISSIONED_PROVER")]
    permissioned_prover: Option<Address>,
    /// Lines of the stake table that the contract's key has room for.
    #[arg(
        short = 's',
        long,
        env = "ESPRESSO_SEQUENCER_STAKE_TABLE_CAPACITY",
        default_value_t = 10
    )]
    stake_table_capacity: usize,
    /// What to deploy.
    #[arg(long, value_enum, default_values_t = [Contract::LightClient])]
    only: Vec<Contract>,
    /// Seconds for which the contract keeps its history of states.
    #[arg(long, default_value_t = 864_000, value_parser = clap::value_parser!(u32).range(3600..=31_536_000))]
    retention_seconds: u32,
    /// Write the env file here instead of standard output.
    #[arg(short, long, env = "ESPRESSO_DEPLOYER_OUT_PATH")]
    out: Option<PathBuf>,
    /// Print JSON instead of an env file.
    #[arg(long)]
    json: bool,
}

/// A contract by Espresso's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Contract {
    LightClient,
}

async fn run(options: Options) -> Result<()> {
    let capacity = options.stake_table_capacity;
    let variant = Variant::ALL
        .into_iter()
        .find(|variant| variant.capacity() == capacity)
        .with_context(|| {
            let known: Vec<String> = Variant::ALL
                .iter()
                .map(|variant| variant.capacity().to_string())
                .collect();
            format!(
                "no light client with a key of capacity {capacity} is built in (there are {})",
                known.join(", ")
            )
        })?;
    let stake_table = stake_table::fetch(&options.sequencer_url, capacity).await?;
    let signer = MnemonicBuilder::<English>::default()
        .phrase(options.mnemonic)
        .index(options.account_index)
        .and_then(|builder| builder.build())
        // the library's message may quote the phrase
        .map_err(|_| anyhow!("ESPRESSO_SEQUENCER_ETH_MNEMONIC is not 12 to 24 words of the BIP-39 English list"))?;
    let account = signer.address();
    let provider = ProviderBuilder::new()
        .wallet(EthereumWallet::from(signer))
        .connect_http(options.rpc_url.clone());
    let chain = provider
        .get_chain_id()
        .await
        .context("the L1 does not answer; check --rpc-url")?;
    eprintln!("chain {chain}, account {account}, {}", variant.name());
    let deployment = Deployment {
        variant,
        stake_table,
        retention_seconds: options.retention_seconds,
        owner: options.multisig_address.unwrap_or(account),
        permissioned_prover: options.permissioned_prover,
    };
    let deployed = deployment.run(&provider, account).await?;
    let text = if options.json {
        format!("{}\n", deployed.to_json(chain))
    } else {
        deployed.to_env()
    };
    match options.out {
        None => std::io::stdout()
            .write_all(text.as_bytes())
            .context("standard output"),
        Some(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))?;
            file.write_all(text.as_bytes())?;
            file.persist(&path)
                .with_context(|| format!("writing {}", path.display()))?;
            Ok(())
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("warning: another TLS provider is installed already");
    }
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
