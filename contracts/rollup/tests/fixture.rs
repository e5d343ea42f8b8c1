//! What the contracts' tests read is what this code makes, and fresh proofs pass the deployed verifier.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

#[path = "../examples/zk_vectors/chain.rs"]
mod chain;
#[path = "../examples/zk_vectors/key.rs"]
mod key;
#[path = "../examples/zk_vectors/namespace.rs"]
mod namespace;

use std::{fs, path::Path};

use crema_rollup::Prover;
use serde_json::Value;

fn committed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_fixture_is_what_the_generator_makes() {
    let (found, expected) = (committed("test/fixtures/zk_rollup.json"), chain::json().unwrap());
    assert!(
        found == expected,
        "stale: cargo run --release -p crema-rollup --example zk_vectors -- chain > contracts/test/fixtures/zk_rollup.json"
    );
}

#[test]
fn the_namespaces_are_what_the_generator_makes() {
    let (found, expected) = (
        committed("test/fixtures/namespace_proof.json"),
        namespace::json().unwrap(),
    );
    assert_eq!(
        found, expected,
        "stale: cargo run --release -p crema-rollup --example zk_vectors -- namespace > contracts/test/fixtures/namespace_proof.json"
    );
}

#[test]
fn the_contracts_key_is_the_circuits() {
    let prover = Prover::insecure().unwrap();
    let (found, expected) = (
        committed("keys/TransferVKInsecure.json"),
        key::json(prover.verifying_key()),
    );
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(
            &found[name], value,
            "{name} is stale: cargo run --release -p crema-rollup --example zk_vectors -- key > vk.json, then \
             contracts/tools/gen-vk --from vk.json --name TransferVKInsecure"
        );
    }
}
