//! The commitments to a stake table that the contract stores and the circuit opens.

use ark_ff::{AdditiveGroup, PrimeField};
use thiserror::Error;

use super::StakeTable;
use crate::bls;
use crate::codec::{self, DecodeError};
use crate::field::{self, Fr};
use crate::rescue;
use crate::schnorr;
use crate::tagged::Tagged;
use crate::tagged_text;
use crate::u256::U256;

/// The bytes of a compressed BLS key are cut here, so that each piece fits a field element.
const KEY_CUTS: [(usize, usize); 3] = [(0, 31), (31, 62), (62, 64)];

/// What the light client knows of a stake table: three commitments and the threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StakeTableState {
    /// Rescue hash of the BLS keys, three elements each.
    pub bls_key_comm: Fr,
    /// Rescue hash of the Schnorr keys' coordinates.
    pub schnorr_key_comm: Fr,
    /// Rescue hash of the amounts.
    pub amount_comm: Fr,
    /// The weight that a state needs.
    pub threshold: Fr,
}

impl StakeTableState {
    /// The four elements in the order in which they are hashed, signed and passed to circuits.
    pub fn to_elements(&self) -> [Fr; 4] {
        [
            self.bls_key_comm,
            self.schnorr_key_comm,
            self.amount_comm,
            self.threshold,
        ]
    }
}

impl Tagged for StakeTableState {
    const TAG: &'static str = "STAKE_TABLE_STATE";

    fn to_value(&self) -> Vec<u8> {
        self.to_elements().iter().flat_map(field::to_le_bytes).collect()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        let what = "stake table state";
        let bytes: [u8; 128] = codec::exactly(what, value)?;
        let element = |i: usize| codec::scalar(what, &bytes[32 * i..32 * (i + 1)]);
        Ok(Self {
            bls_key_comm: element(0)?,
            schnorr_key_comm: element(1)?,
            amount_comm: element(2)?,
            threshold: element(3)?,
        })
    }
}

tagged_text!(StakeTableState);

/// Why a stake table cannot be committed to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CommitError {
    /// More entries than the circuit has places.
    #[error("the stake table has {entries} entries, the circuit holds {capacity}; use a larger capacity")]
    OverCapacity {
        /// Places in the circuit.
        capacity: usize,
        /// Entries in the table.
        entries: usize,
    },
    /// A total that the circuit's sum, which is taken modulo the field's order, would wrap around.
    #[error("the total stake {total} is not below the scalar field's order; use a coarser unit of stake")]
    TotalOverflow {
        /// The sum of all amounts.
        total: U256,
    },
}

impl StakeTable {
    /// The commitments at this capacity.
    ///
    /// # Errors
    /// On more entries than the capacity, and on a total at or above the scalar field's order, where weights modulo
    /// the order no longer mean what they say.
    pub fn commit(&self, capacity: usize) -> Result<StakeTableState, CommitError> {
        if self.total().to_field::<Fr>().is_none() {
            return Err(CommitError::TotalOverflow { total: self.total() });
        }
        self.commit_reduced(capacity)
    }

    /// The commitments as the deployed provers compute them: amounts and threshold modulo the scalar field's order,
    /// however large. Only to recognise a commitment that was made so; [`Self::commit`] is the one to prove with.
    ///
    /// # Errors
    /// On more entries than the capacity.
    pub fn commit_reduced(&self, capacity: usize) -> Result<StakeTableState, CommitError> {
        let entries = self.entries();
        if entries.len() > capacity {
            return Err(CommitError::OverCapacity {
                capacity,
                entries: entries.len(),
            });
        }
        let mut bls_keys: Vec<Fr> = entries
            .iter()
            .flat_map(|entry| bls_key_fields(&entry.bls_key))
            .collect();
        bls_keys.resize(3 * capacity, Fr::ZERO);

        let padding = std::iter::repeat(schnorr::VerifyingKey::default());
        let keys = entries
            .iter()
            .map(|entry| entry.schnorr_key)
            .chain(padding)
            .take(capacity);
        let schnorr_keys: Vec<Fr> = keys.flat_map(|key| [key.0.x, key.0.y]).collect();

        let mut amounts: Vec<Fr> = entries.iter().map(|entry| entry.amount.reduce()).collect();
        amounts.resize(capacity, Fr::ZERO);

        Ok(StakeTableState {
            bls_key_comm: rescue::hash(&bls_keys),
            schnorr_key_comm: rescue::hash(&schnorr_keys),
            amount_comm: rescue::hash(&amounts),
            threshold: self.threshold().reduce(),
        })
    }
}

/// A BLS key as it is hashed: 31, 31 and 2 bytes of its compressed form, each read as a little-endian integer.
pub fn bls_key_fields(key: &bls::VerifyingKey) -> [Fr; 3] {
    let bytes = key.to_compressed_bytes();
    KEY_CUTS.map(|(start, end)| Fr::from_le_bytes_mod_order(&bytes[start..end]))
}
