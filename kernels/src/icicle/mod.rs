//! The ICICLE engine: transforms and multi-scalar multiplication by Ingonyama's library, everything else by the CPU
//! engine on host vectors.
//!
//! Nothing of ICICLE is needed to build. Its libraries are opened when the engine is, from where the operator says
//! ([`DIRECTORY_VARIABLE`]), and compared with the CPU engine on a few inputs before anything relies on them. Calls that
//! answer by a C++ exception, which Rust cannot catch, are not made: what they would complain about is checked before.

mod backend;
mod check;
mod error;
mod layout;
mod library;
mod msm;
mod runtime;
mod transform;

use std::{env, fmt, ops::Range, path::PathBuf, str::FromStr};

use ark_bn254::{Fr, G1Projective};

pub use error::{IcicleError, Status};
pub use msm::IcicleBases;

use crate::{
    Domain, Engine, Error, Point, Shared,
    cpu::{CpuEngine, CpuVector},
    domain::cosets::Recombination,
    engine::QUOTIENT_COSETS,
    quotient::{GrandProduct, QuotientCoset},
};
use layout::Direction;
use runtime::Accelerator;

/// Names the directory of ICICLE's libraries, or the one above it.
pub const DIRECTORY_VARIABLE: &str = "CREMA_ICICLE_DIR";

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The processors, by ICICLE's own code.
    Cpu,
    /// NVIDIA cards, by a backend that is installed apart.
    Cuda,
}

impl Kind {
    /// As ICICLE knows it.
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Cuda => "CUDA",
        }
    }

    fn lower_case(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

/// One of ICICLE's devices, `cuda`, `cuda:1` or `cpu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// What it is.
    pub kind: Kind,
    /// Which of them, counted from 0.
    pub index: u32,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            kind: Kind::Cuda,
            index: 0,
        }
    }
}

/// What is no device of ICICLE's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no device of ICICLE's named {0}: expected cpu, cuda or cuda:INDEX")]
pub struct UnknownDevice(String);

impl FromStr for Device {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        let unknown = || UnknownDevice(text.to_owned());
        let (kind, index) = text.split_once(':').unwrap_or((text, "0"));
        let kind = [Kind::Cpu, Kind::Cuda]
            .into_iter()
            .find(|known| known.lower_case() == kind)
            .ok_or_else(unknown)?;
        let index = index.parse().map_err(|_| unknown())?;
        Ok(Self { kind, index })
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind.lower_case(), self.index) {
            (kind, 0) => f.write_str(kind),
            (kind, index) => write!(f, "{kind}:{index}"),
        }
    }
}

/// What to open.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where ICICLE is installed: the directory with its libraries, or the one above.
    pub directory: PathBuf,
    /// Which device.
    pub device: Device,
    /// Base-two logarithm of the largest transform to prepare for when the engine is opened. A larger one prepares
    /// again when it comes.
    pub log_size: u32,
}

impl Options {
    /// For a device of the installation that [`DIRECTORY_VARIABLE`] names.
    ///
    /// # Errors
    /// [`IcicleError::NoDirectory`] when it is not set.
    pub fn from_environment(device: Device) -> Result<Self, IcicleError> {
        let directory = env::var_os(DIRECTORY_VARIABLE).filter(|directory| !directory.is_empty());
        Ok(Self {
            directory: directory.ok_or(IcicleError::NoDirectory)?.into(),
            device,
            log_size: 16,
        })
    }
}

/// Transforms and multi-scalar multiplication by ICICLE, the rest by the CPU engine.
pub struct IcicleEngine {
    accelerator: Accelerator,
    host: CpuEngine,
}

impl IcicleEngine {
    /// Opens ICICLE and compares it with the CPU engine.
    ///
    /// # Errors
    /// [`Error::Icicle`]: the libraries are not there, not those expected, or wrong; the device is not there or fails.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let engine = Self {
            accelerator: Accelerator::open(&options.directory, options.device)?,
            host: CpuEngine::default(),
        };
        // transforms of one element are not ICICLE's
        engine.accelerator.prepare_transforms(options.log_size.max(1))?;
        check::check(&engine)?;
        Ok(engine)
    }

    /// The device that it computes on.
    pub fn device(&self) -> Device {
        self.accelerator.device
    }
}

impl Engine for IcicleEngine {
    type Vector = CpuVector;
    type Bases = IcicleBases;
    type Index = Shared<u32>;

    fn name(&self) -> String {
        format!(
            "icicle:{} (transforms and multi-scalar multiplication; the rest by {})",
            self.device(),
            self.host.name()
        )
    }

    fn upload(&self, values: Shared<Fr>) -> Result<CpuVector, Error> {
        self.host.upload(values)
    }

    fn upload_index(&self, values: Shared<u32>) -> Result<Shared<u32>, Error> {
        self.host.upload_index(values)
    }

    fn prepare_bases(&self, points: Shared<Point>) -> Result<IcicleBases, Error> {
        Ok(IcicleBases::new(&points))
    }

    fn length(&self, vector: &CpuVector) -> usize {
        self.host.length(vector)
    }

    fn download(&self, vector: &CpuVector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
        self.host.download(vector, range)
    }

    fn slice(&self, vector: &CpuVector, range: Range<usize>) -> Result<CpuVector, Error> {
        self.host.slice(vector, range)
    }

    fn gather(&self, values: &CpuVector, index: &Shared<u32>) -> Result<CpuVector, Error> {
        self.host.gather(values, index)
    }

    fn interpolate(&self, evaluations: &CpuVector) -> Result<CpuVector, Error> {
        let domain = Domain::new(evaluations.len())?;
        if domain.size == 1 {
            return self.host.interpolate(evaluations);
        }
        let one = Fr::from(1u64);
        let coefficients = transform::transform(&self.accelerator, evaluations, Direction::Inverse, one)?;
        Ok(CpuVector::Owned(coefficients))
    }

    fn evaluate_coset(
        &self,
        coefficients: &CpuVector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<CpuVector, Error> {
        if domain.size == 1 {
            return self.host.evaluate_coset(coefficients, domain, shift);
        }
        let folded = transform::fold(coefficients, domain, shift);
        let values = transform::transform(&self.accelerator, &folded, Direction::Forward, shift)?;
        Ok(CpuVector::Owned(values))
    }

    fn interpolate_cosets(
        &self,
        evaluations: [CpuVector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<CpuVector, Error> {
        let cosets = Recombination::new(evaluations.each_ref().map(|values| values.len()), shifts)?;
        if cosets.domain.size == 1 {
            return self.host.interpolate_cosets(evaluations, shifts, top);
        }
        let mut remainders = Vec::with_capacity(QUOTIENT_COSETS);
        for (values, shift) in evaluations.iter().zip(shifts) {
            let remainder = transform::transform(&self.accelerator, values, Direction::Inverse, shift)?;
            remainders.push(remainder);
        }
        Ok(CpuVector::Owned(self.host.recombine(&cosets, remainders, top)))
    }

    fn mask(&self, coefficients: &mut CpuVector, blinders: &[Fr]) -> Result<(), Error> {
        self.host.mask(coefficients, blinders)
    }

    fn add_at(&self, vector: &mut CpuVector, start: usize, values: &[Fr]) -> Result<(), Error> {
        self.host.add_at(vector, start, values)
    }

    fn grand_product(&self, input: &GrandProduct<'_, CpuVector>) -> Result<CpuVector, Error> {
        self.host.grand_product(input)
    }

    fn quotient(&self, input: &QuotientCoset<'_, CpuVector>) -> Result<CpuVector, Error> {
        self.host.quotient(input)
    }

    fn evaluate(&self, queries: &[(&CpuVector, Fr)]) -> Result<Vec<Fr>, Error> {
        self.host.evaluate(queries)
    }

    fn linear_combination(&self, terms: &[(Fr, &CpuVector)]) -> Result<CpuVector, Error> {
        self.host.linear_combination(terms)
    }

    fn divide_by_linear(&self, coefficients: &CpuVector, root: Fr) -> Result<CpuVector, Error> {
        self.host.divide_by_linear(coefficients, root)
    }

    fn msm(&self, bases: &IcicleBases, scalars: &[&CpuVector]) -> Result<Vec<G1Projective>, Error> {
        let scalars: Vec<&[Fr]> = scalars.iter().map(|vector| &***vector).collect();
        if let Some(longest) = scalars
            .iter()
            .map(|vector| vector.len())
            .find(|&length| length > bases.len())
        {
            return Err(Error::TooFewBases {
                scalars: longest,
                bases: bases.len(),
            });
        }
        Ok(msm::sums(&self.accelerator, bases, &scalars)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Device, UnknownDevice};

    #[test]
    fn devices_are_written_as_they_are_read() {
        for text in ["cpu", "cuda", "cuda:3"] {
            assert_eq!(text.parse::<Device>().expect(text).to_string(), text);
        }
        assert_eq!("cuda:0".parse::<Device>().expect("a device"), Device::default());
        for text in ["", "CUDA", "metal", "cuda:", "cuda:-1", "cuda:1:2", ":0"] {
            assert_eq!(text.parse::<Device>(), Err(UnknownDevice(text.to_owned())));
        }
    }
}
