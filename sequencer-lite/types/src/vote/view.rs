//! View numbers: consensus rounds, of which each decides at most one block.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::commitment::{Commitment, CommitmentBuilder};

/// A round of consensus. Views count up from genesis, 0; heights lag behind where views decide nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewNumber(pub u64);

impl ViewNumber {
    /// The view of the genesis leaf.
    pub const GENESIS: Self = Self(0);

    /// Commits to the number.
    pub fn commit(self) -> Commitment {
        Commitment(
            CommitmentBuilder::new("View Number Commitment")
                .u64(self.0)
                .finish(),
        )
    }
}

impl From<u64> for ViewNumber {
    fn from(view: u64) -> Self {
        Self(view)
    }
}

impl fmt::Display for ViewNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
