//! The program itself, at the smallest capacity.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::HashSet,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn bench(arguments: &[&str], keys: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("prove")
        .args(arguments)
        .env("CREMA_KEY_CACHE", keys)
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
fn a_key_is_made_once_and_each_proof_is_measured_by_round() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results.jsonl");
    let json = results.to_str().unwrap();
    let first = stdout(&bench(
        &["--capacity", "2", "--repeat", "2", "--json", json],
        folder.path(),
    ));
    let arguments = [
        "--capacity=2",
        "--repeat=1",
        "--warm-up=1",
        "--engine=cpu-portable",
    ];
    let second = stdout(&bench(
        &[&arguments[..], &["--json", json, "--threads", "1"]].concat(),
        folder.path(),
    ));
    assert!(first.contains("building the circuit"), "{first}");
    assert!(second.contains("it was in the cache"), "{second}");
    assert!(
        !first.contains(" of jf-plonk"),
        "nothing is recorded at capacity 2: {first}"
    );

    let records = lines(&results);
    assert_eq!(records.len(), 2);
    let [made, found] = [&records[0], &records[1]];
    assert!(made["key"]["made"]["wall_s"].as_f64().unwrap() > 0.0);
    assert!(found["key"]["made"].is_null());
    assert_eq!(made["proving"]["key_id"], found["proving"]["key_id"]);
    assert_eq!(found["proving"]["threads"], 1);
    assert!(found["proving"]["engine"].as_str().unwrap().contains("portable"));
    for (record, proofs) in [(made, 2), (found, 1)] {
        assert_eq!(record["schema"], 1);
        assert_eq!(record["task"]["circuit"], "v1-canonical");
        assert_eq!(record["proving"]["proof_bytes"], 1152);
        assert_eq!(record["proving"]["signers"], 2);
        assert!(
            record["fingerprint"]["rustc"]
                .as_str()
                .unwrap()
                .starts_with("rustc")
        );
        check_proofs(&record["proving"]["proofs"], proofs);
        assert_eq!(record["summary"]["prove_s"]["count"], proofs);
    }
}

/// The rounds are the five of the protocol and together the whole proof.
fn check_proofs(proofs: &Value, expected: usize) {
    let proofs = proofs.as_array().unwrap();
    assert_eq!(proofs.len(), expected);
    for proof in proofs {
        let rounds = proof["rounds"].as_array().unwrap();
        let names: HashSet<_> = rounds
            .iter()
            .map(|round| round["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, HashSet::from(crema_plonk::ROUNDS));
        let sum: f64 = rounds
            .iter()
            .map(|round| round["seconds"].as_f64().unwrap())
            .sum();
        let whole = proof["prove_s"].as_f64().unwrap();
        assert!(sum > 0.8 * whole && sum <= whole, "{sum} of {whole}");
        for figure in ["witness_s", "prove_cpu_s", "verify_s", "peak_anonymous_bytes"] {
            assert!(proof[figure].as_f64().unwrap() > 0.0, "{figure}");
        }
        assert!(proof["others_cpu_s"].as_f64().unwrap() >= 0.0);
    }
}

#[test]
fn a_ratio_says_where_the_other_figure_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let [results, other] = ["results.jsonl", "other.jsonl"].map(|name| folder.path().join(name));
    let line = json!({
        "program": "other 1.0", "circuit": "v3", "capacity": 2, "cpu": "elsewhere", "threads": 1, "unix_time": 1000,
        "prove_s": [1000.0], "peak_memory_bytes": [1e15],
    });
    std::fs::write(&other, line.to_string()).unwrap();
    let (json, other) = (results.to_str().unwrap(), other.to_str().unwrap());
    let table = stdout(&bench(
        &[
            "--capacity=2",
            "--circuit=v3",
            "--repeat=1",
            "--json",
            json,
            "--reference-json",
            other,
        ],
        folder.path(),
    ));
    let label = "other 1.0 (another run: elsewhere, 1 threads)";
    let shown: Vec<_> = table.lines().filter(|line| line.contains("other 1.0")).collect();
    assert_eq!(shown.len(), 2, "{table}");
    assert!(shown.iter().all(|line| line.ends_with(label)), "{table}");
    let ratios = lines(&results)[0]["ratios"].as_array().unwrap().clone();
    assert_eq!(ratios.len(), 2);
    for ratio in ratios {
        assert_eq!(ratio["label"], label);
        assert!(ratio["ratio"].as_f64().unwrap() < 0.1, "{ratio}");
    }
}

#[test]
fn what_cannot_be_measured_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.jsonl");
    let absent = absent.to_str().unwrap();
    for (arguments, reason) in [
        (&["--capacity=1"][..], "1 is not in 2..=1000"),
        (&["--capacity=10,1001"], "1001 is not in 2..=1000"),
        (&["--circuit=v9"], "unknown circuit"),
        (&["--srs=none"], "unknown SRS"),
        (&["--repeat=0"], "0 is not in 1..=1000"),
        (&["--capacity=2", "--reference-json", absent], "absent.jsonl"),
    ] {
        let output = bench(arguments, folder.path());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(reason),
            "{arguments:?}: {errors}"
        );
        assert!(output.stdout.is_empty());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
