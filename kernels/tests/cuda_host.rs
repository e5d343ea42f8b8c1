//! The device code as host C++ under the sanitizers: every test of `cuda/tests`.

use std::{path::Path, process::Command};

/// `host kernels: N passed, N failed`.
fn verdict(line: &str) -> Option<(u64, u64)> {
    let (passed, failed) = line
        .strip_prefix("host kernels: ")?
        .strip_suffix(" failed")?
        .split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[test]
fn kernels_on_the_host() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/host-tests");
    let output = Command::new(&script)
        .env(
            "HOST_TESTS_DIRECTORY",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("host-kernels"),
        )
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let (passed, failed) = text
        .lines()
        .last()
        .and_then(verdict)
        .unwrap_or_else(|| panic!("no verdict: {text}\n{errors}"));
    assert!(
        output.status.success() && failed == 0 && passed > 0,
        "{text}\n{errors}"
    );
    println!("{text}");
}
