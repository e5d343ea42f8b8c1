//! `bench kernels` and `bench compare`, on small sizes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::HashSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(arguments)
        .env_remove("CREMA_ICICLE_DIR")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn kernels(results: &Path, more: &[&str]) -> String {
    let json = results.to_str().unwrap();
    let arguments = [
        "kernels",
        "--repeat=2",
        "--warm-up=0",
        "--threads=2",
        "--json",
        json,
    ];
    stdout(&bench(&[&arguments, more].concat()))
}

#[test]
fn every_operation_is_measured_on_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results.jsonl");
    let table = kernels(&results, &["--sizes=9,11..=12"]);
    assert!(table.contains("G products of 64 bits/s"), "{table}");
    let records = lines(&results);
    let cases: HashSet<_> = records
        .iter()
        .map(|record| {
            let task = &record["task"];
            let [operation, inputs] =
                ["operation", "inputs"].map(|key| task[key].as_str().unwrap().to_owned());
            (operation, inputs, task["log_size"].as_u64().unwrap())
        })
        .collect();
    // eight operations, sums with two kinds of scalars, three sizes
    assert_eq!((cases.len(), records.len()), (27, 27));
    for record in &records {
        let times = record["results"].as_array().unwrap();
        assert!(times[0]["engine"].as_str().unwrap().starts_with("arkworks"));
        assert!(
            times.len() > 1
                && times.last().unwrap()["engine"]
                    .as_str()
                    .unwrap()
                    .contains("portable")
        );
        for time in times {
            let wall = &time["wall_s"];
            let figure = |key: &str| wall[key].as_f64().unwrap();
            assert!(
                0.0 < figure("min") && figure("min") <= figure("median"),
                "{record}"
            );
            assert!(wall["count"].as_u64().unwrap() >= 2);
        }
        assert!(times[1]["floor_s"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn a_slowed_kernel_is_flagged_and_the_same_results_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let [before, slowed, other] =
        ["before.jsonl", "slowed.jsonl", "other.jsonl"].map(|name| folder.path().join(name));
    kernels(
        &before,
        &[
            "--sizes=10",
            "--operation=evaluate,divide",
            "--engine=cpu-portable",
        ],
    );
    let mut records = lines(&before);
    for figure in ["median", "min", "max"] {
        let time = &mut records[1]["results"][1]["wall_s"][figure];
        *time = json!(3.0 * time.as_f64().unwrap());
    }
    if let Some(quartiles) = records[1]["results"][1]["wall_s"]["quartiles"].as_array_mut() {
        for quartile in quartiles {
            *quartile = json!(3.0 * quartile.as_f64().unwrap());
        }
    }
    let text: Vec<String> = records.iter().map(Value::to_string).collect();
    fs::write(&slowed, text.join("\n")).unwrap();
    kernels(
        &other,
        &["--sizes=11", "--operation=combine", "--engine=cpu-portable"],
    );
    let [before, slowed, other] = [&before, &slowed, &other].map(|path| path.to_str().unwrap());

    let same = stdout(&bench(&["compare", before, before]));
    assert!(same.contains("4 the same, 0 better, 0 worse"), "{same}");
    let worse = bench(&["compare", before, slowed]);
    let table = String::from_utf8_lossy(&worse.stdout).into_owned();
    assert!(!worse.status.success(), "{table}");
    let flagged: Vec<_> = table.lines().filter(|line| line.starts_with("WORSE")).collect();
    assert_eq!(flagged.len(), 1, "{table}");
    assert!(
        flagged[0].contains("+200.0 %") && flagged[0].contains("operation=divide"),
        "{table}"
    );
    let better = stdout(&bench(&["compare", slowed, before]));
    assert!(better.contains("3 the same, 1 better, 0 worse"), "{better}");
    let nothing = bench(&["compare", before, other]);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("no figure in common"));
    assert!(!nothing.status.success());
}

#[test]
fn what_cannot_be_measured_is_refused() {
    for (arguments, reason) in [
        (&["--sizes=3"][..], "3 is not in 4..=24"),
        (&["--sizes=12..=10"], "holds no size"),
        (&["--operation=sort"], "invalid value 'sort'"),
        (&["--engine=gpu"], "gpu"),
        (&["--repeat=0"], "0 is not in 1..=1000"),
    ] {
        let output = bench(&[&["kernels"], arguments].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(reason),
            "{arguments:?}: {errors}"
        );
        assert!(output.stdout.is_empty());
    }
}
