//! Laying out transactions as a payload.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Payload;
use crate::namespace::{NamespaceId, NamespaceTable};
use crate::transaction::Transaction;

/// Bytes of the namespace table's count.
const TABLE_HEADER: u64 = 4;
/// Bytes that a namespace adds: its entry, and the count of its transactions.
const NAMESPACE_OVERHEAD: u64 = 8 + 4;
/// Bytes that a transaction adds beside its own: where it ends.
const TRANSACTION_OVERHEAD: u64 = 4;

/// Why a transaction is not in the payload being built.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PayloadError {
    /// It fits no block of this size.
    #[error("a transaction of {size} bytes needs a block of {needed}, larger than the limit of {max}")]
    TransactionTooLarge {
        /// The transaction's bytes.
        size: u64,
        /// Bytes of a block with nothing else.
        needed: u64,
        /// The limit.
        max: u64,
    },
    /// It fits another block.
    #[error("the block has {free} bytes left, the transaction takes {needed}")]
    Full {
        /// Bytes left.
        free: u64,
        /// Bytes needed.
        needed: u64,
    },
}

/// A payload under construction: transactions in the order of arrival, within a limit.
#[derive(Clone, Debug)]
pub struct PayloadBuilder {
    namespaces: BTreeMap<NamespaceId, Part>,
    max_size: u64,
    size: u64,
}

#[derive(Clone, Debug, Default)]
struct Part {
    ends: Vec<u32>,
    bodies: Vec<u8>,
}

/// What [`Payload::from_transactions`] made of its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The payload.
    pub payload: Payload,
    /// Transactions taken from the front of the input, in the payload or too large for any.
    pub consumed: usize,
    /// How many of those fit no block.
    pub too_large: usize,
}

impl PayloadBuilder {
    /// An empty payload for at most `max_size` bytes. Offsets have 32 bits, which bounds every payload.
    pub fn new(max_size: u64) -> Self {
        Self {
            namespaces: BTreeMap::new(),
            max_size: max_size.min(u32::MAX.into()),
            size: TABLE_HEADER,
        }
    }

    /// Bytes used, namespace table included.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a transaction behind its namespace's others.
    ///
    /// # Errors
    /// When it does not fit, in which case nothing changes.
    pub fn push(&mut self, transaction: &Transaction) -> Result<(), PayloadError> {
        let size = transaction.payload.len() as u64;
        let own = size.saturating_add(TRANSACTION_OVERHEAD);
        let alone = own.saturating_add(NAMESPACE_OVERHEAD + TABLE_HEADER);
        if size > self.max_size || alone > self.max_size {
            return Err(PayloadError::TransactionTooLarge {
                size,
                needed: alone,
                max: self.max_size,
            });
        }
        let opens = !self.namespaces.contains_key(&transaction.namespace);
        let needed = own + if opens { NAMESPACE_OVERHEAD } else { 0 };
        let free = self.max_size.saturating_sub(self.size);
        if needed > free {
            return Err(PayloadError::Full { free, needed });
        }
        let part = self.namespaces.entry(transaction.namespace).or_default();
        part.bodies.extend_from_slice(&transaction.payload);
        part.ends.push(part.bodies.len() as u32);
        self.size += needed;
        Ok(())
    }

    /// The payload: namespaces ascending.
    pub fn finish(self) -> Payload {
        let mut raw = Vec::with_capacity(self.size as usize);
        let mut ends = Vec::with_capacity(self.namespaces.len());
        for (id, part) in self.namespaces {
            raw.extend_from_slice(&(part.ends.len() as u32).to_le_bytes());
            for end in part.ends {
                raw.extend_from_slice(&end.to_le_bytes());
            }
            raw.extend_from_slice(&part.bodies);
            ends.push((id, raw.len() as u32));
        }
        Payload::from_parts(raw, NamespaceTable::from_ends(&ends))
    }
}

impl Payload {
    /// Lays out `transactions` in a block of at most `max_size` bytes: those too large for any block are skipped, the
    /// first that does not fit any more ends the block.
    pub fn from_transactions<'a>(
        transactions: impl IntoIterator<Item = &'a Transaction>,
        max_size: u64,
    ) -> Built {
        let mut builder = PayloadBuilder::new(max_size);
        let (mut consumed, mut too_large) = (0, 0);
        for transaction in transactions {
            match builder.push(transaction) {
                Ok(()) => {}
                Err(PayloadError::TransactionTooLarge { .. }) => too_large += 1,
                Err(PayloadError::Full { .. }) => break,
            }
            consumed += 1;
        }
        Built {
            payload: builder.finish(),
            consumed,
            too_large,
        }
    }
}
