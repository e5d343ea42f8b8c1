//! The genesis file: what every node of a network agrees on before its first block.

mod l1;
mod timestamp;
mod upgrade;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::chain_config::{ChainConfig, ChainConfigV0_99};
use crate::commitment::VidCommitment;
use crate::ethereum::Address;
use crate::fee::{FeeAmount, FeeInfo};
use crate::header::{Header, HeaderVersion, UnknownVersion};
use crate::l1::L1BlockInfo;
use crate::merkle::FeeTreeError;
use crate::payload::Payload;
use crate::state::ValidatedState;
use crate::version::Version;

pub use l1::L1Finalized;
pub use timestamp::Timestamp;
pub use upgrade::{Upgrade, UpgradeMode, UpgradeType};

/// Longest genesis file read, in bytes: room for thousands of accounts.
pub const MAX_TOML_BYTES: usize = 1 << 20;

/// Storage nodes that the genesis payload's commitment is computed for.
const GENESIS_STORAGE_NODES: u32 = 1;

/// A genesis file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The version that the chain starts with.
    #[serde(with = "version_text")]
    pub base_version: Version,
    /// The version that it may change to.
    #[serde(with = "version_text")]
    pub upgrade_version: Version,
    /// The stake table's size.
    pub stake_table: StakeTableConfig,
    /// The parameters.
    #[serde(deserialize_with = "chain_config")]
    pub chain_config: ChainConfig,
    /// Balances from the start.
    #[serde(default)]
    pub accounts: BTreeMap<Address, FeeAmount>,
    /// The genesis header.
    pub header: GenesisHeader,
    /// The L1 block that is final at genesis: earlier deposits do not count.
    pub l1_finalized: Option<L1Finalized>,
    /// Planned changes of version.
    #[serde(default, rename = "upgrade")]
    pub upgrades: Vec<Upgrade>,
}

/// The stake table's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakeTableConfig {
    /// Entries that the light client's commitments are padded to.
    pub capacity: u64,
}

/// What the file says of the genesis header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisHeader {
    /// Its time.
    pub timestamp: Timestamp,
}

/// Why a text is no genesis file.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// Too long to be one.
    #[error("a genesis file has at most {max} bytes, found {found}")]
    TooLarge {
        /// The most bytes accepted.
        max: usize,
        /// Bytes given.
        found: usize,
    },
    /// Not TOML, or with a key that is missing, unknown or of another type.
    #[error("not a genesis file: {0}")]
    Toml(#[from] toml::de::Error),
    /// A version without headers here.
    #[error("base_version: {0}")]
    BaseVersion(#[from] UnknownVersion),
    /// Light clients cannot be given an empty stake table.
    #[error("stake_table.capacity is at least 1")]
    Capacity,
    /// Two plans for one version.
    #[error("version {version} is listed twice under [[upgrade]]")]
    DuplicateUpgrade {
        /// The version.
        version: Version,
    },
    /// The L1 block is named and not described.
    #[error("l1_finalized names a block by {by}; ask the L1 for it and pass it on")]
    L1Unresolved {
        /// How it is named.
        by: &'static str,
    },
    /// The accounts' balances.
    #[error("accounts: {0}")]
    Accounts(#[from] FeeTreeError),
}

/// `"major.minor"`.
mod version_text {
    use serde::{Deserialize, Deserializer, de::Error as _};

    use crate::version::Version;

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// A chain configuration of any version.
fn chain_config<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ChainConfig, D::Error> {
    ChainConfigV0_99::deserialize(deserializer).map(|config| config.0)
}

impl Genesis {
    /// Reads a genesis file.
    ///
    /// # Errors
    /// On anything else, naming line and key.
    pub fn from_toml(text: &str) -> Result<Self, GenesisError> {
        if text.len() > MAX_TOML_BYTES {
            return Err(GenesisError::TooLarge {
                max: MAX_TOML_BYTES,
                found: text.len(),
            });
        }
        let genesis: Self = toml::from_str(text)?;
        if genesis.stake_table.capacity == 0 {
            return Err(GenesisError::Capacity);
        }
        let mut versions: Vec<_> = genesis.upgrades.iter().map(|upgrade| upgrade.version).collect();
        versions.sort_unstable();
        if let Some(pair) = versions.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GenesisError::DuplicateUpgrade { version: pair[0] });
        }
        Ok(genesis)
    }

    /// The version of the first headers.
    ///
    /// # Errors
    /// When there are no headers of that version here.
    pub fn header_version(&self) -> Result<HeaderVersion, GenesisError> {
        Ok(self.base_version.try_into()?)
    }

    /// The state that the chain starts with.
    ///
    /// # Errors
    /// None in practice: every account is set once.
    pub fn state(&self) -> Result<ValidatedState, GenesisError> {
        let accounts = self
            .accounts
            .iter()
            .map(|(account, balance)| (*account, *balance));
        Ok(ValidatedState::genesis(self.chain_config, accounts)?)
    }

    /// The genesis header. `l1_finalized` is the block that the file names, as the L1 describes it; it is not asked
    /// for when the file names none or describes it in full.
    ///
    /// # Errors
    /// When it is needed and missing, and when there are no headers of the base version here.
    pub fn header(&self, l1_finalized: Option<L1BlockInfo>) -> Result<Header, GenesisError> {
        let l1_finalized = match (self.l1_finalized, l1_finalized) {
            (None, _) => None,
            (Some(L1Finalized::Block(block)), _) => Some(block),
            (Some(L1Finalized::Number(_)), None) => return Err(GenesisError::L1Unresolved { by: "number" }),
            (Some(L1Finalized::Timestamp(_)), None) => {
                return Err(GenesisError::L1Unresolved { by: "timestamp" });
            }
            (Some(_), block) => block,
        };
        let state = self.state()?;
        let payload = Payload::default();
        Ok(Header {
            version: self.header_version()?,
            chain_config: self.chain_config.into(),
            height: 0,
            timestamp: self.header.timestamp.0,
            l1_head: 0,
            l1_finalized,
            payload_commitment: genesis_payload_commitment(),
            builder_commitment: payload.builder_commitment(),
            ns_table: payload.ns_table().clone(),
            block_merkle_tree_root: state.block_merkle_tree.commitment(),
            fee_merkle_tree_root: state.fee_merkle_tree.commitment(),
            fee_info: FeeInfo::default(),
            builder_signature: None,
        })
    }
}

/// Commits to the empty payload on one storage node: no polynomials, so only length and number of nodes are hashed.
pub fn genesis_payload_commitment() -> VidCommitment {
    let digest = Sha256::new()
        .chain_update(0u32.to_le_bytes())
        .chain_update(GENESIS_STORAGE_NODES.to_le_bytes())
        .finalize();
    VidCommitment(digest.into())
}
