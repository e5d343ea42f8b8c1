//! The CPU engine: rayon over plain vectors. The reference for every other engine.

mod msm;
mod ntt;
mod polynomial;
mod quotient;
mod vector;

use std::ops::Range;

use ark_bn254::{Fr, G1Projective};
use ark_ff::{AdditiveGroup, Zero};

pub use vector::CpuVector;

use crate::{
    Domain, Engine, Error, Point, Shared,
    engine::QUOTIENT_COSETS,
    quotient::{GrandProduct, QuotientCoset},
};

/// How field elements are multiplied.
#[derive(Clone, Copy, Debug, Default)]
enum Arithmetic {
    /// Four 64-bit limbs, one element at a time: runs everywhere.
    #[default]
    Portable,
}

/// The engine that computes where the program runs, on rayon's current thread pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuEngine {
    arithmetic: Arithmetic,
}

impl CpuEngine {
    /// An engine that uses no vector instructions, whatever the machine has. It gives the same bytes as the default.
    pub fn portable() -> Self {
        Self {
            arithmetic: Arithmetic::Portable,
        }
    }
}

/// Points prepared for multi-scalar multiplication on the CPU.
pub struct CpuBases(Shared<Point>);

impl Engine for CpuEngine {
    type Vector = CpuVector;
    type Bases = CpuBases;
    type Index = Shared<u32>;

    fn name(&self) -> String {
        let arithmetic = match self.arithmetic {
            Arithmetic::Portable => "portable",
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
        vector
            .get(range.clone())
            .map(<[Fr]>::to_vec)
            .ok_or(Error::Length {
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
        let mut values = evaluations.to_vec();
        ntt::inverse(&domain, &mut values);
        Ok(CpuVector::Owned(values))
    }

    fn evaluate_coset(
        &self,
        coefficients: &CpuVector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(ntt::evaluate_coset(domain, coefficients, shift)))
    }

    fn interpolate_cosets(
        &self,
        evaluations: [CpuVector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<CpuVector, Error> {
        ntt::interpolate_cosets(evaluations.map(CpuVector::into_vec), shifts, top).map(CpuVector::Owned)
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
        quotient::grand_product(input).map(CpuVector::Owned)
    }

    fn quotient(&self, input: &QuotientCoset<'_, CpuVector>) -> Result<CpuVector, Error> {
        quotient::quotient(input).map(CpuVector::Owned)
    }

    fn evaluate(&self, queries: &[(&CpuVector, Fr)]) -> Result<Vec<Fr>, Error> {
        Ok(queries
            .iter()
            .map(|(poly, x)| polynomial::evaluate(poly, *x))
            .collect())
    }

    fn linear_combination(&self, terms: &[(Fr, &CpuVector)]) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(polynomial::linear_combination(terms)))
    }

    fn divide_by_linear(&self, coefficients: &CpuVector, root: Fr) -> Result<CpuVector, Error> {
        Ok(CpuVector::Owned(polynomial::divide_by_linear(coefficients, root)))
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
                Ok(msm::msm(msm::Portable, &bases.0, vector))
            })
            .collect()
    }
}
