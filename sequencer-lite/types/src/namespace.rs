//! Namespaces: which rollup a transaction belongs to, and where each rollup's part of a payload lies.

mod table;

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use table::{NamespaceEntry, NamespaceTable, NamespaceTableError};

/// A rollup's number. JSON and binary write 64 bits, of which the upper 32 are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceId(pub u32);

impl From<u32> for NamespaceId {
    fn from(id: u32) -> Self {
        Self(id)
    }
}

impl From<NamespaceId> for u64 {
    fn from(id: NamespaceId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for NamespaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for NamespaceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0.into())
    }
}

impl<'de> Deserialize<'de> for NamespaceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = u64::deserialize(deserializer)?;
        u32::try_from(id)
            .map(Self)
            .map_err(|_| D::Error::custom(format_args!("a namespace is at most {}, found {id}", u32::MAX)))
    }
}
