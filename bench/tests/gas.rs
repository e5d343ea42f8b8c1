//! `bench gas`, on an anvil of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path, process::Command};

use serde_json::Value;

#[test]
fn calls_cost_what_the_snapshot_says_and_that_in_money() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().unwrap();
    let [results, fees] = ["results.jsonl", "fees.csv"].map(|name| folder.path().join(name));
    fs::write(&fees, "base_fee_gwei,ether_usd\n10,3000\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["gas", "--hardfork=prague", "--no-breakdown", "--json"])
        .arg(&results)
        .arg("--fees")
        .arg(&fees)
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let record: Value = serde_json::from_str(&fs::read_to_string(results).unwrap()).unwrap();
    let found: Vec<String> = record["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            format!(
                "{}: {}",
                call["name"].as_str().unwrap(),
                call["gas"]["median"].as_f64().unwrap()
            )
        })
        .collect();
    let snapshot = fs::read_to_string(root.join("contracts/gas-snapshot.txt")).unwrap();
    assert_eq!(found, snapshot.lines().collect::<Vec<_>>());
    for call in record["calls"].as_array().unwrap() {
        let gas = call["gas"]["median"].as_f64().unwrap();
        let usd = call["cost"]["usd"][1].as_f64().unwrap();
        assert!((usd - gas * 10e-9 * 3000.0).abs() < 1e-9, "{call}");
    }
    let table = String::from_utf8(output.stdout).unwrap();
    let update = table.lines().find(|line| line.contains("update_later")).unwrap();
    assert!(
        update.contains("512,273") && update.contains("441,000"),
        "{table}"
    );
}
