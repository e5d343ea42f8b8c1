//! Stake tables, states and signatures of all three versions, taken from the inputs of reference proofs.

use std::collections::BTreeMap;

use crema_light_client::bundle::{AuthRoot, StateSignaturesBundle, VerifyError, Version};
use crema_light_client::field::Fr;
use crema_light_client::schnorr::{self, Signature, SigningKey};
use crema_light_client::stake_table::{StakeTable, StakeTableEntry, StakeTableState};
use crema_light_client::state::LightClientState;
use crema_light_client::u256::U256;
use serde_json::Value;

use crate::vectors::{SIGNED_STATES, bytes, element, elements, json, list, text};

struct Case {
    value: Value,
    version: Version,
    table: StakeTable,
    bundle: StateSignaturesBundle,
}

fn stake_table_state(value: &Value) -> StakeTableState {
    let state = StakeTableState {
        bls_key_comm: element(&value["bls_key_comm"]),
        schnorr_key_comm: element(&value["schnorr_key_comm"]),
        amount_comm: element(&value["amount_comm"]),
        threshold: element(&value["threshold"]),
    };
    if let Some(tagged) = value["tagged"].as_str() {
        assert_eq!(state.to_string(), tagged);
    }
    state
}

fn case(value: &Value) -> Case {
    let entries = list(&value["entries"]);
    let entry = |value: &Value| StakeTableEntry {
        bls_key: text(&value["bls_vk_tagged"]).parse().unwrap(),
        schnorr_key: text(&value["schnorr_vk_tagged"]).parse().unwrap(),
        amount: text(&value["amount"]).parse().unwrap(),
    };
    let signed = entries.iter().filter(|entry| entry["signed"] == true);
    let signature = |entry: &Value| {
        let key: schnorr::VerifyingKey = text(&entry["schnorr_vk_tagged"]).parse().unwrap();
        let signature: Signature = text(&entry["signature_tagged"]).parse().unwrap();
        (key, signature)
    };
    let state = &value["state"];
    Case {
        version: match text(&value["version"]) {
            "V1" => Version::V1,
            "V2" => Version::V2,
            "V3" => Version::V3,
            other => panic!("version {other}"),
        },
        table: StakeTable::new(entries.iter().map(entry).collect()).unwrap(),
        bundle: StateSignaturesBundle {
            state: LightClientState {
                view_number: state["view_number"].as_u64().unwrap(),
                block_height: state["block_height"].as_u64().unwrap(),
                block_comm_root: element(&state["block_comm_root"]),
            },
            next_stake: Some(&value["next_stake_table_state"])
                .filter(|v| !v.is_null())
                .map(stake_table_state),
            auth_root: value["auth_root"]
                .is_string()
                .then(|| AuthRoot(bytes(&value["auth_root"]).try_into().unwrap())),
            signatures: signed.map(signature).collect(),
            accumulated_weight: text(&value["signed_weight"]).parse().unwrap(),
        },
        value: value.clone(),
    }
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = list(&json(SIGNED_STATES)).iter().map(case).collect();
    for version in [Version::V1, Version::V2, Version::V3] {
        assert!(
            cases.iter().filter(|case| case.version == version).count() >= 2,
            "{version:?}"
        );
    }
    cases
}

#[test]
fn commitments_and_messages() {
    for Case {
        value,
        version,
        table,
        bundle,
    } in cases()
    {
        let capacity = usize::try_from(value["capacity"].as_u64().unwrap()).unwrap();
        assert_eq!(
            table.commit(capacity),
            Ok(stake_table_state(&value["stake_table_state"])),
            "{}",
            value["name"]
        );
        assert_eq!(bundle.state.to_string(), text(&value["state"]["tagged"]));
        let message = bundle.message(version).unwrap();
        if version == Version::V1 {
            assert_eq!(message, bundle.state.message());
        } else {
            assert_eq!(message, elements(&value["signed_message"]), "{}", value["name"]);
        }
        for entry in list(&value["entries"])
            .iter()
            .filter(|entry| entry["signed"] == true)
        {
            let key = SigningKey::from_scalar(element(&entry["schnorr_sk"])).unwrap();
            assert_eq!(key.sign(&message).to_string(), text(&entry["signature_tagged"]));
        }
    }
}

#[test]
fn bundles_verify_and_survive_json() {
    for Case {
        value,
        version,
        table,
        bundle,
    } in cases()
    {
        let text_form = serde_json::to_string(&bundle).unwrap();
        assert_eq!(
            StateSignaturesBundle::from_json(text_form.as_bytes()).unwrap(),
            bundle
        );

        let tally = bundle.verify_against(&table, version).unwrap();
        assert_eq!(tally.weight, text(&value["signed_weight"]).parse().unwrap());
        for (i, entry) in list(&value["entries"]).iter().enumerate() {
            assert_eq!(tally.signed[i], entry["signed"] == true);
            let signature = bundle.signatures.get(&table.entries()[i].schnorr_key).copied();
            assert_eq!(tally.signatures[i], signature.unwrap_or_default());
        }
    }
}

#[test]
fn versions_do_not_mix() {
    let (mut missing, mut bad) = (0, 0);
    for Case {
        version,
        table,
        bundle,
        ..
    } in cases()
    {
        for other in [Version::V1, Version::V2, Version::V3] {
            match bundle.verify_against(&table, other) {
                Ok(_) => assert_eq!(other, version),
                Err(VerifyError::Missing { version: asked, .. }) => {
                    assert!(asked == other && other > version);
                    missing += 1;
                }
                Err(VerifyError::BadSignature { source, .. }) => {
                    assert_eq!(source, schnorr::Error::Invalid);
                    bad += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    assert!(missing >= 6 && bad >= 4, "{missing} {bad}");
}

#[test]
fn each_reason_to_reject_a_bundle() {
    let Case {
        version,
        table,
        bundle,
        ..
    } = cases().swap_remove(0);

    let mut stranger = bundle.clone();
    let key = SigningKey::from_seed(&[9; 32]);
    stranger
        .signatures
        .insert(key.verifying_key(), key.sign(&bundle.message(version).unwrap()));
    let unknown = VerifyError::UnknownSigner {
        key: key.verifying_key(),
    };
    assert_eq!(stranger.verify_against(&table, version), Err(unknown.clone()));
    let tally = stranger.tally(&table, version).unwrap();
    assert_eq!(tally.rejected, [unknown]);
    assert_eq!(tally.require_threshold(&table), Ok(()));

    let mut forged = bundle.clone();
    let (&key, signature) = forged.signatures.iter_mut().next_back().unwrap();
    signature.s += crema_light_client::field::Fs::from(1);
    let bad = VerifyError::BadSignature {
        key,
        source: schnorr::Error::Invalid,
    };
    assert_eq!(forged.verify_against(&table, version), Err(bad.clone()));
    assert!(bad.to_string().contains(&key.to_string()));

    let few = StateSignaturesBundle {
        signatures: BTreeMap::new(),
        ..bundle.clone()
    };
    let below = VerifyError::BelowThreshold {
        found: U256::ZERO,
        needed: table.threshold(),
    };
    assert_eq!(few.verify_against(&table, version), Err(below));

    let other_state = StateSignaturesBundle {
        state: LightClientState {
            block_comm_root: Fr::from(1),
            ..bundle.state
        },
        ..bundle
    };
    assert!(matches!(
        other_state.verify_against(&table, version),
        Err(VerifyError::BadSignature { .. })
    ));
}
