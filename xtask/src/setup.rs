//! What a fresh machine lacks: the contracts' npm packages, and the programs themselves.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::process::{capture, command, run};

/// The project's root folder.
pub fn root() -> Result<PathBuf> {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").context("run this through cargo: `cargo demo` or `cargo ci`")?;
    Ok(Path::new(&manifest)
        .parent()
        .context("xtask stands in the project's root")?
        .to_owned())
}

/// A cargo command in the project's root.
pub fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    command(cargo, arguments, root)
}

/// Checks the programs that the README asks for, by name, before anything long begins.
pub fn check_prerequisites(root: &Path) -> Result<()> {
    for (program, why, hint) in [
        (
            "node",
            "it runs the Solidity compiler",
            "install Node.js 20 or newer",
        ),
        (
            "npm",
            "it installs forge, anvil and the Solidity compiler",
            "it comes with Node.js",
        ),
        (
            "cc",
            "some crates have C parts",
            "install a C/C++ compiler (Debian: build-essential)",
        ),
    ] {
        let found = command(program, &["--version"], root).output();
        if !found.is_ok_and(|output| output.status.success()) {
            bail!("`{program}` is missing: {why}; {hint}");
        }
    }
    Ok(())
}

/// Installs the contracts' npm packages if the lock file changed since they were.
pub fn contract_tools(root: &Path) -> Result<()> {
    let contracts = root.join("contracts");
    let wanted = std::fs::read(contracts.join("package-lock.json")).context("contracts/package-lock.json")?;
    // beside node_modules, which `npm ci` empties
    let mark = contracts.join("cache/installed-lock.json");
    if std::fs::read(&mark).is_ok_and(|installed| installed == wanted)
        && contracts.join("node_modules/solc").exists()
    {
        return Ok(());
    }
    println!("installing forge, anvil and the Solidity compiler from npm");
    run(command(
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        &contracts,
    ))?;
    std::fs::create_dir_all(contracts.join("cache"))?;
    std::fs::write(mark, wanted).context("marking the npm packages as installed")
}

/// The anvil binary that npm installed.
pub fn anvil(root: &Path) -> Result<PathBuf> {
    let folder = root.join("contracts/node_modules/@foundry-rs");
    let platform = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "linux-amd64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-amd64",
        ("macos", "aarch64") => "darwin-arm64",
        (system, processor) => bail!("there is no anvil on npm for {system} on {processor}"),
    };
    let path = folder.join(format!("anvil-{platform}/bin/anvil"));
    if !path.exists() {
        bail!(
            "{} is missing: delete contracts/node_modules and run this again",
            path.display()
        );
    }
    Ok(path)
}

/// Builds programs and returns the folder that they are in.
pub fn build(root: &Path, packages: &[&str]) -> Result<PathBuf> {
    let mut arguments = vec!["build", "--release", "--locked"];
    for package in packages {
        arguments.extend(["--package", package]);
    }
    run(cargo(root, &arguments))?;
    programs(root)
}

/// The folder that built programs are in.
pub fn programs(root: &Path) -> Result<PathBuf> {
    let metadata = capture(cargo(
        root,
        &["metadata", "--format-version", "1", "--no-deps", "--locked"],
    ))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let target = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names a target directory")?;
    Ok(Path::new(target).join("release"))
}
