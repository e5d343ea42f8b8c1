//! The contracts' tools, which deploy on an anvil of their own and send real proofs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};

use super::{Hardfork, error::GasError};

/// Tools of a folder of contracts.
pub struct Tools {
    folder: PathBuf,
}

/// Where the gas of one update goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    /// Gas of the transaction.
    pub gas_used: u64,
    /// Gas given back for cleared storage.
    pub refund: u64,
    /// By part of the code.
    pub parts: Vec<Part>,
    /// By kind of instruction.
    pub classes: Vec<Part>,
}

/// A part of the gas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub name: String,
    /// Gas.
    pub gas: u64,
    /// Instructions.
    pub count: u64,
}

const GAS: &str = "contracts/tools/gas";
const PROFILE: &str = "contracts/tools/profile";
const FORGE: &str = "forge build";

impl Tools {
    /// The tools, with the contracts compiled.
    ///
    /// # Errors
    /// [`GasError::Packages`], and as any tool.
    pub fn new(folder: &Path) -> Result<Self, GasError> {
        let forge = folder.join("node_modules/.bin/forge");
        if !forge.exists() {
            return Err(GasError::Packages(forge));
        }
        // a path with a folder in it is relative to where the command runs
        let forge = forge
            .canonicalize()
            .map_err(|source| GasError::Start { tool: FORGE, source })?;
        let tools = Self {
            folder: folder.to_owned(),
        };
        tools.run(FORGE, Command::new(forge).arg("build"))?;
        Ok(tools)
    }

    /// Gas of each call, by name.
    ///
    /// # Errors
    /// [`GasError`].
    pub fn calls(&self, hardfork: Hardfork) -> Result<Vec<(String, u64)>, GasError> {
        let mut command = Command::new("node");
        command.args(["tools/gas", "--hardfork", hardfork.name()]);
        let text = self.run(GAS, &mut command)?;
        parse(&text).map_err(|found| GasError::Output { tool: GAS, found })
    }

    /// Where the gas of a first update goes.
    ///
    /// # Errors
    /// [`GasError`].
    pub fn breakdown(&self, hardfork: Hardfork) -> Result<Breakdown, GasError> {
        let mut command = Command::new("node");
        command.args(["tools/profile", "--json", "--hardfork", hardfork.name()]);
        let text = self.run(PROFILE, &mut command)?;
        serde_json::from_str(&text).map_err(|error| GasError::Output {
            tool: PROFILE,
            found: format!("{error}: {text}"),
        })
    }

    fn run(&self, tool: &'static str, command: &mut Command) -> Result<String, GasError> {
        let output = command
            .current_dir(&self.folder)
            .output()
            .map_err(|source| GasError::Start { tool, source })?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(GasError::Tool { tool, message });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Lines of `name: gas`.
fn parse(text: &str) -> Result<Vec<(String, u64)>, String> {
    let line = |line: &str| {
        let (name, gas) = line.split_once(": ")?;
        Some((name.to_owned(), gas.trim().parse().ok().filter(|gas| *gas > 0)?))
    };
    let calls: Vec<_> = text
        .lines()
        .map(|text| line(text).ok_or_else(|| text.to_owned()))
        .collect::<Result<_, _>>()?;
    if calls.is_empty() {
        Err(String::new())
    } else {
        Ok(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_lines_of_name_and_gas() {
        let expected = vec![("a_b".to_owned(), 21_000), ("c".to_owned(), 5)];
        assert_eq!(parse("a_b: 21000\nc: 5\n"), Ok(expected));
        for text in ["", "a", "a: b", "a: 0", "a: -1", "a: 1\n\n"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn packages_that_are_not_there_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Tools::new(folder.path()).map(drop).unwrap_err();
        assert!(
            matches!(&error, GasError::Packages(_)) && error.to_string().contains("npm ci"),
            "{error}"
        );
    }
}
