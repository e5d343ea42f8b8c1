//! The reference objects: their commitments, and both encodings byte for byte.

use crema_types::header::{HeaderError, HeaderVersion};
use crema_types::payload::TransactionIndex;
use crema_types::{
    ChainConfig, FeeInfo, Header, L1BlockInfo, NamespaceTable, Payload, Transaction, Version, wire,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::vectors::{NETWORK, OBJECTS, bytes, list, text};

/// The object called `name`, after its JSON and binary forms were checked both ways.
fn object<T: Serialize + DeserializeOwned>(name: &str) -> (T, Value) {
    let file: Value = serde_json::from_str(OBJECTS).unwrap();
    let entry = list(&file["objects"])
        .iter()
        .find(|entry| entry["name"] == name)
        .unwrap_or_else(|| panic!("no object {name}"))
        .clone();
    let value: T = serde_json::from_value(entry["value"].clone())
        .unwrap_or_else(|error| panic!("{name} from JSON: {error}"));
    assert_eq!(
        serde_json::to_value(&value).unwrap(),
        entry["value"],
        "{name} as JSON"
    );

    let version = if name.starts_with("v1/") {
        Version::V0_1
    } else {
        Version::V0_2
    };
    let binary = wire::encode(version, &value).unwrap();
    assert_eq!(entry["binary_bytes"], binary.len(), "{name} in binary");
    assert_eq!(
        hex::encode(Sha256::digest(&binary)),
        text(&entry["binary_sha256"]),
        "{name} in binary"
    );
    let decoded: T =
        wire::decode(version, &binary).unwrap_or_else(|error| panic!("{name} from binary: {error}"));
    assert_eq!(
        serde_json::to_value(&decoded).unwrap(),
        entry["value"],
        "{name} from binary"
    );
    (value, entry["commitment"].clone())
}

#[test]
fn every_object_is_covered() {
    let file: Value = serde_json::from_str(OBJECTS).unwrap();
    let names: Vec<_> = list(&file["objects"])
        .iter()
        .map(|entry| text(&entry["name"]).to_owned())
        .collect();
    let covered = [
        "v1/ns_table",
        "v1/l1_block",
        "v1/chain_config",
        "v1/fee_info",
        "v1/header",
        "v1/transaction",
        "v1/payload",
        "v1/tx_index",
        "v2/header",
    ];
    assert_eq!(names, covered);
}

#[test]
fn commitments_of_small_objects() {
    let (table, commitment) = object::<NamespaceTable>("v1/ns_table");
    assert_eq!(table.commit().to_string(), commitment);
    let (block, commitment) = object::<L1BlockInfo>("v1/l1_block");
    assert_eq!(block.commit().to_string(), commitment);
    let (config, commitment) = object::<ChainConfig>("v1/chain_config");
    assert_eq!(config.commit().to_string(), commitment);
    let (fee, commitment) = object::<FeeInfo>("v1/fee_info");
    assert_eq!(fee.commit().to_string(), commitment);
    let (transaction, commitment) = object::<Transaction>("v1/transaction");
    assert_eq!(transaction.commit().to_string(), commitment);
    let (index, _) = object::<TransactionIndex>("v1/tx_index");
    assert_eq!((index.ns_index, index.tx_index), (2, 5));
}

#[test]
fn headers_of_two_versions() {
    let (first, commitment) = object::<Header>("v1/header");
    assert_eq!(
        (first.version, first.commit().to_string()),
        (HeaderVersion::V0_1, text(&commitment).to_owned())
    );
    let (second, commitment) = object::<Header>("v2/header");
    assert_eq!(
        (second.version, second.commit().to_string()),
        (HeaderVersion::V0_2, text(&commitment).to_owned())
    );
    // the same fields under another version are another block
    assert_eq!(
        Header {
            version: HeaderVersion::V0_1,
            ..second.clone()
        },
        first
    );

    let wrapper = json!({"version": {"Version": {"major": 0, "minor": 2}}});
    assert_eq!(
        serde_json::to_value(&second).unwrap()["version"],
        wrapper["version"]
    );
    let text = serde_json::to_string(&second).unwrap();
    let order: Vec<_> = [
        "version",
        "fields",
        "chain_config",
        "height",
        "timestamp",
        "l1_head",
        "l1_finalized",
        "payload_commitment",
        "builder_commitment",
        "ns_table",
        "block_merkle_tree_root",
        "fee_merkle_tree_root",
        "fee_info",
        "builder_signature",
    ]
    .map(|key| text.find(&format!("\"{key}\":")).unwrap())
    .to_vec();
    assert!(order.is_sorted(), "keys in the reference's order: {text}");
}

#[test]
fn the_reference_header_was_signed_by_the_null_builder() {
    let (header, _) = object::<Header>("v2/header");
    assert_eq!(
        header.verify_builder_signature(),
        Err(HeaderError::BuilderSigner {
            account: header.fee_info.account,
            signer: FeeInfo::null().account,
        })
    );
    let paid_by_signer = Header {
        fee_info: FeeInfo::null(),
        ..header
    };
    assert_eq!(paid_by_signer.verify_builder_signature(), Ok(()));
}

#[test]
fn the_reference_payload_reads_as_its_transactions() {
    let (payload, commitment) = object::<Payload>("v1/payload");
    assert_eq!(payload.builder_commitment().to_string(), commitment);
    let (table, _) = object::<NamespaceTable>("v1/ns_table");
    assert_eq!(*payload.ns_table(), table);
    assert_eq!(table.validate(payload.as_bytes().len() as u64), Ok(()));

    let transactions: Vec<_> = payload.transactions().collect();
    assert_eq!(transactions.len(), payload.num_transactions());
    for (index, transaction) in &transactions {
        assert_eq!(payload.transaction(*index).as_ref(), Some(transaction));
    }
    let again = Payload::from_transactions(transactions.iter().map(|(_, transaction)| transaction), 1 << 20);
    assert_eq!(again.payload.num_transactions(), transactions.len());
    // the reference lists namespaces as they came; built blocks sort them
    let ids = |payload: &Payload| {
        payload
            .ns_table()
            .iter()
            .map(|entry| entry.id)
            .collect::<Vec<_>>()
    };
    let mut sorted = ids(&payload);
    sorted.sort_unstable();
    assert_eq!(ids(&again.payload), sorted);
    for id in sorted {
        assert_eq!(
            payload.namespace_transactions(id),
            again.payload.namespace_transactions(id)
        );
    }
}

#[test]
fn one_transaction_and_none() {
    let network: Value = serde_json::from_str(NETWORK).unwrap();
    let vector = &network["transaction"];
    let transaction = Transaction {
        namespace: 1.into(),
        payload: bytes(&vector["payload"]),
    };
    assert_eq!(transaction.commit().to_string(), vector["hash"]);
    assert_eq!(
        serde_json::to_string(&transaction).unwrap(),
        r#"{"namespace":1,"payload":"AQID"}"#
    );
    let payload = Payload::from_transactions([&transaction], 1 << 20).payload;
    assert_eq!(payload.as_bytes(), bytes(&vector["payload_hex"]));
    assert_eq!(payload.ns_table().as_bytes(), bytes(&vector["table_hex"]));
    assert_eq!(
        payload.ns_table().commit().to_string(),
        vector["table_commitment"]
    );
    assert_eq!(
        payload.builder_commitment().to_string(),
        vector["builder_commitment"]
    );
    assert_eq!(payload.namespace_transactions(1.into()), [transaction]);

    let empty = Payload::default();
    assert_eq!(Payload::from_transactions([], 1 << 20).payload, empty);
    assert_eq!(
        empty.ns_table().commit().to_string(),
        network["empty"]["table_commitment"]
    );
    assert_eq!(
        empty.builder_commitment().to_string(),
        network["empty"]["builder_commitment"]
    );
    assert_eq!(empty.ns_table().validate(0), Ok(()));
    assert_eq!(
        serde_json::to_value(empty.ns_table()).unwrap(),
        json!({"bytes": "AAAAAA=="})
    );
}
