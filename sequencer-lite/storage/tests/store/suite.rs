//! What every database has to do.

use std::time::Duration;

use crema_storage::{
    BlockId, Kind, LeafId, ListStart, PruneLimits, SqlStore, Store as _, StoreError, StoredLeaf, Totals,
    TransactionFilter, TransactionPlace, WindowStart,
};
use crema_types::{BlockHash, NamespaceId, Payload, TransactionHash, VidCommitment};

use crate::chain::{START, bare, chain, payload};

pub async fn an_empty_store_has_nothing(store: &SqlStore) {
    assert_eq!(store.height().await.unwrap(), 0);
    assert_eq!(store.leaf(LeafId::Height(0)).await.unwrap(), None);
    assert_eq!(store.header(BlockId::Height(u64::MAX)).await.unwrap(), None);
    assert_eq!(store.headers(0..u64::MAX).await.unwrap(), []);
    assert_eq!(store.totals(0..=100).await.unwrap(), Totals::default());
    assert_eq!(
        store.window(WindowStart::Time(0), u64::MAX, 5).await.unwrap(),
        None
    );
    assert_eq!(
        store.sync_status().await.unwrap(),
        crema_storage::SyncStatus::default()
    );
    assert_eq!(store.namespaces(5).await.unwrap(), []);
    assert_eq!(store.block_hashes(0, 5).await.unwrap(), []);
}

pub async fn blocks_come_back_by_every_name(store: &SqlStore) {
    let blocks = chain(8);
    store.store_blocks(&blocks).await.unwrap();
    assert_eq!(store.height().await.unwrap(), 8);
    for block in &blocks {
        let header = &block.leaf.block_header;
        let leaf = StoredLeaf {
            leaf: block.leaf.clone(),
            certificate: block.certificate.clone(),
        };
        for id in [LeafId::Height(header.height), LeafId::Hash(block.leaf.commit())] {
            assert_eq!(store.leaf(id).await.unwrap().as_ref(), Some(&leaf), "{id}");
        }
        for id in [BlockId::Height(header.height), BlockId::Hash(header.commit())] {
            assert_eq!(store.header(id).await.unwrap().as_ref(), Some(header), "{id}");
            let stored = store.payload(id).await.unwrap().unwrap();
            assert_eq!((&stored.header, &stored.payload), (header, &block.payload));
            assert_eq!(store.common(id).await.unwrap().unwrap().common, block.common);
            assert_eq!(store.share(id).await.unwrap(), block.share);
            let summary = store.summary(id).await.unwrap().unwrap();
            let payload = block.payload.as_ref().unwrap();
            assert_eq!(summary.size, payload.as_bytes().len() as u64);
            assert_eq!(summary.transactions, Some(payload.num_transactions() as u64));
        }
        for ((_, transaction), position) in block.payload.as_ref().unwrap().transactions().zip(0..) {
            let place = TransactionPlace {
                height: header.height,
                position,
            };
            assert_eq!(
                store.transaction(transaction.commit()).await.unwrap(),
                Some(place)
            );
        }
    }
    // of the blocks with one payload, the earliest
    let id = BlockId::PayloadHash(VidCommitment([0; 32]));
    assert_eq!(store.header(id).await.unwrap().unwrap().height, 2);
    assert_eq!(
        store.header(BlockId::Hash(BlockHash([9; 32]))).await.unwrap(),
        None
    );
    assert_eq!(store.transaction(TransactionHash([9; 32])).await.unwrap(), None);

    let headers: Vec<_> = blocks
        .iter()
        .map(|block| block.leaf.block_header.clone())
        .collect();
    assert_eq!(store.headers(2..5).await.unwrap(), headers[2..5]);
    assert_eq!(store.leaves(6..100).await.unwrap().len(), 2);
    assert_eq!(store.payloads(0..8).await.unwrap().len(), 8);
    assert_eq!(store.commons(3..4).await.unwrap().len(), 1);
    let hashes: Vec<_> = headers.iter().map(crema_types::Header::commit).collect();
    assert_eq!(store.block_hashes(1, 3).await.unwrap(), hashes[1..4]);
}

pub async fn repeats_change_nothing(store: &SqlStore) {
    let blocks = chain(6);
    store.store_blocks(&blocks).await.unwrap();
    let before = (
        store.totals(0..=5).await.unwrap(),
        store.namespaces(10).await.unwrap(),
        store.sync_status().await.unwrap(),
    );
    store.store_blocks(&blocks).await.unwrap();
    store
        .store_blocks(&blocks[2..4].iter().map(bare).collect::<Vec<_>>())
        .await
        .unwrap();
    store.store_payload(3, &payload(3)).await.unwrap();
    let after = (
        store.totals(0..=5).await.unwrap(),
        store.namespaces(10).await.unwrap(),
        store.sync_status().await.unwrap(),
    );
    assert_eq!(before, after);
    assert!(
        store
            .payload(BlockId::Height(3))
            .await
            .unwrap()
            .unwrap()
            .payload
            .is_some()
    );
}

pub async fn gaps_are_known_and_filled(store: &SqlStore) {
    let blocks = chain(12);
    // out of order, and some without their parts
    store.store_blocks(&blocks[3..4]).await.unwrap();
    store.store_blocks(&[bare(&blocks[9])]).await.unwrap();
    store
        .store_blocks(&[bare(&blocks[5]), blocks[6].clone()])
        .await
        .unwrap();
    assert_eq!(store.height().await.unwrap(), 10);
    assert_eq!(store.missing(Kind::Leaf, 9).await.unwrap(), [0..=2, 4..=4, 7..=8]);
    assert_eq!(
        store.missing(Kind::Payload, 9).await.unwrap(),
        [0..=2, 4..=5, 7..=9]
    );
    assert_eq!(store.missing(Kind::Share, 1).await.unwrap(), [0..=2]);
    let status = store.sync_status().await.unwrap();
    assert_eq!((status.missing_leaves, status.missing_payloads), (6, 8));
    assert_eq!((status.missing_commons, status.missing_shares), (8, 8));

    store.store_payload(9, &payload(9)).await.unwrap();
    store
        .store_dispersal(9, blocks[9].common.as_ref(), None)
        .await
        .unwrap();
    assert_eq!(
        store.missing(Kind::Payload, 9).await.unwrap(),
        [0..=2, 4..=5, 7..=8]
    );
    assert_eq!(
        store.missing(Kind::Common, 9).await.unwrap(),
        [0..=2, 4..=5, 7..=8]
    );
    assert_eq!(
        store.missing(Kind::Share, 9).await.unwrap(),
        [0..=2, 4..=5, 7..=9]
    );

    store.store_blocks(&blocks).await.unwrap();
    for kind in Kind::ALL {
        assert_eq!(store.missing(kind, 9).await.unwrap(), [], "{kind:?}");
    }
    let whole = store.totals(0..=11).await.unwrap();
    assert_eq!(whole.transactions, 6 * 4);
}

pub async fn what_does_not_belong_is_refused(store: &SqlStore) {
    let blocks = chain(4);
    store.store_blocks(&blocks).await.unwrap();

    let mut forked = chain(5);
    forked[3].leaf.block_header.timestamp += 1;
    forked[3].certificate = crate::chain::certificate(&forked[3].leaf);
    let error = store
        .store_blocks(&[forked[4].clone(), forked[3].clone()])
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Conflict { height: 3, .. }), "{error}");
    assert_eq!(store.height().await.unwrap(), 4, "what came with it was stored");

    let mut block = chain(5).remove(4);
    block.certificate = blocks[3].certificate.clone();
    let error = store.store_blocks(&[block]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::CertificateMismatch { height: 4, .. }),
        "{error}"
    );

    let error = store.store_payload(2, &payload(2)).await.unwrap_err();
    assert!(
        matches!(error, StoreError::PayloadMismatch { height: 2 }),
        "{error}"
    );
    let error = store.store_payload(9, &Payload::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoSuchBlock { height: 9 }), "{error}");
}

pub async fn totals_add_up(store: &SqlStore) {
    let blocks = chain(20);
    let sum = |from: usize, to: usize| {
        let payloads = blocks[from..=to]
            .iter()
            .map(|block| block.payload.as_ref().unwrap());
        payloads.fold(Totals::default(), |sum, payload| Totals {
            transactions: sum.transactions + payload.num_transactions() as u64,
            bytes: sum.bytes + payload.as_bytes().len() as u64,
        })
    };
    // the sums wait at height 7, and go on when it comes
    store.store_blocks(&blocks[..7]).await.unwrap();
    store.store_blocks(&blocks[8..]).await.unwrap();
    assert_eq!(store.totals(0..=6).await.unwrap(), sum(0, 6));
    assert_eq!(store.totals(8..=15).await.unwrap(), sum(8, 15));
    store.store_blocks(&blocks[7..8]).await.unwrap();
    for (from, to) in [(0, 19), (0, 0), (3, 3), (7, 7), (5, 12), (19, 19)] {
        assert_eq!(
            store.totals(from as u64..=to as u64).await.unwrap(),
            sum(from, to),
            "{from}..={to}"
        );
    }
    let empty = std::ops::RangeInclusive::new(5, 4);
    assert_eq!(store.totals(empty).await.unwrap(), Totals::default());
    let rollups = store.namespaces(10).await.unwrap();
    assert_eq!(store.namespace_count().await.unwrap(), 2);
    assert_eq!(rollups.iter().map(|rollup| rollup.transactions).sum::<u64>(), 40);
    assert!(rollups.iter().all(|rollup| rollup.last_height == 19));
}

pub async fn windows_are_rows_of_time(store: &SqlStore) {
    let blocks = chain(10);
    store.store_blocks(&blocks).await.unwrap();
    // two blocks per second: heights 2s and 2s + 1 are of second START + s
    let heights = async |start, end, limit| {
        let found = store.window(start, end, limit).await.unwrap()?;
        let height = |header: &crema_types::Header| header.height;
        Some((
            found.prev.as_ref().map(height),
            found.window.iter().map(height).collect::<Vec<_>>(),
            found.next.as_ref().map(height),
        ))
    };
    let time = |second| WindowStart::Time(START + second);
    let hash = |height: usize| WindowStart::Hash(blocks[height].leaf.block_header.commit());
    assert_eq!(
        heights(time(1), START + 3, 99).await,
        Some((Some(1), vec![2, 3, 4, 5], Some(6)))
    );
    assert_eq!(
        heights(time(0), START + 1, 99).await,
        Some((None, vec![0, 1], Some(2)))
    );
    // not over yet
    assert_eq!(
        heights(time(4), START + 99, 99).await,
        Some((Some(7), vec![8, 9], None))
    );
    // cut to the limit
    assert_eq!(
        heights(time(1), START + 3, 3).await,
        Some((Some(1), vec![2, 3, 4], None))
    );
    // empty, but known where it is
    assert_eq!(
        heights(time(2), START + 2, 99).await,
        Some((Some(3), vec![], Some(4)))
    );
    // the next block may be in it or behind it
    assert_eq!(heights(time(5), START + 6, 99).await, None);
    for start in [WindowStart::Height(3), hash(3)] {
        assert_eq!(
            heights(start, START + 3, 99).await,
            Some((Some(2), vec![3, 4, 5], Some(6)))
        );
    }
    assert_eq!(heights(WindowStart::Height(10), START + 99, 99).await, None);
    assert_eq!(
        heights(WindowStart::Hash(BlockHash([1; 32])), START + 99, 99).await,
        None
    );
    // a row with a hole is not told as if it were whole
    let later = chain(16);
    store.store_blocks(&later[12..]).await.unwrap();
    assert_eq!(heights(time(4), START + 99, 99).await, None);
}

pub async fn lists_are_newest_first(store: &SqlStore) {
    store.store_blocks(&chain(8)).await.unwrap();
    let places = async |start, filter, limit| {
        let found = store.transactions(start, filter, limit).await.unwrap();
        found
            .iter()
            .map(|entry| (entry.place.height, entry.place.position))
            .collect::<Vec<_>>()
    };
    let at = |height, position| ListStart::Place(TransactionPlace { height, position });
    assert_eq!(
        places(ListStart::Newest, TransactionFilter::All, 5).await,
        [(7, 3), (7, 2), (7, 1), (7, 0), (5, 3)]
    );
    assert_eq!(
        places(at(6, 0), TransactionFilter::All, 2).await,
        [(5, 3), (5, 2)],
        "a place without transaction"
    );
    assert_eq!(
        places(at(5, 1), TransactionFilter::Namespace(NamespaceId(1)), 3).await,
        [(5, 1), (5, 0), (3, 1)]
    );
    assert_eq!(
        places(ListStart::Newest, TransactionFilter::Block(3), 9).await,
        [(3, 3), (3, 2), (3, 1), (3, 0)]
    );
    let (_, transaction) = payload(3).transactions().nth(2).unwrap();
    let entry = store
        .transactions(ListStart::Hash(transaction.commit()), TransactionFilter::All, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!((entry.place.height, entry.place.position), (3, 2));
    assert_eq!(
        (entry.namespace, entry.hash),
        (NamespaceId(7), transaction.commit())
    );
    assert_eq!((entry.timestamp, entry.block_transactions), (START + 1, 4));
}

pub async fn pruning_forgets_the_oldest(store: &SqlStore) {
    let blocks = chain(12);
    store.store_blocks(&blocks).await.unwrap();
    let limits = PruneLimits {
        target_retention: Duration::from_secs(10),
        minimum_retention: Duration::from_secs(1),
        batch: 3,
        ..PruneLimits::default()
    };
    assert_eq!(store.prune(&limits, START).await.unwrap(), None);
    // seconds up to START + 2 are too old: heights 0 to 5
    assert_eq!(store.prune(&limits, START + 13).await.unwrap(), Some(5));
    assert_eq!(store.header(BlockId::Height(5)).await.unwrap(), None);
    assert!(store.header(BlockId::Height(6)).await.unwrap().is_some());
    assert_eq!(store.sync_status().await.unwrap().pruned_height, Some(5));
    assert_eq!(store.missing(Kind::Leaf, 9).await.unwrap(), []);
    assert_eq!(
        store.block_hashes(0, 99).await.unwrap().len(),
        12,
        "Merkle proofs need them all"
    );
    assert_eq!(store.totals(6..=11).await.unwrap().transactions, 12);
    // what was forgotten does not come back by itself, and the chain goes on
    store.store_blocks(&chain(14)).await.unwrap();
    assert_eq!(store.header(BlockId::Height(5)).await.unwrap(), None);
    assert_eq!(store.height().await.unwrap(), 14);
    assert_eq!(store.totals(0..=13).await.unwrap().transactions, 28);
    let window = store
        .window(WindowStart::Height(6), START + 4, 9)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((window.prev, window.window.len()), (None, 2));
    // the newest block always stays
    assert_eq!(store.prune(&limits, u64::MAX / 2).await.unwrap(), Some(12));
    assert_eq!(store.height().await.unwrap(), 14);
}
