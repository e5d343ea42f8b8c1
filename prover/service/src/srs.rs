//! Which reference string a key is made from.

use std::{fmt, path::PathBuf, str::FromStr};

use ark_bn254::{Fr, G2Affine};
use ark_ff::Zero;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use crema_kzg::{Error, Srs, ceremony, srs_file};
use crema_light_client::field;

/// The environment variable that names Espresso's cached SRS file.
pub const AZTEC_SRS_PATH: &str = "AZTEC_SRS_PATH";

/// The Aztec ceremony's `[τ]_2`, compressed: by it a key is known without reading the file.
const AZTEC_BETA_H: &str = "b0838893ec1f237e8b07323b0744599f4e97b598b3b589bcc2bc37b8d5c41801c18393c0fa30fe4e8b038e357ad851eae8de9107584effe7c7f1f651b2010e26";

/// A reference string as `--srs` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SrsChoice {
    /// `aztec`: the published file at `AZTEC_SRS_PATH`.
    Aztec,
    /// `file:PATH`: any file in ark-srs's or the ceremony's format (`.dat`), checked to be a reference string.
    File(PathBuf),
    /// `insecure-tau:HEX`: powers of a known secret, for development.
    InsecureTau(Fr),
}

/// Why a reference string cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SrsError {
    /// The text names none.
    #[error("unknown SRS {0:?}: use `aztec`, `file:PATH` or `insecure-tau:0x…` (64 hex digits)")]
    Unknown(String),
    /// The secret is not a scalar.
    #[error("insecure-tau: {0}")]
    Tau(String),
    /// The environment does not say where the file is.
    #[error(
        "the Aztec SRS is needed but {AZTEC_SRS_PATH} is not set: set it to the path of \
         kzg10-aztec20-srs-1048584.bin (65544 suffices up to capacity 10), or use --srs insecure-tau:0x… for development"
    )]
    PathNotSet,
    /// The file failed.
    #[error(transparent)]
    Srs(#[from] Error),
    /// A point of the string is invalid.
    #[error("the SRS's G2 power is invalid")]
    Point,
}

impl SrsChoice {
    /// Whether somebody is known to know the secret.
    pub fn is_insecure(&self) -> bool {
        matches!(self, Self::InsecureTau(_))
    }

    /// `[τ]_2`, by which a key's reference string is recognised.
    ///
    /// # Errors
    /// [`SrsError`] when a file cannot be read.
    pub fn beta_h(&self) -> Result<G2Affine, SrsError> {
        match self {
            Self::Aztec => {
                let bytes = hex::decode(AZTEC_BETA_H).map_err(|_| SrsError::Point)?;
                G2Affine::deserialize_compressed(&bytes[..]).map_err(|_| SrsError::Point)
            }
            Self::File(path) if is_transcript(path) => Ok(ceremony::load(path, 2)?.beta_h),
            Self::File(path) => Ok(srs_file::read_beta_h(path)?),
            Self::InsecureTau(tau) => Ok(Srs::insecure(*tau, 1)?.beta_h),
        }
    }

    /// A short name for files and labels, different for different strings.
    ///
    /// # Errors
    /// As [`SrsChoice::beta_h`].
    pub fn id(&self) -> Result<String, SrsError> {
        let kind = match self {
            Self::Aztec => return Ok("aztec".to_owned()),
            Self::File(_) => "file",
            Self::InsecureTau(_) => "insecure",
        };
        let mut bytes = Vec::new();
        self.beta_h()?
            .serialize_compressed(&mut bytes)
            .map_err(|_| SrsError::Point)?;
        Ok(format!("{kind}-{}", &blake3::hash(&bytes).to_hex()[..12]))
    }

    /// Loads at least `count` powers.
    ///
    /// # Errors
    /// [`SrsError`].
    pub fn load(&self, count: usize) -> Result<Srs, SrsError> {
        let srs = match self {
            Self::Aztec => {
                let path = std::env::var_os(AZTEC_SRS_PATH).ok_or(SrsError::PathNotSet)?;
                srs_file::load_aztec(&PathBuf::from(path))?
            }
            Self::File(path) if is_transcript(path) => ceremony::load(path, count)?,
            Self::File(path) => srs_file::load(path)?,
            Self::InsecureTau(tau) => Srs::insecure(*tau, count)?,
        };
        srs.powers(count)?;
        Ok(srs)
    }
}

fn is_transcript(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension == "dat")
}

impl FromStr for SrsChoice {
    type Err = SrsError;

    fn from_str(text: &str) -> Result<Self, SrsError> {
        if text == "aztec" {
            return Ok(Self::Aztec);
        }
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Self::File(path.into()));
        }
        let Some(tau) = text.strip_prefix("insecure-tau:") else {
            return Err(SrsError::Unknown(text.to_owned()));
        };
        let tau: Fr = field::parse_hex(tau).map_err(|e| SrsError::Tau(e.to_string()))?;
        if tau.is_zero() {
            return Err(SrsError::Tau("zero has no powers".to_owned()));
        }
        Ok(Self::InsecureTau(tau))
    }
}

impl fmt::Display for SrsChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aztec => f.write_str("aztec"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::InsecureTau(tau) => write!(f, "insecure-tau:{}", field::to_hex(tau)),
        }
    }
}
