//! What can go wrong with an accelerator. None of these ends the process: the CPU engine still works.

use std::fmt;

/// A version of CUDA: the driver's, or that of the compiler which built the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Major number.
    pub major: u32,
    /// Minor number.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// An accelerator's failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no driver library to load.
    #[error("no NVIDIA driver on this machine ({reason}): install one, or use --engine cpu")]
    NoDriver {
        /// What the dynamic loader says.
        reason: String,
    },
    /// The driver does not know the CUDA version of the kernels.
    #[error(
        "the NVIDIA driver speaks CUDA {driver} and the kernels in this program were built by CUDA {runtime}: update \
         the driver, build with the nvcc of CUDA {}, or use --engine cpu", driver.major
    )]
    DriverTooOld {
        /// The highest CUDA version that the driver speaks.
        driver: Version,
        /// The version of the compiler that built the kernels.
        runtime: Version,
    },
    /// A driver, but no card.
    #[error(
        "the NVIDIA driver finds no card: check nvidia-smi and CUDA_VISIBLE_DEVICES, or use --engine cpu"
    )]
    NoDevice,
    /// A card that is not there was asked for.
    #[error("there is no card {index}: the driver finds {count}, counted from 0")]
    NoSuchDevice {
        /// The card asked for.
        index: u32,
        /// Number of cards.
        count: u32,
    },
    /// The program holds no kernels that the card can run.
    #[error(
        "{device} has compute capability {capability} and the kernels in this program are for {built_for}: build with \
         CREMA_CUDA_ARCHS={}{}, or use --engine cpu", capability.major, capability.minor
    )]
    NoKernelImage {
        /// The card's name.
        device: String,
        /// The card's compute capability.
        capability: Version,
        /// The architectures that the kernels were built for.
        built_for: String,
    },
    /// No memory left on the card, or within the limit.
    #[error(
        "out of device memory: {asked} bytes asked for, {in_use} in use, {free} free on the card, limit {limit}: use a \
         card with more memory, or raise --device-memory-limit"
    )]
    OutOfMemory {
        /// Bytes asked for.
        asked: u64,
        /// Bytes that this engine already uses.
        in_use: u64,
        /// Bytes that the driver reports free.
        free: u64,
        /// Bytes that this engine may use.
        limit: u64,
    },
    /// A kernel that the program does not hold.
    #[error("no kernel named {0} in this program: it was built from other sources")]
    UnknownKernel(String),
    /// A kernel could not be started; the card is as it was.
    #[error("launch of {kernel} refused: {reason}")]
    Launch {
        /// The kernel.
        kernel: &'static str,
        /// What the driver, or the check before it, says.
        reason: String,
    },
    /// The card or its context is lost: every later operation of this engine fails with this error.
    #[error(
        "{device} is lost after {call}: {reason}; start the program again to use it, or go on with --engine cpu"
    )]
    Lost {
        /// The card's name.
        device: String,
        /// The call that found it out. Kernels run later than their launch, so that it need not be the culprit.
        call: String,
        /// What the driver says.
        reason: String,
    },
    /// Another failure of a driver call.
    #[error("{call} failed: {reason}")]
    Driver {
        /// The driver function.
        call: &'static str,
        /// What the driver says.
        reason: String,
    },
    /// The card gave an answer that cannot be: a point off the curve, a count above its bound.
    #[error("the device computed nonsense in {0}: the card is faulty, or the program is")]
    Nonsense(&'static str),
}

impl DeviceError {
    /// Whether the engine that reported it cannot be used any more.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}
