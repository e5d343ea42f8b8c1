//! Laying out transactions and reading them back, from honest and from hostile bytes.

use crema_types::namespace::NamespaceTableError;
use crema_types::payload::{LayoutError, NamespacePayload, PayloadBuilder, PayloadError, PayloadLayoutError};
use crema_types::{NamespaceId, NamespaceTable, Payload, Transaction};
use proptest::prelude::*;

use crate::strategies::transaction;

/// Bytes in which small numbers are as likely as large ones, so that tables sometimes fit.
fn table_like(words: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![0u32..4, 0u32..64, any::<u32>(), Just(u32::MAX)];
    (prop::collection::vec(word, words), 0usize..4).prop_map(|(words, surplus)| {
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend(std::iter::repeat_n(1, surplus));
        bytes
    })
}

proptest! {
    #[test]
    fn transactions_come_back_by_namespace(transactions in prop::collection::vec(transaction(), 0..20)) {
        let built = Payload::from_transactions(&transactions, 1 << 20);
        prop_assert_eq!((built.consumed, built.too_large), (transactions.len(), 0));
        let payload = built.payload;
        prop_assert_eq!(payload.validate(), Ok(()));
        prop_assert_eq!(payload.num_transactions(), transactions.len());
        let mut sorted = transactions.clone();
        sorted.sort_by_key(|transaction| transaction.namespace);
        let read: Vec<_> = payload.transactions().map(|(_, transaction)| transaction).collect();
        prop_assert_eq!(read, sorted);
        for (index, transaction) in payload.transactions() {
            prop_assert_eq!(payload.transaction(index), Some(transaction));
        }
    }

    #[test]
    fn blocks_keep_their_limit(transactions in prop::collection::vec(transaction(), 0..20), limit in 0u64..300) {
        let built = Payload::from_transactions(&transactions, limit);
        let size = built.payload.as_bytes().len() + built.payload.ns_table().as_bytes().len();
        prop_assert!(size as u64 <= limit.max(4), "{size} bytes, {limit} allowed");
        prop_assert_eq!(built.payload.num_transactions(), built.consumed - built.too_large);
        prop_assert_eq!(built.payload.validate(), Ok(()));
        // the next one did not fit
        if let Some(next) = transactions.get(built.consumed) {
            let mut builder = PayloadBuilder::new(limit);
            for transaction in &transactions[..built.consumed] {
                let _ = builder.push(transaction);
            }
            let full = matches!(builder.push(next), Err(PayloadError::Full { .. }));
            prop_assert!(full);
            prop_assert_eq!(builder.finish(), built.payload);
        }
    }

    #[test]
    fn any_bytes_read_as_some_transactions(raw in table_like(0..30), table in table_like(0..12)) {
        let payload = Payload::from_parts(raw, NamespaceTable::from_bytes(table));
        let table = payload.ns_table();
        prop_assert!(table.len() <= table.as_bytes().len() / 8);
        prop_assert_eq!(table.iter().count(), table.len());
        prop_assert!(table.get(table.len()).is_none());
        let transactions: Vec<_> = payload.transactions().collect();
        prop_assert_eq!(transactions.len(), payload.num_transactions());
        for (index, transaction) in &transactions {
            prop_assert_eq!(payload.transaction(*index), Some(transaction.clone()));
        }
        for entry in table.iter() {
            let _ = payload.namespace_transactions(entry.id);
        }
        // what is valid reads without loss
        if payload.validate().is_ok() {
            let bytes: usize = transactions.iter().map(|(_, transaction)| transaction.payload.len()).sum();
            let overhead = 4 * (table.len() + transactions.len());
            prop_assert_eq!(bytes + overhead, payload.as_bytes().len());
        }
    }
}

fn table(words: &[u32]) -> NamespaceTable {
    NamespaceTable::from_bytes(words.iter().copied().flat_map(u32::to_le_bytes).collect())
}

#[test]
fn every_fault_of_a_namespace_table_has_its_name() {
    use NamespaceTableError::{Duplicate, Length, NoCount, Order, PayloadLength};
    let check = |words: &[u32], payload_len| table(words).validate(payload_len);
    assert_eq!(check(&[2, 7, 10, 5, 12], 12), Ok(()));
    assert_eq!(
        NamespaceTable::from_bytes(vec![0; 3]).validate(0),
        Err(NoCount { found: 3 })
    );
    assert_eq!(check(&[], 0), Err(NoCount { found: 0 }));
    assert_eq!(
        check(&[2, 7, 10], 10),
        Err(Length {
            count: 2,
            expected: 20,
            found: 12
        })
    );
    assert_eq!(
        check(&[1, 7, 10, 5, 12], 12),
        Err(Length {
            count: 1,
            expected: 12,
            found: 20
        })
    );
    assert_eq!(
        check(&[u32::MAX, 7, 10], 10),
        Err(Length {
            count: u32::MAX,
            expected: 4 + 8 * u64::from(u32::MAX),
            found: 12
        })
    );
    assert_eq!(
        check(&[1, 7, 0], 0),
        Err(Order {
            index: 0,
            previous: 0,
            end: 0
        })
    );
    assert_eq!(
        check(&[2, 7, 10, 5, 10], 10),
        Err(Order {
            index: 1,
            previous: 10,
            end: 10
        })
    );
    assert_eq!(
        check(&[2, 7, 10, 5, 9], 9),
        Err(Order {
            index: 1,
            previous: 10,
            end: 9
        })
    );
    assert_eq!(
        check(&[3, 7, 10, 5, 12, 7, 14], 14),
        Err(Duplicate {
            id: NamespaceId(7),
            index: 2
        })
    );
    assert_eq!(
        check(&[1, 7, 10], 11),
        Err(PayloadLength {
            expected: 11,
            found: 10
        })
    );
    assert_eq!(
        check(&[0], 1),
        Err(PayloadLength {
            expected: 1,
            found: 0
        })
    );
    assert_eq!(
        check(&[1, 7, 10], 10 + (1 << 32)),
        Err(PayloadLength {
            expected: 10 + (1 << 32),
            found: 10
        })
    );
}

#[test]
fn every_fault_of_a_namespace_has_its_name() {
    let check = |words: &[u32]| {
        let bytes: Vec<u8> = words.iter().copied().flat_map(u32::to_le_bytes).collect();
        NamespacePayload(&bytes).validate()
    };
    assert_eq!(check(&[0]), Ok(()));
    assert_eq!(check(&[2, 4, 8, 0, 0]), Ok(()));
    assert_eq!(check(&[2, 0, 0]), Ok(()), "empty transactions exist");
    assert_eq!(
        check(&[]),
        Err(LayoutError::Table {
            declared: 0,
            found: 0
        })
    );
    assert_eq!(
        check(&[2, 0]),
        Err(LayoutError::Table {
            declared: 2,
            found: 8
        })
    );
    assert_eq!(
        check(&[u32::MAX]),
        Err(LayoutError::Table {
            declared: u32::MAX as usize,
            found: 4
        })
    );
    assert_eq!(
        check(&[2, 8, 4, 0, 0]),
        Err(LayoutError::Order {
            index: 1,
            previous: 8,
            end: 4
        })
    );
    assert_eq!(
        check(&[1, 4]),
        Err(LayoutError::Body {
            expected: 4,
            found: 0
        })
    );
    assert_eq!(
        check(&[1, 4, 0, 0]),
        Err(LayoutError::Body {
            expected: 4,
            found: 8
        })
    );
}

/// Half a megabyte that reads as gigabytes: every second transaction ends where the bytes do.
#[test]
fn overlapping_transactions_are_refused_by_those_who_store_them() {
    let count = 10_000u32;
    let mut raw = count.to_le_bytes().to_vec();
    for index in 0..count {
        raw.extend_from_slice(&(if index % 2 == 0 { 200_000u32 } else { 0 }).to_le_bytes());
    }
    raw.extend(vec![0; 200_000]);
    let table = NamespaceTable::from_ends(&[(NamespaceId(1), raw.len() as u32)]);
    let payload = Payload::from_parts(raw, table);
    // reading by place stays cheap, which is all that a reader needs who did not check
    assert_eq!(payload.num_transactions(), 10_000);
    let read: usize = payload
        .transactions()
        .take(4)
        .map(|(_, Transaction { payload, .. })| payload.len())
        .sum();
    assert_eq!(read, 400_000);
    assert!(matches!(
        payload.validate(),
        Err(PayloadLayoutError::Namespace {
            namespace: NamespaceId(1),
            source: LayoutError::Order { index: 1, .. },
        })
    ));
}

#[test]
fn a_transaction_that_fits_no_block_does_not_end_it() {
    let transaction = |len: usize| Transaction {
        namespace: 1.into(),
        payload: vec![1; len],
    };
    let input = [
        transaction(10),
        transaction(1000),
        transaction(10),
        transaction(60),
        transaction(1),
    ];
    // 4 + 8 + 4, then 14 each
    let built = Payload::from_transactions(&input, 80);
    assert_eq!((built.consumed, built.too_large), (3, 1));
    assert_eq!(built.payload.num_transactions(), 2);
    assert_eq!(
        PayloadBuilder::new(80).push(&input[1]),
        Err(PayloadError::TransactionTooLarge {
            size: 1000,
            needed: 1020,
            max: 80
        })
    );
    assert!(PayloadBuilder::new(20).push(&transaction(0)).is_ok());
    assert!(PayloadBuilder::new(19).push(&transaction(0)).is_err());
}
