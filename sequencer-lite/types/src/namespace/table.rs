//! The namespace table: a count, then an id and the end of its bytes per namespace, all little-endian `u32`.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::NamespaceId;
use crate::base64_bytes;
use crate::commitment::{CommitmentBuilder, NamespaceTableCommitment};

/// Bytes of the count.
const COUNT_BYTES: usize = 4;
/// Bytes per namespace.
const ENTRY_BYTES: usize = 8;

/// Where each namespace's bytes end in a payload.
///
/// Holds whatever bytes a header carries. Reading never fails: entries that are not there do not exist, ranges are cut
/// to the payload. [`Self::validate`] tells whether a voter may accept the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NamespaceTable {
    #[serde(with = "base64_bytes")]
    bytes: Vec<u8>,
}

/// One line of a [`NamespaceTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespaceEntry {
    /// Whose bytes.
    pub id: NamespaceId,
    /// Where they begin in the payload: at the end of those before.
    pub start: u32,
    /// Where they end, exclusive.
    pub end: u32,
}

/// Why a namespace table does not describe a payload.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NamespaceTableError {
    /// The count is missing.
    #[error("a namespace table has at least 4 bytes, found {found}")]
    NoCount {
        /// Bytes found.
        found: usize,
    },
    /// The count does not fit the bytes.
    #[error("a table of {count} namespaces has {expected} bytes, found {found}")]
    Length {
        /// The count in the table.
        count: u32,
        /// Bytes that such a table has.
        expected: u64,
        /// Bytes found.
        found: usize,
    },
    /// An end that is not behind the one before, or is zero.
    #[error("entry {index} ends at {end}, not behind {previous}, where the entry before it ends")]
    Order {
        /// The entry.
        index: usize,
        /// Where the entry before it ends.
        previous: u32,
        /// Where it ends.
        end: u32,
    },
    /// A namespace listed twice.
    #[error("namespace {id} is listed twice, the second time in entry {index}")]
    Duplicate {
        /// The namespace.
        id: NamespaceId,
        /// Its second entry.
        index: usize,
    },
    /// The last end is not the payload's.
    #[error("the table describes {found} bytes of payload, the payload has {expected}")]
    PayloadLength {
        /// The payload's length.
        expected: u64,
        /// Where the last entry ends.
        found: u32,
    },
}

impl Default for NamespaceTable {
    /// The table of an empty payload: a count of 0.
    fn default() -> Self {
        Self {
            bytes: vec![0; COUNT_BYTES],
        }
    }
}

impl NamespaceTable {
    /// A table from the bytes of a header, unchecked.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// A table from namespaces and the ends of their bytes.
    pub fn from_ends(entries: &[(NamespaceId, u32)]) -> Self {
        let mut bytes = Vec::with_capacity(COUNT_BYTES + ENTRY_BYTES * entries.len());
        bytes.extend_from_slice(&(entries.len() as u32).to_le_bytes());
        for (id, end) in entries {
            bytes.extend_from_slice(&id.0.to_le_bytes());
            bytes.extend_from_slice(&end.to_le_bytes());
        }
        Self { bytes }
    }

    /// The table's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The little-endian integer at `offset`.
    fn u32_at(&self, offset: usize) -> Option<u32> {
        let bytes = self.bytes.get(offset..offset.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Number of entries: what the table says, but no more than it has bytes for.
    pub fn len(&self) -> usize {
        let declared = self.u32_at(0).unwrap_or(0) as usize;
        declared.min(self.bytes.len().saturating_sub(COUNT_BYTES) / ENTRY_BYTES)
    }

    /// Whether no namespace is listed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where entry `index` ends; the zeroth is preceded by an entry that ends at 0.
    fn end(&self, index: usize) -> Option<u32> {
        (index < self.len())
            .then(|| self.u32_at(COUNT_BYTES + ENTRY_BYTES * index + 4))
            .flatten()
    }

    /// Entry `index`, as the table has it.
    pub fn get(&self, index: usize) -> Option<NamespaceEntry> {
        let end = self.end(index)?;
        let start = match index.checked_sub(1) {
            Some(previous) => self.end(previous)?,
            None => 0,
        };
        let id = NamespaceId(self.u32_at(COUNT_BYTES + ENTRY_BYTES * index)?);
        Some(NamespaceEntry { id, start, end })
    }

    /// All entries, as the table has them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = NamespaceEntry> + '_ {
        (0..self.len()).map(|index| {
            self.get(index).unwrap_or(NamespaceEntry {
                id: NamespaceId::default(),
                start: 0,
                end: 0,
            })
        })
    }

    /// The first entry of `id`.
    pub fn find(&self, id: NamespaceId) -> Option<usize> {
        self.iter().position(|entry| entry.id == id)
    }

    /// The bytes of entry `index` in a payload of `payload_len` bytes: cut to the payload, empty when inverted.
    pub fn range(&self, index: usize, payload_len: usize) -> Option<Range<usize>> {
        let NamespaceEntry { start, end, .. } = self.get(index)?;
        let end = (end as usize).min(payload_len);
        Some((start as usize).min(end)..end)
    }

    /// Checks that the table divides a payload of `payload_len` bytes: complete, in order, without gaps, no namespace
    /// twice.
    ///
    /// # Errors
    /// On the first thing that is wrong.
    pub fn validate(&self, payload_len: u64) -> Result<(), NamespaceTableError> {
        let found = self.bytes.len();
        let count = self.u32_at(0).ok_or(NamespaceTableError::NoCount { found })?;
        let expected = COUNT_BYTES as u64 + ENTRY_BYTES as u64 * u64::from(count);
        if found as u64 != expected {
            return Err(NamespaceTableError::Length {
                count,
                expected,
                found,
            });
        }
        let mut seen = std::collections::HashSet::with_capacity(self.len());
        let mut previous = 0;
        for (index, entry) in self.iter().enumerate() {
            if entry.end <= previous {
                return Err(NamespaceTableError::Order {
                    index,
                    previous,
                    end: entry.end,
                });
            }
            if !seen.insert(entry.id) {
                return Err(NamespaceTableError::Duplicate { id: entry.id, index });
            }
            previous = entry.end;
        }
        if u64::from(previous) != payload_len {
            return Err(NamespaceTableError::PayloadLength {
                expected: payload_len,
                found: previous,
            });
        }
        Ok(())
    }

    /// Commits to the bytes.
    pub fn commit(&self) -> NamespaceTableCommitment {
        NamespaceTableCommitment(CommitmentBuilder::new("NSTABLE").bytes(&self.bytes).finish())
    }
}
