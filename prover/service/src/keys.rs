//! The cache of proving keys on disk.

use std::{
    env, fmt, io,
    path::{Path, PathBuf},
};

use crema_circuit::Version;
use crema_kernels::Engine;
use crema_plonk::{
    KeyMaterial, Progress, VerifyingKey,
    key::{EXTRA_POWERS, KeyError, KeyWriter, PreprocessError, load, preprocess},
};

use crate::srs::{SrsChoice, SrsError};

/// Names a proving key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// The circuit.
    pub version: Version,
    /// Lines of the stake table.
    pub capacity: usize,
    /// The reference string.
    pub srs: SrsChoice,
}

impl fmt::Display for KeyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at capacity {} over {}",
            self.version, self.capacity, self.srs
        )
    }
}

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// There is no such circuit.
    #[error(transparent)]
    Circuit(#[from] crema_circuit::Error),
    /// The engine cannot be had.
    #[error(transparent)]
    Engine(#[from] crema_kernels::select::SelectError),
    /// The reference string is missing, corrupt or too small.
    #[error(transparent)]
    Srs(#[from] SrsError),
    /// The cache failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The arithmetic failed.
    #[error(transparent)]
    Prove(#[from] crema_plonk::ProveError),
    /// No folder for keys is known.
    #[error("no folder for proving keys: set --key-cache, XDG_CACHE_HOME or HOME")]
    NoFolder,
    /// The key made from the Aztec string is not the published one.
    #[error(
        "the key for {request} has id {found}, but the published one has id {expected}: \
         the SRS or the circuit is not what is deployed"
    )]
    NotPublished {
        /// What was asked for.
        request: String,
        /// Id of the published key.
        expected: String,
        /// Id of the key found.
        found: String,
    },
}

/// The folder that holds proving keys.
#[derive(Clone, Debug)]
pub struct KeyCache {
    folder: PathBuf,
}

impl KeyCache {
    /// The folder given, or `crema/keys` in the user's cache.
    ///
    /// # Errors
    /// [`SetupError::NoFolder`].
    pub fn new(folder: Option<PathBuf>) -> Result<Self, SetupError> {
        let folder = folder
            .or_else(|| env::var_os("XDG_CACHE_HOME").map(|cache| Path::new(&cache).join("crema/keys")))
            .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache/crema/keys")))
            .ok_or(SetupError::NoFolder)?;
        Ok(Self { folder })
    }

    /// Where a key's file is.
    ///
    /// # Errors
    /// As [`SrsChoice::id`].
    pub fn path(&self, request: &KeyRequest) -> Result<PathBuf, SetupError> {
        let name = format!(
            "{}-{}-{}.key",
            request.version,
            request.capacity,
            request.srs.id()?
        );
        Ok(self.folder.join(name))
    }

    /// Loads a key, or makes it and keeps it. A file that is corrupt or of another format is made anew, and said so.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn open<E: Engine>(
        &self,
        engine: &E,
        request: &KeyRequest,
        progress: &dyn Progress,
    ) -> Result<KeyMaterial, SetupError> {
        let path = self.path(request)?;
        let beta_h = request.srs.beta_h()?;
        progress.report("loading the key", 0.0);
        match load(&path) {
            Ok(key) if key.info.label == label(request)? && key.info.verifying_key.beta_h == beta_h => {
                return check_published(request, key);
            }
            Ok(key) => eprintln!(
                "key file {} is for {}; making it anew",
                path.display(),
                key.info.label
            ),
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            Err(error @ KeyError::Io { .. }) => return Err(error.into()),
            Err(error) => eprintln!("{error} (making it anew now)"),
        }
        make(engine, request, &path, progress)?;
        check_published(request, load(&path)?)
    }
}

/// Makes a key's file.
fn make<E: Engine>(
    engine: &E,
    request: &KeyRequest,
    path: &Path,
    progress: &dyn Progress,
) -> Result<(), SetupError> {
    progress.report("building the circuit", 0.0);
    let circuit = crema_circuit::structure(request.version, request.capacity)?;
    progress.report("loading the SRS", 0.0);
    let srs = request.srs.load(circuit.domain.size + EXTRA_POWERS)?;
    let mut writer = KeyWriter::create(path)?;
    let label = label(request)?;
    let info =
        preprocess(engine, &circuit, &srs, &label, true, &mut writer, progress).map_err(
            |error| match error {
                PreprocessError::Prove(error) => SetupError::Prove(error),
                PreprocessError::Sink(error) => SetupError::Key(error),
            },
        )?;
    progress.report("writing the key", 1.0);
    Ok(writer.finish(&info)?)
}

fn label(request: &KeyRequest) -> Result<String, SetupError> {
    Ok(format!(
        "{}/{}/{}",
        request.version,
        request.capacity,
        request.srs.id()?
    ))
}

/// The keys that Espresso published for the Aztec string, as 40 big-endian words in hex: version, capacity, words.
const PUBLISHED: [(Version, usize, &str); 2] = [
    (Version::V1, 200, include_str!("published/v1-200.hex")),
    (Version::V1, 10, include_str!("published/v1-10.hex")),
];

/// Over the Aztec string, a deployed circuit's key must be the published one.
fn check_published(request: &KeyRequest, key: KeyMaterial) -> Result<KeyMaterial, SetupError> {
    if request.srs != SrsChoice::Aztec {
        return Ok(key);
    }
    for (version, capacity, words) in PUBLISHED {
        if (version, capacity) != (request.version, request.capacity) {
            continue;
        }
        let published = published_key(words)?;
        let found = &key.info.verifying_key;
        if *found != published {
            return Err(SetupError::NotPublished {
                request: request.to_string(),
                expected: published.id(),
                found: found.id(),
            });
        }
        eprintln!("the key {} equals the published one", found.id());
    }
    Ok(key)
}

fn published_key(words: &str) -> Result<VerifyingKey, SetupError> {
    let bytes = hex::decode(words.trim()).map_err(|_| SrsError::Point)?;
    VerifyingKey::from_solidity(&bytes).map_err(|_| SetupError::Srs(SrsError::Point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_keys_decode_and_are_over_the_aztec_string() {
        let beta_h = SrsChoice::Aztec.beta_h().unwrap();
        for (_, _, words) in PUBLISHED {
            assert_eq!(published_key(words).unwrap().beta_h, beta_h);
        }
    }
}
