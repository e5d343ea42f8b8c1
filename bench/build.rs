//! Tells the program what it was built from: compiler, flags, commit, and whether the sources differ from the commit.

use std::{env, path::Path, process::Command};

/// What the measured code is made of, relative to the workspace.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "kernels",
    "prover",
    "contracts/bindings",
    "sequencer-lite",
    "bench/Cargo.toml",
    "bench/build.rs",
    "bench/src",
    "rust-toolchain.toml",
];

fn main() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", workspace.join(source).display());
    }
    // every commit appends to this file; without a repository there is nothing to watch
    let head = workspace.join(".git/logs/HEAD");
    if head.exists() {
        println!("cargo:rerun-if-changed={}", head.display());
    }
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = output(Command::new(compiler).arg("--version"));
    let commit = output(git(&workspace).args(["rev-parse", "--short=12", "HEAD"]));
    let changes = output(
        git(&workspace)
            .args(["status", "--porcelain", "--"])
            .args(SOURCES),
    );
    set("RUSTC", &rustc.unwrap_or_else(|| "unknown".to_owned()));
    set("COMMIT", commit.as_deref().unwrap_or("unknown"));
    set(
        "MODIFIED",
        if commit.is_some() && changes.is_none() {
            "no"
        } else {
            "yes"
        },
    );
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    set("RUSTFLAGS", &flags.replace('\u{1f}', " "));
    for (name, variable) in [("TARGET", "TARGET"), ("OPT_LEVEL", "OPT_LEVEL")] {
        set(name, &env::var(variable).unwrap_or_default());
    }
}

fn set(name: &str, value: &str) {
    println!("cargo:rustc-env=BENCH_{name}={value}");
}

fn git(workspace: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(workspace);
    command
}

/// What a command prints, or nothing where it fails or prints nothing.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
