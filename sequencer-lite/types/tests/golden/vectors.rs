//! The vector files, and readers for the forms in them.

use serde_json::Value;

pub const OBJECTS: &str = include_str!("../vectors/objects.json");
pub const NETWORK: &str = include_str!("../vectors/network.json");

pub fn network() -> Value {
    serde_json::from_str(NETWORK).expect("vector file is JSON")
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Every file beside this test is one of the constants above: a vector that nothing reads proves nothing.
#[test]
fn every_vector_file_is_read() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut found: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut read = [OBJECTS, NETWORK];
    found.sort_unstable();
    read.sort_unstable();
    assert!(
        found.iter().eq(read.iter()),
        "a file in {directory} is read by no test"
    );
}
