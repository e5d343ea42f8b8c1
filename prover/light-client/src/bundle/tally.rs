//! A bundle against a stake table: who signed, and with what weight.

use rayon::prelude::*;
use thiserror::Error;

use super::{StateSignaturesBundle, Version};
use crate::schnorr::{self, Signature, VerifyingKey};
use crate::stake_table::StakeTable;
use crate::u256::U256;

/// Why a bundle does not finalize its state.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum VerifyError {
    /// The bundle is of an older version than the contract.
    #[error(
        "the bundle has no {field}, which {version:?} signers sign; ask the relay for a {version:?} bundle"
    )]
    Missing {
        /// The absent field.
        field: &'static str,
        /// The version asked for.
        version: Version,
    },
    /// A signer that the stake table does not have.
    #[error(
        "signer {key} is not in the stake table; check that relay and stake table are of one network and epoch"
    )]
    UnknownSigner {
        /// The signer.
        key: VerifyingKey,
    },
    /// A signature that does not verify.
    #[error("signature by {key} on this state is bad: {source}")]
    BadSignature {
        /// The signer.
        key: VerifyingKey,
        /// What is wrong with it.
        source: schnorr::Error,
    },
    /// Valid signatures, but not enough of them.
    #[error("signed weight {found} is below the threshold {needed}; wait for more signatures")]
    BelowThreshold {
        /// Weight of the valid signatures.
        found: U256,
        /// The stake table's threshold.
        needed: U256,
    },
}

/// What a bundle amounts to under a stake table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// For each entry of the stake table, whether it signed.
    pub signed: Vec<bool>,
    /// For each entry of the stake table, its signature, or the default one.
    pub signatures: Vec<Signature>,
    /// The weight of those who signed.
    pub weight: U256,
    /// Signatures that do not count, each with its reason.
    pub rejected: Vec<VerifyError>,
}

impl Tally {
    /// Checks the weight against the threshold of `table`.
    ///
    /// # Errors
    /// [`VerifyError::BelowThreshold`].
    pub fn require_threshold(&self, table: &StakeTable) -> Result<(), VerifyError> {
        let needed = table.threshold();
        if self.weight < needed {
            return Err(VerifyError::BelowThreshold {
                found: self.weight,
                needed,
            });
        }
        Ok(())
    }
}

impl StateSignaturesBundle {
    /// Verifies every signature and counts the good ones.
    ///
    /// A relay that does not know the stake table collects signatures from anyone, so a stranger's signature in a
    /// bundle is no reason to stop: it is listed in [`Tally::rejected`] and the rest counts.
    ///
    /// # Errors
    /// [`VerifyError::Missing`] when the bundle lacks what `version` signs.
    pub fn tally(&self, table: &StakeTable, version: Version) -> Result<Tally, VerifyError> {
        let message = self.message(version)?;
        let checked: Vec<Result<usize, VerifyError>> = self
            .signatures
            .par_iter()
            .map(|(&key, signature)| {
                let position = table.position(&key).ok_or(VerifyError::UnknownSigner { key })?;
                key.verify(&message, signature)
                    .map_err(|source| VerifyError::BadSignature { key, source })?;
                Ok(position)
            })
            .collect();

        let mut tally = Tally {
            signed: vec![false; table.len()],
            signatures: vec![Signature::default(); table.len()],
            weight: U256::ZERO,
            rejected: Vec::new(),
        };
        for (signature, outcome) in self.signatures.values().zip(checked) {
            match outcome {
                Ok(position) => {
                    tally.signed[position] = true;
                    tally.signatures[position] = *signature;
                    // a part of the total, which fits
                    let weight = tally.weight.checked_add(table.entries()[position].amount);
                    tally.weight = weight.unwrap_or(U256::MAX);
                }
                Err(reason) => tally.rejected.push(reason),
            }
        }
        Ok(tally)
    }

    /// Verifies every signature and the threshold: all signers known, all signatures good, enough weight.
    ///
    /// # Errors
    /// The first of [`VerifyError`] that applies; signers are taken in the order of their keys.
    pub fn verify_against(&self, table: &StakeTable, version: Version) -> Result<Tally, VerifyError> {
        let tally = self.tally(table, version)?;
        if let Some(reason) = tally.rejected.first() {
            return Err(reason.clone());
        }
        tally.require_threshold(table)?;
        Ok(tally)
    }
}
