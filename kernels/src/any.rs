//! One engine type that stands for whichever engine was chosen when the program started.

use std::ops::Range;

use ark_bn254::{Fr, G1Projective};

#[cfg(feature = "cuda")]
use crate::cuda::CudaEngine;
use crate::{
    Domain, Engine, Error, MemoryPlan, Point, Shared, Workload,
    cpu::CpuEngine,
    engine::QUOTIENT_COSETS,
    icicle::IcicleEngine,
    quotient::{GrandProduct, QuotientCoset},
};

/// An engine that can stand behind [`AnyEngine`].
trait Member: Engine {
    fn wrap(&self, vector: Self::Vector) -> AnyVector;
    fn own(&self, vector: AnyVector) -> Self::Vector;
    fn borrow<'a>(&self, vector: &'a AnyVector) -> &'a Self::Vector;
    fn borrow_mut<'a>(&self, vector: &'a mut AnyVector) -> &'a mut Self::Vector;
    fn wrap_bases(&self, bases: Self::Bases) -> AnyBases;
    fn bases<'a>(&self, bases: &'a AnyBases) -> &'a Self::Bases;
    fn wrap_index(&self, index: Self::Index) -> AnyIndex;
    fn index<'a>(&self, index: &'a AnyIndex) -> &'a Self::Index;
}

/// Declares the engine and its handles with a variant per member, and their conversions.
macro_rules! members {
    ($($(#[$condition:meta])* $member:ident($engine:ty), $what:literal;)*) => {
        /// One of this crate's engines.
        pub enum AnyEngine { $(
            #[doc = $what]
            $(#[$condition])*
            $member($engine),
        )* }

        /// A vector of one of the engines.
        pub enum AnyVector { $(
            #[doc = $what]
            $(#[$condition])*
            $member(<$engine as Engine>::Vector),
        )* }

        /// Prepared bases of one of the engines.
        pub enum AnyBases { $(
            #[doc = $what]
            $(#[$condition])*
            $member(<$engine as Engine>::Bases),
        )* }

        /// An index table of one of the engines.
        pub enum AnyIndex { $(
            #[doc = $what]
            $(#[$condition])*
            $member(<$engine as Engine>::Index),
        )* }

        $(
            $(#[$condition])*
            impl Member for $engine {
                fn wrap(&self, vector: Self::Vector) -> AnyVector {
                    AnyVector::$member(vector)
                }

                fn own(&self, vector: AnyVector) -> Self::Vector {
                    match vector {
                        AnyVector::$member(vector) => vector,
                        _ => foreign(),
                    }
                }

                fn borrow<'a>(&self, vector: &'a AnyVector) -> &'a Self::Vector {
                    match vector {
                        AnyVector::$member(vector) => vector,
                        _ => foreign(),
                    }
                }

                fn borrow_mut<'a>(&self, vector: &'a mut AnyVector) -> &'a mut Self::Vector {
                    match vector {
                        AnyVector::$member(vector) => vector,
                        _ => foreign(),
                    }
                }

                fn wrap_bases(&self, bases: Self::Bases) -> AnyBases {
                    AnyBases::$member(bases)
                }

                fn bases<'a>(&self, bases: &'a AnyBases) -> &'a Self::Bases {
                    match bases {
                        AnyBases::$member(bases) => bases,
                        _ => foreign(),
                    }
                }

                fn wrap_index(&self, index: Self::Index) -> AnyIndex {
                    AnyIndex::$member(index)
                }

                fn index<'a>(&self, index: &'a AnyIndex) -> &'a Self::Index {
                    match index {
                        AnyIndex::$member(index) => index,
                        _ => foreign(),
                    }
                }
            }
        )*

        /// Evaluates an expression with `$name` bound to the member that an engine is.
        macro_rules! with_member {
            ($any:expr, $name:ident => $body:expr) => {
                match $any { $(
                    $(#[$condition])*
                    AnyEngine::$member($name) => $body,
                )* }
            };
        }
    };
}

members! {
    Cpu(CpuEngine), "The CPU engine.";
    Icicle(IcicleEngine), "The ICICLE engine.";
    #[cfg(feature = "cuda")]
    Cuda(CudaEngine), "The CUDA engine.";
}

#[cold]
fn foreign() -> ! {
    panic!("a handle was given to an engine that did not make it")
}

impl Engine for AnyEngine {
    type Vector = AnyVector;
    type Bases = AnyBases;
    type Index = AnyIndex;

    fn name(&self) -> String {
        with_member!(self, engine => engine.name())
    }

    fn divide_memory(&self, workload: &Workload) -> Result<Option<MemoryPlan>, Error> {
        with_member!(self, engine => engine.divide_memory(workload))
    }

    fn upload(&self, values: Shared<Fr>) -> Result<AnyVector, Error> {
        with_member!(self, engine => Ok(engine.wrap(engine.upload(values)?)))
    }

    fn upload_index(&self, values: Shared<u32>) -> Result<AnyIndex, Error> {
        with_member!(self, engine => Ok(engine.wrap_index(engine.upload_index(values)?)))
    }

    fn prepare_bases(&self, points: Shared<Point>) -> Result<AnyBases, Error> {
        with_member!(self, engine => Ok(engine.wrap_bases(engine.prepare_bases(points)?)))
    }

    fn length(&self, vector: &AnyVector) -> usize {
        with_member!(self, engine => engine.length(engine.borrow(vector)))
    }

    fn download(&self, vector: &AnyVector, range: Range<usize>) -> Result<Vec<Fr>, Error> {
        with_member!(self, engine => engine.download(engine.borrow(vector), range))
    }

    fn slice(&self, vector: &AnyVector, range: Range<usize>) -> Result<AnyVector, Error> {
        with_member!(self, engine => Ok(engine.wrap(engine.slice(engine.borrow(vector), range)?)))
    }

    fn gather(&self, values: &AnyVector, index: &AnyIndex) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            Ok(engine.wrap(engine.gather(engine.borrow(values), engine.index(index))?))
        })
    }

    fn interpolate(&self, evaluations: &AnyVector) -> Result<AnyVector, Error> {
        with_member!(self, engine => Ok(engine.wrap(engine.interpolate(engine.borrow(evaluations))?)))
    }

    fn evaluate_coset(
        &self,
        coefficients: &AnyVector,
        domain: &Domain,
        shift: Fr,
    ) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            Ok(engine.wrap(engine.evaluate_coset(engine.borrow(coefficients), domain, shift)?))
        })
    }

    fn interpolate_cosets(
        &self,
        evaluations: [AnyVector; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            let evaluations = evaluations.map(|values| engine.own(values));
            Ok(engine.wrap(engine.interpolate_cosets(evaluations, shifts, top)?))
        })
    }

    fn mask(&self, coefficients: &mut AnyVector, blinders: &[Fr]) -> Result<(), Error> {
        with_member!(self, engine => engine.mask(engine.borrow_mut(coefficients), blinders))
    }

    fn add_at(&self, vector: &mut AnyVector, start: usize, values: &[Fr]) -> Result<(), Error> {
        with_member!(self, engine => engine.add_at(engine.borrow_mut(vector), start, values))
    }

    fn grand_product(&self, input: &GrandProduct<'_, AnyVector>) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            let input = GrandProduct {
                domain: input.domain,
                wires: input.wires.map(|values| engine.borrow(values)),
                sigmas: input.sigmas.map(|values| engine.borrow(values)),
                k: input.k,
                beta: input.beta,
                gamma: input.gamma,
            };
            Ok(engine.wrap(engine.grand_product(&input)?))
        })
    }

    fn quotient(&self, input: &QuotientCoset<'_, AnyVector>) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            let input = QuotientCoset {
                domain: input.domain,
                shift: input.shift,
                selectors: input.selectors.map(|values| engine.borrow(values)),
                sigmas: input.sigmas.map(|values| engine.borrow(values)),
                wires: input.wires.map(|values| engine.borrow(values)),
                grand_product: engine.borrow(input.grand_product),
                public_inputs: input.public_inputs,
                k: input.k,
                alpha: input.alpha,
                beta: input.beta,
                gamma: input.gamma,
            };
            Ok(engine.wrap(engine.quotient(&input)?))
        })
    }

    fn evaluate(&self, queries: &[(&AnyVector, Fr)]) -> Result<Vec<Fr>, Error> {
        with_member!(self, engine => {
            let queries: Vec<_> = queries.iter().map(|(vector, x)| (engine.borrow(vector), *x)).collect();
            engine.evaluate(&queries)
        })
    }

    fn linear_combination(&self, terms: &[(Fr, &AnyVector)]) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            let terms: Vec<_> = terms.iter().map(|(factor, vector)| (*factor, engine.borrow(vector))).collect();
            Ok(engine.wrap(engine.linear_combination(&terms)?))
        })
    }

    fn divide_by_linear(&self, coefficients: &AnyVector, root: Fr) -> Result<AnyVector, Error> {
        with_member!(self, engine => {
            Ok(engine.wrap(engine.divide_by_linear(engine.borrow(coefficients), root)?))
        })
    }

    fn msm(&self, bases: &AnyBases, scalars: &[&AnyVector]) -> Result<Vec<G1Projective>, Error> {
        with_member!(self, engine => {
            let scalars: Vec<_> = scalars.iter().map(|vector| engine.borrow(vector)).collect();
            engine.msm(engine.bases(bases), &scalars)
        })
    }
}
