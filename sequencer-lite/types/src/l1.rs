//! What a header says about the L1.

use crema_light_client::u256::U256;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::commitment::{CommitmentBuilder, L1BlockCommitment};
use crate::fee::le_bytes;

/// A block of the L1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct L1BlockInfo {
    /// Its number.
    pub number: u64,
    /// Its time, in seconds since 1970.
    pub timestamp: U256,
    /// Its hash.
    pub hash: L1BlockHash,
}

impl L1BlockInfo {
    /// Commits to all three.
    pub fn commit(&self) -> L1BlockCommitment {
        L1BlockCommitment(
            CommitmentBuilder::new("L1BLOCK")
                .u64_field("number", self.number)
                .fixed_field("timestamp", &le_bytes(&self.timestamp))
                .fixed_field("hash", &self.hash.0)
                .finish(),
        )
    }
}

/// What one node sees of the L1 at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct L1Snapshot {
    /// Number of the newest block.
    pub head: u64,
    /// The newest finalized block, once there is one.
    pub finalized: Option<L1BlockInfo>,
}

/// The hash of an L1 block, `0x` and 64 digits in every serde format.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct L1BlockHash(pub [u8; 32]);

impl fmt::Display for L1BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for L1BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for L1BlockHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for L1BlockHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HashVisitor;

        impl Visitor<'_> for HashVisitor {
            type Value = L1BlockHash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a block hash: 0x and 64 hexadecimal digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<L1BlockHash, E> {
                let mut bytes = [0; 32];
                text.strip_prefix("0x")
                    .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
                    .map(|()| L1BlockHash(bytes))
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(HashVisitor)
    }
}
