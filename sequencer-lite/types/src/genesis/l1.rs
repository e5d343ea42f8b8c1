//! The L1 block that is final at genesis.

use crema_light_client::u256::U256;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Timestamp;
use crate::l1::{L1BlockHash, L1BlockInfo};

/// How the file names the L1 block that is final at genesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum L1Finalized {
    /// In full.
    Block(L1BlockInfo),
    /// By its number.
    Number(u64),
    /// As the first block at or after a time.
    Timestamp(Timestamp),
}

/// Any combination of keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    number: Option<u64>,
    timestamp: Option<AnyTime>,
    hash: Option<L1BlockHash>,
}

/// A time as the genesis file writes times, or as L1 blocks do.
#[derive(Clone, Copy)]
struct AnyTime {
    seconds: U256,
    time: Option<Timestamp>,
}

impl<'de> Deserialize<'de> for AnyTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        if let toml::Value::String(text) = &value
            && let Ok(seconds) = text.parse::<U256>()
        {
            return Ok(Self { seconds, time: None });
        }
        let time = Timestamp::deserialize(value).map_err(D::Error::custom)?;
        Ok(Self {
            seconds: time.0.into(),
            time: Some(time),
        })
    }
}

impl<'de> Deserialize<'de> for L1Finalized {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Keys {
            number,
            timestamp,
            hash,
        } = Keys::deserialize(deserializer)?;
        match (number, timestamp, hash) {
            (Some(number), Some(AnyTime { seconds, .. }), Some(hash)) => Ok(Self::Block(L1BlockInfo {
                number,
                timestamp: seconds,
                hash,
            })),
            (Some(number), None, None) => Ok(Self::Number(number)),
            (None, Some(AnyTime { time: Some(time), .. }), None) => Ok(Self::Timestamp(time)),
            _ => Err(D::Error::custom(
                "l1_finalized has either number, timestamp and hash, or number alone, or a timestamp such as \
                 \"1970-01-01T00:00:00Z\" alone",
            )),
        }
    }
}
