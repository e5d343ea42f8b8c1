//! A node's secrets, from the environment or a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crema_light_client::tagged::TaggedError;
use crema_light_client::{bls, schnorr};
use crema_node::NodeKeys;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::options::NodeOptions;

/// Name of the consensus key in a key file and in the environment.
pub const STAKING_KEY: &str = "ESPRESSO_SEQUENCER_PRIVATE_STAKING_KEY";
/// Name of the key for light-client states.
pub const STATE_KEY: &str = "ESPRESSO_SEQUENCER_PRIVATE_STATE_KEY";
/// Name of the public consensus key in a key file.
const PUBLIC_STAKING_KEY: &str = "ESPRESSO_SEQUENCER_PUBLIC_STAKING_KEY";
/// Name of the public key for light-client states in a key file.
const PUBLIC_STATE_KEY: &str = "ESPRESSO_SEQUENCER_PUBLIC_STATE_KEY";

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeyError {
    /// None given.
    #[error("{name} is missing; set it, or pass --key-file with a file that keygen has made")]
    Missing {
        /// Its name in the environment.
        name: &'static str,
    },
    /// The file cannot be read.
    #[error("cannot read the key file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It does not have the key.
    #[error("the key file {path} has no line {name}=…; make one with keygen")]
    NotInFile {
        /// The file.
        path: PathBuf,
        /// What is missing.
        name: &'static str,
    },
    /// It is no key.
    #[error("{name} is no key: {source}")]
    Invalid {
        /// Its name.
        name: &'static str,
        /// What is wrong; never the key.
        source: TaggedError,
    },
}

/// The keys that the options name.
///
/// # Errors
/// As [`KeyError`] lists.
pub fn read(options: &NodeOptions) -> Result<NodeKeys, KeyError> {
    if let Some(path) = &options.key_file {
        return from_file(path);
    }
    let given = |value: &Option<String>, name| {
        let value = value.clone().filter(|value| !value.is_empty());
        value.map(Zeroizing::new).ok_or(KeyError::Missing { name })
    };
    parse(
        &given(&options.private_staking_key, STAKING_KEY)?,
        &given(&options.private_state_key, STATE_KEY)?,
    )
}

/// The keys in a file of `NAME=value` lines.
///
/// # Errors
/// As [`KeyError`] lists.
pub fn from_file(path: &Path) -> Result<NodeKeys, KeyError> {
    let text = std::fs::read_to_string(path).map_err(|source| KeyError::Read {
        path: path.to_owned(),
        source,
    })?;
    let text = Zeroizing::new(text);
    let value = |name: &'static str| {
        let mut lines = text.lines().filter_map(|line| line.trim().split_once('='));
        let found = lines.find(|(key, _)| key.trim() == name);
        let value = found.map(|(_, value)| value.trim().trim_matches('"'));
        value.ok_or_else(|| KeyError::NotInFile {
            path: path.to_owned(),
            name,
        })
    };
    parse(value(STAKING_KEY)?, value(STATE_KEY)?)
}

fn parse(stake: &str, state: &str) -> Result<NodeKeys, KeyError> {
    let invalid = |name| move |source| KeyError::Invalid { name, source };
    Ok(NodeKeys {
        stake: stake.parse().map_err(invalid(STAKING_KEY))?,
        state: state.parse().map_err(invalid(STATE_KEY))?,
    })
}

/// A consensus key's lines of a key file.
pub fn staking_lines(key: &bls::SigningKey) -> Zeroizing<String> {
    lines(
        (PUBLIC_STAKING_KEY, &key.verifying_key().to_string()),
        (STAKING_KEY, &key.to_text()),
    )
}

/// The lines of a key for light-client states.
pub fn state_lines(key: &schnorr::SigningKey) -> Zeroizing<String> {
    lines(
        (PUBLIC_STATE_KEY, &key.verifying_key().to_string()),
        (STATE_KEY, &key.to_text()),
    )
}

fn lines(public: (&str, &str), private: (&str, &str)) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    for (name, value) in [public, private] {
        // a String takes everything
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_what_was_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let stake = bls::SigningKey::from_seed(&[1; 32]);
        let state = schnorr::SigningKey::from_seed(&[2; 32]);
        let text = format!("# node 0\n{}{}", *staking_lines(&stake), *state_lines(&state));
        std::fs::write(file.path(), &text).unwrap();
        let keys = from_file(file.path()).unwrap();
        assert_eq!(keys.stake.verifying_key(), stake.verifying_key());
        assert_eq!(keys.state.verifying_key(), state.verifying_key());

        // a typing error is found, and not repeated to whoever reads the log
        let secret = stake.to_text().to_string();
        let broken = text.replace(&secret, &secret.replace(&secret[20..24], "AAAA"));
        std::fs::write(file.path(), broken).unwrap();
        let error = from_file(file.path()).unwrap_err();
        assert!(
            matches!(
                error,
                KeyError::Invalid {
                    name: STAKING_KEY,
                    ..
                }
            ),
            "{error}"
        );
        assert!(!error.to_string().contains(&secret[30..]));
        std::fs::write(file.path(), state_lines(&state).as_str()).unwrap();
        assert!(matches!(
            from_file(file.path()),
            Err(KeyError::NotInFile {
                name: STAKING_KEY,
                ..
            })
        ));
    }
}
