//! `bench throughput`, with next to nothing to do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn throughput(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("throughput")
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn availability_is_measured_for_each_size_and_number_of_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("results.jsonl");
    let table = stdout(&throughput(&[
        "availability",
        "--payload=1,5000",
        "--nodes=4,7",
        "--repeat=2",
        "--warm-up=1",
        "--threads=1",
        "--json",
        json.to_str().unwrap(),
    ]));
    assert!(
        table.contains("5,000 bytes to 7 nodes, 4 of which recover them; 1 threads"),
        "{table}"
    );
    let records = lines(&json);
    let cases: Vec<_> = records
        .iter()
        .map(|record| {
            (
                record["task"]["payload_bytes"].as_u64(),
                record["task"]["nodes"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        cases,
        [(1, 4), (5000, 4), (1, 7), (5000, 7)].map(|(bytes, nodes)| (Some(bytes), Some(nodes)))
    );
    for record in &records {
        assert_eq!(record["bench"], "throughput availability");
        assert!(record["fingerprint"]["commit"].is_string());
        assert_eq!(record["measured"]["repetitions"].as_array().unwrap().len(), 2);
        for figure in ["disperse", "check_share", "check_payload", "recover"] {
            let median = record["summary"][figure]["wall_s"]["median"].as_f64().unwrap();
            assert!(median > 0.0, "{figure}: {record}");
        }
    }
}

#[cfg(feature = "ordering")]
#[test]
fn ordering_is_measured_on_whole_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("results.jsonl");
    let table = stdout(&throughput(&[
        "ordering",
        "--nodes=4",
        "--storing=3",
        "--rate=20000",
        "--transaction-bytes=500",
        "--warm-up=1",
        "--seconds=3",
        "--idle-seconds=3",
        "--storage",
        folder.path().to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
    ]));
    assert!(table.contains("4 nodes, 3 of which store payloads"), "{table}");
    let records = lines(&json);
    assert_eq!(records.len(), 1);
    let (idle, load) = (&records[0]["idle"], &records[0]["load"]);
    assert_eq!(load["due"], 120);
    assert_eq!((&load["refused"], &load["undecided"]), (&0.into(), &0.into()));
    let [p50, p99, longest] =
        ["p50_s", "p99_s", "max_s"].map(|percentile| load["latency"][percentile].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p99 && p99 <= longest, "{load}");
    for figure in [
        &idle["blocks_per_s"],
        &idle["cpu_per_node"],
        &load["bytes_per_s"],
        &load["cpu_per_node"],
    ] {
        assert!(figure.as_f64().unwrap() > 0.0, "{}", records[0]);
    }
    // nothing of the nodes' remains
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["results.jsonl"]);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let mut cases = vec![
        (&["availability", "--nodes=0"][..], "0 is not in 1..=2047"),
        (&["availability", "--payload=0"], "0 is not in 1..="),
        (&["availability", "--repeat=0"], "0 is not in 1..=1000"),
    ];
    if cfg!(feature = "ordering") {
        cases.push((&["ordering", "--nodes=4", "--storing=5"], "--storing"));
        cases.push((&["ordering", "--rate=0"], "0 is not in 1..="));
    }
    for (arguments, reason) in cases {
        let output = throughput(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(reason),
            "{arguments:?}: {errors}"
        );
        assert!(output.stdout.is_empty());
    }
}
