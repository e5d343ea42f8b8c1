//! The program on the mock driver, and without any driver.
#![cfg(feature = "cuda")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kernels-check"));
    // no toolkit of this machine, with or without a sanitizer, has a say
    for variable in ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"] {
        command.env_remove(variable);
    }
    command.env("CREMA_CUDA_DRIVER", crema_mock_driver::library());
    command
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the report")).expect("JSON")
}

fn list<'a>(report: &'a Value, name: &str) -> &'a Vec<Value> {
    report[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is a list"))
}

/// A stand-in for compute-sanitizer, which ends as the tool does after running what it was given; once is enough.
fn sanitizer(directory: &Path) {
    let path = directory.join("compute-sanitizer");
    let script = "#!/bin/sh\n[ \"$1 $3 $4\" = '--tool --error-exitcode 86' ] || exit 99\n[ $2 = racecheck ] || { shift 4; \"$@\" || exit 86; }\n\
                  echo '========= ERROR SUMMARY: 0 errors'\n";
    fs::write(&path, script).expect("write");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

/// ICICLE's times stand in the same table, without a prediction of ours; a device that is not there is named.
#[test]
fn icicle_is_timed_beside_ours() {
    let directory = tempfile::tempdir().expect("directory");
    let out = directory.path().join("report.json");
    let run = |device: &str| {
        let output = program()
            .env(
                "CREMA_ICICLE_DIR",
                crema_mock_driver::icicle::directory(crema_mock_driver::icicle::Variant::Good),
            )
            .args(["--quick", "--only", "timings", "--icicle", device, "--out"])
            .arg(&out)
            .output()
            .expect("runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        report(&out)
    };
    let found = run("cpu");
    let theirs: Vec<&Value> = list(&found, "timings")
        .iter()
        .filter(|timing| {
            timing["operation"]
                .as_str()
                .is_some_and(|name| name.contains("icicle:cpu"))
        })
        .collect();
    assert_eq!(theirs.len(), 2);
    for timing in theirs {
        assert!(
            timing["predicted"].is_null() && timing["emulated"] == true,
            "{timing}"
        );
    }
    let found = run("cuda:7");
    let left_out = list(&found, "incomplete");
    assert!(
        left_out
            .iter()
            .any(|what| what.as_str().is_some_and(|text| text.starts_with("icicle: "))),
        "{left_out:?}"
    );
}

/// Everything at once; no number of the mock driver's may pass for a card's.
#[test]
fn a_quick_run_on_an_emulated_card() {
    let directory = tempfile::tempdir().expect("directory");
    sanitizer(directory.path());
    let out = directory.path().join("report.json");
    let path = format!(
        "{}:{}",
        directory.path().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = program()
        .env("PATH", path)
        // tests/cuda_mock.rs of the kernels runs all tests on this card
        .args(["--quick", "--tests", "transfers,gather,transform,quotient,grand_product,msm_bit", "--out"])
        .arg(&out)
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = report(&out);
    assert_eq!(report["finished"], true);
    assert_eq!(report["failures"], Value::Array(vec![]));

    assert_eq!(report["emulated"], true);
    assert!(
        report["engine"]
            .as_str()
            .is_some_and(|name| name.starts_with("EMULATED"))
    );
    assert!(report["facts"]["multiprocessors"].is_u64());
    for name in ["clock_mhz", "power_w", "ecc", "mig", "energy_j"] {
        assert!(report["facts"][name].is_null(), "{name}");
        assert!(
            report["missing"][name]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{name}"
        );
    }

    let pipes = list(&report, "pipes");
    assert_eq!(pipes.len(), 5);
    for pipe in pipes {
        assert_eq!(pipe["correct"], true, "{pipe}");
        assert!(
            pipe["lanes_per_clock"].is_null() && pipe["reason"].is_string(),
            "{pipe}"
        );
        assert!(pipe["tera_per_second"].is_null(), "{pipe}");
    }

    let conformance = list(&report, "conformance");
    assert!(conformance.len() >= 10, "{} conformance tests", conformance.len());
    assert!(conformance.iter().all(|test| test["passed"] == true));

    let sanitizer = list(&report, "sanitizer");
    assert_eq!(sanitizer.len(), 2);
    for run in sanitizer {
        assert!(run["ran"] == true && run["passed"] == true, "{run}");
        assert_eq!(run["message"], "ERROR SUMMARY: 0 errors");
    }

    let timings = list(&report, "timings");
    for operation in [
        "ntt forward",
        "msm",
        "msm without table",
        "msm, equal scalars",
        "grand product",
        "quotient on one coset",
    ] {
        assert!(
            timings.iter().any(|timing| timing["operation"] == operation),
            "{operation}"
        );
    }
    for timing in timings {
        assert_eq!(timing["emulated"], true);
        assert!(timing["median_ms"].as_f64().is_some_and(|time| time > 0.0));
        for name in ["predicted", "of_predicted", "of_roofline"] {
            assert!(timing[name].is_null(), "{timing}");
        }
    }
}

/// A card that computes wrongly fails its tests, one by one.
#[test]
fn a_wrong_result_is_reported_and_the_rest_still_runs() {
    let directory = tempfile::tempdir().expect("directory");
    let out = directory.path().join("report.json");
    let output = program()
        .env("CREMA_MOCK_FAULT", "flip:1")
        .args(["--only", "conformance", "--tests", "gather,mask", "--out"])
        .arg(&out)
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let report = report(&out);
    let passed: Vec<bool> = list(&report, "conformance")
        .iter()
        .map(|test| test["passed"] == true)
        .collect();
    assert_eq!(passed, [false, true], "{}", text(&output));
    assert_eq!(list(&report, "failures").len(), 1);
    assert!(list(&report, "conformance")[0]["message"].is_string());
}

#[test]
fn what_there_is_no_time_or_tool_for_is_listed() {
    let directory = tempfile::tempdir().expect("directory");
    let out = directory.path().join("report.json");
    let mut late = program();
    late.args(["--quick", "--budget", "0", "--out"]).arg(&out);
    let output = late.output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(list(&report(&out), "incomplete").len(), 4);
    assert!(text(&output).contains("NOT DONE"));

    // an empty folder is a PATH without the tool; a machine may have it in the usual place
    let mut without = program();
    without
        .env("PATH", directory.path())
        .args(["--only", "sanitizer", "--out"])
        .arg(&out);
    let output = without.output().expect("runs");
    if !Path::new("/usr/local/cuda").exists() {
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert_eq!(list(&report(&out), "incomplete").len(), 2);
    }
}

#[test]
fn without_a_driver_it_says_so() {
    let output = program()
        .env("CREMA_CUDA_DRIVER", "/nonexistent/libcuda.so.1")
        .arg("--quick")
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output);
    assert!(
        message.contains("nothing to check: no NVIDIA driver on this machine"),
        "{message}"
    );
}
