//! Which engine to compute with: what is asked for, or the best that there is.

use std::{fmt, str::FromStr};

#[cfg(feature = "cuda")]
use crate::cuda::{CudaEngine, Options};
use crate::{
    Engine, Error, IcicleError,
    any::AnyEngine,
    cpu::CpuEngine,
    icicle::{self, IcicleEngine},
};

/// Which engine is asked for: `auto`, `cpu`, `cpu-portable`, `cuda`, `cuda:INDEX`, `icicle` or `icicle:DEVICE`, where
/// the device is `cpu`, `cuda` (the default) or `cuda:INDEX`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// CUDA where there is a card that works, the processors otherwise.
    #[default]
    Auto,
    /// This machine's processors, with the vector instructions that they have.
    Cpu,
    /// This machine's processors without vector instructions.
    CpuPortable,
    /// An NVIDIA card.
    Cuda {
        /// Which one, in the driver's order.
        index: u32,
    },
    /// Ingonyama's ICICLE, from where [`icicle::DIRECTORY_VARIABLE`] says.
    Icicle(icicle::Device),
}

/// What `--engine` does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no engine named {0}: expected auto, cpu, cpu-portable, cuda, cuda:INDEX, icicle:cpu, icicle:cuda or icicle:cuda:INDEX"
)]
pub struct UnknownEngine(String);

impl FromStr for EngineChoice {
    type Err = UnknownEngine;

    fn from_str(text: &str) -> Result<Self, UnknownEngine> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cpu-portable" => Ok(Self::CpuPortable),
            "cuda" => Ok(Self::Cuda { index: 0 }),
            "icicle" => Ok(Self::Icicle(icicle::Device::default())),
            _ => {
                let cuda = text.strip_prefix("cuda:").and_then(|index| index.parse().ok());
                let icicle = text
                    .strip_prefix("icicle:")
                    .and_then(|device| device.parse().ok());
                cuda.map(|index| Self::Cuda { index })
                    .or(icicle.map(Self::Icicle))
                    .ok_or_else(|| UnknownEngine(text.to_owned()))
            }
        }
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::CpuPortable => f.write_str("cpu-portable"),
            Self::Cuda { index: 0 } => f.write_str("cuda"),
            Self::Cuda { index } => write!(f, "cuda:{index}"),
            Self::Icicle(device) => write!(f, "icicle:{device}"),
        }
    }
}

/// A number of bytes as people write it: `24GiB`, `500MiB`, or plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// What is no number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no size: expected a whole number of bytes, or with KiB, MiB or GiB, for instance 24GiB")]
pub struct InvalidBytes(String);

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl FromStr for Bytes {
    type Err = InvalidBytes;

    fn from_str(text: &str) -> Result<Self, InvalidBytes> {
        let with_unit = |(unit, factor)| Some((text.strip_suffix(unit)?, factor));
        let (number, factor) = UNITS.into_iter().find_map(with_unit).unwrap_or((text, 1));
        let number: Option<u64> = number.trim_end().parse().ok();
        number
            .and_then(|number| number.checked_mul(factor))
            .map(Self)
            .ok_or_else(|| InvalidBytes(text.to_owned()))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, factor): &(&str, u64)| self.0 > 0 && self.0.is_multiple_of(*factor);
        match UNITS.into_iter().find(whole) {
            Some((unit, factor)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}", self.0),
        }
    }
}

/// What to compute with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Which engine.
    pub engine: EngineChoice,
    /// The most of a card's memory to use; all that is free by default.
    pub device_memory_limit: Option<Bytes>,
}

/// Why the engine asked for cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The program was built without this engine.
    #[error(
        "this program was built without the engine {0}: build it with --features cuda, or use --engine cpu"
    )]
    NotBuilt(EngineChoice),
    /// The card cannot be used.
    #[error(transparent)]
    Device(#[from] crate::DeviceError),
    /// ICICLE cannot be used.
    #[error(transparent)]
    Icicle(#[from] IcicleError),
    /// The CPU engine, with which ICICLE is compared, failed.
    #[error("ICICLE cannot be checked: {0}")]
    Check(String),
}

/// An engine, and why it is this one.
pub struct Selected {
    /// The engine.
    pub engine: AnyEngine,
    /// Why it is not a better one, when the choice was left to this crate.
    pub reason: Option<String>,
}

impl Selected {
    fn asked_for(engine: AnyEngine) -> Self {
        Self { engine, reason: None }
    }
}

impl fmt::Display for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.engine.name())?;
        self.reason
            .as_ref()
            .map_or(Ok(()), |reason| write!(f, "; {reason}"))
    }
}

impl Request {
    /// Opens the engine: exactly what is asked for, or the best that there is.
    ///
    /// # Errors
    /// [`SelectError`] when an engine is asked for by name and cannot be had.
    pub fn open(self) -> Result<Selected, SelectError> {
        match self.engine {
            EngineChoice::Cpu => Ok(Selected::asked_for(AnyEngine::Cpu(CpuEngine::default()))),
            EngineChoice::CpuPortable => Ok(Selected::asked_for(AnyEngine::Cpu(CpuEngine::portable()))),
            EngineChoice::Cuda { index } => {
                Self::cuda(index, self.device_memory_limit).map(Selected::asked_for)
            }
            EngineChoice::Icicle(device) => Self::icicle(device).map(Selected::asked_for),
            EngineChoice::Auto => Ok(match Self::cuda(0, self.device_memory_limit) {
                Ok(engine) => Selected::asked_for(engine),
                Err(error) => Selected {
                    engine: AnyEngine::Cpu(CpuEngine::default()),
                    reason: match error {
                        SelectError::NotBuilt(_) => None,
                        error => Some(format!("not cuda, because: {error}")),
                    },
                },
            }),
        }
    }

    fn icicle(device: icicle::Device) -> Result<AnyEngine, SelectError> {
        let options = icicle::Options::from_environment(device)?;
        IcicleEngine::open(&options)
            .map(AnyEngine::Icicle)
            .map_err(|error| match error {
                Error::Icicle(error) => error.into(),
                error => SelectError::Check(error.to_string()),
            })
    }

    #[cfg(feature = "cuda")]
    fn cuda(index: u32, limit: Option<Bytes>) -> Result<AnyEngine, SelectError> {
        let options = Options {
            index,
            memory_limit: limit.map(|Bytes(limit)| limit),
            ..Options::default()
        };
        Ok(CudaEngine::open(options).map(AnyEngine::Cuda)?)
    }

    #[cfg(not(feature = "cuda"))]
    fn cuda(index: u32, _limit: Option<Bytes>) -> Result<AnyEngine, SelectError> {
        Err(SelectError::NotBuilt(EngineChoice::Cuda { index }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_written_as_they_are_read() {
        for text in [
            "auto",
            "cpu",
            "cpu-portable",
            "cuda",
            "cuda:3",
            "icicle:cpu",
            "icicle:cuda:1",
        ] {
            assert_eq!(text.parse::<EngineChoice>().expect(text).to_string(), text);
        }
        assert_eq!("cuda:0".parse(), Ok(EngineChoice::Cuda { index: 0 }));
        assert_eq!(
            "icicle".parse::<EngineChoice>().expect("known").to_string(),
            "icicle:cuda"
        );
        for text in [
            "icicle:",
            "icicle:gpu",
            "icicle:cuda:",
            "",
            "CPU",
            "gpu",
            "cuda:",
            "cuda:-1",
            "cuda:x",
            "cuda1",
        ] {
            assert_eq!(text.parse::<EngineChoice>(), Err(UnknownEngine(text.to_owned())));
        }
    }

    #[test]
    fn sizes_are_written_as_they_are_read() {
        for (text, bytes) in [
            ("24GiB", 24 << 30),
            ("500MiB", 500 << 20),
            ("3KiB", 3072),
            ("17", 17),
            ("0", 0),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)));
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        for text in ["", "GiB", "1.5GiB", "-1", "1TB", "99999999999GiB"] {
            assert_eq!(text.parse::<Bytes>(), Err(InvalidBytes(text.to_owned())));
        }
    }

    #[test]
    fn an_engine_asked_for_by_name_is_that_one_or_an_error() {
        let open = |engine| {
            Request {
                engine,
                ..Request::default()
            }
            .open()
        };
        let cpu = open(EngineChoice::CpuPortable).expect("always there");
        assert!(cpu.to_string().starts_with("cpu (portable"), "{cpu}");
        if !cfg!(feature = "cuda") {
            let choice = EngineChoice::Cuda { index: 2 };
            assert_eq!(open(choice).map(drop), Err(SelectError::NotBuilt(choice)));
            assert_eq!(open(EngineChoice::Auto).expect("falls back").reason, None);
        }
    }
}
