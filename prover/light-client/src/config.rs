//! The part of a sequencer's `GET /v0/config/hotshot` that names the stake table.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bls;
use crate::schnorr;
use crate::stake_table::{StakeTable, StakeTableEntry, StakeTableError};
use crate::u256::U256;

/// Longest configuration read, in bytes: a thousand nodes take about one megabyte.
pub const MAX_JSON_BYTES: usize = 1 << 23;

/// A staked node as the configuration describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerConfig {
    /// Consensus key and stake.
    pub stake_table_entry: PeerStake,
    /// The key for light-client states.
    pub state_ver_key: schnorr::VerifyingKey,
}

/// Consensus key and stake of a [`PeerConfig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerStake {
    /// The consensus key.
    pub stake_key: bls::VerifyingKey,
    /// The stake.
    pub stake_amount: U256,
}

/// Why a configuration gives no stake table.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Too long to be one.
    #[error("a HotShot configuration has at most {max} bytes, found {found}")]
    TooLarge {
        /// The most bytes accepted.
        max: usize,
        /// Bytes given.
        found: usize,
    },
    /// Not JSON, or without `config.known_nodes_with_stake`, or with an invalid key or amount in it.
    #[error("not a HotShot configuration with config.known_nodes_with_stake: {0}")]
    Json(#[from] serde_json::Error),
    /// An empty list.
    #[error("config.known_nodes_with_stake is empty; the network has not started yet")]
    NoStakedNodes,
    /// A list that is no stake table.
    #[error("config.known_nodes_with_stake: {0}")]
    StakeTable(#[from] StakeTableError),
}

impl From<PeerConfig> for StakeTableEntry {
    fn from(peer: PeerConfig) -> Self {
        let PeerConfig {
            stake_table_entry:
                PeerStake {
                    stake_key,
                    stake_amount,
                },
            state_ver_key,
        } = peer;
        Self {
            bls_key: stake_key,
            schnorr_key: state_ver_key,
            amount: stake_amount,
        }
    }
}

impl From<&StakeTableEntry> for PeerConfig {
    fn from(entry: &StakeTableEntry) -> Self {
        Self {
            stake_table_entry: PeerStake {
                stake_key: entry.bls_key,
                stake_amount: entry.amount,
            },
            state_ver_key: entry.schnorr_key,
        }
    }
}

/// The stake table in a sequencer's configuration, in the configuration's order.
///
/// # Errors
/// On anything that is not such a configuration, and on a list that is no stake table.
pub fn stake_table_from_json(json: &[u8]) -> Result<StakeTable, ConfigError> {
    #[derive(Deserialize)]
    struct PublicNetworkConfig {
        config: HotShotConfig,
    }
    #[derive(Deserialize)]
    struct HotShotConfig {
        known_nodes_with_stake: Vec<PeerConfig>,
    }

    if json.len() > MAX_JSON_BYTES {
        return Err(ConfigError::TooLarge {
            max: MAX_JSON_BYTES,
            found: json.len(),
        });
    }
    let PublicNetworkConfig { config } = serde_json::from_slice(json)?;
    if config.known_nodes_with_stake.is_empty() {
        return Err(ConfigError::NoStakedNodes);
    }
    let entries = config
        .known_nodes_with_stake
        .into_iter()
        .map(Into::into)
        .collect();
    Ok(StakeTable::new(entries)?)
}
