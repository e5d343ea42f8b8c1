//! How fast questions are on a large store. Not part of the suite: it takes minutes and gigabytes.

use std::time::{Duration, Instant};

use crema_storage::{
    BlockId, LeafId, ListStart, Settings, SqlStore, Store as _, TransactionFilter, WindowStart,
};

use crate::chain::{START, endless};
use crate::postgres::Server;

/// Questions per kind.
const QUESTIONS: u64 = 1000;
/// Blocks written in one transaction.
const BATCH: usize = 2000;

fn blocks() -> u64 {
    let number = std::env::var("CREMA_BLOCKS").map_or(Ok(1_000_000), |number| number.parse());
    number.expect("CREMA_BLOCKS is a number of blocks")
}

/// Asks at heights all over the store, and checks how long the slowest of a hundred takes.
async fn measure(name: &str, length: u64, limit: Duration, ask: impl AsyncFn(u64) -> bool) {
    let mut times = Vec::new();
    for number in 0..QUESTIONS {
        // spread by a multiplier that shares no factor with the length
        let height = number.wrapping_mul(982_451_653) % length;
        let begin = Instant::now();
        assert!(ask(height).await, "{name} at {height}");
        times.push(begin.elapsed());
    }
    times.sort();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{name:24} median {median:>10.1?}   p99 {p99:>10.1?}");
    assert!(
        p99 < limit,
        "{name}: p99 is {p99:?}, at most {limit:?} is promised"
    );
}

async fn run(store: &SqlStore) {
    let length = blocks();
    let begin = Instant::now();
    let mut chain = endless();
    let mut written = 0;
    while written < length {
        let batch: Vec<_> = chain
            .by_ref()
            .take(BATCH.min((length - written) as usize))
            .collect();
        store.store_blocks(&batch).await.unwrap();
        written += batch.len() as u64;
    }
    println!("{length} blocks in {:.0?}", begin.elapsed());

    let point = Duration::from_millis(10);
    let range = Duration::from_millis(100);
    measure("leaf", length, point, async |height| {
        store.leaf(LeafId::Height(height)).await.unwrap().is_some()
    })
    .await;
    measure("header by hash", length, point, async |height| {
        let hash = store.block_hashes(height, 1).await.unwrap()[0];
        store.header(BlockId::Hash(hash)).await.unwrap().is_some()
    })
    .await;
    measure("block", length, point, async |height| {
        store.payload(BlockId::Height(height)).await.unwrap().is_some()
    })
    .await;
    measure("transaction", length, point, async |height| {
        let payload = crate::chain::payload(height / 2 * 2 + 1);
        let (_, transaction) = payload.transactions().next().unwrap();
        height / 2 * 2 + 1 >= length || store.transaction(transaction.commit()).await.unwrap().is_some()
    })
    .await;
    measure("totals", length, point, async |height| {
        store.totals(height / 2..=height).await.is_ok()
    })
    .await;
    measure("100 headers", length, range, async |height| {
        !store.headers(height..height + 100).await.unwrap().is_empty()
    })
    .await;
    measure("100 blocks", length, range, async |height| {
        !store.payloads(height..height + 100).await.unwrap().is_empty()
    })
    .await;
    measure("window of 500 headers", length, range, async |height| {
        let start = WindowStart::Time(START + height / 2);
        store.window(start, u64::MAX, 500).await.unwrap().is_some()
    })
    .await;
    measure("rollup's transactions", length, range, async |_| {
        let filter = TransactionFilter::Namespace(7.into());
        store
            .transactions(ListStart::Newest, filter, 100)
            .await
            .unwrap()
            .len()
            == 100
    })
    .await;
}

#[tokio::test]
#[ignore = "takes minutes and gigabytes; CREMA_BLOCKS makes it smaller"]
async fn a_million_blocks_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqlStore::open(&Settings::sqlite(folder.path().join("database")))
        .await
        .unwrap();
    run(&store).await;
}

#[tokio::test]
#[ignore = "takes minutes and gigabytes; CREMA_BLOCKS makes it smaller"]
async fn a_million_blocks_in_postgres() {
    let server = Server::start().await;
    run(&server.store("million").await).await;
}
