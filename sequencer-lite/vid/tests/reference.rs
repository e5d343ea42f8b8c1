//! Commitments, common data, shares and range proofs of the reference implementation, byte for byte.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use crema_types::wire;
use crema_vid::{Aggregation, Common, Disperse, RangeProof, Scheme, Share, Verifier};

/// Lines of the reference's own output.
const VECTORS: &str = include_str!("vectors/advz.txt");

/// The payload that the vectors were made from.
fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

fn disperse(nodes: u32, length: usize) -> Disperse {
    Scheme::new(nodes).unwrap().disperse(&payload(length)).unwrap()
}

fn lines(first_word: &str) -> Vec<&str> {
    let found: Vec<&str> = VECTORS
        .lines()
        .filter_map(|line| line.strip_prefix(first_word)?.strip_prefix(' '))
        .collect();
    assert!(!found.is_empty(), "no vector {first_word}");
    found
}

/// The number or text after `key=`.
fn field<'a>(line: &'a str, key: &str) -> &'a str {
    let start = line.find(&format!("{key}=")).expect("the line has this field") + key.len() + 1;
    line[start..].split(' ').next().unwrap()
}

#[test]
fn commitments_and_common_data() {
    let vectors = lines("ADVZ");
    assert_eq!(vectors.len(), 12);
    for line in vectors {
        let (nodes, length) = (
            field(line, "n").parse().unwrap(),
            field(line, "len").parse().unwrap(),
        );
        let disperse = disperse(nodes, length);
        assert_eq!(disperse.common.nodes(), nodes);
        let threshold: usize = field(line, "k").parse().unwrap();
        assert_eq!(Scheme::new(nodes).unwrap().parameters().threshold(), threshold);
        let commitment = field(line, "commit").trim_matches('"');
        assert_eq!(
            disperse.commitment.to_string(),
            commitment,
            "{nodes} nodes, {length} bytes"
        );
        assert_eq!(
            Scheme::new(nodes).unwrap().commit(&payload(length)).unwrap(),
            disperse.commitment
        );
        let common = field(line, "polys_common");
        assert_eq!(serde_json::to_string(&disperse.common).unwrap(), common);
        assert_eq!(serde_json::from_str::<Common>(common).unwrap(), disperse.common);
    }
}

#[test]
fn a_share_in_json() {
    let expected = lines("ADVZ_SHARE0")[0];
    let disperse = Scheme::new(5)
        .unwrap()
        .with_aggregation(Aggregation::Jellyfish)
        .disperse(&payload(200))
        .unwrap();
    assert_eq!(serde_json::to_string(&disperse.shares[0]).unwrap(), expected);
    assert_eq!(
        serde_json::from_str::<Share>(expected).unwrap(),
        disperse.shares[0]
    );
}

#[test]
fn binary_encodings() {
    let disperse = Scheme::new(5)
        .unwrap()
        .with_aggregation(Aggregation::Jellyfish)
        .disperse(&payload(200))
        .unwrap();
    let share = lines("ADVZ_SHARE4_BINCODE")[0];
    assert_eq!(
        hex::encode(wire::encode_unversioned(&disperse.shares[4]).unwrap()),
        share
    );
    let decoded: Share = wire::decode_unversioned(&hex::decode(share).unwrap()).unwrap();
    assert_eq!(decoded, disperse.shares[4]);
    let common = lines("ADVZ_COMMON_BINCODE")[0];
    assert_eq!(
        hex::encode(wire::encode_unversioned(&disperse.common).unwrap()),
        common
    );
    let decoded: Common = wire::decode_unversioned(&hex::decode(common).unwrap()).unwrap();
    assert_eq!(decoded, disperse.common);
}

#[test]
fn every_vector_is_read() {
    let known = [
        "ADVZ ",
        "ADVZ_SHARE0 ",
        "ADVZ_SHARE4_BINCODE ",
        "ADVZ_COMMON_BINCODE ",
        "LARGE ",
    ];
    for line in VECTORS.lines() {
        assert!(
            known.iter().any(|known| line.starts_with(known)),
            "unread vector: {line}"
        );
    }
}

#[test]
fn every_share_passes() {
    for (nodes, length) in [
        (1, 0),
        (1, 40),
        (2, 100),
        (3, 100),
        (4, 1000),
        (5, 0),
        (5, 200),
        (10, 1000),
        (130, 5000),
        (200, 9000),
    ] {
        for aggregation in [Aggregation::Canonical, Aggregation::Jellyfish] {
            let scheme = Scheme::new(nodes).unwrap().with_aggregation(aggregation);
            let disperse = scheme.disperse(&payload(length)).unwrap();
            assert_eq!(disperse.shares.len(), nodes as usize);
            let verifier = Verifier::for_nodes(nodes, disperse.commitment, disperse.common)
                .unwrap()
                .with_aggregation(aggregation);
            for share in &disperse.shares {
                verifier.verify_share(share).unwrap();
            }
        }
    }
}

#[test]
fn range_proofs() {
    let disperse = disperse(5, 200);
    let payload = payload(200);
    let parameters = Scheme::new(5).unwrap().parameters();
    let verifier = Verifier::new(disperse.commitment, disperse.common).unwrap();
    let vectors = lines("LARGE");
    assert_eq!(vectors.len(), 3);
    for line in vectors {
        let (range, json) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once("..").unwrap();
        let range: Range<usize> = start.parse().unwrap()..end.parse().unwrap();
        let proof = RangeProof::new(parameters, &payload, range.clone()).unwrap();
        assert_eq!(serde_json::to_string(&proof).unwrap(), json);
        assert_eq!(serde_json::from_str::<RangeProof>(json).unwrap(), proof);
        verifier
            .verify_range(range.clone(), &payload[range], &proof)
            .unwrap();
    }
}
