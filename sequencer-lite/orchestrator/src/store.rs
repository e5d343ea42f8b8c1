//! The file that a restart goes on from: who has registered, and who is ready.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::claim::{Claim, NetworkId};

/// The file's name.
const NAME: &str = "registrations.json";
/// Longest file read: a thousand claims take about one megabyte.
const MAX_BYTES: u64 = 1 << 24;

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The network's name.
    pub network: NetworkId,
    /// Slots.
    pub slots: usize,
    /// Slots that are taken.
    pub claims: Vec<(usize, Claim)>,
    /// Slots whose nodes have the configuration.
    pub ready: Vec<usize>,
    /// Whether the network was started by hand.
    pub started_by_hand: bool,
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be read or written.
    #[error("{path}: {source}; is --storage-path on a disk that can be written and has room?")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it.
    #[error("{path} is in use by another orchestrator; give this one a --storage-path of its own")]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error("{path} is no record of registrations ({source}); move it away to start anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The operating system has no randomness for a new network's name.
    #[error("no randomness for the network's name: {0}")]
    Random(getrandom::Error),
    /// It is another network's.
    #[error(
        "{path} is of a network of {found} nodes, this one has {expected}; give it a new --storage-path, or move the file away"
    )]
    Slots {
        /// The file.
        path: PathBuf,
        /// Nodes asked for.
        expected: usize,
        /// Nodes in the file.
        found: usize,
    },
    /// A claim in it does not verify, or contradicts the rules of now.
    #[error(
        "{path}: the node in slot {slot} cannot stay: {reason}; move the file away to register everybody anew"
    )]
    Claim {
        /// The file.
        path: PathBuf,
        /// Its slot.
        slot: usize,
        /// Why.
        reason: String,
    },
}

/// Where the record is kept.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens a folder, which is made if it is not there, for this process alone.
    ///
    /// # Errors
    /// [`StoreError::Io`] or [`StoreError::Locked`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let path = folder.join("lock");
        let lock = File::options().create(true).append(true).open(&path);
        let lock = lock.map_err(failed(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                _lock: lock,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
            Err(fs::TryLockError::Error(source)) => Err(StoreError::Io { path, source }),
        }
    }

    /// The record's file.
    pub fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Reads the record, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Io`] or [`StoreError::Damaged`].
    pub fn read(&self) -> Result<Option<Record>, StoreError> {
        let path = self.path();
        let mut bytes = Vec::new();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { path, source }),
            Ok(file) => {
                let read = io::Read::read_to_end(&mut io::Read::take(file, MAX_BYTES), &mut bytes);
                read.map_err(failed(&path))?;
            }
        }
        let record = serde_json::from_slice(&bytes);
        record
            .map(Some)
            .map_err(|source| StoreError::Damaged { path, source })
    }

    /// Replaces the record; it is on disk when this returns, the old or the new one whatever happens in between.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn write(&self, record: &Record) -> Result<(), StoreError> {
        let (path, new) = (self.path(), self.folder.join("registrations.json.new"));
        let json = serde_json::to_vec_pretty(record).map_err(|source| StoreError::Damaged {
            path: path.clone(),
            source,
        })?;
        let mut file = File::create(&new).map_err(failed(&new))?;
        file.write_all(&json).map_err(failed(&new))?;
        file.sync_all().map_err(failed(&new))?;
        fs::rename(&new, &path).map_err(failed(&path))?;
        // the rename itself is on disk once the folder is
        let folder = File::open(&self.folder).map_err(failed(&self.folder))?;
        folder.sync_all().map_err(failed(&self.folder))
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { path, source }
}
