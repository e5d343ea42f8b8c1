//! Keys, signatures and states of the public demo network, one per line: a name, then words.

use ark_ec::CurveGroup;
use crema_light_client::bls;
use crema_light_client::config::{PeerConfig, PeerStake, stake_table_from_json};
use crema_light_client::field::{self, Fr};
use crema_light_client::rescue;
use crema_light_client::schnorr;
use crema_light_client::state::{LightClientState, block_comm_root_from_merkle};
use crema_light_client::tagged::{Tagged, decode, from_frame, to_frame};
use crema_light_client::u256::U256;
use serde_json::json;

use crate::vectors::NETWORK;

/// The words after `name` of every line that starts with it.
fn lines(name: &str) -> Vec<Vec<&'static str>> {
    let words = NETWORK
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found: Vec<_> = words
        .filter(|words| words[0] == name)
        .map(|words| words[1..].to_vec())
        .collect();
    assert!(!found.is_empty(), "no line {name}");
    found
}

fn bls_keys() -> Vec<bls::VerifyingKey> {
    lines("KEY")
        .iter()
        .map(|words| words[1].parse().unwrap())
        .collect()
}

fn schnorr_keys() -> Vec<schnorr::VerifyingKey> {
    lines("KEY")
        .iter()
        .map(|words| words[3].parse().unwrap())
        .collect()
}

fn state() -> LightClientState {
    lines("LCS")[0][0].trim_matches('"').parse().unwrap()
}

#[test]
fn keys_round_trip() {
    assert_eq!(lines("KEY").len(), 5);
    for (i, words) in lines("KEY").iter().enumerate() {
        assert_eq!(bls_keys()[i].to_string(), words[1]);
        assert_eq!(schnorr_keys()[i].to_string(), words[3]);
    }
    let compressed = lines("BLSVK_COMPRESSED0")[0][0];
    assert_eq!(hex::encode(bls_keys()[0].to_compressed_bytes()), compressed);
    assert_eq!(
        lines("BLSVK_UNC0")[0][0],
        bls_keys()[0].to_value().len().to_string()
    );
    assert!(
        schnorr::VerifyingKey::default().is_identity(),
        "{:?}",
        lines("DEFAULT_SCHNORR")
    );
}

#[test]
fn bls_signatures() {
    let message = hex::decode(lines("BLSMSG")[0][0]).unwrap();
    let signatures: Vec<bls::Signature> = lines("BLSSIG")
        .iter()
        .map(|words| words[0].parse().unwrap())
        .collect();
    let keys = bls_keys();
    assert_eq!(signatures.len(), keys.len());
    for (i, (words, signature)) in lines("BLSSIG").iter().zip(&signatures).enumerate() {
        assert_eq!(signature.to_string(), words[0]);
        assert_eq!(
            format!("uncompressed={}", hex::encode(signature.to_value())),
            words[1]
        );
        assert_eq!(keys[i].verify(&message, signature), Ok(()));
        assert_eq!(
            keys[(i + 1) % 5].verify(&message, signature),
            Err(bls::Error::Invalid)
        );
        assert_eq!(keys[i].verify(&message[1..], signature), Err(bls::Error::Invalid));
    }
    let all = bls::Signature::aggregate(&signatures).unwrap();
    assert_eq!(bls::verify_same_message(&keys, &message, &all), Ok(()));
    assert_eq!(
        bls::verify_same_message(&keys[1..], &message, &all),
        Err(bls::Error::Invalid)
    );
    assert_eq!(
        bls::verify_same_message(&[], &message, &all),
        Err(bls::Error::NoSigners)
    );
    let opposite = bls::VerifyingKey(-keys[0].0);
    let cancelled = bls::verify_same_message(&[keys[0], opposite], &message, &all);
    assert_eq!(cancelled, Err(bls::Error::IdentityKey));
}

#[test]
fn signing_gives_the_one_valid_signature() {
    let key = bls::SigningKey::from_seed(&[3; 32]);
    let signature = key.sign(b"message");
    assert_eq!(key.verifying_key().verify(b"message", &signature), Ok(()));
    assert_eq!(key.sign(b"message"), signature);
    let negated = bls::Signature(-signature.0);
    assert_eq!(
        key.verifying_key().verify(b"message", &negated),
        Err(bls::Error::Invalid)
    );
}

#[test]
fn quorum_certificate_signatures() {
    // four of the five keys, on the commitment of a vote
    let words = &lines("QC")[0];
    let commitment = words[words.iter().position(|word| *word == "vote_commitment").unwrap() + 1];
    let message = decode("COMMIT", commitment).unwrap();
    let aggregate: bls::Signature = lines("AGG")[0][0].parse().unwrap();
    assert_eq!(
        bls::verify_same_message(&bls_keys()[..4], &message, &aggregate),
        Ok(())
    );

    // in the binary form a byte string holds the frame
    let signature: bls::Signature = {
        let json: serde_json::Value = serde_json::from_str(lines("QCSIG_JSON")[0][0]).unwrap();
        serde_json::from_value(json[0].clone()).unwrap()
    };
    let binary = hex::decode(lines("QCSIG_BINCODE")[0][0]).unwrap();
    let (length, rest) = binary.split_first_chunk::<8>().unwrap();
    let frame = &rest[..usize::try_from(u64::from_le_bytes(*length)).unwrap()];
    assert_eq!(to_frame(&signature), frame);
    assert_eq!(from_frame(frame), Ok(signature));
}

#[test]
fn state_and_its_signatures() {
    let words = &lines("BLOCK_COMM_ROOT")[0];
    let root: Fr = field::parse_decimal(words[0].strip_prefix("dec=").unwrap()).unwrap();
    let little_endian = hex::encode(field::to_le_bytes(&root));
    assert_eq!(Some(little_endian.as_str()), words[1].strip_prefix("hexLE="));

    let tree = hex::decode(lines("BLOCKCOMM_HEX")[0][0]).unwrap();
    assert_eq!(
        decode("MERKLE_COMM", lines("BLOCKCOMM")[0][1].trim_matches('"')),
        Ok(tree.clone())
    );
    assert_eq!(block_comm_root_from_merkle(&tree.try_into().unwrap()), root);

    let expected = LightClientState {
        view_number: 10,
        block_height: 5,
        block_comm_root: root,
    };
    assert_eq!(state(), expected);
    assert_eq!(format!("\"{expected}\""), lines("LCS")[0][0]);
    assert_eq!(expected.message(), [Fr::from(10), Fr::from(5), root]);

    let signatures = lines("SCHNORRSIG");
    assert_eq!(signatures.len(), 5);
    for (key, words) in schnorr_keys().iter().zip(signatures) {
        let signature: schnorr::Signature = words[0].parse().unwrap();
        assert_eq!(signature.to_string(), words[0]);
        assert_eq!(format!("unc={}", hex::encode(signature.to_value())), words[1]);
        assert_eq!(key.verify(&expected.message(), &signature), Ok(()));
        let other = LightClientState {
            block_height: 6,
            ..expected
        };
        assert_eq!(
            key.verify(&other.message(), &signature),
            Err(schnorr::Error::Invalid)
        );
    }
}

#[test]
fn demo_stake_table_from_its_configuration() {
    let keys = bls_keys().into_iter().zip(schnorr_keys());
    let peers: Vec<PeerConfig> = keys
        .map(|(stake_key, state_ver_key)| PeerConfig {
            stake_table_entry: PeerStake {
                stake_key,
                stake_amount: U256::from(1),
            },
            state_ver_key,
        })
        .collect();
    let config = json!({ "rounds": 1, "config": { "epoch_height": 0, "known_nodes_with_stake": peers } });
    let table = stake_table_from_json(config.to_string().as_bytes()).unwrap();

    let state = table.commit(10).unwrap();
    let words = &lines("ST_BLS")[0];
    let found =
        [state.bls_key_comm, state.schnorr_key_comm, state.amount_comm].map(|c| field::to_decimal(&c));
    assert_eq!(found, [words[0], words[2], words[4]]);
    assert_eq!(state.threshold, Fr::from(2));
}

#[test]
fn hashes() {
    for (name, input) in [
        ("RESCUE_123", &[1u64, 2, 3][..]),
        ("RESCUE_12", &[1, 2]),
        ("RESCUE_0", &[]),
    ] {
        let input: Vec<Fr> = input.iter().map(|&x| Fr::from(x)).collect();
        assert_eq!(
            field::to_decimal(&rescue::hash(&input)),
            lines(name)[0][0],
            "{name}"
        );
    }
}

#[test]
fn malformed_bls_points_are_rejected() {
    use crema_light_client::codec::DecodeError;
    let key = bls_keys()[0];
    let valid = key.to_value();
    let what = "BLS verifying key";
    let altered = |position: usize, mask: u8| {
        let mut bytes = valid.clone();
        bytes[position] ^= mask;
        bls::VerifyingKey::from_value(&bytes)
    };
    assert_eq!(bls::VerifyingKey::from_value(&valid), Ok(key));
    assert_eq!(altered(0, 1), Err(DecodeError::NotOnCurve { what }));
    // the sign flag of an uncompressed point says nothing new, so it must not lie
    assert_eq!(altered(127, 0x80), Err(DecodeError::NonCanonical { what }));
    // coordinates beside an infinity flag; with both flags set there is no such point
    let infinity = bls::VerifyingKey::from_value(&flagged(valid.clone(), 0x40));
    assert_eq!(infinity, Err(DecodeError::NonCanonical { what }));
    assert_eq!(
        bls::VerifyingKey::from_value(&flagged(valid.clone(), 0xc0)),
        Err(DecodeError::NonCanonical { what })
    );
    assert_eq!(
        bls::VerifyingKey::from_value(&flagged(vec![0; 128], 0x40)),
        Err(DecodeError::Identity { what })
    );
    assert_eq!(
        bls::VerifyingKey::from_value(&valid[1..]),
        Err(DecodeError::Length {
            what,
            expected: 128,
            found: 127
        })
    );
    // the twist has points outside the subgroup
    let outside = (1u64..)
        .find_map(|x| {
            ark_bn254::G2Affine::get_point_from_x_unchecked(ark_bn254::Fq2::from(x), true)
                .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        })
        .unwrap();
    let bytes = bls::VerifyingKey(outside).to_value();
    assert_eq!(
        bls::VerifyingKey::from_value(&bytes),
        Err(DecodeError::WrongSubgroup { what })
    );

    let what = "BLS signature";
    let identity = bls::Signature::from_value(&flagged(vec![0; 64], 0x40));
    assert_eq!(identity, Err(DecodeError::Identity { what }));
    let sum = (key.0 - key.0).into_affine();
    let unusable = bls::VerifyingKey(sum).verify(b"", &bls::SigningKey::from_seed(&[1; 32]).sign(b""));
    assert_eq!(unusable, Err(bls::Error::IdentityKey));
}

/// `bytes` with the flag bits of the last one replaced.
fn flagged(mut bytes: Vec<u8>, flags: u8) -> Vec<u8> {
    if let Some(last) = bytes.last_mut() {
        *last = (*last & 0x3f) | flags;
    }
    bytes
}
