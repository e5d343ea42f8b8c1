//! Whatever is altered in what a dispersal publishes, somebody who checks it refuses.

#![allow(clippy::unwrap_used)]

use crema_light_client::tagged;
use crema_types::{NamespaceId, NamespaceTable, Payload, wire};
use crema_vid::{Common, Disperse, NamespaceProof, RangeProof, Scheme, Share, Verifier};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const NODES: u32 = 5;
const LENGTH: usize = 200;

fn payload() -> Vec<u8> {
    (0..LENGTH).map(|i| (i % 251) as u8).collect()
}

fn disperse() -> Disperse {
    Scheme::new(NODES).unwrap().disperse(&payload()).unwrap()
}

/// Everything that one change can make of a value: another number, a flipped bit in each word of a tagged value, an
/// element less, more or exchanged, and the same for whatever the value holds.
fn alterations(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!({}), json!(0)],
        Value::Bool(bit) => vec![json!(!bit)],
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            vec![
                json!(number ^ 1),
                json!(number + 256),
                json!(u64::MAX),
                json!(null),
            ]
        }
        Value::String(text) if text.contains('~') => tagged_alterations(text),
        Value::String(text) => vec![json!(format!("{text}AAAA")), json!("Empty"), json!("")]
            .into_iter()
            .filter(|altered| altered != value)
            .collect(),
        Value::Array(items) => array_alterations(items),
        Value::Object(fields) => {
            let mut altered = Vec::new();
            for (name, field) in fields {
                let mut without = fields.clone();
                without.remove(name);
                altered.push(Value::Object(without));
                for change in alterations(field) {
                    let mut changed = fields.clone();
                    changed.insert(name.clone(), change);
                    altered.push(Value::Object(changed));
                }
            }
            altered
        }
    }
}

fn tagged_alterations(text: &str) -> Vec<Value> {
    let value = tagged::decode("FIELD", text).unwrap();
    let mut values: Vec<Vec<u8>> = Vec::new();
    // the count and every word, in their lowest and highest bits
    for at in (0..value.len()).filter(|at| at % 8 == 0 || at % 8 == 7) {
        for bit in [1, 0x40, 0x80] {
            let mut flipped = value.clone();
            flipped[at] ^= bit;
            values.push(flipped);
        }
    }
    values.push(value[..value.len() - 1].to_vec());
    values.push([&value[..], &[0]].concat());
    values.push(Vec::new());
    let mut altered: Vec<Value> = values
        .iter()
        .map(|value| json!(tagged::encode("FIELD", value)))
        .collect();
    altered.push(json!(tagged::encode("HASH", &value)));
    altered.push(json!(format!("{text}A")));
    altered
}

fn array_alterations(items: &[Value]) -> Vec<Value> {
    let mut longer = items.to_vec();
    longer.push(items.first().cloned().unwrap_or(json!(0)));
    let mut altered = vec![Value::Array(longer)];
    for (i, item) in items.iter().enumerate() {
        let mut without = items.to_vec();
        without.remove(i);
        altered.push(Value::Array(without));
        if i > 0 && items[i - 1] != *item {
            let mut exchanged = items.to_vec();
            exchanged.swap(i - 1, i);
            altered.push(Value::Array(exchanged));
        }
        for change in alterations(item) {
            let mut changed = items.to_vec();
            changed[i] = change;
            altered.push(Value::Array(changed));
        }
    }
    altered
}

/// Refuses every alteration of `original` that `accept` lets through; returns how many there were.
fn refuse_alterations<T: Serialize + DeserializeOwned>(original: &T, accept: impl Fn(T) -> bool) -> usize {
    let encoded = serde_json::to_value(original).unwrap();
    assert!(accept(serde_json::from_value(encoded.clone()).unwrap()));
    let alterations = alterations(&encoded);
    for altered in &alterations {
        assert_ne!(*altered, encoded);
        if let Ok(decoded) = serde_json::from_value::<T>(altered.clone()) {
            assert!(!accept(decoded), "accepted: {altered}");
        }
    }
    alterations.len()
}

#[test]
fn every_part_of_a_share_counts() {
    let disperse = disperse();
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    let tried = refuse_alterations(&disperse.shares[3], |share| verifier.verify_share(&share).is_ok());
    assert!(tried > 200, "{tried}");
}

#[test]
fn every_part_of_the_common_data_counts() {
    let disperse = disperse();
    let tried = refuse_alterations(&disperse.common, |common| {
        Verifier::for_nodes(NODES, disperse.commitment, common)
            .is_ok_and(|verifier| verifier.verify_share(&disperse.shares[0]).is_ok())
    });
    assert!(tried > 50, "{tried}");
}

#[test]
fn every_part_of_a_range_proof_counts() {
    let (payload, disperse) = (payload(), disperse());
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    let range = 35..150;
    let proof = RangeProof::new(verifier.parameters(), &payload, range.clone()).unwrap();
    let tried = refuse_alterations(&proof, |proof| {
        verifier
            .verify_range(range.clone(), &payload[range.clone()], &proof)
            .is_ok()
    });
    assert!(tried > 100, "{tried}");
    for i in range.clone() {
        let mut bytes = payload[range.clone()].to_vec();
        bytes[i - range.start] ^= 1;
        assert!(
            verifier.verify_range(range.clone(), &bytes, &proof).is_err(),
            "byte {i}"
        );
    }
    for other in [
        34..119,
        36..151,
        35..149,
        35..151,
        0..LENGTH,
        35..35,
        35..LENGTH + 1,
        usize::MAX - 1..usize::MAX,
    ] {
        let bytes = vec![0; other.len().min(LENGTH + 1)];
        assert!(
            verifier.verify_range(other.clone(), &bytes, &proof).is_err(),
            "{other:?}"
        );
        assert!(
            verifier
                .verify_range(other.clone(), &payload[range.clone()], &proof)
                .is_err(),
            "{other:?}"
        );
    }
}

#[test]
fn every_part_of_a_namespace_proof_counts() {
    let table = NamespaceTable::from_ends(&[(NamespaceId(7), 90), (NamespaceId(9), LENGTH as u32)]);
    let payload = Payload::from_parts(payload(), table.clone());
    let disperse = disperse();
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    let namespace = NamespaceId(9);
    let proof = NamespaceProof::new(verifier.parameters(), &payload, namespace)
        .unwrap()
        .unwrap();
    let tried = refuse_alterations(&proof, |proof| {
        verifier.verify_namespace(&table, namespace, Some(&proof)).is_ok()
    });
    assert!(tried > 100, "{tried}");
    // another header's table gives the namespace other bytes
    for end in [89, 91] {
        let other = NamespaceTable::from_ends(&[(NamespaceId(7), end), (NamespaceId(9), LENGTH as u32)]);
        assert!(
            verifier
                .verify_namespace(&other, namespace, Some(&proof))
                .is_err()
        );
    }
}

/// Every byte of the binary forms flipped, every length cut, and huge numbers in place of every eight bytes.
fn refuse_binary_alterations<T: Serialize + DeserializeOwned>(original: &T, accept: impl Fn(T) -> bool) {
    let bytes = wire::encode_unversioned(original).unwrap();
    let refuse = |altered: &[u8], what: &str, at: usize| {
        if let Ok(decoded) = wire::decode_unversioned::<T>(altered) {
            assert!(!accept(decoded), "accepted with {what} at {at}");
        }
    };
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        refuse(&flipped, "a flipped bit", at);
        refuse(&bytes[..at], "its end", at);
        for huge in [u64::MAX, 1 << 40, 1 << 24] {
            let mut swollen = bytes.clone();
            let end = bytes.len().min(at + 8);
            swollen[at..end].copy_from_slice(&huge.to_le_bytes()[..end - at]);
            if swollen != bytes {
                refuse(&swollen, "a huge number", at);
            }
        }
    }
}

#[test]
fn binary_forms_are_as_strict() {
    let disperse = disperse();
    let verifier = Verifier::new(disperse.commitment, disperse.common.clone()).unwrap();
    refuse_binary_alterations(&disperse.shares[1], |share: Share| {
        verifier.verify_share(&share).is_ok()
    });
    refuse_binary_alterations(&disperse.common, |common: Common| {
        Verifier::new(disperse.commitment, common)
            .is_ok_and(|verifier| verifier.verify_share(&disperse.shares[1]).is_ok())
    });
    let payload = payload();
    let proof = RangeProof::new(verifier.parameters(), &payload, 35..150).unwrap();
    refuse_binary_alterations(&proof, |proof: RangeProof| {
        verifier.verify_range(35..150, &payload[35..150], &proof).is_ok()
    });
}

/// Deeply nested nodes end in an error, not in the stack's.
#[test]
fn nested_nodes_are_refused() {
    let share = serde_json::to_value(&disperse().shares[0]).unwrap();
    let mut nested = share.clone();
    nested["evals_proof"]["proof"][1]["Branch"]["children"][0] = share["evals_proof"]["proof"][1].clone();
    assert!(serde_json::from_value::<Share>(nested).is_err());
    let mut long = share;
    let branch = long["evals_proof"]["proof"][1].clone();
    for _ in 0..1000 {
        long["evals_proof"]["proof"]
            .as_array_mut()
            .unwrap()
            .push(branch.clone());
    }
    assert!(serde_json::from_value::<Share>(long).is_err());
}

#[test]
fn a_payload_is_checked_to_the_last_bit() {
    let (mut payload, disperse) = (payload(), disperse());
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    verifier.verify_payload(&payload).unwrap();
    for i in 0..LENGTH {
        payload[i] ^= 0x80;
        assert!(verifier.verify_payload(&payload).is_err(), "byte {i}");
        payload[i] ^= 0x80;
    }
    assert!(verifier.verify_payload(&payload[..LENGTH - 1]).is_err());
    payload.push(0);
    assert!(verifier.verify_payload(&payload).is_err());
    assert!(verifier.verify_payload(&[]).is_err());
}
