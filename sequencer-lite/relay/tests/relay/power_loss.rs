//! A disk that loses what was not synchronised, all of it or any part, and one that fails.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crema_relay::collector::{Limits, Vote};
use crema_relay::http::HttpLimits;
use crema_relay::relay::Relay;
use crema_relay::store::{Store, StoreError};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use redb::{BackendError, StorageBackend};
use reqwest::StatusCode;
use tempfile::TempDir;

use super::network::{Running, state, table, vote};

/// What was done since the last synchronisation.
#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Length(u64),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                let start = *offset as usize;
                if bytes.len() < start + data.len() {
                    bytes.resize(start + data.len(), 0);
                }
                bytes[start..start + data.len()].copy_from_slice(data);
            }
            Self::Length(length) => bytes.resize(*length as usize, 0),
        }
    }
}

/// What a crash leaves, and how many votes had been accepted by then.
struct Image {
    bytes: Vec<u8>,
    accepted: usize,
}

#[derive(Default)]
struct Disk {
    bytes: Mutex<Vec<u8>>,
    durable: Mutex<Vec<u8>>,
    changes: Mutex<Vec<Change>>,
    images: Mutex<Vec<Image>>,
    accepted: AtomicUsize,
    broken: AtomicBool,
}

impl Disk {
    /// What a crash at this moment leaves: what is durable, and of the rest anything, sector by sector.
    fn crash(&self, rng: &mut TestRng) {
        const SECTOR: usize = 512;
        let mut bytes = self.durable.lock().unwrap().clone();
        for change in self.changes.lock().unwrap().iter() {
            match change {
                Change::Write(offset, data) => {
                    for (index, sector) in data.chunks(SECTOR).enumerate() {
                        if rng.next_u32().is_multiple_of(2) {
                            Change::Write(offset + (index * SECTOR) as u64, sector.to_vec())
                                .apply(&mut bytes);
                        }
                    }
                }
                length @ Change::Length(_) => length.apply(&mut bytes),
            }
        }
        let accepted = self.accepted.load(Ordering::SeqCst);
        self.images.lock().unwrap().push(Image { bytes, accepted });
    }
}

/// A handle to the disk, as the store takes it.
#[derive(Clone)]
struct Handle(Arc<Disk>, Option<Arc<Mutex<TestRng>>>);

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

impl Handle {
    fn check(&self) -> Result<(), io::Error> {
        if self.0.broken.load(Ordering::SeqCst) {
            return Err(io::Error::new(ErrorKind::StorageFull, "the disk is full"));
        }
        Ok(())
    }

    fn change(&self, change: Change) -> Result<(), io::Error> {
        self.check()?;
        change.apply(&mut self.0.bytes.lock().unwrap());
        self.0.changes.lock().unwrap().push(change);
        Ok(())
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.0.bytes.lock().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let bytes = self.0.bytes.lock().unwrap();
        let start = offset as usize;
        let part = bytes.get(start..start + out.len());
        out.copy_from_slice(part.ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.change(Change::Length(len))
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.check()?;
        if let Some(rng) = &self.1 {
            self.0.crash(&mut rng.lock().unwrap());
        }
        self.0
            .durable
            .lock()
            .unwrap()
            .clone_from(&self.0.bytes.lock().unwrap());
        self.0.changes.lock().unwrap().clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.change(Change::Write(offset, data.to_vec()))
    }

    fn try_lock_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<bool, BackendError> {
        Err(BackendError::Unsupported)
    }
}

#[tokio::test]
async fn what_is_accepted_survives_a_power_loss_at_any_moment() {
    const VOTES: u64 = 25;
    let rng = Arc::new(Mutex::new(TestRng::deterministic_rng(RngAlgorithm::ChaCha)));
    let disk = Arc::new(Disk::default());
    let handle = Handle(Arc::clone(&disk), Some(Arc::clone(&rng)));
    let place = move || Store::on(handle.clone());
    let running = Running::on(place, &[1, 9], HttpLimits::default(), TempDir::new().unwrap()).await;
    let before = disk.images.lock().unwrap().len();
    for height in 1..=VOTES {
        assert_eq!(
            running.client.post(&vote(0, state(height))).await.0,
            StatusCode::OK
        );
        // by now it is promised
        disk.accepted.fetch_add(1, Ordering::SeqCst);
        disk.crash(&mut rng.lock().unwrap());
    }
    running.stop().await;

    let images = std::mem::take(&mut *disk.images.lock().unwrap());
    assert!(
        images.len() - before >= 3 * VOTES as usize,
        "{} images",
        images.len()
    );
    let mut incomplete = 0;
    for Image { bytes, accepted } in images.into_iter().skip(before) {
        let disk = Arc::new(Disk::default());
        *disk.bytes.lock().unwrap() = bytes;
        let contents = Store::on(Handle(disk, None)).unwrap().load().unwrap();
        let heights: Vec<u64> = contents.votes.iter().map(Vote::height).collect();
        let promised: Vec<u64> = (1..=accepted as u64).collect();
        assert!(
            heights.starts_with(&promised),
            "promised up to {accepted}, found {heights:?}"
        );
        assert!(heights.len() <= accepted + 1);
        assert_eq!(contents.damaged, 0);
        incomplete += usize::from(heights.len() == accepted);
    }
    assert!(
        incomplete > 0,
        "some crashes come before the vote on its way is stored"
    );
}

#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let disk = Arc::new(Disk::default());
    let handle = Handle(Arc::clone(&disk), None);
    let place = move || -> Result<Store, StoreError> { Store::on(handle.clone()) };
    let running = Running::on(place, &[1; 4], HttpLimits::default(), TempDir::new().unwrap()).await;
    let client = &running.client;
    assert_eq!(client.post(&vote(0, state(5))).await.0, StatusCode::OK);
    disk.broken.store(true, Ordering::SeqCst);
    for node in [1, 2, 1] {
        let (status, message) = client.post(&vote(node, state(5))).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{message}");
    }
    // what is not stored is not handed out
    assert_eq!(client.bundle().await, None);
    assert!(client.metric("state_relay_failed_commits_total").await >= 1);
    disk.broken.store(false, Ordering::SeqCst);
    assert_eq!(client.post(&vote(3, state(5))).await.0, StatusCode::OK);
    for node in [1, 2] {
        // taken up by now, or then
        let (status, message) = client.post(&vote(node, state(5))).await;
        assert!(
            status == StatusCode::OK || message.contains("is here already"),
            "{message}"
        );
    }
    let bundle = client.bundle().await.unwrap();
    assert_eq!(bundle.signatures.len(), 4);
    running.stop().await;

    let handle = Handle(disk, None);
    let (relay, worker) = Relay::start(move || Store::on(handle.clone()), Limits::default()).unwrap();
    assert_eq!(relay.newest().unwrap().bundle(), &bundle);
    assert_eq!(bundle.accumulated_weight, table(&[1; 4]).total());
    relay.stop().await;
    worker.join();
}
