//! The program against a real chain (anvil): once, twice, interrupted, and with what only some ask for.
//!
//! anvil comes with the contracts' npm packages (`npm ci --prefix contracts --ignore-scripts`); `CREMA_ANVIL` may name another.

#![allow(clippy::unwrap_used, reason = "a failed test says where")]

mod network;

use std::{fs, time::Duration};

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
};
use crema_contracts::{
    LightClient, fee_contract::FeeContract, permissioned_stake_table::PermissionedStakeTable, v3,
};
use network::{DEPLOYER, Network};
use serde_json::Value;

fn address(report: &Value, name: &str) -> Address {
    report[name].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn everything_once_and_only_once() {
    let network = Network::start();
    let report = network.deploy(&[]).unwrap();
    let provider = network.provider();
    let nonce = provider.get_transaction_count(DEPLOYER).await.unwrap();
    assert_eq!(nonce, 5, "two contracts behind proxies, and a table");

    let fees = FeeContract::new(address(&report, "fee_contract_proxy"), &provider);
    assert_eq!(fees.owner().call().await.unwrap(), DEPLOYER);
    let table = PermissionedStakeTable::new(address(&report, "permissioned_stake_table"), &provider);
    assert_eq!(table.owner().call().await.unwrap(), DEPLOYER);
    let light_client = LightClient::new(address(&report, "light_client_proxy"), &provider);
    assert_eq!(light_client.owner().call().await.unwrap(), DEPLOYER);
    let committed = light_client.genesisStakeTableState().call().await.unwrap();
    assert_eq!(committed.threshold, U256::from(5 / 3 + 1));
    // the demo network's commitments, as Espresso's own tools compute them
    let known = "8650258516278292770338642605679831850584737767289366173050743849647541442782";
    assert_eq!(committed.blsKeyComm, known.parse::<U256>().unwrap());

    // what the forge scripts read is what was deployed
    let printed = network.run(&["--print-stake-table"]).unwrap();
    assert_eq!(printed.lines().count(), 4);
    assert!(printed.contains("STAKE_TABLE_THRESHOLD=2\n"), "{printed}");
    assert!(
        printed.contains(&format!("STAKE_TABLE_BLS_KEY_COMM={known}\n")),
        "{printed}"
    );

    // again: the same report but for the gas, and not one transaction
    let mut again = network.deploy(&[]).unwrap();
    assert_eq!(again["gas_used"], 0);
    again["gas_used"] = report["gas_used"].clone();
    assert_eq!(again, report);
    assert_eq!(provider.get_transaction_count(DEPLOYER).await.unwrap(), nonce);

    // one group alone is recognised too, as env lines
    let env = network.run(&["--only", "light-client"]).unwrap();
    assert!(env.contains(&format!(
        "ESPRESSO_SEQUENCER_LIGHT_CLIENT_PROXY_ADDRESS={}",
        address(&report, "light_client_proxy")
    )));
    assert!(env.contains(&format!(
        "ESPRESSO_SEQUENCER_LIGHTCLIENT_ADDRESS={}",
        address(&report, "light_client_proxy")
    )));
}

#[tokio::test]
async fn killed_while_a_creation_is_in_flight() {
    let network = Network::start();
    let provider = network.provider();
    let automine = |on: bool| provider.raw_request::<_, ()>("evm_setAutomine".into(), [on]);
    automine(false).await.unwrap();
    let mut child = network.spawn(&["--only", "fee-contract", "--json"]);
    // sent, not mined, and the process does not live to see it
    let patience = std::time::Instant::now() + Duration::from_mins(1);
    while provider.get_transaction_count(DEPLOYER).pending().await.unwrap() == 0 {
        assert!(std::time::Instant::now() < patience, "nothing was sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    automine(true).await.unwrap();
    provider
        .raw_request::<_, Value>("evm_mine".into(), ())
        .await
        .unwrap();
    let report = network.deploy(&["--only", "fee-contract"]).unwrap();
    assert_eq!(
        provider.get_transaction_count(DEPLOYER).await.unwrap(),
        2,
        "implementation and proxy, once each"
    );
    assert_eq!(address(&report, "fee_contract"), DEPLOYER.create(0));
    assert_eq!(address(&report, "fee_contract_proxy"), DEPLOYER.create(1));
}

#[tokio::test]
async fn noted_but_never_sent() {
    let network = Network::start();
    network.deploy(&["--only", "fee-contract"]).unwrap();
    // a record from which the chain knows nothing: as if the process had died before it sent
    let path = network.record();
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let proxy = &mut record["contracts"]["fee_contract_proxy"];
    proxy["nonce"] = 2.into();
    proxy["address"] = serde_json::to_value(DEPLOYER.create(2)).unwrap();
    proxy["transaction"] = Value::Null;
    fs::write(&path, serde_json::to_vec(&record).unwrap()).unwrap();
    let report = network.deploy(&["--only", "fee-contract"]).unwrap();
    assert_eq!(address(&report, "fee_contract_proxy"), DEPLOYER.create(2));
    assert_eq!(address(&report, "fee_contract"), DEPLOYER.create(0));
}

#[tokio::test]
async fn other_arguments_need_a_word() {
    let network = Network::start();
    let first = network.deploy(&["--only", "permissioned-stake-table"]).unwrap();
    let table = network.stake_table_file();
    let arguments = [
        "--only",
        "permissioned-stake-table",
        "--initial-permissioned-stake-table-path",
        &table,
    ];
    let error = network.deploy(&arguments).unwrap_err();
    assert!(error.contains("other code or arguments"), "{error}");
    let fresh = network.deploy(&[&arguments[..], &["--fresh"]].concat()).unwrap();
    assert_ne!(
        fresh["permissioned_stake_table"],
        first["permissioned_stake_table"]
    );
    // an address that is named is taken, whatever the record says, if something is there
    let old = first["permissioned_stake_table"].as_str().unwrap();
    let flag = "--permissioned-stake-table-address";
    let kept = network.deploy(&[&arguments[..], &[flag, old]].concat()).unwrap();
    assert_eq!(kept["permissioned_stake_table"], old);
    let nowhere = "0x00000000000000000000000000000000deadbeef";
    let error = network
        .deploy(&[&arguments[..], &[flag, nowhere]].concat())
        .unwrap_err();
    assert!(error.contains("there is no contract at"), "{error}");
}

#[tokio::test]
async fn the_initial_validators_are_in_the_table() {
    let network = Network::start();
    let owner = Address::repeat_byte(0x77);
    let report = network
        .deploy(&[
            "--only",
            "permissioned-stake-table",
            "--initial-permissioned-stake-table-path",
            &network.stake_table_file(),
            "--multisig-address",
            &owner.to_string(),
        ])
        .unwrap();
    let provider = network.provider();
    let table = PermissionedStakeTable::new(address(&report, "permissioned_stake_table"), &provider);
    assert_eq!(table.owner().call().await.unwrap(), owner);
    for (key, expected) in Network::bls_keys() {
        assert_eq!(table.isStaker(key).call().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn version_three_with_epochs_prover_and_owner() {
    let network = Network::start();
    let (prover, owner) = (Address::repeat_byte(0x55), Address::repeat_byte(0x66));
    let arguments = [
        "--only",
        "light-client",
        "--light-client-version",
        "3",
        "--blocks-per-epoch",
        "100",
        "--epoch-start-block",
        "7",
        "--permissioned-prover",
        &prover.to_string(),
        "--multisig-address",
        &owner.to_string(),
    ];
    let error = network
        .deploy(&[&arguments[..4], &arguments[8..]].concat())
        .unwrap_err();
    assert!(error.contains("--blocks-per-epoch"), "{error}");
    let report = network.deploy(&arguments).unwrap();
    let provider = network.provider();
    let light_client = v3::LightClientV3::new(address(&report, "light_client_proxy"), &provider);
    assert_eq!(light_client.blocksPerEpoch().call().await.unwrap(), 100);
    assert_eq!(light_client.epochStartBlock().call().await.unwrap(), 7);
    assert_eq!(light_client.permissionedProver().call().await.unwrap(), prover);
    assert_eq!(light_client.owner().call().await.unwrap(), owner);
    assert_eq!(light_client.getVersion().call().await.unwrap().majorVersion, 3);
    let nonce = provider.get_transaction_count(DEPLOYER).await.unwrap();
    network.deploy(&arguments).unwrap();
    assert_eq!(
        provider.get_transaction_count(DEPLOYER).await.unwrap(),
        nonce,
        "nothing is done twice"
    );
}

#[tokio::test]
async fn mock_and_compact() {
    let network = Network::start();
    let report = network.deploy(&["--only", "light-client", "-u"]).unwrap();
    assert_eq!(report["contract"], "LightClientMockV1Canonical10Insecure");
    let report = network
        .deploy(&[
            "--only",
            "light-client",
            "--light-client",
            "compact",
            "--history-capacity",
            "9",
            "--fresh",
        ])
        .unwrap();
    let provider = network.provider();
    let proxy = address(&report, "light_client_proxy");
    let compact = crema_contracts::compact::LightClientCompact::new(proxy, &provider);
    assert_eq!(compact.stateHistoryCapacity().call().await.unwrap(), 9);
    let light_client = LightClient::new(proxy, &provider);
    assert_eq!(
        light_client
            .genesisStakeTableState()
            .call()
            .await
            .unwrap()
            .threshold,
        U256::from(2)
    );
}

#[tokio::test]
async fn what_cannot_be_had_is_named() {
    let network = Network::start();
    let error = network
        .deploy(&["--only", "light-client", "--stake-table-capacity", "33"])
        .unwrap_err();
    assert!(
        error.contains("capacity 33") && error.contains("LightClientV1Canonical10Insecure"),
        "{error}"
    );
    let error = network
        .deploy(&["--only", "light-client", "--sequencer-url", "http://127.0.0.1:1"])
        .unwrap_err();
    assert!(error.contains("is the sequencer running"), "{error}");
    let error = network
        .deploy(&["--only", "fee-contract", "--rpc-url", "http://127.0.0.1:1"])
        .unwrap_err();
    assert!(error.contains("--rpc-url"), "{error}");
    let error = network
        .deploy(&[
            "--only",
            "permissioned-stake-table",
            "--initial-permissioned-stake-table-path",
            "nowhere.toml",
        ])
        .unwrap_err();
    assert!(error.contains("nowhere.toml"), "{error}");
}
