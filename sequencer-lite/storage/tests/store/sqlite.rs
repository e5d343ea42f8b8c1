//! The suite on SQLite.

use crema_storage::{Settings, SqlStore, Store as _};

use crate::chain::chain;
use crate::suite;

/// Runs a part of the suite on a store of its own.
macro_rules! on_sqlite {
    ($($name:ident)+) => {$(
        #[tokio::test]
        async fn $name() {
            let folder = tempfile::tempdir().unwrap();
            let settings = Settings::sqlite(folder.path().join("sqlite/database"));
            let store = SqlStore::open(&settings).await.unwrap();
            suite::$name(&store).await;
        }
    )+};
}

on_sqlite! {
    an_empty_store_has_nothing
    blocks_come_back_by_every_name
    repeats_change_nothing
    gaps_are_known_and_filled
    what_does_not_belong_is_refused
    totals_add_up
    windows_are_rows_of_time
    lists_are_newest_first
    pruning_forgets_the_oldest
}

#[tokio::test]
async fn a_store_opens_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::sqlite(folder.path().join("database"));
    let store = SqlStore::open(&settings).await.unwrap();
    store.store_blocks(&chain(5)).await.unwrap();
    store.close().await;
    let store = SqlStore::open(&settings).await.unwrap();
    assert_eq!(store.height().await.unwrap(), 5);
    store.store_blocks(&chain(6)).await.unwrap();
    assert_eq!(store.height().await.unwrap(), 6);
}

/// A file that is no database is an error that says so, and is left alone.
#[tokio::test]
async fn another_file_is_not_taken_for_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database");
    std::fs::write(&path, [b'x'; 5000]).unwrap();
    let error = SqlStore::open(&Settings::sqlite(&path)).await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), [b'x'; 5000]);
}
