//! What relays, sequencers and strangers may send instead of what was asked for.
#![allow(
    clippy::unwrap_used,
    reason = "a test's readers may panic as its tests do; clippy exempts only the latter"
)]

use std::collections::BTreeMap;

use crema_light_client::bundle::{
    self, MAX_SIGNATURES, ReadError, StateSignatureRequestBody, StateSignaturesBundle,
};
use crema_light_client::config::{self, ConfigError, stake_table_from_json};
use crema_light_client::field::Fr;
use crema_light_client::schnorr::{Signature, SigningKey, VerifyingKey};
use crema_light_client::state::LightClientState;
use crema_light_client::tagged::{self, Tagged, TaggedError};
use crema_light_client::u256::U256;
use crema_light_client::{bls, stake_table};
use proptest::prelude::*;
use serde_json::{Value, json};

const STATE: LightClientState = LightClientState {
    view_number: 7,
    block_height: 5,
    block_comm_root: ark_ff::MontFp!("3"),
};

fn signed_by(seeds: std::ops::Range<u8>) -> StateSignaturesBundle {
    let keys = seeds.map(|seed| SigningKey::from_seed(&[seed; 32]));
    StateSignaturesBundle {
        state: STATE,
        next_stake: None,
        auth_root: None,
        signatures: keys
            .map(|key| (key.verifying_key(), key.sign(&STATE.message())))
            .collect(),
        accumulated_weight: U256::from(2),
    }
}

fn peer(seed: u8) -> Value {
    json!({
        "stake_table_entry": {
            "stake_key": bls::SigningKey::from_seed(&[seed; 32]).verifying_key(),
            "stake_amount": "0x1",
        },
        "state_ver_key": SigningKey::from_seed(&[seed; 32]).verifying_key(),
    })
}

fn config(peers: &[Value]) -> Vec<u8> {
    json!({ "config": { "known_nodes_with_stake": peers } })
        .to_string()
        .into_bytes()
}

/// The complaint about a bundle that must not be read.
fn complaint(json: &str) -> String {
    StateSignaturesBundle::from_json(json.as_bytes())
        .expect_err(json)
        .to_string()
}

#[test]
fn bundles_tolerate_fields_of_the_future_only() {
    let bundle = signed_by(0..2);
    let mut value = serde_json::to_value(&bundle).unwrap();
    assert_eq!(value["accumulated_weight"], "0x2");
    assert_eq!(
        value.as_object().unwrap().len(),
        3,
        "version 1 has no other fields"
    );
    value["of_the_future"] = json!({ "deep": [1, 2, 3] });
    assert_eq!(
        StateSignaturesBundle::from_json(value.to_string().as_bytes()).unwrap(),
        bundle
    );

    for field in ["state", "signatures", "accumulated_weight"] {
        let mut without = value.clone();
        without.as_object_mut().unwrap().remove(field);
        assert!(complaint(&without.to_string()).contains(field));
    }
    for (field, wrong) in [
        ("state", json!("LIGHT_CLIENT_STATE~AAAA")),
        ("state", json!(null)),
        ("accumulated_weight", json!(-1)),
        ("signatures", json!([])),
        ("next_stake", json!("STAKE_TABLE_STATE~AA")),
        ("auth_root", json!("0x12")),
        ("auth_root", json!("12".repeat(32))),
    ] {
        let mut altered = value.clone();
        altered[field] = wrong;
        complaint(&altered.to_string());
    }
}

#[test]
fn a_signer_appears_once() {
    let text = serde_json::to_string(&signed_by(0..1)).unwrap();
    let start = text.find("\"SCHNORR_VER_KEY").unwrap();
    let end = text[start..].find('}').unwrap() + start;
    let doubled = format!("{},{}", &text[..end], &text[start..]);
    assert!(complaint(&doubled).contains("two signatures by SCHNORR_VER_KEY~"));
    let state_twice = text.replacen('{', &format!("{{\"state\":\"{STATE}\","), 1);
    assert!(complaint(&state_twice).contains("duplicate field"));
}

#[test]
fn sizes_are_bounded() {
    let oversized = vec![b' '; bundle::MAX_JSON_BYTES + 1];
    assert!(matches!(
        StateSignaturesBundle::from_json(&oversized),
        Err(ReadError::TooLarge { .. })
    ));
    let oversized = vec![b' '; config::MAX_JSON_BYTES + 1];
    assert!(matches!(
        stake_table_from_json(&oversized),
        Err(ConfigError::TooLarge { .. })
    ));

    // distinct points, cheaply: multiples of the generator
    let step = SigningKey::from_seed(&[1; 32]).verifying_key().0;
    let mut point = ark_ec::AffineRepr::into_group(step);
    let mut signatures = BTreeMap::new();
    while signatures.len() <= MAX_SIGNATURES {
        signatures.insert(VerifyingKey(point.into()), Signature::default());
        point += step;
    }
    let crowded = StateSignaturesBundle {
        signatures,
        ..signed_by(0..0)
    };
    let text = serde_json::to_string(&crowded).unwrap();
    assert!(
        text.len() <= bundle::MAX_JSON_BYTES,
        "the count is what is tested: {}",
        text.len()
    );
    assert!(complaint(&text).contains("invalid length 1025"));
}

#[test]
fn configurations() {
    let table = stake_table_from_json(&config(&[peer(1), peer(2)])).unwrap();
    assert_eq!((table.len(), table.total()), (2, U256::from(2)));
    assert!(matches!(
        stake_table_from_json(&config(&[])),
        Err(ConfigError::NoStakedNodes)
    ));
    assert!(matches!(
        stake_table_from_json(&config(&[peer(1), peer(1)])),
        Err(ConfigError::StakeTable(
            stake_table::StakeTableError::DuplicateBlsKey { .. }
        ))
    ));
    for json in [
        "",
        "[]",
        "{}",
        r#"{"config":{}}"#,
        r#"{"config":{"known_nodes_with_stake":[{}]}}"#,
    ] {
        assert!(
            matches!(stake_table_from_json(json.as_bytes()), Err(ConfigError::Json(_))),
            "{json}"
        );
    }
}

#[test]
fn every_wrong_text_has_its_error() {
    let key = SigningKey::from_seed(&[1; 32]).verifying_key();
    let text = key.to_string();
    let data = text.strip_prefix("SCHNORR_VER_KEY~").unwrap();
    let error = |text: &str| text.parse::<VerifyingKey>().unwrap_err();

    assert_eq!(error(data), TaggedError::Separator);
    let found = "SCHNORR_SIG".to_owned();
    assert_eq!(
        error(&format!("SCHNORR_SIG~{data}")),
        TaggedError::Tag {
            expected: "SCHNORR_VER_KEY",
            found
        }
    );
    assert_eq!(
        error("SCHNORR_VER_KEY~"),
        TaggedError::Empty {
            tag: "SCHNORR_VER_KEY"
        }
    );
    for broken in [
        format!("{text}="),
        format!("{text}\n"),
        text.replace(|c: char| c.is_ascii_digit(), "+"),
    ] {
        assert!(matches!(error(&broken), TaggedError::Base64 { .. }), "{broken}");
    }
    let swapped = format!(
        "SCHNORR_VER_KEY~{}{}",
        if data.starts_with('A') { 'B' } else { 'A' },
        &data[1..]
    );
    assert!(matches!(error(&swapped), TaggedError::Checksum { .. }));
    assert!(matches!(
        error(&tagged::encode("SCHNORR_VER_KEY", &[1])),
        TaggedError::Value { .. }
    ));
}

#[test]
fn binary_form() {
    let key = SigningKey::from_seed(&[1; 32]);
    let body = StateSignatureRequestBody {
        key: key.verifying_key(),
        state: STATE,
        signature: key.sign(&STATE.message()),
    };
    assert_eq!(body.verify(), Ok(()));
    let binary = postcard::to_allocvec(&body).unwrap();
    assert_eq!(
        postcard::from_bytes::<StateSignatureRequestBody>(&binary).unwrap(),
        body
    );
    // postcard, too, puts a length before a byte string, and then exactly the frame
    let frame = tagged::to_frame(&body.key);
    assert_eq!(frame.len(), 8 + 15 + 8 + 64 + 1);
    assert_eq!(&binary[1..=frame.len()], frame);

    let bundle = signed_by(0..3);
    let binary = postcard::to_allocvec(&bundle).unwrap();
    assert_eq!(
        postcard::from_bytes::<StateSignaturesBundle>(&binary).unwrap(),
        bundle
    );
}

#[test]
fn malformed_frames_are_rejected() {
    let key = SigningKey::from_seed(&[1; 32]).verifying_key();
    let frame = tagged::to_frame(&key);
    let read = tagged::from_frame::<VerifyingKey>;
    assert_eq!(read(&frame), Ok(key));
    for length in 0..frame.len() {
        assert!(read(&frame[..length]).is_err(), "truncated to {length}");
    }
    let longer = [frame.as_slice(), &[0]].concat();
    assert_eq!(
        read(&longer),
        Err(TaggedError::Frame {
            tag: "SCHNORR_VER_KEY",
            found: frame.len() + 1
        })
    );
    for position in 0..frame.len() {
        let mut altered = frame.clone();
        altered[position] ^= 1;
        assert!(read(&altered).is_err(), "altered at {position}");
    }
    let mut endless = frame;
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(read(&endless), Err(TaggedError::Frame { .. })));
}

proptest! {
    #[test]
    fn states_round_trip(view_number: u64, block_height: u64, root: u64) {
        let state = LightClientState { view_number, block_height, block_comm_root: Fr::from(root) };
        prop_assert_eq!(state.to_string().parse::<LightClientState>(), Ok(state));
        prop_assert_eq!(tagged::from_frame(&tagged::to_frame(&state)), Ok(state));
    }

    #[test]
    fn one_changed_character_is_noticed(position in 0usize..48, letter in "[A-Za-z0-9_-]") {
        let text = STATE.to_string();
        let at = LightClientState::TAG.len() + 1 + position;
        prop_assume!(text[at..=at] != letter);
        let altered = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
        prop_assert!(altered.parse::<LightClientState>().is_err());
    }

    #[test]
    fn arbitrary_text_never_panics(text: String) {
        let _ = text.parse::<VerifyingKey>();
        let _ = text.parse::<U256>();
        let _ = StateSignaturesBundle::from_json(text.as_bytes());
        let _ = stake_table_from_json(text.as_bytes());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = tagged::from_frame::<Signature>(&bytes);
        let _ = postcard::from_bytes::<StateSignaturesBundle>(&bytes);
        for length in [32, 48, 64, 96, 128] {
            let value = &bytes[..length.min(bytes.len())];
            let _ = VerifyingKey::from_value(value);
            let _ = Signature::from_value(value);
            let _ = bls::VerifyingKey::from_value(value);
        }
    }
}
