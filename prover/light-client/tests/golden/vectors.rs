//! The vector files, and readers for the forms in them.

use crema_light_client::field::{self, Field256, Fr};
use serde_json::Value;

pub const RESCUE: &str = include_str!("../vectors/rescue.json");
pub const SCHNORR: &str = include_str!("../vectors/schnorr.json");
pub const STAKE_TABLE: &str = include_str!("../vectors/stake_table.json");
pub const SIGNED_STATES: &str = include_str!("../vectors/signed_states.json");
pub const NETWORK: &str = include_str!("../vectors/network.txt");

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("vector file is JSON")
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

pub fn element<F: Field256>(value: &Value) -> F {
    field::parse_hex(text(value)).unwrap_or_else(|error| panic!("{value}: {error}"))
}

pub fn elements(value: &Value) -> Vec<Fr> {
    list(value).iter().map(element).collect()
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value).trim_start_matches("0x")).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Every file beside this test is one of the constants above: a vector that nothing reads proves nothing.
#[test]
fn every_vector_file_is_read() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut found: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut read = [RESCUE, SCHNORR, STAKE_TABLE, SIGNED_STATES, NETWORK];
    found.sort_unstable();
    read.sort_unstable();
    assert!(
        found.iter().eq(read.iter()),
        "a file in {directory} is read by no test"
    );
}
