//! The CPU engine: rayon over plain vectors. The reference for every other engine.

// inner loops are written over traits and must end up inside the function that enables their instructions
// ... where vectors are registers, not memory
#![allow(clippy::inline_always, clippy::large_types_passed_by_value)]

#[cfg(target_arch = "x86_64")]
mod ifma;
mod lanes;
mod memory;
mod msm;
mod ntt;
mod permutation;
mod polynomial;
mod power;

mod vector;

use std::ops::Range;

use ark_bn254::{Fr, G1Projective};
use ark_ff::{AdditiveGroup, BigInt, Zero};

pub use vector::CpuVector;

use crate::{
    Domain, Engine, Error, Point, Shared,
    domain::cosets::Recombination,
    engine::QUOTIENT_COSETS,
    quotient::{GrandProduct, QuotientCoset},
};

/// How field elements are multiplied.
#[derive(Clone, Copy, Debug)]
enum Instructions {
    /// Four 64-bit limbs, one element at a time: runs everywhere.
    Portable(lanes::Portable),
    /// Five 52-bit limbs, eight elements at a time.
    #[cfg(target_arch = "x86_64")]
    Ifma(ifma::Ifma),
}

impl Instructions {
    fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(ifma) = ifma::Ifma::detect() {
            return Self::Ifma(ifma);
        }
        Self::Portable(lanes::Portable)
    }
}

/// Calls a function generic over arithmetic with the engine's own as its first argument.
macro_rules! dispatch {
    ($engine:expr, $function:path $(, $argument:expr)*) => {
        match $engine.instructions {
            Instructions::Portable(arithmetic) => $function(arithmetic $(, $argument)*),
            #[cfg(target_arch = "x86_64")]
            Instructions::Ifma(arithmetic) => $function(arithmetic $(, $argument)*),
        }
    };
}

/// The engine that computes where the program runs, on rayon's current thread pool.
///
/// The default engine uses the vector instructions that the machine has.
#[derive(Clone, Copy, Debug)]
pub struct CpuEngine {
    instructions: Instructions,
}

impl Default for CpuEngine {
    fn default() -> Self {
        Self {
            instructions: Instructions::detect(),
        }
    }
}

impl CpuEngine {
    /// An engine that uses no vector instructions, whatever the machine has. It gives the same bytes as the default.
    pub fn portable() -> Self {
        Self {
            instructions: Instructions::Portable(lanes::Portable),
        }
    }

    /// Raises every value to one exponent, on the calling thread: for witnesses, which are made of values that no engine
    /// holds yet.
    pub fn raise(self, values: &mut [Fr], exponent: BigInt<4>) {
        dispatch!(self, power::raise, values, exponent);
    }

    /// The last step of [`Engine::interpolate_cosets`], for engines that transform elsewhere.
    pub(crate) fn recombine(self, cosets: &Recombination, remainders: Vec<Vec<Fr>>, top: &[Fr]) -> Vec<Fr> {
        dispatch!(self, ntt::recombine, cosets, remainders, top)
    }
}

/// Points prepared for multi-scalar multiplication on the CPU.
pub struct CpuBases(Shared<Point>);

impl Engine for CpuEngine {
    type Vector = CpuVector;
    type Bases = CpuBases;
    type Index = Shared<u32>;

    fn name(&self) -> String {
        let arithmetic = match self.instructions {
            Instructions::Portable(_) => "portable",
            #[cfg(target_arch = "x86_64")]
            Instructions::Ifma(_) => "avx512-ifma",
        };
        format!("cpu ({arithmetic}, {} threads)", rayon::current_num_threads())
    }

    fn upload(&self, values: Shared<Fr>) -> Result<CpuVector, Error> {
        Ok(CpuVector::Fixed(values))
    }

    fn upload_index(&self, values: Shared<u32>) -> Result<Shared<u32>, Error> {
        Ok(values)
    }

    fn prepare_bases(&self, points: Shared<Point>) -> Result<CpuBases, Error> {
        Ok(CpuBases(points))
    }

    fn length(&self, vector: &CpuVector) -> usize {
        vector.len()
    }

    fn download(&self, vector: &CpuVector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
        vector.get(range.clone()).map(memory::copy).ok_or(Error::Length {
            what: "download",
            expected: range.end,
            found: vector.len(),
        })
    }

    fn slice(&self, vector: &CpuVector, range: Range<usize>) -> Result<CpuVector, Error> {
        self.download(vector, range).map(CpuVector::Owned)
    }

    fn gather(&self, values: &CpuVector, index: &Shared<u32>) -> Result<CpuVector, Error> {
        polynomial::gather(values, index).map(CpuVector::Owned)
    }

    fn interpolate(&self, evaluations: &CpuVector) -> Result<CpuVector, Error> {
        let domain = Domain::new(evaluations.len())?;
        Ok(CpuVector::Owned(dispatch!(
            self,
            ntt::interpolate,
            &domain,
            evaluations
        )))
    }

    fn evaluate_coset(
        &self,
        coefficients: &CpuVector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(dispatch!(
            self,
            ntt::evaluate_coset,
            domain,
            coefficients,
            shift
        )))
    }

    fn interpolate_cosets(
        &self,
        evaluations: [CpuVector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<CpuVector, Error> {
        dispatch!(
            self,
            ntt::interpolate_cosets,
            evaluations.each_ref().map(|values| &**values),
            shifts,
            top
        )
        .map(CpuVector::Owned)
    }

    fn mask(&self, coefficients: &mut CpuVector, blinders: &[Fr]) -> Result<(), Error> {
        let n = coefficients.len();
        let values = coefficients.make_mut();
        values.resize(n.max(blinders.len()), Fr::ZERO);
        for (value, blinder) in values.iter_mut().zip(blinders) {
            *value -= blinder;
        }
        self.add_at(coefficients, n, blinders)
    }

    fn add_at(&self, vector: &mut CpuVector, start: usize, values: &[Fr]) -> Result<(), Error> {
        let target = vector.make_mut();
        let end = start + values.len();
        if target.len() < end {
            target.resize(end, Fr::ZERO);
        }
        for (slot, value) in target[start..end].iter_mut().zip(values) {
            *slot += value;
        }
        Ok(())
    }

    fn grand_product(&self, input: &GrandProduct<'_, CpuVector>) -> Result<CpuVector, Error> {
        dispatch!(self, permutation::grand_product, input).map(CpuVector::Owned)
    }

    fn quotient(&self, input: &QuotientCoset<'_, CpuVector>) -> Result<CpuVector, Error> {
        dispatch!(self, permutation::quotient, input).map(CpuVector::Owned)
    }

    fn evaluate(&self, queries: &[(&CpuVector, Fr)]) -> Result<Vec<Fr>, Error> {
        Ok(queries
            .iter()
            .map(|(polynomial, x)| dispatch!(self, polynomial::evaluate, polynomial, *x))
            .collect())
    }

    fn linear_combination(&self, terms: &[(Fr, &CpuVector)]) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(dispatch!(
            self,
            polynomial::linear_combination,
            terms
        )))
    }

    fn divide_by_linear(&self, coefficients: &CpuVector, root: Fr) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(dispatch!(
            self,
            polynomial::divide_by_linear,
            coefficients,
            root
        )))
    }

    fn msm(&self, bases: &CpuBases, scalars: &[&CpuVector]) -> Result<Vec<G1Projective>, Error> {
        scalars
            .iter()
            .map(|vector| {
                if vector.len() > bases.0.len() {
                    return Err(Error::TooFewBases {
                        scalars: vector.len(),
                        bases: bases.0.len(),
                    });
                }
                if vector.is_empty() {
                    return Ok(G1Projective::zero());
                }
                Ok(match self.instructions {
                    Instructions::Portable(_) => msm::msm(msm::PortableAdder, &bases.0, vector),
                    #[cfg(target_arch = "x86_64")]
                    Instructions::Ifma(ifma) => msm::msm(ifma::IfmaAdder::new(ifma), &bases.0, vector),
                })
            })
            .collect()
    }
}
