//! The engine: the trait's operations over one card.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ark_bn254::{Fr, G1Projective};

use super::{
    Device, Options,
    budget::{self, Budgets},
    msm::{Bases, SumPlan},
    ntt::Transforms,
    permutation::{self, Cosets},
    polynomial,
    vector::{self, CudaIndex, CudaVector},
};
use crate::{
    DeviceError, Domain, Engine, Error, MemoryPlan, Point, Shared, Workload,
    engine::QUOTIENT_COSETS,
    quotient::{GrandProduct, QuotientCoset},
};

/// The part of the free memory that one set of prepared bases may take when nothing was planned: there are two of them,
/// and the vectors of a proof come after them.
const BASES_PART: u64 = 3;

/// An engine on one NVIDIA card.
///
/// Any thread may call it; work is done in the order of the calls. After [`DeviceError::Lost`] it is of no more use,
/// and the process goes on with another engine.
pub struct CudaEngine {
    device: Device,
    transforms: Transforms,
    cosets: Cosets,
    budgets: Mutex<Budgets>,
}

/// Points prepared for multi-scalar multiplication on a card.
pub struct CudaBases(Bases);

impl CudaBases {
    /// How a vector of so many scalars is multiplied, when it is multiplied at once.
    pub fn plan(&self, scalars: usize) -> Option<SumPlan> {
        self.0.plan(scalars)
    }
}

impl CudaEngine {
    /// Opens a card.
    ///
    /// # Errors
    /// As [`Device::open`].
    pub fn open(options: Options) -> Result<Self, DeviceError> {
        Ok(Self {
            device: Device::open(options)?,
            transforms: Transforms::default(),
            cosets: Cosets::default(),
            budgets: Mutex::default(),
        })
    }

    /// The card.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Prepares points that are used a few times only: without multiples, which take as long as many sums.
    ///
    /// # Errors
    /// When the card's memory is exhausted.
    pub fn prepare_bases_once(&self, points: &Shared<Point>) -> Result<CudaBases, Error> {
        self.run(|| Bases::without_multiples(&self.device, points.clone()))
            .map(CudaBases)
    }

    fn budgets(&self) -> MutexGuard<'_, Budgets> {
        // budgets are replaced whole: a panic elsewhere leaves them as good as they were
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs an operation; where it finds no memory, frees what can be computed again and tries once more.
    fn run<T>(&self, operation: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
        match operation() {
            Err(Error::Device(DeviceError::OutOfMemory { .. })) => {
                self.cosets.clear();
                self.device.trim();
                operation()
            }
            result => result,
        }
    }
}

impl Engine for CudaEngine {
    type Vector = CudaVector;
    type Bases = CudaBases;
    type Index = CudaIndex;

    fn name(&self) -> String {
        let facts = self.device.facts();
        format!(
            "cuda:{} ({}, compute capability {}, {} multiprocessors, driver for CUDA {})",
            facts.index, facts.name, facts.capability, facts.multiprocessors, facts.driver
        )
    }

    fn divide_memory(&self, workload: &Workload) -> Result<Option<MemoryPlan>, Error> {
        let (plan, budgets) = budget::divide(&self.device, workload)?;
        *self.budgets() = budgets;
        Ok(Some(plan))
    }

    fn upload(&self, values: Shared<Fr>) -> Result<CudaVector, Error> {
        self.run(|| vector::upload(&self.device, &values))
    }

    fn upload_index(&self, values: Shared<u32>) -> Result<CudaIndex, Error> {
        self.run(|| vector::upload_index(&self.device, &values))
    }

    fn prepare_bases(&self, points: Shared<Point>) -> Result<CudaBases, Error> {
        let planned = self.budgets().take(points.len());
        let budget = planned.unwrap_or_else(|| self.device.free_memory() as u64 / BASES_PART);
        self.run(|| Bases::prepare(&self.device, points.clone(), budget))
            .map(CudaBases)
    }

    fn length(&self, vector: &CudaVector) -> usize {
        vector.len()
    }

    fn download(&self, vector: &CudaVector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
        vector::download(&self.device, vector, range)
    }

    fn slice(&self, vector: &CudaVector, range: Range<usize>) -> Result<CudaVector, Error> {
        self.run(|| vector::slice(&self.device, vector, range.clone()))
    }

    fn gather(&self, values: &CudaVector, index: &CudaIndex) -> Result<CudaVector, Error> {
        self.run(|| vector::gather(&self.device, values, index))
    }

    fn interpolate(&self, evaluations: &CudaVector) -> Result<CudaVector, Error> {
        self.run(|| self.transforms.interpolate(&self.device, evaluations.view()))
            .map(CudaVector::from)
    }

    fn evaluate_coset(
        &self,
        coefficients: &CudaVector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<CudaVector, Error> {
        self.run(|| {
            self.transforms
                .evaluate_coset(&self.device, coefficients.view(), domain, shift)
        })
        .map(CudaVector::from)
    }

    fn interpolate_cosets(
        &self,
        evaluations: [CudaVector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<CudaVector, Error> {
        let views = evaluations.each_ref().map(CudaVector::view);
        self.run(|| {
            self.transforms
                .interpolate_cosets(&self.device, views, shifts, top)
        })
        .map(CudaVector::from)
    }

    fn mask(&self, coefficients: &mut CudaVector, blinders: &[Fr]) -> Result<(), Error> {
        vector::mask(&self.device, coefficients, blinders)
    }

    fn add_at(&self, vector: &mut CudaVector, start: usize, values: &[Fr]) -> Result<(), Error> {
        vector::add_at(&self.device, vector, start, values)
    }

    fn grand_product(&self, input: &GrandProduct<'_, CudaVector>) -> Result<CudaVector, Error> {
        self.run(|| permutation::grand_product(&self.device, &self.cosets, input))
    }

    fn quotient(&self, input: &QuotientCoset<'_, CudaVector>) -> Result<CudaVector, Error> {
        self.run(|| permutation::quotient(&self.device, &self.cosets, input))
    }

    fn evaluate(&self, queries: &[(&CudaVector, Fr)]) -> Result<Vec<Fr>, Error> {
        self.run(|| polynomial::evaluate(&self.device, queries))
    }

    fn linear_combination(&self, terms: &[(Fr, &CudaVector)]) -> Result<CudaVector, Error> {
        self.run(|| polynomial::linear_combination(&self.device, terms))
    }

    fn divide_by_linear(&self, coefficients: &CudaVector, root: Fr) -> Result<CudaVector, Error> {
        self.run(|| polynomial::divide_by_linear(&self.device, coefficients, root))
    }

    fn msm(&self, bases: &CudaBases, scalars: &[&CudaVector]) -> Result<Vec<G1Projective>, Error> {
        let CudaBases(bases) = bases;
        if let Some(longest) = scalars.iter().map(|vector| vector.len()).max()
            && longest > bases.len()
        {
            return Err(Error::TooFewBases {
                scalars: longest,
                bases: bases.len(),
            });
        }
        let views: Vec<_> = scalars.iter().map(|vector| vector.view()).collect();
        self.run(|| bases.msm(&views))
    }
}
