//! `deploy`: puts the contracts on an L1: fee contract, permissioned stake table, and the light client for the stake table that
//! a sequencer serves.
//!
//! Flags and environment variables are those of Espresso's `deploy`. What was deployed is recorded per chain as it happens, so
//! that a second run, or one after an interruption, deploys nothing twice. Progress goes to standard error; the addresses go
//! to standard output as an env file, or as JSON with `--json`.

mod account;
mod deployment;
mod fee_contract;
mod light_client;
mod options;
mod output;
mod permissioned_stake_table;
mod record;
mod stake_table;

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Parser;

use account::Account;
use deployment::Deployment;
use options::{Contract, Options};
use output::Addresses;
use record::Record;

async fn run(options: Options) -> Result<()> {
    if options.print_stake_table {
        let table = stake_table::fetch(&options.sequencer_url, options.stake_table_capacity).await?;
        return output::write(&output::stake_table_env(&table), options.out.as_deref());
    }
    let account = Account::connect(
        &options.rpc_url,
        &options.mnemonic,
        options.account_index,
        options.polling_interval,
    )
    .await?;
    eprintln!("chain {}, account {}", account.chain(), account.address());
    let record = Record::open(
        &options.broadcast,
        account.chain(),
        account.genesis(),
        options.fresh,
    )?;
    let mut deployment = Deployment::new(account, record);
    let owner = options.multisig_address.unwrap_or(deployment.account().address());
    let mut addresses = Addresses::default();
    for contract in options.contracts() {
        match contract {
            Contract::FeeContract => {
                let wanted = fee_contract::Wanted {
                    implementation: options.fee_contract_address,
                    proxy: options.fee_contract_proxy_address,
                    owner,
                };
                let deployed = wanted.deploy(&mut deployment).await.context("fee contract")?;
                addresses.fee_contract = Some(deployed);
            }
            Contract::PermissionedStakeTable => {
                let wanted = permissioned_stake_table::Wanted {
                    address: options.permissioned_stake_table_address,
                    initial: options.initial_permissioned_stake_table_path.as_deref(),
                    owner,
                };
                let deployed = wanted
                    .deploy(&mut deployment)
                    .await
                    .context("permissioned stake table")?;
                addresses.permissioned_stake_table = Some(deployed);
            }
            Contract::LightClient => {
                let wanted = light_client::Wanted::from_options(&options, owner).await?;
                let deployed = wanted.deploy(&mut deployment).await.context("light client")?;
                addresses.light_client = Some(deployed);
            }
        }
    }
    let gas_used = deployment.gas_used();
    eprintln!(
        "{gas_used} gas; recorded in {}",
        deployment.record().path().display()
    );
    let text = if options.json {
        format!("{}\n", addresses.to_json(deployment.account().chain(), gas_used))
    } else {
        addresses.to_env()
    };
    output::write(&text, options.out.as_deref())
}

#[tokio::main]
async fn main() -> ExitCode {
    let installed = rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("another TLS provider is installed already"));
    let result = match installed {
        Ok(()) => run(Options::parse()).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
