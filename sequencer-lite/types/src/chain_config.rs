//! Parameters of the chain, in force from one header to the next change of them.

mod forms;

use std::fmt;
use std::str::FromStr;

use crema_light_client::u256::U256;

use crate::commitment::{ChainConfigCommitment, CommitmentBuilder};
use crate::ethereum::Address;
use crate::fee::{FeeAmount, le_bytes};
use crate::number::{ParseNumberError, parse_bytes, parse_wei, serde_from_text_or_integer};

pub(crate) use forms::Resolvable;
pub use forms::{ChainConfigV0_3, ChainConfigV0_99};

/// A chain's number. JSON writes a decimal text and reads integers and texts; binary is hexadecimal text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(pub U256);

serde_from_text_or_integer!(ChainId, U256, "a chain id: an integer, or a decimal or 0x text");

impl From<u64> for ChainId {
    fn from(id: u64) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ChainId {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        // no unit fits a chain id, so only the plain number may come through
        if text.contains(char::is_alphabetic) && !text.starts_with("0x") {
            return Err(ParseNumberError::Unit {
                expected: "none",
                found: text.chars().take(32).collect(),
            });
        }
        parse_wei(text).map(Self)
    }
}

/// A number of bytes. JSON writes a decimal text and reads integers and texts such as `1mb`; binary is a `u64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockSize(pub u64);

serde_from_text_or_integer!(
    BlockSize,
    u64,
    "a size in bytes: a number, or a text such as \"1mb\""
);

impl From<u64> for BlockSize {
    fn from(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for BlockSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for BlockSize {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        parse_bytes(text).map(Self)
    }
}

/// Parameters of the chain.
///
/// Serde's traits are those of versions 0.1 and 0.2, which know neither stake-table contract nor bid recipient and
/// refuse to write a configuration that has one; [`ChainConfigV0_3`] and [`ChainConfigV0_99`] are the later forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainConfig {
    /// The chain's number.
    pub chain_id: ChainId,
    /// Most bytes in a block's payload.
    pub max_block_size: BlockSize,
    /// Least fee, in wei per byte of payload.
    pub base_fee: FeeAmount,
    /// Where builders deposit what they pay fees from.
    pub fee_contract: Option<Address>,
    /// The account in the fee tree that fees go to.
    pub fee_recipient: Address,
    /// Where stake is registered, from version 0.3 on.
    pub stake_table_contract: Option<Address>,
    /// The account that bids go to, in version 0.99.
    pub bid_recipient: Option<Address>,
}

impl Default for ChainConfig {
    /// Chain 35353, 30,720 bytes, no fees.
    fn default() -> Self {
        Self {
            chain_id: 35353.into(),
            max_block_size: BlockSize(30720),
            base_fee: FeeAmount::default(),
            fee_contract: None,
            fee_recipient: Address::default(),
            stake_table_contract: None,
            bid_recipient: None,
        }
    }
}

impl ChainConfig {
    /// Commits to every parameter. Later versions' parameters count only where they are set, so that a configuration
    /// keeps its commitment through upgrades.
    pub fn commit(&self) -> ChainConfigCommitment {
        let builder = CommitmentBuilder::new("CHAIN_CONFIG")
            .fixed_field("chain_id", &le_bytes(&self.chain_id.0))
            .u64_field("max_block_size", self.max_block_size.0)
            .fixed_field("base_fee", &self.base_fee.to_le_bytes())
            .fixed_field("fee_recipient", &self.fee_recipient.0);
        let builder = match &self.fee_contract {
            Some(address) => builder.u64_field("fee_contract", 1).fixed(&address.0),
            None => builder.u64_field("fee_contract", 0),
        };
        let builder = match &self.stake_table_contract {
            Some(address) => builder.u64_field("stake_table_contract", 1).fixed(&address.0),
            None => builder,
        };
        let builder = match &self.bid_recipient {
            Some(address) => builder.fixed_field("bid_recipient", &address.0),
            None => builder,
        };
        ChainConfigCommitment(builder.finish())
    }
}

/// A chain configuration, or only the commitment to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResolvableChainConfig {
    /// In full.
    Full(ChainConfig),
    /// Somebody else knows the rest.
    Commitment(ChainConfigCommitment),
}

impl ResolvableChainConfig {
    /// The commitment to the configuration.
    pub fn commit(&self) -> ChainConfigCommitment {
        match self {
            Self::Full(config) => config.commit(),
            Self::Commitment(commitment) => *commitment,
        }
    }

    /// The configuration, where it is known.
    pub fn resolve(&self) -> Option<&ChainConfig> {
        match self {
            Self::Full(config) => Some(config),
            Self::Commitment(_) => None,
        }
    }
}

impl From<ChainConfig> for ResolvableChainConfig {
    fn from(config: ChainConfig) -> Self {
        Self::Full(config)
    }
}
