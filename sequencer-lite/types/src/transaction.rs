//! What a rollup submits.

use serde::{Deserialize, Serialize};

use crate::base64_bytes;
use crate::commitment::{CommitmentBuilder, TransactionHash};
use crate::namespace::NamespaceId;

/// Bytes for one rollup to interpret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transaction {
    /// The rollup.
    pub namespace: NamespaceId,
    /// The bytes, opaque to the sequencer.
    #[serde(with = "base64_bytes")]
    pub payload: Vec<u8>,
}

impl Transaction {
    /// The transaction's hash.
    pub fn commit(&self) -> TransactionHash {
        TransactionHash(
            CommitmentBuilder::new("Transaction")
                .u64_field("namespace", self.namespace.into())
                .bytes(&self.payload)
                .finish(),
        )
    }
}
