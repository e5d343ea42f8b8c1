//! The key cache: one file per key, written under a temporary name and renamed, loaded by mapping it.
//!
//! Layout, little-endian: a header of [`HEADER`] bytes (magic, format version, table length, then the table: kind, index,
//! offset, length and BLAKE3 digest of each section; zeros; the header's own digest in its last 32 bytes), then the
//! sections, each on a page boundary. Scalars and coordinates are arkworks' Montgomery limbs, so that nothing is
//! converted on loading.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ark_bn254::Fr;
use crema_kernels::{
    Point, Shared,
    shared::{Plain, bytes_of},
};
use memmap2::Mmap;
use rayon::prelude::*;

use super::{EXTRA_POWERS, KeyInfo, KeyMaterial, Section, Sink};
use crate::{KEY_WORDS, VerifyingKey, error::DecodeError};

#[cfg(target_endian = "big")]
compile_error!("key files hold little-endian limbs that are mapped as they are");

const MAGIC: &[u8; 8] = b"CREMAKEY";
/// Raised whenever the layout or the meaning of a section changes; older files are then made anew.
const VERSION: u32 = 2;
const HEADER: usize = 1 << 14;
const ENTRY: usize = 56;
const PREFIX: usize = 16;
const PAGE: u64 = 4096;
const DIGEST: usize = 32;
/// Kind of the section that holds [`KeyInfo`].
const INFO: u32 = 0;
const LABEL_LIMIT: usize = 1 << 10;

/// Failure to write or load a key file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file system failed.
    #[error("key file {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not a key of this format version.
    #[error(
        "key file {path} is not a key of format {VERSION}: {reason}; delete it and it will be made again"
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// A section's digest differs: the file is truncated or was altered.
    #[error("key file {path} is corrupt in {section}; delete it and it will be made again")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The section.
        section: String,
    },
    /// The verification key in it does not decode.
    #[error("key file {path}: {source}; delete it and it will be made again")]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why.
        source: DecodeError,
    },
}

struct Entry {
    kind: u32,
    index: u32,
    offset: u64,
    length: u64,
    digest: [u8; DIGEST],
}

fn kind_of(section: Section) -> (u32, u32) {
    match section {
        Section::Powers => (1, 0),
        Section::Lagrange => (2, 0),
        Section::WireIndex(wire) => (3, u32::from(wire)),
        Section::SigmaValues(wire) => (4, u32::from(wire)),
        Section::Coefficients(poly) => (5, u32::from(poly)),
        Section::Coset(coset, poly) => (6, u32::from(coset) << 8 | u32::from(poly)),
        Section::WireVariables(wire) => (7, u32::from(wire)),
        Section::WireBases(wire) => (8, u32::from(wire)),
    }
}

/// Numbers this process's writers, so that two threads that make one key at once do not share a temporary file.
static WRITERS: AtomicU64 = AtomicU64::new(0);

/// Writes a key section by section. Nothing stands under the final name until [`KeyWriter::finish`].
pub struct KeyWriter {
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    offset: u64,
    entries: Vec<Entry>,
    finished: bool,
}

impl KeyWriter {
    /// Opens a temporary file beside `path`, whose folder is made if need be.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn create(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let temporary = path.with_extension(format!(
            "partial-{}-{}",
            std::process::id(),
            WRITERS.fetch_add(1, Ordering::Relaxed)
        ));
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&temporary).map_err(io)?);
        file.write_all(&[0; HEADER]).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            file,
            offset: HEADER as u64,
            entries: Vec::new(),
            finished: false,
        })
    }

    fn section(&mut self, (kind, index): (u32, u32), bytes: &[u8]) -> Result<(), KeyError> {
        let io = |source| KeyError::Io {
            path: self.path.clone(),
            source,
        };
        let padding = self.offset.next_multiple_of(PAGE) - self.offset;
        self.file
            .write_all(&[0; PAGE as usize][..padding as usize])
            .map_err(io)?;
        self.file.write_all(bytes).map_err(io)?;
        let offset = self.offset + padding;
        let digest = *blake3::Hasher::new().update_rayon(bytes).finalize().as_bytes();
        self.entries.push(Entry {
            kind,
            index,
            offset,
            length: bytes.len() as u64,
            digest,
        });
        self.offset = offset + bytes.len() as u64;
        Ok(())
    }

    /// Writes the key's identity and the header, syncs, and renames the file to its final name.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn finish(mut self, info: &KeyInfo) -> Result<(), KeyError> {
        let mut bytes = Vec::new();
        bytes.extend((info.label.len() as u64).to_le_bytes());
        bytes.extend(info.label.as_bytes());
        bytes.extend((info.gates as u64).to_le_bytes());
        bytes.extend((info.variables as u64).to_le_bytes());
        bytes.extend(info.verifying_key.to_solidity());
        self.section((INFO, 0), &bytes)?;

        let mut header = Vec::with_capacity(HEADER);
        header.extend(MAGIC);
        header.extend(VERSION.to_le_bytes());
        header.extend((self.entries.len() as u32).to_le_bytes());
        for entry in &self.entries {
            header.extend(entry.kind.to_le_bytes());
            header.extend(entry.index.to_le_bytes());
            header.extend(entry.offset.to_le_bytes());
            header.extend(entry.length.to_le_bytes());
            header.extend(entry.digest);
        }
        header.resize(HEADER - DIGEST, 0);
        let digest = blake3::hash(&header);
        header.extend(digest.as_bytes());

        let io = |source| KeyError::Io {
            path: self.path.clone(),
            source,
        };
        self.file.seek(SeekFrom::Start(0)).map_err(io)?;
        self.file.write_all(&header).map_err(io)?;
        self.file.flush().map_err(io)?;
        self.file.get_ref().sync_all().map_err(io)?;
        fs::rename(&self.temporary, &self.path).map_err(io)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for KeyWriter {
    fn drop(&mut self) {
        if !self.finished {
            // best effort: a leftover temporary file is harmless, and there is nobody to tell in a destructor
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

impl Sink for KeyWriter {
    type Error = KeyError;

    fn scalars(&mut self, section: Section, values: Vec<Fr>) -> Result<(), KeyError> {
        self.section(kind_of(section), bytes_of(&values))
    }

    fn points(&mut self, section: Section, values: &[Point]) -> Result<(), KeyError> {
        self.section(kind_of(section), bytes_of(values))
    }

    fn indices(&mut self, section: Section, values: &[u32]) -> Result<(), KeyError> {
        self.section(kind_of(section), bytes_of(values))
    }
}

/// Maps a key file and checks every section's digest.
///
/// # Errors
/// [`KeyError`]; a file that ends early, was altered or belongs to another format names itself and what to do.
pub fn load(path: &Path) -> Result<KeyMaterial, KeyError> {
    let io = |source| KeyError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    // SAFETY: key files are replaced by renaming, never changed in place, so the mapping stays as it is.
    let map = Arc::new(unsafe { Mmap::map(&file) }.map_err(io)?);
    let entries = read_table(path, &map)?;
    entries.par_iter().try_for_each(|(key, entry)| {
        let bytes = &map[entry.offset as usize..(entry.offset + entry.length) as usize];
        let found = blake3::Hasher::new().update_rayon(bytes).finalize();
        let corrupt = || KeyError::Corrupt {
            path: path.to_owned(),
            section: format!("section {}/{}", key.0, key.1),
        };
        if *found.as_bytes() == entry.digest {
            Ok(())
        } else {
            Err(corrupt())
        }
    })?;
    let info = read_info(path, &map, &entries)?;
    material(path, &map, &entries, info)
}

type Table = HashMap<(u32, u32), Entry>;

fn read_table(path: &Path, map: &[u8]) -> Result<Table, KeyError> {
    let format = |reason: &str| KeyError::Format {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let header = map
        .get(..HEADER)
        .ok_or_else(|| format("it is shorter than a header"))?;
    if &header[..8] != MAGIC {
        return Err(format("it does not begin with the magic bytes"));
    }
    let u32_at = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let version = u32_at(8);
    if version != VERSION {
        return Err(format(&format!("it has format {version}")));
    }
    if blake3::hash(&header[..HEADER - DIGEST]).as_bytes() != &header[HEADER - DIGEST..] {
        return Err(KeyError::Corrupt {
            path: path.to_owned(),
            section: "the header".into(),
        });
    }
    let count = u32_at(12) as usize;
    if PREFIX + count * ENTRY > HEADER - DIGEST {
        return Err(format("its table is too long"));
    }
    let mut table = Table::with_capacity(count);
    for entry in header[PREFIX..PREFIX + count * ENTRY].chunks_exact(ENTRY) {
        let u64_at = |at: usize| u64::from_le_bytes(entry[at..at + 8].try_into().expect("eight bytes"));
        let (offset, length) = (u64_at(8), u64_at(16));
        if offset
            .checked_add(length)
            .is_none_or(|end| end > map.len() as u64)
        {
            return Err(format("it is truncated"));
        }
        let kind = u32::from_le_bytes(entry[..4].try_into().expect("four bytes"));
        let index = u32::from_le_bytes(entry[4..8].try_into().expect("four bytes"));
        let digest = entry[24..].try_into().expect("thirty-two bytes");
        table.insert(
            (kind, index),
            Entry {
                kind,
                index,
                offset,
                length,
                digest,
            },
        );
    }
    Ok(table)
}

fn read_info(path: &Path, map: &[u8], table: &Table) -> Result<KeyInfo, KeyError> {
    let format = || KeyError::Format {
        path: path.to_owned(),
        reason: "its identity section is malformed".into(),
    };
    let entry = table.get(&(INFO, 0)).ok_or_else(format)?;
    let mut bytes = &map[entry.offset as usize..(entry.offset + entry.length) as usize];
    let mut take = |length: usize| -> Result<&[u8], KeyError> {
        let (head, rest) = bytes.split_at_checked(length).ok_or_else(format)?;
        bytes = rest;
        Ok(head)
    };
    let integer = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).map_err(|_| format());
    let label_length = integer(take(8)?)? as usize;
    if label_length > LABEL_LIMIT {
        return Err(format());
    }
    let label = String::from_utf8(take(label_length)?.to_vec()).map_err(|_| format())?;
    let gates = integer(take(8)?)? as usize;
    let variables = integer(take(8)?)? as usize;
    let verifying_key =
        VerifyingKey::from_solidity(take(32 * KEY_WORDS)?).map_err(|source| KeyError::Decode {
            path: path.to_owned(),
            source,
        })?;
    Ok(KeyInfo {
        label,
        gates,
        variables,
        verifying_key,
    })
}

fn material(path: &Path, map: &Arc<Mmap>, table: &Table, info: KeyInfo) -> Result<KeyMaterial, KeyError> {
    fn view<T: Plain>(map: &Arc<Mmap>, table: &Table, section: Section, length: usize) -> Option<Shared<T>> {
        let entry = table
            .get(&kind_of(section))
            .filter(|e| e.length == (length * size_of::<T>()) as u64)?;
        Shared::mapped(map.clone(), entry.offset as usize, length)
    }
    let n = info.verifying_key.domain_size as usize;
    let with_lagrange = table.contains_key(&kind_of(Section::Lagrange));
    // as many as the wire has variables, which both of its sections must agree about
    let variables = |wire: u8| {
        let entry = table.get(&kind_of(Section::WireVariables(wire)));
        entry.map_or(0, |entry| entry.length as usize / size_of::<u32>())
    };
    let mut key = KeyMaterial {
        info,
        scalars: HashMap::new(),
        points: HashMap::new(),
        indices: HashMap::new(),
    };
    for section in Section::all(with_lagrange) {
        let found = match section {
            Section::Powers => view(map, table, section, n + EXTRA_POWERS)
                .map(|v| key.points.insert(section, v))
                .is_some(),
            Section::Lagrange => view(map, table, section, n)
                .map(|v| key.points.insert(section, v))
                .is_some(),
            Section::WireIndex(_) => view(map, table, section, n)
                .map(|v| key.indices.insert(section, v))
                .is_some(),
            Section::WireVariables(wire) => view(map, table, section, variables(wire))
                .map(|v| key.indices.insert(section, v))
                .is_some(),
            Section::WireBases(wire) => view(map, table, section, variables(wire))
                .map(|v| key.points.insert(section, v))
                .is_some(),
            _ => view(map, table, section, n)
                .map(|v| key.scalars.insert(section, v))
                .is_some(),
        };
        if !found {
            let reason = format!("{section:?} is missing or has another length");
            return Err(KeyError::Format {
                path: path.to_owned(),
                reason,
            });
        }
    }
    Ok(key)
}
