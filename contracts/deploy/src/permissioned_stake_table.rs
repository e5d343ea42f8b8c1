//! The permissioned stake table, with the validators that a file names.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolConstructor},
};
use anyhow::{Context, Result, bail};
use ark_ec::AffineRepr;
use crema_contracts::permissioned_stake_table::{
    BN254::G2Point, EdOnBN254::EdOnBN254Point, PermissionedStakeTable,
};
use crema_light_client::{
    bls,
    field::{Field256, to_be_bytes},
    schnorr,
};
use serde::Deserialize;

use crate::deployment::Deployment;

type NodeInfo = PermissionedStakeTable::NodeInfo;

/// What should be there.
pub struct Wanted<'a> {
    pub address: Option<Address>,
    pub initial: Option<&'a Path>,
    pub owner: Address,
}

impl Wanted<'_> {
    /// Deploys it if it is missing, and hands it to its owner.
    pub async fn deploy(self, deployment: &mut Deployment) -> Result<Address> {
        let stakers = self.initial.map(read).transpose()?.unwrap_or_default();
        if self.address.is_none() {
            eprintln!("permissioned stake table of {} validators", stakers.len());
        }
        let arguments = PermissionedStakeTable::constructorCall {
            initialStakers: stakers,
        };
        let address = deployment
            .ensure(
                "permissioned_stake_table",
                "PermissionedStakeTable",
                self.address,
                || {
                    [&PermissionedStakeTable::BYTECODE[..], &arguments.abi_encode()]
                        .concat()
                        .into()
                },
            )
            .await?;
        let contract = PermissionedStakeTable::new(address, deployment.account().provider().clone());
        let owner = contract.owner().call().await?;
        if owner == self.owner {
            return Ok(address);
        }
        if owner != deployment.account().address() {
            bail!(
                "the permissioned stake table at {address} belongs to {owner}, not to {}",
                self.owner
            );
        }
        let transfer = PermissionedStakeTable::transferOwnershipCall { newOwner: self.owner };
        deployment
            .call(
                "handing the stake table over",
                address,
                Bytes::from(transfer.abi_encode()),
            )
            .await?;
        Ok(address)
    }
}

/// The file, as Espresso's `initial_stake_table.toml`: the stake is there for other readers.
#[derive(Deserialize)]
struct File {
    public_keys: Vec<Validator>,
}

#[derive(Deserialize)]
struct Validator {
    stake_table_key: bls::VerifyingKey,
    state_ver_key: schnorr::VerifyingKey,
    da: bool,
}

fn word<F: Field256>(element: &F) -> U256 {
    U256::from_be_bytes(to_be_bytes(element))
}

fn read(path: &Path) -> Result<Vec<NodeInfo>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is not a list of validators", path.display()))
}

fn parse(text: &str) -> Result<Vec<NodeInfo>> {
    let file: File = toml::from_str(text)?;
    file.public_keys
        .iter()
        .enumerate()
        .map(|(i, validator)| validator.to_abi().with_context(|| format!("validator {i}")))
        .collect()
}

impl Validator {
    fn to_abi(&self) -> Result<NodeInfo> {
        let (x, y) = self
            .stake_table_key
            .0
            .xy()
            .context("the BLS key is the point at infinity")?;
        let (schnorr_x, schnorr_y) = self.state_ver_key.0.xy().context("the Schnorr key is no point")?;
        Ok(NodeInfo {
            blsVK: G2Point {
                // imaginary parts first, as the pairing precompile reads them
                x0: word(&x.c1),
                x1: word(&x.c0),
                y0: word(&y.c1),
                y1: word(&y.c0),
            },
            schnorrVK: EdOnBN254Point {
                x: word(&schnorr_x),
                y: word(&schnorr_y),
            },
            isDA: self.da,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test says where")]

    use std::fmt::Write;

    use super::*;

    /// The demo network's validators, as a file of theirs has them.
    fn demo() -> String {
        let list = include_str!("../tests/vectors/demo_validators.json");
        let list: Vec<serde_json::Value> = serde_json::from_str(list).unwrap();
        let mut text = String::new();
        for validator in list {
            let (bls, schnorr, da) = (&validator["bls"], &validator["schnorr"], &validator["da"]);
            writeln!(text, "[[public_keys]]\nstake_table_key = {bls}").unwrap();
            writeln!(text, "state_ver_key = {schnorr}\nda = {da}\nstake = 1").unwrap();
        }
        text
    }

    #[test]
    fn reads_the_demo_networks_validators() {
        let stakers = parse(&demo()).unwrap();
        assert_eq!(stakers.len(), 5);
        assert_eq!(stakers.iter().filter(|staker| staker.isDA).count(), 4);
        // from the key's own bytes: they begin with x.c0, little-endian
        let file: File = toml::from_str(&demo()).unwrap();
        for (validator, staker) in file.public_keys.iter().zip(&stakers) {
            let bytes = validator.stake_table_key.to_compressed_bytes();
            assert_eq!(staker.blsVK.x1.to_le_bytes::<32>(), bytes[..32]);
        }
    }

    #[test]
    fn refuses_what_is_no_list_of_keys() {
        let demo = demo();
        let schnorr_for_bls = demo.replacen("BLS_VER_KEY~", "SCHNORR_VER_KEY~", 1);
        let cut = demo.replacen("9JD", "", 1);
        let without_da = demo.replacen("da = true", "", 1);
        for wrong in [
            schnorr_for_bls.as_str(),
            &cut[..200],
            &without_da,
            "",
            "public_keys = 3",
        ] {
            assert!(parse(wrong).is_err(), "{}", &wrong[..wrong.len().min(80)]);
        }
    }
}
