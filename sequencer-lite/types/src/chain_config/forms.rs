//! The forms of a chain configuration that versions of the protocol write and read.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BlockSize, ChainConfig, ChainId, ResolvableChainConfig};
use crate::commitment::ChainConfigCommitment;
use crate::ethereum::Address;
use crate::fee::FeeAmount;

/// Versions 0.1 and 0.2.
#[derive(Serialize, Deserialize)]
struct Form0_1 {
    chain_id: ChainId,
    max_block_size: BlockSize,
    base_fee: FeeAmount,
    fee_contract: Option<Address>,
    fee_recipient: Address,
}

/// Version 0.3.
#[derive(Serialize, Deserialize)]
struct Form0_3 {
    chain_id: ChainId,
    max_block_size: BlockSize,
    base_fee: FeeAmount,
    fee_contract: Option<Address>,
    fee_recipient: Address,
    stake_table_contract: Option<Address>,
}

/// Version 0.99, which every older configuration can be written in.
#[derive(Serialize, Deserialize)]
struct Form0_99 {
    chain_id: ChainId,
    max_block_size: BlockSize,
    base_fee: FeeAmount,
    fee_contract: Option<Address>,
    fee_recipient: Address,
    stake_table_contract: Option<Address>,
    bid_recipient: Option<Address>,
}

/// A chain configuration as version 0.3 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainConfigV0_3(pub ChainConfig);

/// A chain configuration as version 0.99 writes it, and catch-up requests of every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainConfigV0_99(pub ChainConfig);

impl Serialize for ChainConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.stake_table_contract.is_some() || self.bid_recipient.is_some() {
            return Err(S::Error::custom(
                "stake_table_contract and bid_recipient do not exist before version 0.3; remove them or upgrade",
            ));
        }
        Form0_1 {
            chain_id: self.chain_id,
            max_block_size: self.max_block_size,
            base_fee: self.base_fee,
            fee_contract: self.fee_contract,
            fee_recipient: self.fee_recipient,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ChainConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form0_1::deserialize(deserializer)?;
        Ok(Self {
            chain_id: form.chain_id,
            max_block_size: form.max_block_size,
            base_fee: form.base_fee,
            fee_contract: form.fee_contract,
            fee_recipient: form.fee_recipient,
            stake_table_contract: None,
            bid_recipient: None,
        })
    }
}

impl Serialize for ChainConfigV0_3 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.bid_recipient.is_some() {
            return Err(S::Error::custom(
                "bid_recipient does not exist in version 0.3; remove it",
            ));
        }
        Form0_3 {
            chain_id: self.0.chain_id,
            max_block_size: self.0.max_block_size,
            base_fee: self.0.base_fee,
            fee_contract: self.0.fee_contract,
            fee_recipient: self.0.fee_recipient,
            stake_table_contract: self.0.stake_table_contract,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ChainConfigV0_3 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form0_3::deserialize(deserializer)?;
        Ok(Self(ChainConfig {
            chain_id: form.chain_id,
            max_block_size: form.max_block_size,
            base_fee: form.base_fee,
            fee_contract: form.fee_contract,
            fee_recipient: form.fee_recipient,
            stake_table_contract: form.stake_table_contract,
            bid_recipient: None,
        }))
    }
}

impl Serialize for ChainConfigV0_99 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Form0_99 {
            chain_id: self.0.chain_id,
            max_block_size: self.0.max_block_size,
            base_fee: self.0.base_fee,
            fee_contract: self.0.fee_contract,
            fee_recipient: self.0.fee_recipient,
            stake_table_contract: self.0.stake_table_contract,
            bid_recipient: self.0.bid_recipient,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ChainConfigV0_99 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form0_99::deserialize(deserializer)?;
        Ok(Self(ChainConfig {
            chain_id: form.chain_id,
            max_block_size: form.max_block_size,
            base_fee: form.base_fee,
            fee_contract: form.fee_contract,
            fee_recipient: form.fee_recipient,
            stake_table_contract: form.stake_table_contract,
            bid_recipient: form.bid_recipient,
        }))
    }
}

/// The two alternatives, named as Espresso's `Either` names them.
#[derive(Serialize, Deserialize)]
pub(crate) enum Either<C> {
    Left(C),
    Right(ChainConfigCommitment),
}

/// [`ResolvableChainConfig`] on the wire: an object with one field. `C` is a form of the configuration.
#[derive(Serialize, Deserialize)]
pub(crate) struct Resolvable<C> {
    pub(crate) chain_config: Either<C>,
}

impl<C> Resolvable<C> {
    pub(crate) fn new(config: &ResolvableChainConfig, form: impl FnOnce(ChainConfig) -> C) -> Self {
        let chain_config = match config {
            ResolvableChainConfig::Full(config) => Either::Left(form(*config)),
            ResolvableChainConfig::Commitment(commitment) => Either::Right(*commitment),
        };
        Self { chain_config }
    }

    pub(crate) fn into_config(self, form: impl FnOnce(C) -> ChainConfig) -> ResolvableChainConfig {
        match self.chain_config {
            Either::Left(config) => ResolvableChainConfig::Full(form(config)),
            Either::Right(commitment) => ResolvableChainConfig::Commitment(commitment),
        }
    }
}
