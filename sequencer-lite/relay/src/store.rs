//! What survives: votes, contradictions and the stake table, in one file.
//!
//! A commit returns once everything is on disk. It takes two steps (data, then the pointer to it), so that not even a
//! signer who chooses what is written can make a torn write look like a whole one. Whatever is read back is decoded
//! and verified like anything else from outside.

use std::path::{Path, PathBuf};

use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::config::{self, ConfigError, PeerConfig};
use crema_light_client::schnorr::VerifyingKey;
use crema_light_client::stake_table::StakeTable;
use crema_light_client::tagged::Tagged;
use rayon::prelude::*;
use redb::{Database, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition};
use thiserror::Error;

use crate::collector::{Effect, Evidence, KeyBytes, SignedState, Vote};

/// Bytes of a state and a signature.
const SIGNED_BYTES: usize = 48 + 96;

type VoteKey = (u64, &'static [u8; 64]);
const VOTES: TableDefinition<'_, VoteKey, &[u8; SIGNED_BYTES]> = TableDefinition::new("votes");
const EVIDENCE: TableDefinition<'_, VoteKey, &[u8; 2 * SIGNED_BYTES]> = TableDefinition::new("evidence");
const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");

const FORMAT: &str = "format";
const FORMAT_VERSION: &[u8] = b"crema state relay 1";
const STAKE_TABLE: &str = "stake table";

/// All that is ever read twice fits: the whole file takes a few megabytes.
const CACHE_BYTES: usize = 8 << 20;

/// Why the store does not do what it should.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Its folder cannot be made.
    #[error("cannot create the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("{path} is in use by another state-relay-server; stop that one or choose another --storage-path")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A file of another program, or of another version of this one.
    #[error("the store is of another format: expected {expected:?}, found {found:?}; move it away")]
    Format {
        /// What this version writes.
        expected: String,
        /// What is written there.
        found: String,
    },
    /// The disk is full or broken, or the file is damaged.
    #[error("the store fails: {0}")]
    Database(#[from] redb::Error),
    /// A stake table that is none.
    #[error("the stored stake table is damaged: {0}")]
    StakeTable(#[from] ConfigError),
    /// A stake table that cannot be written as text.
    #[error("the stake table has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

/// The open file.
#[derive(Debug)]
pub struct Store {
    database: Database,
}

/// What was in the store.
#[derive(Debug, Default)]
pub struct Contents {
    /// Votes with good signatures.
    pub votes: Vec<Vote>,
    /// Contradictions with good signatures.
    pub evidence: Vec<Evidence>,
    /// The stake table used last.
    pub stake_table: Option<StakeTable>,
    /// Records that are damaged: they are left where they are and do not count.
    pub damaged: usize,
}

impl Store {
    /// Opens the store in `folder`, or makes a new one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        let path = folder.join("state-relay.redb");
        let database = Database::builder().set_cache_size(CACHE_BYTES).create(&path);
        Self::prepare(database.map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path },
            other => StoreError::Database(other.into()),
        })?)
    }

    /// Opens a store that is kept somewhere else than in a file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn on(backend: impl StorageBackend) -> Result<Self, StoreError> {
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(backend);
        Self::prepare(database.map_err(redb::Error::from)?)
    }

    fn prepare(database: Database) -> Result<Self, StoreError> {
        let store = Self { database };
        let found = store.prepare_tables()?;
        if let Some(found) = found.filter(|found| found != FORMAT_VERSION) {
            return Err(StoreError::Format {
                expected: String::from_utf8_lossy(FORMAT_VERSION).into_owned(),
                found: String::from_utf8_lossy(&found).into_owned(),
            });
        }
        Ok(store)
    }

    /// Makes what is missing; gives the format that was there before.
    fn prepare_tables(&self) -> Result<Option<Vec<u8>>, redb::Error> {
        let transaction = self.database.begin_write()?;
        let found = {
            let mut about = transaction.open_table(ABOUT)?;
            let found = about.get(FORMAT)?.map(|value| value.value().to_vec());
            if found.is_none() {
                about.insert(FORMAT, FORMAT_VERSION)?;
            }
            transaction.open_table(VOTES)?;
            transaction.open_table(EVIDENCE)?;
            found
        };
        transaction.commit()?;
        Ok(found)
    }

    /// Everything, verified.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(&self) -> Result<Contents, StoreError> {
        let (votes, evidence, stake_table) = self.read()?;
        let found = votes.len() + evidence.len();
        let votes: Vec<Vote> = votes
            .par_iter()
            .filter_map(|(height, key, signed)| decode_vote(*height, key, signed))
            .collect();
        let evidence: Vec<Evidence> = evidence
            .par_iter()
            .filter_map(|(height, key, signed)| decode_evidence(*height, key, signed))
            .collect();
        Ok(Contents {
            damaged: found - votes.len() - evidence.len(),
            votes,
            evidence,
            stake_table: stake_table
                .map(|json| config::stake_table_from_json(&json))
                .transpose()?,
        })
    }

    #[expect(clippy::type_complexity, reason = "rows as they stand in the three tables")]
    fn read(
        &self,
    ) -> Result<
        (
            Vec<Row<SIGNED_BYTES>>,
            Vec<Row<{ 2 * SIGNED_BYTES }>>,
            Option<Vec<u8>>,
        ),
        redb::Error,
    > {
        let transaction = self.database.begin_read()?;
        let mut votes = Vec::new();
        for row in transaction.open_table(VOTES)?.iter()? {
            let (key, value) = row?;
            let (height, signer) = key.value();
            votes.push((height, *signer, *value.value()));
        }
        let mut evidence = Vec::new();
        for row in transaction.open_table(EVIDENCE)?.iter()? {
            let (key, value) = row?;
            let (height, signer) = key.value();
            evidence.push((height, *signer, *value.value()));
        }
        let about = transaction.open_table(ABOUT)?;
        let stake_table = about.get(STAKE_TABLE)?.map(|value| value.value().to_vec());
        Ok((votes, evidence, stake_table))
    }

    /// Does what `effects` ask of the store, all of it or nothing, and returns once it is on disk.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then the store must be opened again before it is used again.
    pub fn commit(&self, effects: &[Effect]) -> Result<(), StoreError> {
        Ok(self.write(effects)?)
    }

    fn write(&self, effects: &[Effect]) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_two_phase_commit(true);
        {
            let mut votes = transaction.open_table(VOTES)?;
            let mut evidence = transaction.open_table(EVIDENCE)?;
            for effect in effects {
                match effect {
                    Effect::Keep(vote) => {
                        let key = KeyBytes::from(&vote.key());
                        votes.insert((vote.height(), &key.0), &encode(&vote.signed()))?;
                    }
                    Effect::Forget { height, key } => {
                        votes.remove((*height, &KeyBytes::from(key).0))?;
                    }
                    Effect::ForgetHeight { height } => {
                        votes.retain_in((*height, &[0; 64])..=(*height, &[0xff; 64]), |_, _| false)?;
                    }
                    Effect::Contradiction(item) => {
                        let key = KeyBytes::from(&item.key);
                        let mut value = [0; 2 * SIGNED_BYTES];
                        value[..SIGNED_BYTES].copy_from_slice(&encode(&item.first));
                        value[SIGNED_BYTES..].copy_from_slice(&encode(&item.second));
                        evidence.insert((item.height(), &key.0), &value)?;
                    }
                    Effect::ForgetEvidence { height, key } => {
                        evidence.remove((*height, &KeyBytes::from(key).0))?;
                    }
                    Effect::NewBundle { .. } | Effect::BundleGrown | Effect::Fork { .. } => {}
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Remembers the stake table for the next start.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn keep_stake_table(&self, table: &StakeTable) -> Result<(), StoreError> {
        let peers: Vec<PeerConfig> = table.entries().iter().map(PeerConfig::from).collect();
        let json = serde_json::json!({ "config": { "known_nodes_with_stake": peers } });
        let json = serde_json::to_vec(&json)?;
        Ok(self.write_about(STAKE_TABLE, &json)?)
    }

    fn write_about(&self, name: &str, value: &[u8]) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_two_phase_commit(true);
        transaction.open_table(ABOUT)?.insert(name, value)?;
        transaction.commit()?;
        Ok(())
    }
}

/// Height, signer, and what it has signed.
type Row<const N: usize> = (u64, [u8; 64], [u8; N]);

fn encode(signed: &SignedState) -> [u8; SIGNED_BYTES] {
    let mut bytes = [0; SIGNED_BYTES];
    let (state, signature) = bytes.split_at_mut(48);
    // both encodings have a fixed length
    state.copy_from_slice(&signed.state.to_value());
    signature.copy_from_slice(&signed.signature.to_value());
    bytes
}

fn decode(height: u64, bytes: &[u8]) -> Option<SignedState> {
    let (state, signature) = bytes.split_at_checked(48)?;
    let signed = SignedState {
        state: Tagged::from_value(state).ok()?,
        signature: Tagged::from_value(signature).ok()?,
    };
    (signed.state.block_height == height).then_some(signed)
}

fn decode_vote(height: u64, key: &[u8; 64], signed: &[u8]) -> Option<Vote> {
    let SignedState { state, signature } = decode(height, signed)?;
    let key = VerifyingKey::from_value(key).ok()?;
    Vote::verify(StateSignatureRequestBody {
        key,
        state,
        signature,
    })
    .ok()
}

fn decode_evidence(height: u64, key: &[u8; 64], signed: &[u8]) -> Option<Evidence> {
    let (first, second) = signed.split_at_checked(SIGNED_BYTES)?;
    let evidence = Evidence {
        key: VerifyingKey::from_value(key).ok()?,
        first: decode(height, first)?,
        second: decode(height, second)?,
    };
    evidence.is_proof().then_some(evidence)
}
