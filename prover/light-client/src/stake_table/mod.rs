//! Who may sign, with what weight.

mod commitment;

use std::collections::HashMap;

use thiserror::Error;

use crate::bls;
use crate::schnorr;
use crate::u256::U256;

pub use commitment::{CommitError, StakeTableState, bls_key_fields};

/// One staked node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeTableEntry {
    /// The key it signs consensus votes with.
    pub bls_key: bls::VerifyingKey,
    /// The key it signs light-client states with.
    pub schnorr_key: schnorr::VerifyingKey,
    /// Its weight; zero for a node that has left but still has its place.
    pub amount: U256,
}

/// Staked nodes, in the order that the commitments depend on. Keys are distinct, and their total fits 256 bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StakeTable {
    entries: Vec<StakeTableEntry>,
    positions: HashMap<schnorr::VerifyingKey, usize>,
    total: U256,
}

/// Why some entries are no stake table.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StakeTableError {
    /// Two entries with one BLS key.
    #[error("entries {first} and {second} have the same BLS key {key}; merge or remove one")]
    DuplicateBlsKey {
        /// The key.
        key: Box<bls::VerifyingKey>,
        /// Index of the earlier entry.
        first: usize,
        /// Index of the later entry.
        second: usize,
    },
    /// Two entries with one Schnorr key, so that a signature would have two weights.
    #[error("entries {first} and {second} have the same Schnorr key {key}; merge or remove one")]
    DuplicateSchnorrKey {
        /// The key.
        key: schnorr::VerifyingKey,
        /// Index of the earlier entry.
        first: usize,
        /// Index of the later entry.
        second: usize,
    },
    /// An entry with the padding key, for which the circuit accepts signatures from anybody.
    #[error("entry {index} has the identity as Schnorr key, for which anybody can sign; remove it")]
    IdentityKey {
        /// Index of the entry.
        index: usize,
    },
    /// The amounts' sum is 2^256 or more.
    #[error("the stake total exceeds 256 bits at entry {index}")]
    TotalOverflow {
        /// Index of the entry that tips it over.
        index: usize,
    },
}

impl StakeTable {
    /// A table of `entries` in this order.
    ///
    /// # Errors
    /// On duplicate keys, identity keys and a total of 2^256 or more.
    pub fn new(entries: Vec<StakeTableEntry>) -> Result<Self, StakeTableError> {
        let mut bls_positions = HashMap::with_capacity(entries.len());
        let mut positions = HashMap::with_capacity(entries.len());
        let mut total = U256::ZERO;
        for (index, entry) in entries.iter().enumerate() {
            if let Some(first) = bls_positions.insert(entry.bls_key, index) {
                return Err(StakeTableError::DuplicateBlsKey {
                    key: Box::new(entry.bls_key),
                    first,
                    second: index,
                });
            }
            if entry.schnorr_key.is_identity() {
                return Err(StakeTableError::IdentityKey { index });
            }
            if let Some(first) = positions.insert(entry.schnorr_key, index) {
                let key = entry.schnorr_key;
                return Err(StakeTableError::DuplicateSchnorrKey {
                    key,
                    first,
                    second: index,
                });
            }
            total = total
                .checked_add(entry.amount)
                .ok_or(StakeTableError::TotalOverflow { index })?;
        }
        Ok(Self {
            entries,
            positions,
            total,
        })
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[StakeTableEntry] {
        &self.entries
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The index of the entry with this Schnorr key.
    pub fn position(&self, key: &schnorr::VerifyingKey) -> Option<usize> {
        self.positions.get(key).copied()
    }

    /// The sum of all amounts.
    pub fn total(&self) -> U256 {
        self.total
    }

    /// The weight that a state needs: a third of the total, rounded down, and one more. As in HotShot's contract this
    /// guarantees one honest signer, not a quorum.
    pub fn threshold(&self) -> U256 {
        let third = self
            .total
            .checked_div_rem(3)
            .map_or(U256::ZERO, |(third, _)| third);
        // a third of 2^256 and one more cannot overflow
        third.checked_add(U256::from(1)).unwrap_or(U256::MAX)
    }
}
