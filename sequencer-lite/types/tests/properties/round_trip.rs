//! Both encodings of everything, there and back; and inputs that are almost encodings.

use std::fmt::Debug;

use crema_types::{Header, Leaf, Leaf2, Payload, Transaction, Version, wire};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::strategies::{header, leaf, leaf2, payload, transaction};

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value, "{json}");
    let binary = wire::encode(Version::V0_2, value).unwrap();
    assert_eq!(wire::decode::<T>(Version::V0_2, &binary).unwrap(), *value);
    assert_eq!(
        wire::decode_any::<T>(&binary).unwrap(),
        (Version::V0_2, wire::decode_unversioned(&binary[4..]).unwrap())
    );
    assert!(wire::decode::<T>(Version::V0_1, &binary).is_err());
    let longer = [binary.as_slice(), &[0]].concat();
    assert!(
        wire::decode::<T>(Version::V0_2, &longer).is_err(),
        "bytes behind the value"
    );
}

/// Cuts `value`'s binary form at `cut`, and flips bit `bit` of it: no panic, and what is accepted is canonical.
fn mutate<T: Serialize + DeserializeOwned>(value: &T, cut: prop::sample::Index, bit: prop::sample::Index) {
    let binary = wire::encode_unversioned(value).unwrap();
    assert!(wire::decode_unversioned::<T>(&binary[..cut.index(binary.len())]).is_err());
    let mut flipped = binary.clone();
    let bit = bit.index(8 * binary.len());
    flipped[bit / 8] ^= 1 << (bit % 8);
    if let Ok(other) = wire::decode_unversioned::<T>(&flipped) {
        // numbers as text may be spelled in several ways; decoding what is encoded again gives the same
        let again = wire::encode_unversioned(&other).unwrap();
        let third: T = wire::decode_unversioned(&again).unwrap();
        assert_eq!(wire::encode_unversioned(&third).unwrap(), again);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_round_trip(
        transaction in transaction(), payload in payload(), header in header(), leaf in leaf(), leaf2 in leaf2(),
    ) {
        round_trip::<Transaction>(&transaction);
        round_trip::<Payload>(&payload);
        round_trip::<Header>(&header);
        round_trip::<Leaf>(&leaf);
        round_trip::<Leaf2>(&leaf2);
    }

    #[test]
    fn both_shapes_of_a_leaf_commit_to_the_same(leaf in leaf()) {
        prop_assert_eq!(Leaf2::from(leaf.clone()).commit(), leaf.commit());
        let without_payload = Leaf { block_payload: None, ..leaf.clone() };
        prop_assert_eq!(without_payload.commit(), leaf.commit());
        let other = Leaf { view_number: (leaf.view_number.0 ^ 1).into(), ..leaf.clone() };
        prop_assert_ne!(other.commit(), leaf.commit());
    }

    #[test]
    fn damaged_encodings_are_refused_or_read_as_another_value(
        header in header(), leaf2 in leaf2(), payload in payload(),
        cut: prop::sample::Index, bit: prop::sample::Index,
    ) {
        mutate(&header, cut, bit);
        mutate(&leaf2, cut, bit);
        mutate(&payload, cut, bit);
    }

    #[test]
    fn every_field_counts_in_the_hash(header in header(), other in header()) {
        let hash = header.commit();
        let mut changed = header.clone();
        changed.height ^= 1;
        prop_assert_ne!(changed.commit(), hash);
        let altered = [
            Header { chain_config: other.chain_config, ..header.clone() },
            Header { timestamp: other.timestamp, ..header.clone() },
            Header { l1_head: other.l1_head, ..header.clone() },
            Header { l1_finalized: other.l1_finalized, ..header.clone() },
            Header { payload_commitment: other.payload_commitment, ..header.clone() },
            Header { builder_commitment: other.builder_commitment, ..header.clone() },
            Header { ns_table: other.ns_table.clone(), ..header.clone() },
            Header { block_merkle_tree_root: other.block_merkle_tree_root, ..header.clone() },
            Header { fee_merkle_tree_root: other.fee_merkle_tree_root, ..header.clone() },
            Header { fee_info: other.fee_info, ..header.clone() },
            Header { version: other.version, ..header.clone() },
        ];
        for altered in altered {
            prop_assert_eq!(altered.commit() == hash, altered == header);
        }
        // who may pay is signed, so the signature itself need not be hashed
        let resigned = Header { builder_signature: other.builder_signature, ..header };
        prop_assert_eq!(resigned.commit(), hash);
    }
}
