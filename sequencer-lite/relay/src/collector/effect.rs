//! What a change of the collector asks of the world.

use crema_light_client::schnorr::VerifyingKey;

use super::{Evidence, Vote};

/// To be stored, or to be told. Whatever is stored stands in the order in which it is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Store this vote.
    Keep(Vote),
    /// Remove the vote of this signer at this height from the store.
    Forget {
        /// The height.
        height: u64,
        /// The signer.
        key: VerifyingKey,
    },
    /// Remove all votes at this height from the store.
    ForgetHeight {
        /// The height.
        height: u64,
    },
    /// Store that a signer has contradicted itself.
    Contradiction(Evidence),
    /// Remove the contradiction of this signer at this height from the store.
    ForgetEvidence {
        /// The height.
        height: u64,
        /// The signer.
        key: VerifyingKey,
    },
    /// There is a bundle for a new height.
    NewBundle {
        /// The height.
        height: u64,
    },
    /// The newest bundle has one more signature.
    BundleGrown,
    /// A second state has reached the threshold at the height of the newest bundle: more stake than the protocol
    /// tolerates signs contradictions or follows another chain.
    Fork {
        /// The height.
        height: u64,
    },
}

impl Effect {
    /// Whether the store changes.
    pub fn is_stored(&self) -> bool {
        !matches!(
            self,
            Self::NewBundle { .. } | Self::BundleGrown | Self::Fork { .. }
        )
    }
}
