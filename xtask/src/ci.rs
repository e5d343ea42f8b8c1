//! `cargo ci`: every check and test, ending with a count.

use std::{path::Path, time::Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    process::{command, run as run_command, seconds, watch},
    setup,
};

/// Pass every check and test.
#[derive(Args, Debug)]
pub struct Options {}

/// Tests that passed, failed and were not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

pub fn run(_options: &Options) -> Result<()> {
    let root = setup::root()?;
    setup::check_prerequisites(&root)?;
    let mut total = Count::default();
    step("formatting", || {
        run_command(setup::cargo(&root, &["fmt", "--all", "--check"]))
    })?;
    step("lints", || {
        let arguments = [
            "clippy",
            "--release",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ];
        run_command(setup::cargo(&root, &arguments))
    })?;
    step("CUDA compiler", || {
        run_command(command("sh", &["kernels/tools/install-nvcc"], &root))
    })?;
    step("lints with CUDA", || run_command(cuda(&root, &CUDA_LINTS)))?;
    step("contracts: build, tests, staleness of generated files", || {
        contracts(&root, &mut total)
    })?;
    step("packages of the contracts", || setup::contract_tools(&root))?;
    step("tests", || {
        let tests = setup::cargo(&root, &["test", "--release", "--locked", "--workspace"]);
        counted(tests, cargo_line, &mut total)
    })?;
    step("tests of the CUDA engine, on emulated cards", || {
        counted(cuda(&root, &CUDA_TESTS), cargo_line, &mut total)
    })?;
    step("documentation", || {
        let mut doc = setup::cargo(
            &root,
            &["doc", "--release", "--locked", "--workspace", "--no-deps"],
        );
        doc.env("RUSTDOCFLAGS", "-D warnings");
        run_command(doc)
    })?;
    step("demo", || {
        crate::demo::run(&crate::demo::Options::smoke())?;
        total.add(Count {
            passed: 1,
            ..Count::default()
        });
        Ok(())
    })?;
    let Count {
        passed,
        failed,
        skipped,
    } = total;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 || passed == 0 {
        bail!("{failed} tests failed, {passed} passed");
    }
    Ok(())
}

/// Everything that has the CUDA engine in it.
const CUDA_LINTS: [&str; 15] = [
    "clippy",
    "--release",
    "--locked",
    "--package",
    "crema-kernels",
    "--package",
    "crema-kernels-check",
    "--package",
    "crema-bench",
    "--features",
    "crema-bench/cuda,crema-kernels-check/cuda",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];
/// What the other tests leave out: device code through its compiler, as PTX in the interpreter, the engine over a mock
/// driver, and the program that checks cards. The kernels as host code need no feature and are among the others.
const CUDA_TESTS: [&str; 17] = [
    "test",
    "--release",
    "--locked",
    "--package",
    "crema-kernels",
    "--package",
    "crema-kernels-check",
    "--features",
    "crema-kernels-check/cuda",
    "--lib",
    "--bins",
    "--test=cuda_*",
    "--test=ptx",
    "--test=program",
    "--",
    "--skip",
    "kernels_on_the_host",
];

/// A cargo command that compiles device code, for one architecture: the others show nothing that this one does not.
fn cuda(root: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = setup::cargo(root, arguments);
    command.env("CREMA_CUDA_ARCHS", "90");
    command
}

fn step(name: &str, mut work: impl FnMut() -> Result<()>) -> Result<()> {
    println!("==> {name}");
    let start = Instant::now();
    work()?;
    println!("<== {name}: {:.0} s", seconds(start));
    Ok(())
}

fn contracts(root: &Path, total: &mut Count) -> Result<()> {
    let contracts = root.join("contracts");
    counted(command("sh", &["tools/ci"], &contracts), forge_line, total)
}

/// Runs tests and adds up what their closing lines say; fails when the command does.
fn counted(
    tests: std::process::Command,
    parse: impl Fn(&str) -> Option<Count>,
    total: &mut Count,
) -> Result<()> {
    let mut count = Count::default();
    let succeeded = watch(tests, |line| {
        if let Some(found) = parse(line) {
            count.add(found);
        }
    })?;
    total.add(count);
    if !succeeded {
        bail!("{} passed, {} failed", count.passed, count.failed);
    }
    if count.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// `test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; …`
fn cargo_line(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| {
        rest.split(['.', ';'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some(Count {
        passed: number("passed")?,
        failed: number("failed")?,
        skipped: number("ignored")?,
    })
}

/// `Ran 3 test suites in 1.2s (3.4s CPU time): 41 tests passed, 0 failed, 0 skipped (41 total tests)`
fn forge_line(line: &str) -> Option<Count> {
    let (_, rest) = line
        .split_once("test suite")
        .filter(|_| line.trim_start().starts_with("Ran "))?;
    let (_, counts) = rest.split_once("): ")?;
    let number = |word: &str| {
        counts
            .split([',', '('])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some(Count {
        passed: number("tests passed")?,
        failed: number("failed")?,
        skipped: number("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let line =
            "test result: ok. 7 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 3.27s";
        assert_eq!(
            cargo_line(line),
            Some(Count {
                passed: 7,
                failed: 2,
                skipped: 1
            })
        );
        let line = "Ran 3 test suites in 1.20s (3.40s CPU time): 41 tests passed, 1 failed, 2 skipped (44 total tests)";
        assert_eq!(
            forge_line(line),
            Some(Count {
                passed: 41,
                failed: 1,
                skipped: 2
            })
        );
        assert_eq!(
            forge_line("Ran 4 tests for test/LightClient.t.sol:LightClientTest"),
            None
        );
        assert_eq!(cargo_line("running 7 tests"), None);
    }
}
