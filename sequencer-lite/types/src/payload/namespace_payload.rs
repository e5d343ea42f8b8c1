//! One namespace's part of a payload.

use std::ops::Range;

use thiserror::Error;

use crate::namespace::NamespaceId;
use crate::transaction::Transaction;

/// Bytes of the count, and of each end.
const WORD: usize = 4;

/// Why the bytes of a namespace are not laid out as transactions.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LayoutError {
    /// The table is cut off.
    #[error("a namespace of {declared} transactions has more than {found} bytes of table alone")]
    Table {
        /// Transactions that the table declares.
        declared: usize,
        /// Bytes of the namespace.
        found: usize,
    },
    /// A transaction that ends before it begins.
    #[error("transaction {index} ends at {end}, before {previous}, where it begins")]
    Order {
        /// The transaction.
        index: usize,
        /// Where the transaction before it ends.
        previous: usize,
        /// Where it ends.
        end: usize,
    },
    /// Bytes that belong to no transaction, or transactions without bytes.
    #[error("the table describes {expected} bytes of transactions, the namespace has {found}")]
    Body {
        /// Where the last transaction ends.
        expected: usize,
        /// Bytes behind the table.
        found: usize,
    },
}

/// The bytes of one namespace, read as transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespacePayload<'a>(pub &'a [u8]);

impl<'a> NamespacePayload<'a> {
    fn u32_at(&self, offset: usize) -> Option<usize> {
        let bytes = self.0.get(offset..offset.checked_add(WORD)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    }

    /// The count that the table declares.
    fn declared(&self) -> usize {
        self.u32_at(0).unwrap_or(0)
    }

    /// Number of transactions: what the table declares, but no more than there are bytes for ends.
    pub fn len(&self) -> usize {
        self.declared().min(self.0.len().saturating_sub(WORD) / WORD)
    }

    /// Whether there is no transaction.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the transactions begin: behind the table that is declared, whether or not it is there.
    fn body_start(&self) -> usize {
        self.declared()
            .saturating_mul(WORD)
            .saturating_add(WORD)
            .min(self.0.len())
    }

    /// The bytes of transaction `index` within this part.
    fn range(&self, index: usize) -> Option<Range<usize>> {
        if index >= self.len() {
            return None;
        }
        let start = match index {
            0 => 0,
            _ => self.u32_at(WORD * index)?,
        };
        let body = self.body_start();
        let clamp = |offset: usize| body.saturating_add(offset).min(self.0.len());
        let end = clamp(self.u32_at(WORD * (index + 1))?);
        Some(clamp(start).min(end)..end)
    }

    /// The bytes of transaction `index`.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        self.0.get(self.range(index)?)
    }

    /// Checks that the table divides the bytes behind it: complete, in order, without gaps or overlaps.
    ///
    /// # Errors
    /// On the first thing that is wrong.
    pub fn validate(&self) -> Result<(), LayoutError> {
        let found = self.0.len();
        let declared = self.declared();
        let table = declared.saturating_mul(WORD).saturating_add(WORD);
        if found < table {
            return Err(LayoutError::Table { declared, found });
        }
        let mut previous = 0;
        for index in 0..declared {
            let end = self.u32_at(WORD * (index + 1)).unwrap_or(0);
            if end < previous {
                return Err(LayoutError::Order { index, previous, end });
            }
            previous = end;
        }
        if previous == found - table {
            Ok(())
        } else {
            Err(LayoutError::Body {
                expected: previous,
                found: found - table,
            })
        }
    }

    /// All transactions, as those of `namespace`.
    pub fn transactions(self, namespace: NamespaceId) -> impl Iterator<Item = Transaction> + 'a {
        (0..self.len()).filter_map(move |index| {
            Some(Transaction {
                namespace,
                payload: self.get(index)?.to_vec(),
            })
        })
    }
}
