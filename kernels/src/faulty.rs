//! An engine that goes wrong on purpose: whoever stands above an engine can show what happens then.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;

use crate::{
    DeviceError, Domain, Engine, Error, MemoryPlan, Point, Shared, Workload,
    engine::QUOTIENT_COSETS,
    quotient::{GrandProduct, QuotientCoset},
};

/// What goes wrong, and when. Everything is counted from zero, from [`FaultyEngine::arm`] on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A result, on the engine or on its way to the host, has a bit flipped in one of its limbs. Nothing is reported.
    FlippedLimb {
        /// Which result.
        result: usize,
    },
    /// There is no memory left for what an operation makes; there is again for the next.
    OutOfMemory {
        /// Which allocation.
        allocation: usize,
    },
    /// An operation does not end, until the engine's patience does: the device is then lost, and stays so.
    Hang {
        /// Which operation.
        operation: usize,
        /// How long the engine waits.
        patience: Duration,
    },
}

/// What has been counted.
#[derive(Default)]
struct State {
    fault: Option<Fault>,
    results: usize,
    allocations: usize,
    operations: usize,
    struck: bool,
    lost: bool,
}

/// An engine that is well but for one [`Fault`]. Vectors, bases and tables are those of the engine within.
pub struct FaultyEngine<E> {
    engine: E,
    state: Mutex<State>,
}

impl<E: Engine> FaultyEngine<E> {
    /// Nothing goes wrong yet.
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            state: Mutex::default(),
        }
    }

    /// Sets what goes wrong and begins to count. An engine that was lost is well again.
    pub fn arm(&self, fault: Fault) {
        *self.state() = State {
            fault: Some(fault),
            ..State::default()
        };
    }

    /// Whether the fault has happened.
    pub fn struck(&self) -> bool {
        self.state().struck
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // counters are whole after every statement
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an operation.
    fn operate(&self) -> Result<(), Error> {
        let mut state = self.state();
        let operation = state.operations;
        state.operations += 1;
        if let Some(Fault::Hang {
            operation: hangs,
            patience,
        }) = state.fault
            && hangs == operation
        {
            state.struck = true;
            state.lost = true;
            drop(state);
            thread::sleep(patience);
            return Err(Self::lost());
        }
        if state.lost {
            return Err(Self::lost());
        }
        Ok(())
    }

    fn lost() -> Error {
        Error::Device(DeviceError::Lost {
            device: "faulty engine".to_owned(),
            call: "synchronize".to_owned(),
            reason: "no answer".to_owned(),
        })
    }

    /// Begins an operation that makes something.
    fn allocate(&self) -> Result<(), Error> {
        self.operate()?;
        let mut state = self.state();
        let allocation = state.allocations;
        state.allocations += 1;
        if state.fault == Some(Fault::OutOfMemory { allocation }) {
            state.struck = true;
            return Err(Error::Device(DeviceError::OutOfMemory {
                asked: 1 << 30,
                in_use: 0,
                free: 0,
                limit: 0,
            }));
        }
        Ok(())
    }

    /// Whether the result that was just made is the one to be spoilt.
    fn spoils(&self) -> bool {
        let mut state = self.state();
        let result = state.results;
        state.results += 1;
        let spoils = state.fault == Some(Fault::FlippedLimb { result });
        state.struck |= spoils;
        spoils
    }

    fn vector(&self, vector: E::Vector) -> Result<E::Vector, Error> {
        let length = self.engine.length(&vector);
        if length == 0 || !self.spoils() {
            return Ok(vector);
        }
        let mut values = self.engine.download(&vector, 0..length)?;
        flip_one(&mut values);
        self.engine.upload(values.into())
    }

    fn scalars(&self, mut values: Vec<Fr>) -> Vec<Fr> {
        if !values.is_empty() && self.spoils() {
            flip_one(&mut values);
        }
        values
    }
}

/// Flips a bit of the element in the middle.
fn flip_one(values: &mut [Fr]) {
    let middle = values.len() / 2;
    if let Some(value) = values.get_mut(middle) {
        *value = flipped(*value);
    }
}

/// The element with a bit of a limb flipped: of the lowest limb whose flip does not leave the field.
fn flipped(value: Fr) -> Fr {
    let mut limbs = 0..4;
    let flipped = limbs.find_map(|limb| {
        let mut integer = value.into_bigint();
        integer.0[limb] ^= 2;
        Fr::from_bigint(integer)
    });
    flipped.unwrap_or_default()
}

impl<E: Engine> Engine for FaultyEngine<E> {
    type Vector = E::Vector;
    type Bases = E::Bases;
    type Index = E::Index;

    fn name(&self) -> String {
        match self.state().fault {
            Some(fault) => format!("{} with a fault ({fault:?})", self.engine.name()),
            None => self.engine.name(),
        }
    }

    fn divide_memory(&self, workload: &Workload) -> Result<Option<MemoryPlan>, Error> {
        self.engine.divide_memory(workload)
    }

    fn upload(&self, values: Shared<Fr>) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.upload(values)?)
    }

    fn upload_index(&self, values: Shared<u32>) -> Result<E::Index, Error> {
        self.allocate()?;
        self.engine.upload_index(values)
    }

    fn prepare_bases(&self, points: Shared<Point>) -> Result<E::Bases, Error> {
        self.allocate()?;
        self.engine.prepare_bases(points)
    }

    fn length(&self, vector: &E::Vector) -> usize {
        self.engine.length(vector)
    }

    fn download(&self, vector: &E::Vector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
        self.operate()?;
        Ok(self.scalars(self.engine.download(vector, range)?))
    }

    fn slice(&self, vector: &E::Vector, range: Range<usize>) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.slice(vector, range)?)
    }

    fn gather(&self, values: &E::Vector, index: &E::Index) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.gather(values, index)?)
    }

    fn interpolate(&self, evaluations: &E::Vector) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.interpolate(evaluations)?)
    }

    fn evaluate_coset(
        &self,
        coefficients: &E::Vector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.evaluate_coset(coefficients, domain, shift)?)
    }

    fn interpolate_cosets(
        &self,
        evaluations: [E::Vector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.interpolate_cosets(evaluations, shifts, top)?)
    }

    fn mask(&self, coefficients: &mut E::Vector, blinders: &[Fr]) -> Result<(), Error> {
        self.allocate()?;
        self.engine.mask(coefficients, blinders)
    }

    fn add_at(&self, vector: &mut E::Vector, start: usize, values: &[Fr]) -> Result<(), Error> {
        self.allocate()?;
        self.engine.add_at(vector, start, values)
    }

    fn grand_product(&self, input: &GrandProduct<'_, E::Vector>) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.grand_product(input)?)
    }

    fn quotient(&self, input: &QuotientCoset<'_, E::Vector>) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.quotient(input)?)
    }

    fn evaluate(&self, queries: &[(&E::Vector, Fr)]) -> Result<Vec<Fr>, Error> {
        self.operate()?;
        Ok(self.scalars(self.engine.evaluate(queries)?))
    }

    fn linear_combination(&self, terms: &[(Fr, &E::Vector)]) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.linear_combination(terms)?)
    }

    fn divide_by_linear(&self, coefficients: &E::Vector, root: Fr) -> Result<E::Vector, Error> {
        self.allocate()?;
        self.vector(self.engine.divide_by_linear(coefficients, root)?)
    }

    fn msm(&self, bases: &E::Bases, scalars: &[&E::Vector]) -> Result<Vec<G1Projective>, Error> {
        self.allocate()?;
        let mut sums = self.engine.msm(bases, scalars)?;
        if self.spoils()
            && let Some(sum) = sums.last_mut()
        {
            // a point whose limbs were hit is off the curve, which engines notice: one that is on it is worse
            *sum += G1Affine::generator();
        }
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use ark_ff::{AdditiveGroup, Field};

    use super::*;
    use crate::cpu::CpuEngine;

    fn values() -> Shared<Fr> {
        (1..=8u64).map(Fr::from).collect::<Vec<_>>().into()
    }

    /// Two results, two allocations, three operations.
    fn work(engine: &impl Engine) -> Result<Vec<Fr>, Error> {
        let vector = engine.upload(values())?;
        let coefficients = engine.interpolate(&vector)?;
        engine.download(&coefficients, 0..8)
    }

    fn well() -> Vec<Fr> {
        work(&CpuEngine::default()).expect("the CPU engine")
    }

    #[test]
    fn a_flipped_limb_is_a_wrong_result_and_only_one() {
        let engine = FaultyEngine::new(CpuEngine::default());
        assert_eq!(work(&engine).expect("not armed"), well());
        for result in 0..3 {
            engine.arm(Fault::FlippedLimb { result });
            assert_ne!(
                work(&engine).expect("nothing is reported"),
                well(),
                "result {result}"
            );
            assert!(engine.struck());
            assert_eq!(work(&engine).expect("well again"), well());
        }
        engine.arm(Fault::FlippedLimb { result: 3 });
        assert_eq!(work(&engine).expect("well"), well());
        assert!(!engine.struck());
    }

    #[test]
    fn memory_is_out_once() {
        let engine = FaultyEngine::new(CpuEngine::default());
        for allocation in 0..2 {
            engine.arm(Fault::OutOfMemory { allocation });
            assert!(matches!(
                work(&engine),
                Err(Error::Device(DeviceError::OutOfMemory { .. }))
            ));
            assert_eq!(work(&engine).expect("memory is back"), well());
        }
    }

    #[test]
    fn a_device_that_hangs_is_lost() {
        let engine = FaultyEngine::new(CpuEngine::default());
        engine.arm(Fault::Hang {
            operation: 1,
            patience: Duration::from_millis(1),
        });
        for _ in 0..2 {
            assert!(matches!(
                work(&engine),
                Err(Error::Device(DeviceError::Lost { .. }))
            ));
        }
    }

    #[test]
    fn flipping_stays_in_the_field_and_changes_every_element() {
        for value in [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(77u64)] {
            assert_ne!(flipped(value), value);
        }
    }
}
