//! The keys that alone may register, in the order of the stake table: Espresso's `ORCHESTRATOR_PUBLIC_KEYS` file.

use std::path::{Path, PathBuf};

use crema_light_client::{bls, schnorr};
use serde::Deserialize;
use thiserror::Error;

/// A node that may register.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedKeys {
    /// Its consensus key.
    pub stake_table_key: bls::VerifyingKey,
    /// Its key for light-client states.
    pub state_ver_key: schnorr::VerifyingKey,
    /// Whether it stores whole payloads.
    #[serde(default)]
    pub da: bool,
    /// Its stake, which is 1 on this network.
    #[serde(default = "one")]
    pub stake: u64,
}

fn one() -> u64 {
    1
}

/// Why a file is no list of keys.
#[derive(Debug, Error)]
pub enum KeyListError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something else.
    #[error("{path} is no list of [[public_keys]] with stake_table_key, state_ver_key and da: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// Stake decides nothing here.
    #[error("{path}: entry {index} has stake {found}; every node has stake 1 here")]
    Stake {
        /// The file.
        path: PathBuf,
        /// Place in the list.
        index: usize,
        /// The stake.
        found: u64,
    },
}

/// Reads a list of keys.
///
/// # Errors
/// As [`KeyListError`] lists.
pub fn read(path: &Path) -> Result<Vec<ListedKeys>, KeyListError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        public_keys: Vec<ListedKeys>,
    }
    let text = std::fs::read_to_string(path).map_err(|source| KeyListError::Read {
        path: path.to_owned(),
        source,
    })?;
    let file: File = toml::from_str(&text).map_err(|source| KeyListError::Toml {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let staked = file.public_keys.iter().enumerate();
    if let Some((index, keys)) = staked.into_iter().find(|(_, keys)| keys.stake != 1) {
        return Err(KeyListError::Stake {
            path: path.to_owned(),
            index,
            found: keys.stake,
        });
    }
    Ok(file.public_keys)
}
