//! Planned changes of version.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::{Timestamp, chain_config, version_text};
use crate::chain_config::ChainConfig;
use crate::version::Version;
use crate::vote::ViewNumber;

/// A planned change of version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The version to change to.
    pub version: Version,
    /// When to propose it and vote for it.
    pub mode: UpgradeMode,
    /// What changes with it.
    pub upgrade_type: UpgradeType,
}

/// When a change of version is proposed and voted for. Starts are inclusive, ends exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeMode {
    /// By view number.
    View {
        /// Proposed from this view on.
        start_proposing: u64,
        /// Not proposed from this view on.
        stop_proposing: u64,
        /// Voted for from this view on.
        start_voting: u64,
        /// Not voted for from this view on.
        stop_voting: u64,
    },
    /// By time.
    Time {
        /// Proposed from this time on.
        start_proposing: Timestamp,
        /// Not proposed from this time on.
        stop_proposing: Timestamp,
        /// Voted for from this time on.
        start_voting: Timestamp,
        /// Not voted for from this time on.
        stop_voting: Timestamp,
    },
}

impl UpgradeMode {
    /// Whether the change is proposed in `view` at `now`.
    pub fn proposes(&self, view: ViewNumber, now: Timestamp) -> bool {
        match *self {
            Self::View {
                start_proposing,
                stop_proposing,
                ..
            } => (start_proposing..stop_proposing).contains(&view.0),
            Self::Time {
                start_proposing,
                stop_proposing,
                ..
            } => (start_proposing..stop_proposing).contains(&now),
        }
    }

    /// Whether the change is voted for in `view` at `now`.
    pub fn votes(&self, view: ViewNumber, now: Timestamp) -> bool {
        match *self {
            Self::View {
                start_voting,
                stop_voting,
                ..
            } => (start_voting..stop_voting).contains(&view.0),
            Self::Time {
                start_voting,
                stop_voting,
                ..
            } => (start_voting..stop_voting).contains(&now),
        }
    }
}

/// What a change of version brings, with the chain configuration that is then in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeType {
    /// Fees.
    Fee {
        /// The new parameters.
        chain_config: ChainConfig,
    },
    /// Epochs.
    Epoch {
        /// The new parameters.
        chain_config: ChainConfig,
    },
    /// The marketplace.
    Marketplace {
        /// The new parameters.
        chain_config: ChainConfig,
    },
}

impl UpgradeType {
    /// The parameters in force after the change.
    pub fn chain_config(&self) -> &ChainConfig {
        match self {
            Self::Fee { chain_config }
            | Self::Epoch { chain_config }
            | Self::Marketplace { chain_config } => chain_config,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    #[serde(deserialize_with = "chain_config")]
    chain_config: ChainConfig,
}

/// Any combination of keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(deserialize_with = "version_text::deserialize")]
    version: Version,
    start_proposing_view: Option<u64>,
    stop_proposing_view: Option<u64>,
    start_voting_view: Option<u64>,
    stop_voting_view: Option<u64>,
    start_proposing_time: Option<Timestamp>,
    stop_proposing_time: Option<Timestamp>,
    start_voting_time: Option<Timestamp>,
    stop_voting_time: Option<Timestamp>,
    fee: Option<Parameters>,
    epoch: Option<Parameters>,
    marketplace: Option<Parameters>,
}

impl Keys {
    fn mode(&self) -> Result<UpgradeMode, &'static str> {
        let by_view = self.start_voting_view.is_some() || self.stop_voting_view.is_some();
        let by_time = self.start_voting_time.is_some() || self.stop_voting_time.is_some();
        let views = (self.start_proposing_view, self.stop_proposing_view);
        let times = (self.start_proposing_time, self.stop_proposing_time);
        let (ordered, mode) = match (views, times) {
            ((Some(start), Some(stop)), (None, None)) if !by_time => {
                let mode = UpgradeMode::View {
                    start_proposing: start,
                    stop_proposing: stop,
                    start_voting: self.start_voting_view.unwrap_or(0),
                    stop_voting: self.stop_voting_view.unwrap_or(u64::MAX),
                };
                (start < stop, mode)
            }
            ((None, None), (Some(start), Some(stop))) if !by_view => {
                let mode = UpgradeMode::Time {
                    start_proposing: start,
                    stop_proposing: stop,
                    start_voting: self.start_voting_time.unwrap_or(Timestamp(0)),
                    stop_voting: self.stop_voting_time.unwrap_or(Timestamp(u64::MAX)),
                };
                (start < stop, mode)
            }
            _ => {
                return Err(
                    "an upgrade has start_proposing_view and stop_proposing_view, or start_proposing_time and \
                     stop_proposing_time, and not both",
                );
            }
        };
        if ordered {
            Ok(mode)
        } else {
            Err(
                "an upgrade stops being proposed before it starts; let start_proposing be before stop_proposing",
            )
        }
    }
}

impl<'de> Deserialize<'de> for Upgrade {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Keys::deserialize(deserializer)?;
        let mode = keys.mode().map_err(D::Error::custom)?;
        let upgrade_type = match (keys.fee, keys.epoch, keys.marketplace) {
            (Some(Parameters { chain_config }), None, None) => UpgradeType::Fee { chain_config },
            (None, Some(Parameters { chain_config }), None) => UpgradeType::Epoch { chain_config },
            (None, None, Some(Parameters { chain_config })) => UpgradeType::Marketplace { chain_config },
            _ => {
                return Err(D::Error::custom(
                    "an upgrade has one of [upgrade.fee], [upgrade.epoch] and [upgrade.marketplace]",
                ));
            }
        };
        Ok(Self {
            version: keys.version,
            mode,
            upgrade_type,
        })
    }
}
