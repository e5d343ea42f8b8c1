use crema_light_client::field::Fr;
use crema_light_client::stake_table::{
    CommitError, StakeTable, StakeTableEntry, StakeTableError, StakeTableState, bls_key_fields,
};
use crema_light_client::tagged::Tagged;
use crema_light_client::u256::U256;
use crema_light_client::{bls, schnorr};
use serde_json::Value;

use crate::vectors::{STAKE_TABLE, bytes, element, elements, json, list, text};

fn entry(value: &Value) -> StakeTableEntry {
    StakeTableEntry {
        bls_key: text(&value["bls_vk_tagged"]).parse().unwrap(),
        schnorr_key: text(&value["schnorr_vk_tagged"]).parse().unwrap(),
        amount: text(&value["amount"]).parse().unwrap(),
    }
}

fn table(value: &Value) -> StakeTable {
    StakeTable::new(list(&value["entries"]).iter().map(entry).collect()).unwrap()
}

fn capacity(value: &Value) -> usize {
    usize::try_from(value["capacity"].as_u64().unwrap()).unwrap()
}

#[test]
fn commitments() {
    let vectors = json(STAKE_TABLE);
    let tables = list(&vectors["tables"]);
    assert_eq!(tables.len(), 10);
    let mut above_order = 0;
    for case in tables {
        let table = table(case);
        let expected = StakeTableState {
            bls_key_comm: element(&case["bls_key_comm"]),
            schnorr_key_comm: element(&case["schnorr_key_comm"]),
            amount_comm: element(&case["amount_comm"]),
            threshold: element(&case["threshold"]),
        };
        assert_eq!(
            table.total(),
            text(&case["total_stake"]).parse().unwrap(),
            "{}",
            case["name"]
        );
        assert_eq!(table.threshold(), text(&case["threshold_u256"]).parse().unwrap());
        assert_eq!(
            table.commit_reduced(capacity(case)),
            Ok(expected),
            "{}",
            case["name"]
        );
        if table.total().to_field::<Fr>().is_some() {
            assert_eq!(table.commit(capacity(case)), Ok(expected));
        } else {
            above_order += 1;
            let total = table.total();
            assert_eq!(
                table.commit(capacity(case)),
                Err(CommitError::TotalOverflow { total })
            );
        }
        assert_eq!(expected.to_string(), text(&case["stake_table_state_tagged"]));
        assert_eq!(
            text(&case["stake_table_state_tagged"])
                .parse::<StakeTableState>()
                .unwrap(),
            expected
        );
    }
    assert_eq!(above_order, 1);
}

#[test]
fn keys_of_every_entry() {
    let mut seen = 0;
    for case in list(&json(STAKE_TABLE)["tables"]) {
        for value in list(&case["entries"]) {
            let secret: bls::SigningKey = text(&value["bls_sk_tagged"]).parse().unwrap();
            assert_eq!(secret.to_value(), bytes(&value["bls_sk_bytes_le"]));
            assert_eq!(*secret.to_text(), text(&value["bls_sk_tagged"]));
            let key = secret.verifying_key();
            assert_eq!(key.to_string(), text(&value["bls_vk_tagged"]));
            assert_eq!(
                key.to_compressed_bytes().as_slice(),
                bytes(&value["bls_vk_compressed"])
            );
            assert_eq!(bls_key_fields(&key).as_slice(), elements(&value["bls_vk_fields"]));
            assert_eq!(key.0.x.c0, element(&value["bls_vk"]["x"]["c0"]));
            assert_eq!(key.0.y.c1, element(&value["bls_vk"]["y"]["c1"]));

            let secret = schnorr::SigningKey::from_scalar(element(&value["schnorr_sk"])).unwrap();
            let key = secret.verifying_key();
            assert_eq!(key.to_string(), text(&value["schnorr_vk_tagged"]));
            assert_eq!(
                [key.0.x, key.0.y],
                ["x", "y"].map(|axis| element(&value["schnorr_vk"][axis]))
            );
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} entries");
}

#[test]
fn what_is_no_stake_table() {
    let vectors = json(STAKE_TABLE);
    let full = list(&vectors["tables"])
        .iter()
        .find(|case| case["num_entries"] == 10)
        .unwrap();
    let table = table(full);
    let [first, second] = [0, 1].map(|i| table.entries()[i].clone());

    assert_eq!(
        table.commit(9),
        Err(CommitError::OverCapacity {
            capacity: 9,
            entries: 10
        })
    );

    let same_bls = StakeTableEntry {
        bls_key: first.bls_key,
        ..second.clone()
    };
    let key = Box::new(first.bls_key);
    assert_eq!(
        StakeTable::new(vec![first.clone(), same_bls]),
        Err(StakeTableError::DuplicateBlsKey {
            key,
            first: 0,
            second: 1
        })
    );
    let same_schnorr = StakeTableEntry {
        schnorr_key: first.schnorr_key,
        ..second.clone()
    };
    let key = first.schnorr_key;
    assert_eq!(
        StakeTable::new(vec![first.clone(), same_schnorr]),
        Err(StakeTableError::DuplicateSchnorrKey {
            key,
            first: 0,
            second: 1
        })
    );
    let padding = StakeTableEntry {
        schnorr_key: schnorr::VerifyingKey::default(),
        ..second.clone()
    };
    assert_eq!(
        StakeTable::new(vec![first.clone(), padding]),
        Err(StakeTableError::IdentityKey { index: 1 })
    );
    let huge = StakeTableEntry {
        amount: U256::MAX,
        ..second
    };
    assert_eq!(
        StakeTable::new(vec![first, huge]),
        Err(StakeTableError::TotalOverflow { index: 1 })
    );
}
