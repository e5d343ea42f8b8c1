//! Namespaces of a payload of 200 bytes, dispersed to five nodes as the reference did it in its range proofs' vectors.

use std::ops::Range;

use alloy::primitives::U256;
use crema_rollup::{dispersal, surroundings};
use crema_vid::Scheme;
use serde_json::{Value, json};

use crate::chain::hex;

const NODES: u32 = 5;
const BYTES: u8 = 200;

/// The fixture.
pub fn json() -> Result<Value, Box<dyn std::error::Error>> {
    let payload: Vec<u8> = (0..BYTES).collect();
    let dispersed = Scheme::new(NODES)?.disperse(&payload)?;
    // the tables' ends, and which entry is proven: all of it, and the middle one of three
    let all = [u32::from(BYTES)];
    let cases: [(&[u32], usize); 3] = [(&all, 0), (&[35, 150, 200], 1), (&[130, 160, 200], 1)];
    let ranges = cases.map(|(ends, entry)| {
        let start = entry.checked_sub(1).map_or(0, |before| ends[before] as usize);
        start..ends[entry] as usize
    });
    let around = ranges.clone().map(|range| surroundings(&payload, &range));
    let part = |range: &Range<usize>| hex(&payload[range.clone()]);
    Ok(json!({
        "commitment": [hex(dispersed.commitment.0)],
        "points": hex(dispersal(&dispersed.common)?.points),
        "tables": cases.map(|(ends, _)| hex(table(ends))),
        "entries": cases.map(|(_, entry)| hex(U256::from(entry).to_be_bytes::<32>())),
        "payloads": ranges.each_ref().map(part),
        "prefixBytes": around.each_ref().map(|around| hex(&around.prefixBytes)),
        "suffixBytes": around.each_ref().map(|around| hex(&around.suffixBytes)),
        "prefixElements": around.each_ref().map(|around| words(&around.prefixElements)),
        "suffixElements": around.each_ref().map(|around| words(&around.suffixElements)),
    }))
}

/// A namespace table: a count, then identifier and end of each, lowest byte first.
fn table(ends: &[u32]) -> Vec<u8> {
    let mut bytes = (ends.len() as u32).to_le_bytes().to_vec();
    for (identifier, end) in (7u32..).zip(ends) {
        bytes.extend(identifier.to_le_bytes());
        bytes.extend(end.to_le_bytes());
    }
    bytes
}

fn words(elements: &[U256]) -> String {
    hex(elements
        .iter()
        .flat_map(U256::to_be_bytes::<32>)
        .collect::<Vec<u8>>())
}
