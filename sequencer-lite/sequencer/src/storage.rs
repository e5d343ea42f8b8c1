//! The node's folder, for one process at a time, and what it keeps of the network.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crema_types::Commitment;
use crema_types::network_config::NetworkConfig;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The file with the network's configuration.
const NETWORK: &str = "network.json";

/// Why the folder cannot be used.
#[derive(Debug, Error)]
pub enum StorageError {
    /// It cannot be read or written.
    #[error("{path}: {source}; is the storage path on a disk that can be written and has room?")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it. Two nodes with one key would contradict one another.
    #[error("{path} is in use by another process; stop that one, or choose another storage path")]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// It holds something else.
    #[error(
        "{path} is no network configuration ({source}); move it away and the orchestrator is asked again"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is of another chain.
    #[error(
        "{path} belongs to a chain with another genesis ({found}); this genesis file gives {expected}. Use the old genesis file or another storage path"
    )]
    Genesis {
        /// The file.
        path: PathBuf,
        /// The genesis leaf of the genesis file.
        expected: Commitment,
        /// The genesis leaf that the folder's chain starts with.
        found: Commitment,
    },
}

#[derive(Serialize, Deserialize)]
struct Record {
    genesis: Commitment,
    config: NetworkConfig,
}

/// A node's folder.
#[derive(Debug)]
pub struct Storage {
    folder: PathBuf,
    /// Held as long as the folder is in use.
    _lock: File,
}

impl Storage {
    /// Opens a folder, which is made if it is not there, for this process alone.
    ///
    /// # Errors
    /// [`StorageError::Io`] or [`StorageError::Locked`].
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let path = folder.join("lock");
        let lock = File::options().create(true).append(true).open(&path);
        let lock = lock.map_err(failed(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                _lock: lock,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(StorageError::Locked { path }),
            Err(fs::TryLockError::Error(source)) => Err(StorageError::Io { path, source }),
        }
    }

    /// Where consensus keeps what must survive a restart.
    pub fn consensus(&self) -> PathBuf {
        self.folder.join("consensus")
    }

    /// The configuration of the network that this folder's chain belongs to, if there is one.
    ///
    /// # Errors
    /// When it cannot be read or is of a chain with another genesis.
    pub fn network(&self, genesis: Commitment) -> Result<Option<NetworkConfig>, StorageError> {
        let path = self.folder.join(NETWORK);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StorageError::Io { path, source }),
        };
        let record: Record = match serde_json::from_slice(&bytes) {
            Ok(record) => record,
            Err(source) => return Err(StorageError::Damaged { path, source }),
        };
        if record.genesis != genesis {
            return Err(StorageError::Genesis {
                path,
                expected: genesis,
                found: record.genesis,
            });
        }
        Ok(Some(record.config))
    }

    /// Keeps the network's configuration; it is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_network(&self, genesis: Commitment, config: NetworkConfig) -> Result<(), StorageError> {
        let (path, new) = (self.folder.join(NETWORK), self.folder.join("network.json.new"));
        let json = serde_json::to_vec_pretty(&Record { genesis, config }).map_err(|source| {
            StorageError::Damaged {
                path: path.clone(),
                source,
            }
        })?;
        let mut file = File::create(&new).map_err(failed(&new))?;
        file.write_all(&json).map_err(failed(&new))?;
        file.sync_all().map_err(failed(&new))?;
        fs::rename(&new, &path).map_err(failed(&path))?;
        let folder = File::open(&self.folder).map_err(failed(&self.folder))?;
        folder.sync_all().map_err(failed(&self.folder))
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StorageError + use<> {
    let path = path.to_owned();
    move |source| StorageError::Io { path, source }
}
