//! Block payloads: every namespace's transactions back to back, and how to find them again.
//!
//! A namespace's part starts with a table: a count, then where each transaction ends behind the table, all
//! little-endian `u32`. A payload comes from somebody else's block, so reading it never fails: what is not there is
//! not a transaction, ranges are cut to what is, and everybody reads the same.

mod build;
mod namespace_payload;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::base64_bytes;
use crate::commitment::BuilderCommitment;
use crate::namespace::{NamespaceId, NamespaceTable, NamespaceTableError};
use crate::transaction::Transaction;

pub use build::{Built, PayloadBuilder, PayloadError};
pub use namespace_payload::{LayoutError, NamespacePayload};

/// A block's transactions, laid out, with the table that finds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payload {
    #[serde(with = "base64_bytes")]
    raw_payload: Vec<u8>,
    ns_table: NamespaceTable,
}

/// A transaction's place in a payload: entry in the namespace table, place in the namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionIndex {
    /// Entry in the namespace table.
    pub ns_index: u32,
    /// Place in the namespace.
    pub tx_index: u32,
}

/// [`TransactionIndex`] on the wire: four little-endian bytes each.
#[derive(Serialize, Deserialize)]
struct IndexBytes {
    ns_index: [u8; 4],
    tx_index: [u8; 4],
}

impl Serialize for TransactionIndex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        IndexBytes {
            ns_index: self.ns_index.to_le_bytes(),
            tx_index: self.tx_index.to_le_bytes(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TransactionIndex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = IndexBytes::deserialize(deserializer)?;
        Ok(Self {
            ns_index: u32::from_le_bytes(bytes.ns_index),
            tx_index: u32::from_le_bytes(bytes.tx_index),
        })
    }
}

/// Why a payload is not laid out as blocks are.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PayloadLayoutError {
    /// The namespace table.
    #[error("namespace table: {0}")]
    Table(#[from] NamespaceTableError),
    /// A namespace.
    #[error("namespace {namespace}: {source}")]
    Namespace {
        /// The namespace.
        namespace: NamespaceId,
        /// What is wrong with it.
        source: LayoutError,
    },
}

impl Payload {
    /// A payload from its parts, unchecked: [`Self::validate`] tells whether they fit.
    pub fn from_parts(raw_payload: Vec<u8>, ns_table: NamespaceTable) -> Self {
        Self {
            raw_payload,
            ns_table,
        }
    }

    /// The bytes that are dispersed and committed to.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw_payload
    }

    /// The table that the header carries.
    pub fn ns_table(&self) -> &NamespaceTable {
        &self.ns_table
    }

    /// Bytes and table.
    pub fn into_parts(self) -> (Vec<u8>, NamespaceTable) {
        (self.raw_payload, self.ns_table)
    }

    /// The part of the table's entry `index`.
    pub fn namespace(&self, index: usize) -> Option<NamespacePayload<'_>> {
        let range = self.ns_table.range(index, self.raw_payload.len())?;
        self.raw_payload.get(range).map(NamespacePayload)
    }

    /// The transactions of `namespace`, in order.
    pub fn namespace_transactions(&self, namespace: NamespaceId) -> Vec<Transaction> {
        self.ns_table
            .find(namespace)
            .and_then(|index| self.namespace(index))
            .map(|part| part.transactions(namespace).collect())
            .unwrap_or_default()
    }

    /// All transactions with their places, in order.
    pub fn transactions(&self) -> impl Iterator<Item = (TransactionIndex, Transaction)> + '_ {
        self.ns_table
            .iter()
            .enumerate()
            .flat_map(move |(ns_index, entry)| {
                self.namespace(ns_index)
                    .into_iter()
                    .flat_map(move |part| part.transactions(entry.id))
                    .zip(0..)
                    .map(move |(transaction, tx_index)| {
                        let index = TransactionIndex {
                            ns_index: ns_index as u32,
                            tx_index,
                        };
                        (index, transaction)
                    })
            })
    }

    /// The transaction at `index`.
    pub fn transaction(&self, index: TransactionIndex) -> Option<Transaction> {
        let entry = self.ns_table.get(index.ns_index as usize)?;
        let part = self.namespace(index.ns_index as usize)?;
        Some(Transaction {
            namespace: entry.id,
            payload: part.get(index.tx_index as usize)?.to_vec(),
        })
    }

    /// Checks that table and namespaces divide the bytes without gaps or overlaps.
    ///
    /// Whoever stores a payload checks this before it votes: a table whose ranges overlap makes a small payload read
    /// as gigabytes of transactions.
    ///
    /// # Errors
    /// On the first thing that is wrong.
    pub fn validate(&self) -> Result<(), PayloadLayoutError> {
        self.ns_table.validate(self.raw_payload.len() as u64)?;
        for (index, entry) in self.ns_table.iter().enumerate() {
            let part = self.namespace(index).unwrap_or(NamespacePayload(&[]));
            part.validate().map_err(|source| PayloadLayoutError::Namespace {
                namespace: entry.id,
                source,
            })?;
        }
        Ok(())
    }

    /// Number of transactions, without reading them.
    pub fn num_transactions(&self) -> usize {
        (0..self.ns_table.len())
            .filter_map(|index| self.namespace(index))
            .map(|part| part.len())
            .sum()
    }

    /// The block's name between builder and leader.
    pub fn builder_commitment(&self) -> BuilderCommitment {
        let table = self.ns_table.as_bytes();
        let length = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes();
        // the table counts twice, once as the payload's and once as the metadata beside it
        let digest = Sha256::new()
            .chain_update(length(&self.raw_payload))
            .chain_update(length(table))
            .chain_update(length(table))
            .chain_update(&self.raw_payload)
            .chain_update(table)
            .chain_update(table)
            .finalize();
        BuilderCommitment(digest.into())
    }
}
