//! Addresses as an env file and as JSON.

use std::{fmt::Write as _, io::Write as _, path::Path};

use alloy::primitives::Address;
use anyhow::{Context, Result};
use crema_contracts::LightClient::StakeTableState;
use serde_json::{Value, json};

use crate::light_client::Deployed as LightClient;

/// A contract behind a proxy.
pub struct Proxied {
    pub implementation: Address,
    pub proxy: Address,
}

/// Everything that was asked for.
#[derive(Default)]
pub struct Addresses {
    pub fee_contract: Option<Proxied>,
    pub permissioned_stake_table: Option<Address>,
    pub light_client: Option<LightClient>,
}

impl Addresses {
    /// Lines that an `.env` takes.
    pub fn to_env(&self) -> String {
        let mut lines = Vec::new();
        if let Some(fee_contract) = &self.fee_contract {
            lines.push(("FEE_CONTRACT_ADDRESS", fee_contract.implementation));
            lines.push(("FEE_CONTRACT_PROXY_ADDRESS", fee_contract.proxy));
        }
        if let Some(table) = self.permissioned_stake_table {
            lines.push(("PERMISSIONED_STAKE_TABLE_ADDRESS", table));
        }
        if let Some(light_client) = &self.light_client {
            lines.push(("LIGHT_CLIENT_ADDRESS", light_client.implementation));
            lines.push(("LIGHT_CLIENT_PROXY_ADDRESS", light_client.proxy));
            // the prover's variable, without the underscore
            lines.push(("LIGHTCLIENT_ADDRESS", light_client.proxy));
        }
        lines.iter().fold(String::new(), |mut text, (name, address)| {
            // writing to a string cannot fail
            let _ = writeln!(text, "ESPRESSO_SEQUENCER_{name}={address}");
            text
        })
    }

    /// The same for programs.
    pub fn to_json(&self, chain: u64, gas_used: u64) -> Value {
        let mut json = json!({ "chain_id": chain, "gas_used": gas_used });
        if let Some(fee_contract) = &self.fee_contract {
            json["fee_contract"] = json!(fee_contract.implementation);
            json["fee_contract_proxy"] = json!(fee_contract.proxy);
        }
        if let Some(table) = self.permissioned_stake_table {
            json["permissioned_stake_table"] = json!(table);
        }
        if let Some(light_client) = &self.light_client {
            json["contract"] = json!(light_client.contract);
            json["light_client"] = json!(light_client.implementation);
            json["light_client_proxy"] = json!(light_client.proxy);
        }
        json
    }
}

/// What `contracts/script/Deploy.s.sol` reads of a stake table.
pub fn stake_table_env(table: &StakeTableState) -> String {
    format!(
        "STAKE_TABLE_THRESHOLD={}\nSTAKE_TABLE_BLS_KEY_COMM={}\nSTAKE_TABLE_SCHNORR_KEY_COMM={}\nSTAKE_TABLE_AMOUNT_COMM={}\n",
        table.threshold, table.blsKeyComm, table.schnorrKeyComm, table.amountComm
    )
}

/// Writes a text to a file, whole or not at all, or to standard output.
pub fn write(text: &str, path: Option<&Path>) -> Result<()> {
    let Some(path) = path else {
        return std::io::stdout()
            .write_all(text.as_bytes())
            .context("standard output");
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))
        .with_context(|| format!("writing {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}
