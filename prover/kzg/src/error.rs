//! What can go wrong with reference strings and commitments.

use std::path::PathBuf;

/// Failure to load a structured reference string or to commit with it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read.
    #[error("cannot read the SRS file {path}: {source}; set AZTEC_SRS_PATH to a readable file")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file ends early, or holds more than its header says.
    #[error(
        "the SRS file {path} has {found} bytes, expected {expected}: it is truncated or not in this format; fetch it again"
    )]
    FileSize {
        /// The file.
        path: PathBuf,
        /// Bytes that its header announces.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// The file's SHA-256 is not the one published for its degree.
    #[error(
        "the SRS file {path} (degree {degree}) has SHA-256 {found}, published is {expected}: it is corrupt; fetch it again"
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Largest degree that the file supports.
        degree: usize,
        /// Published digest.
        expected: String,
        /// Digest of the file.
        found: String,
    },
    /// A coordinate is not below the modulus, or a point is not on its curve or not in its subgroup.
    #[error("the SRS holds an invalid point: {0}")]
    Point(String),
    /// The powers are not those of one secret: `e(P_{i+1}, h) != e(P_i, βh)`.
    #[error("the SRS is inconsistent: its G1 powers do not match its G2 power")]
    Inconsistent,
    /// More powers are needed than the string holds.
    #[error(
        "the SRS holds {found} powers of G1, {needed} are needed: use a larger SRS file or a smaller capacity"
    )]
    TooSmall {
        /// Powers needed.
        needed: usize,
        /// Powers held.
        found: usize,
    },
    /// A development secret that is zero or not a canonical scalar.
    #[error("the insecure tau must be a nonzero scalar below the field's modulus")]
    Tau,
    /// The operating system gave no random bytes.
    #[error("the operating system's random number generator failed")]
    Randomness,
    /// An engine failed.
    #[error(transparent)]
    Kernel(#[from] crema_kernels::Error),
}
