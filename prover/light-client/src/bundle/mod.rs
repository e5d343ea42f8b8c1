//! Signed states as they travel: what a node posts to a state relay, and the bundle that a relay hands out.

mod tally;
mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::field::Fr;
use crate::schnorr::{self, Signature, VerifyingKey};
use crate::stake_table::StakeTableState;
use crate::state::LightClientState;
use crate::u256::U256;

pub use tally::{Tally, VerifyError};
pub use wire::AuthRoot;

/// Most signatures in a bundle: five times the largest deployed stake table.
pub const MAX_SIGNATURES: usize = 1024;
/// Longest JSON of a bundle, in bytes; one signature takes about 260.
pub const MAX_JSON_BYTES: usize = 1 << 19;

/// The light-client contract's major version, which decides what signers sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// The state alone.
    V1,
    /// The state and the stake table of the next epoch.
    V2,
    /// A digest of state, next stake table and authenticated root.
    V3,
}

/// What a node posts to a relay for each state that it signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateSignatureRequestBody {
    /// Who signs.
    pub key: VerifyingKey,
    /// What is signed.
    pub state: LightClientState,
    /// The signature on [`LightClientState::message`].
    pub signature: Signature,
}

impl StateSignatureRequestBody {
    /// Checks the signature.
    ///
    /// # Errors
    /// As [`VerifyingKey::verify`].
    pub fn verify(&self) -> Result<(), schnorr::Error> {
        self.key.verify(&self.state.message(), &self.signature)
    }
}

/// Signatures on one state, collected by a relay.
///
/// Read from JSON whatever the version, ignoring fields that are not known; the binary form is version 1's when read,
/// and that of version 1 or 2 when written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateSignaturesBundle {
    /// What is signed.
    pub state: LightClientState,
    /// The next stake table, part of what is signed from version 2 on.
    pub next_stake: Option<StakeTableState>,
    /// The authenticated root, part of what is signed from version 3 on.
    pub auth_root: Option<AuthRoot>,
    /// Signatures by signer.
    pub signatures: BTreeMap<VerifyingKey, Signature>,
    /// The relay's own count. Relays need not know the stake table, so nothing here relies on it.
    pub accumulated_weight: U256,
}

/// Why a relay's answer is not a bundle.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Too long to be one.
    #[error("a bundle has at most {max} bytes of JSON, found {found}; is this a relay's GET api/state?")]
    TooLarge {
        /// The most bytes accepted.
        max: usize,
        /// Bytes given.
        found: usize,
    },
    /// Not JSON, not a bundle, duplicate signers, too many of them, or an invalid key, state or signature.
    #[error("not a bundle of state signatures: {0}")]
    Json(#[from] serde_json::Error),
}

impl StateSignaturesBundle {
    /// Reads a relay's JSON.
    ///
    /// # Errors
    /// On more than [`MAX_JSON_BYTES`] or [`MAX_SIGNATURES`], duplicate fields or signers, and on anything that is
    /// not canonically encoded.
    pub fn from_json(json: &[u8]) -> Result<Self, ReadError> {
        if json.len() > MAX_JSON_BYTES {
            return Err(ReadError::TooLarge {
                max: MAX_JSON_BYTES,
                found: json.len(),
            });
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The field elements that every signer of this bundle has signed.
    ///
    /// # Errors
    /// [`VerifyError::Missing`] when the bundle lacks what this version signs.
    pub fn message(&self, version: Version) -> Result<Vec<Fr>, VerifyError> {
        let missing = |field| VerifyError::Missing { field, version };
        let next = || self.next_stake.as_ref().ok_or(missing("next_stake"));
        Ok(match version {
            Version::V1 => self.state.message().to_vec(),
            Version::V2 => self.state.message_with_next(next()?).to_vec(),
            Version::V3 => {
                let auth_root = self.auth_root.as_ref().ok_or(missing("auth_root"))?;
                vec![self.state.digest(next()?, &auth_root.0)]
            }
        })
    }
}
