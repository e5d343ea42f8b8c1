//! What can go wrong with ICICLE. None of these ends the process: the CPU engine still works.

use std::{fmt, path::PathBuf};

use super::{DIRECTORY_VARIABLE, Device};

/// The releases whose C interface this program speaks.
pub(super) const VERSIONS: &str = "v3.9 to v4.0";

/// What a function of ICICLE's returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub i32);

const NAMES: [&str; 15] = [
    "SUCCESS",
    "INVALID_DEVICE",
    "OUT_OF_MEMORY",
    "INVALID_POINTER",
    "ALLOCATION_FAILED",
    "DEALLOCATION_FAILED",
    "COPY_FAILED",
    "SYNCHRONIZATION_FAILED",
    "STREAM_CREATION_FAILED",
    "STREAM_DESTRUCTION_FAILED",
    "API_NOT_IMPLEMENTED",
    "INVALID_ARGUMENT",
    "BACKEND_LOAD_FAILED",
    "LICENSE_CHECK_ERROR",
    "UNKNOWN_ERROR",
];

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = usize::try_from(self.0).ok().and_then(|code| NAMES.get(code));
        write!(
            f,
            "{} ({})",
            name.unwrap_or(&"a code that ICICLE does not know"),
            self.0
        )
    }
}

/// A failure of ICICLE, or of what was opened in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IcicleError {
    /// Nobody said where ICICLE is.
    #[error(
        "the engine icicle needs ICICLE's libraries ({VERSIONS}): set {DIRECTORY_VARIABLE} to the directory where they \
         are installed"
    )]
    NoDirectory,
    /// A library is not where it should be.
    #[error(
        "no {library} in {} (or its folder lib): {DIRECTORY_VARIABLE} must name an installation of ICICLE {VERSIONS} built \
         for bn254", directory.display()
    )]
    NoLibrary {
        /// The file's name.
        library: String,
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// A process opens one installation: two get mixed up.
    #[error(
        "ICICLE was opened from {} already, and cannot be from {}: start the program again to change it",
        opened.display(), asked.display()
    )]
    Another {
        /// The libraries that are open.
        opened: PathBuf,
        /// Those asked for.
        asked: PathBuf,
    },
    /// The dynamic loader refuses a library.
    #[error("cannot open {}: {reason}", path.display())]
    Load {
        /// The library.
        path: PathBuf,
        /// What the loader says.
        reason: String,
    },
    /// A library lacks a function, being of another version or curve, or built without it.
    #[error(
        "{} has no function {symbol}: it is not of ICICLE {VERSIONS}, not for bn254, or built without NTT or MSM",
        path.display()
    )]
    MissingSymbol {
        /// The library.
        path: PathBuf,
        /// The function.
        symbol: &'static str,
    },
    /// The library computes in another field than BN254's.
    #[error("the 2^28-th root of unity of {} is not that of bn254: it is a library for another field", path.display())]
    OtherField {
        /// The library.
        path: PathBuf,
    },
    /// ICICLE has no backend for the device.
    #[error(
        "ICICLE has no backend for {device}; looked for in {searched}: install it, or choose another of \
         icicle:cpu and icicle:cuda"
    )]
    NoBackend {
        /// The device asked for.
        device: Device,
        /// Where backends were looked for.
        searched: String,
    },
    /// A backend's library cannot be opened: it and ICICLE's other libraries are of different versions.
    #[error("cannot open ICICLE's backend {}: {reason}; install backend and libraries of one version", path.display())]
    Backend {
        /// The backend's library.
        path: PathBuf,
        /// What the loader says.
        reason: String,
    },
    /// The backend of a device is there, but not that of the operations.
    #[error("ICICLE's backend for {device} lacks its part for the {part} of bn254; looked for in {searched}")]
    IncompleteBackend {
        /// The device asked for.
        device: Device,
        /// `field` or `curve`.
        part: &'static str,
        /// Where backends were looked for.
        searched: String,
    },
    /// A device that is not there was asked for.
    #[error("there is no device {device}: ICICLE finds {count}, counted from 0")]
    NoSuchDevice {
        /// The device asked for.
        device: Device,
        /// How many of its kind there are.
        count: i32,
    },
    /// A call failed.
    #[error("ICICLE's {function} on {device} failed: {status}")]
    Call {
        /// The function.
        function: &'static str,
        /// On which device.
        device: Device,
        /// What it returned.
        status: Status,
    },
    /// The library gave another result than the CPU engine when it was opened.
    #[error(
        "ICICLE on {device} computes a wrong {what}: the libraries are not of {VERSIONS}, or faulty; use --engine cpu"
    )]
    WrongResult {
        /// On which device.
        device: Device,
        /// What it computed.
        what: &'static str,
    },
    /// A result that cannot be: a number that is not reduced, a point off the curve.
    #[error("ICICLE on {device} computed nonsense in {what}: the device is faulty, or the library is")]
    Nonsense {
        /// On which device.
        device: Device,
        /// What it computed.
        what: &'static str,
    },
    /// ICICLE counts in 32 bits.
    #[error("{0} elements are more than ICICLE takes at once")]
    TooLong(usize),
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn codes_have_names() {
        assert_eq!(Status(2).to_string(), "OUT_OF_MEMORY (2)");
        assert_eq!(Status(14).to_string(), "UNKNOWN_ERROR (14)");
        for code in [-1, 15, i32::MAX] {
            let text = Status(code).to_string();
            assert!(
                text.contains("does not know") && text.contains(&code.to_string()),
                "{text}"
            );
        }
    }
}
