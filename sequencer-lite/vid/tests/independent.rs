//! The namespace-proof check once more, written for plainness from the scheme's description, and compared with ours.
//!
//! It reads the JSON that a client gets and shares no code with the crate: transforms by definition, sums by scalar
//! multiplication, every polynomial commitment on its own.

#![allow(clippy::unwrap_used)]

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ff::{FftField, Field, PrimeField};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use crema_types::{NamespaceId, NamespaceTable, Payload};
use crema_vid::{Disperse, NamespaceProof, Scheme, Verifier};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const POWERS: &[u8] = include_bytes!("../data/aztec_1024.bin");

/// What is behind a tag: base64 in its URL-safe alphabet, the checksum dropped.
fn untag(text: &Value) -> Vec<u8> {
    let mut bytes = unbase64(text.as_str().unwrap().strip_prefix("FIELD~").unwrap());
    bytes.pop();
    bytes
}

fn unbase64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0u32, 0);
    for symbol in text.bytes().filter(|symbol| *symbol != b'=') {
        let digit = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => panic!("{symbol} in base64"),
        };
        buffer = buffer << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    bytes
}

fn byte_list(list: &Value) -> Vec<u8> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|byte| byte.as_u64().unwrap() as u8)
        .collect()
}

fn pack(bytes: &[u8]) -> Vec<Fr> {
    bytes.chunks(31).map(Fr::from_le_bytes_mod_order).collect()
}

/// Commits to the polynomial with these values on the subgroup of their number.
fn commit(values: &[Fr]) -> G1Affine {
    let size = values.len() as u64;
    let root_inverse = Fr::get_root_of_unity(size).unwrap().inverse().unwrap();
    let mut sum = G1Projective::default();
    for i in 0..size {
        let start = 8 + 64 * i as usize;
        let power = G1Affine::deserialize_uncompressed_unchecked(&POWERS[start..start + 64]).unwrap();
        let mut coefficient = Fr::from(0);
        for (j, value) in values.iter().enumerate() {
            coefficient += root_inverse.pow([i * j as u64]) * value;
        }
        sum += power * (coefficient / Fr::from(size));
    }
    sum.into_affine()
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Whether the namespace's bytes are in the payload with this commitment, by the header's table.
fn check(commitment: &[u8; 32], common: &Value, table: &[u8], proof: &Value) -> bool {
    let length = common["payload_byte_len"].as_u64().unwrap() as usize;
    let nodes = common["num_storage_nodes"].as_u64().unwrap() as u32;
    let points: Vec<G1Affine> = Vec::deserialize_compressed(&untag(&common["poly_commits"])[..]).unwrap();

    let mut hasher = Sha256::new();
    hasher.update((length as u32).to_le_bytes());
    hasher.update(nodes.to_le_bytes());
    for point in &points {
        let mut bytes = Vec::new();
        point.serialize_uncompressed(&mut bytes).unwrap();
        hasher.update(bytes);
    }
    if hasher.finalize()[..] != commitment[..] {
        return false;
    }

    let index = u32_at(&byte_list(&proof["ns_index"]), 0);
    if index >= u32_at(table, 0) {
        return false;
    }
    let end = u32_at(table, 8 + 8 * index);
    let start = if index == 0 { 0 } else { u32_at(table, 8 * index) };
    let payload = unbase64(proof["ns_payload"].as_str().unwrap());
    if payload.len() != end - start {
        return false;
    }

    // lay the parts of the proof side by side, and see whether they come to lie where they should
    let range = &proof["ns_proof"];
    let bytes = [
        byte_list(&range["prefix_bytes"]),
        payload,
        byte_list(&range["suffix_bytes"]),
    ]
    .concat();
    let scalars = |name: &str| Vec::<Fr>::deserialize_compressed(&untag(&range[name])[..]).unwrap();
    let (before, after) = (scalars("prefix_elems"), scalars("suffix_elems"));
    let threshold = 1 << nodes.ilog2();
    let first_element = start / 31;
    let first = first_element / threshold;
    let last = end.div_ceil(31).div_ceil(threshold);
    let mut elements = [&before[..], &pack(&bytes), &after].concat();
    let places_fit = before.len() == first_element % threshold
        && byte_list(&range["prefix_bytes"]).len() == start % 31
        && bytes.len() == (end.div_ceil(31) * 31).min(length) - first_element * 31
        && elements.len() == (last * threshold).min(length.div_ceil(31)) - first * threshold;
    if !places_fit {
        return false;
    }
    elements.resize((last - first) * threshold, Fr::from(0));
    elements
        .chunks(threshold)
        .map(commit)
        .eq(points[first..last].iter().copied())
}

struct Block {
    table: NamespaceTable,
    payload: Payload,
    disperse: Disperse,
    verifier: Verifier,
}

/// A block of random namespaces.
fn block(nodes: u32, rng: &mut ChaCha8Rng) -> Block {
    let mut end = 0;
    let ends: Vec<(NamespaceId, u32)> = (0..=rng.next_u32() % 5)
        .map(|i| {
            end += 1 + rng.next_u32() % 400;
            (NamespaceId(10 + 3 * i), end)
        })
        .collect();
    let mut bytes = vec![0; end as usize];
    rng.fill_bytes(&mut bytes);
    let table = NamespaceTable::from_ends(&ends);
    let payload = Payload::from_parts(bytes, table.clone());
    let disperse = Scheme::new(nodes).unwrap().disperse(payload.as_bytes()).unwrap();
    let verifier = Verifier::for_nodes(nodes, disperse.commitment, disperse.common.clone()).unwrap();
    Block {
        table,
        payload,
        disperse,
        verifier,
    }
}

#[test]
fn both_checks_accept_every_namespace() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for nodes in [1, 3, 5, 16, 37] {
        let block = block(nodes, &mut rng);
        let common = serde_json::to_value(&block.disperse.common).unwrap();
        for entry in block.table.iter() {
            let proof = NamespaceProof::new(block.verifier.parameters(), &block.payload, entry.id)
                .unwrap()
                .unwrap();
            let transactions = block
                .verifier
                .verify_namespace(&block.table, entry.id, Some(&proof))
                .unwrap();
            assert_eq!(transactions, block.payload.namespace_transactions(entry.id));
            let json = serde_json::to_value(&proof).unwrap();
            assert!(check(
                &block.disperse.commitment.0,
                &common,
                block.table.as_bytes(),
                &json
            ));
        }
    }
}

#[test]
fn both_checks_give_the_same_verdict_on_altered_proofs() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut accepted = 0;
    for round in 0..60 {
        let block = block(1 + rng.next_u32() % 20, &mut rng);
        let common = serde_json::to_value(&block.disperse.common).unwrap();
        let count = block.table.len();
        let entry = block.table.get(rng.next_u32() as usize % count).unwrap();
        let proof = NamespaceProof::new(block.verifier.parameters(), &block.payload, entry.id)
            .unwrap()
            .unwrap();
        let mut json = serde_json::to_value(&proof).unwrap();
        match round % 6 {
            0 => json["ns_index"] = json!(((count - 1) as u32).to_le_bytes()),
            1 => json["ns_proof"]["prefix_bytes"]
                .as_array_mut()
                .unwrap()
                .push(json!(1)),
            2 => drop(json["ns_proof"]["suffix_bytes"].as_array_mut().unwrap().pop()),
            3 => json["ns_proof"]["prefix_elems"] = json["ns_proof"]["suffix_elems"].clone(),
            4 => {
                let text = json["ns_payload"].as_str().unwrap();
                let swapped = if text.starts_with('A') { 'B' } else { 'A' };
                json["ns_payload"] = json!(format!("{swapped}{}", &text[1..]));
            }
            _ => {}
        }
        let theirs = check(
            &block.disperse.commitment.0,
            &common,
            block.table.as_bytes(),
            &json,
        );
        let ours = serde_json::from_value::<NamespaceProof>(json)
            .is_ok_and(|proof| proof.verify(&block.verifier, &block.table).is_ok());
        assert_eq!(ours, theirs, "round {round}");
        accepted += usize::from(ours);
    }
    assert!((10..50).contains(&accepted), "{accepted} of 60 accepted");
}

/// What is not in the table is not in the block, and no answer can say otherwise.
#[test]
fn absence_is_the_tables_word() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let block = block(5, &mut rng);
    let (present, absent) = (block.table.get(0).unwrap().id, NamespaceId(9));
    let parameters = block.verifier.parameters();
    assert!(
        NamespaceProof::new(parameters, &block.payload, absent)
            .unwrap()
            .is_none()
    );
    assert!(
        block
            .verifier
            .verify_namespace(&block.table, absent, None)
            .unwrap()
            .is_empty()
    );
    let proof = NamespaceProof::new(parameters, &block.payload, present)
        .unwrap()
        .unwrap();
    let verify = |namespace, proof| block.verifier.verify_namespace(&block.table, namespace, proof);
    assert!(matches!(
        verify(present, None),
        Err(crema_vid::Error::NamespaceListed { .. })
    ));
    assert!(matches!(
        verify(absent, Some(&proof)),
        Err(crema_vid::Error::NamespaceUnlisted { .. })
    ));
}

/// A namespace without bytes, as only a faulty table has it, has a proof without a proof.
#[test]
fn a_namespace_of_no_bytes_has_no_range_proof() {
    let table = NamespaceTable::from_ends(&[(NamespaceId(1), 50), (NamespaceId(2), 50)]);
    let payload = Payload::from_parts(vec![3; 50], table.clone());
    let disperse = Scheme::new(5).unwrap().disperse(payload.as_bytes()).unwrap();
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    let proof = NamespaceProof::new(verifier.parameters(), &payload, NamespaceId(2))
        .unwrap()
        .unwrap();
    let mut json = serde_json::to_value(&proof).unwrap();
    assert_eq!(
        json,
        json!({"ns_index": [1, 0, 0, 0], "ns_payload": "", "ns_proof": null})
    );
    assert_eq!(
        proof.verify(&verifier, &table).unwrap(),
        (NamespaceId(2), Vec::new())
    );
    json["ns_payload"] = json!("AAAA");
    let altered: NamespaceProof = serde_json::from_value(json).unwrap();
    assert!(altered.verify(&verifier, &table).is_err());
}
