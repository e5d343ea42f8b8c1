//! One operation of one size, by arkworks and by every engine.

use std::time::Instant;

use ark_bn254::{Fr, G1Affine};
use ark_ec::CurveGroup;
use crema_kernels::{AnyEngine, Domain, Engine, Error as EngineError, Shared, any::AnyVector, quotient};
use crema_plonk::Progress;
use crema_service::terminal::Bars;

use super::{
    arkworks::{self, Permutation},
    engines::Contestant,
    error::KernelsError,
    inputs::{self, Pattern},
    operation::{Operation, TERMS, Work, lengths, sum_of_points},
    record::Task,
};
use crate::clock::OthersClock;

/// Short operations are repeated until they took so many seconds together,
const ENOUGH_S: f64 = 0.3;
/// or so many times.
const MOST: usize = 100;
/// Vectors of a repetition, at most.
const VECTORS: u64 = 32;

/// What was measured.
pub struct Measured {
    /// Wall times in seconds: arkworks' first, then the engines' in their order, by repetition.
    pub seconds: Vec<Vec<f64>>,
    /// Wall time in seconds that each engine took to prepare the points, where there are any.
    pub prepare_s: Vec<Option<f64>>,
    /// Processor time in seconds that others took, by repetition.
    pub others_cpu_s: Vec<f64>,
    /// The least that one set of inputs takes, without tables of points and with them.
    pub work: [Work; 2],
}

/// Does the task.
///
/// # Errors
/// [`KernelsError`], also when a result is not arkworks' result.
pub fn measure(task: &Task, engines: &[Contestant], pattern: &Pattern) -> Result<Measured, KernelsError> {
    let race = Race {
        task,
        engines,
        pattern,
        n: 1 << task.log_size,
    };
    match task.operation {
        Operation::Msm => race.msm(),
        Operation::Ntt => race.transform(Fr::from(1u64)),
        Operation::CosetNtt => race.transform(Fr::from(5u64)),
        Operation::InverseNtt => race.inverse_transform(),
        Operation::Evaluate => race.evaluate(),
        Operation::Combine => race.combine(),
        Operation::Divide => race.divide(),
        Operation::GrandProduct => race.grand_product(),
    }
}

/// A result and the wall time in seconds that it took.
type Timed<T> = (f64, T);

struct Race<'a> {
    task: &'a Task,
    engines: &'a [Contestant],
    pattern: &'a Pattern,
    n: usize,
}

impl Race<'_> {
    /// A vector of scalars that no other repetition, size or operation has.
    fn fresh(&self, index: usize, vector: u64) -> Vec<Fr> {
        let task = self.task;
        let which = (task.operation as u64) << 8 | u64::from(task.log_size);
        let stream = which << 32 | (index as u64 * VECTORS + vector);
        inputs::scalars(task.inputs, self.pattern, task.seed, stream, self.n)
    }

    fn element(&self, index: usize, vector: u64) -> Fr {
        let stream = 1 << 63 | (index as u64 * VECTORS + vector);
        inputs::random(self.task.seed, stream, 1)[0]
    }

    fn failed(&self, engine: &Contestant, source: EngineError) -> KernelsError {
        KernelsError::Operation {
            operation: self.task.operation,
            log_size: self.task.log_size,
            engine: engine.name.clone(),
            source,
        }
    }

    /// Repeats until there is enough of it.
    fn repeat(
        &self,
        mut one: impl FnMut(usize) -> Result<Vec<f64>, KernelsError>,
    ) -> Result<Measured, KernelsError> {
        let task = self.task;
        let bars = Bars::new();
        let mut measured = Measured {
            seconds: vec![Vec::new(); self.engines.len() + 1],
            prepare_s: vec![None; self.engines.len()],
            others_cpu_s: Vec::new(),
            work: [Work {
                products: 0.0,
                reductions: 0.0,
                bytes: 0.0,
            }; 2],
        };
        if let Some(work) = task.operation.work(self.n) {
            measured.work = [work; 2];
        }
        let (mut spent, mut index) = (0.0, 0);
        while index < task.warm_up + task.repeat || (spent < ENOUGH_S && index < task.warm_up + MOST) {
            bars.report(
                task.operation.name(),
                index as f64 / (task.warm_up + task.repeat) as f64,
            );
            let others = OthersClock::start()?;
            let times = one(index)?;
            let others_cpu_s = others.elapsed()?;
            if index >= task.warm_up {
                spent += times.iter().sum::<f64>();
                measured.others_cpu_s.push(others_cpu_s);
                for (all, time) in measured.seconds.iter_mut().zip(times) {
                    all.push(time);
                }
            }
            index += 1;
        }
        Ok(measured)
    }

    /// One repetition: all compute the same, each first in its turn, and all results must be arkworks' result.
    fn contest<T: PartialEq>(
        &self,
        index: usize,
        arkworks: impl Fn() -> T,
        engine: impl Fn(usize, &AnyEngine) -> Result<Timed<T>, EngineError>,
    ) -> Result<Vec<f64>, KernelsError> {
        let count = self.engines.len() + 1;
        let mut results: Vec<Option<Timed<T>>> = (0..count).map(|_| None).collect();
        for turn in 0..count {
            let place = (turn + index) % count;
            results[place] = Some(match place.checked_sub(1) {
                None => {
                    let start = Instant::now();
                    let result = arkworks();
                    (start.elapsed().as_secs_f64(), result)
                }
                Some(number) => {
                    let contestant = &self.engines[number];
                    engine(number, &contestant.engine).map_err(|source| self.failed(contestant, source))?
                }
            });
        }
        let results: Vec<Timed<T>> = results.into_iter().flatten().collect();
        for (contestant, (_, result)) in self.engines.iter().zip(&results[1..]) {
            if *result != results[0].1 {
                return Err(KernelsError::Wrong {
                    operation: self.task.operation,
                    log_size: self.task.log_size,
                    engine: contestant.name.clone(),
                    index,
                });
            }
        }
        Ok(results.into_iter().map(|(seconds, _)| seconds).collect())
    }

    fn msm(&self) -> Result<Measured, KernelsError> {
        let points: Vec<G1Affine> = inputs::points(self.task.seed, self.n);
        let shared = Shared::from(inputs::prepared(&points));
        let mut bases = Vec::new();
        let mut prepare_s = Vec::new();
        for contestant in self.engines {
            let start = Instant::now();
            let prepared = contestant.engine.prepare_bases(shared.clone());
            bases.push(prepared.map_err(|source| self.failed(contestant, source))?);
            prepare_s.push(Some(start.elapsed().as_secs_f64()));
        }
        let measured = self.repeat(|index| {
            let scalars = self.fresh(index, 0);
            let upload = Shared::from(scalars.clone());
            self.contest(
                index,
                || arkworks::msm(&points, &scalars).into_affine(),
                |number, engine| {
                    let vector = resident(engine, &upload)?;
                    let start = Instant::now();
                    let sums = engine.msm(&bases[number], &[&vector])?;
                    let seconds = start.elapsed().as_secs_f64();
                    Ok((seconds, sums[0].into_affine()))
                },
            )
        })?;
        // any of a kind has the same lengths, but for a bit here and there
        let lengths = lengths(&self.fresh(0, 0));
        Ok(Measured {
            prepare_s,
            work: [false, true].map(|tables| sum_of_points(&lengths, tables)),
            ..measured
        })
    }

    fn transform(&self, shift: Fr) -> Result<Measured, KernelsError> {
        let theirs = arkworks::domain(self.n, shift);
        let ours = self.domain()?;
        self.repeat(|index| {
            let coefficients = self.fresh(index, 0);
            let upload = Shared::from(coefficients.clone());
            self.contest(
                index,
                || arkworks::transform(&theirs, &coefficients),
                |_, engine| {
                    let vector = resident(engine, &upload)?;
                    timed(engine, || engine.evaluate_coset(&vector, &ours, shift))
                },
            )
        })
    }

    fn inverse_transform(&self) -> Result<Measured, KernelsError> {
        let domain = arkworks::domain(self.n, Fr::from(1u64));
        self.repeat(|index| {
            let values = self.fresh(index, 0);
            let upload = Shared::from(values.clone());
            self.contest(
                index,
                || arkworks::inverse_transform(&domain, &values),
                |_, engine| {
                    let vector = resident(engine, &upload)?;
                    timed(engine, || engine.interpolate(&vector))
                },
            )
        })
    }

    fn evaluate(&self) -> Result<Measured, KernelsError> {
        self.repeat(|index| {
            let coefficients = self.fresh(index, 0);
            let x = self.element(index, 1);
            let upload = Shared::from(coefficients.clone());
            let polynomial = arkworks::polynomial(&coefficients);
            self.contest(
                index,
                || vec![arkworks::evaluate(&polynomial, x)],
                |_, engine| {
                    let vector = resident(engine, &upload)?;
                    let start = Instant::now();
                    let value = engine.evaluate(&[(&vector, x)])?;
                    Ok((start.elapsed().as_secs_f64(), value))
                },
            )
        })
    }

    fn combine(&self) -> Result<Measured, KernelsError> {
        self.repeat(|index| {
            let numbers = 0..TERMS as u64;
            let vectors: Vec<Vec<Fr>> = numbers.clone().map(|number| self.fresh(index, number)).collect();
            let factors: Vec<Fr> = numbers.map(|number| self.element(index, number)).collect();
            let terms: Vec<_> = vectors
                .iter()
                .zip(&factors)
                .map(|(vector, factor)| (*factor, arkworks::polynomial(vector)))
                .collect();
            let uploads: Vec<Shared<Fr>> = vectors.into_iter().map(Shared::from).collect();
            self.contest(
                index,
                || arkworks::combine(&terms),
                |_, engine| {
                    let vectors = uploads.iter().map(|upload| resident(engine, upload));
                    let vectors = vectors.collect::<Result<Vec<_>, _>>()?;
                    let terms: Vec<_> = factors.iter().copied().zip(&vectors).collect();
                    timed(engine, || engine.linear_combination(&terms))
                },
            )
        })
    }

    fn divide(&self) -> Result<Measured, KernelsError> {
        self.repeat(|index| {
            let coefficients = self.fresh(index, 0);
            let root = self.element(index, 1);
            let upload = Shared::from(coefficients.clone());
            let polynomial = arkworks::polynomial(&coefficients);
            self.contest(
                index,
                || arkworks::divide(&polynomial, root),
                |_, engine| {
                    let vector = resident(engine, &upload)?;
                    timed(engine, || engine.divide_by_linear(&vector, root))
                },
            )
        })
    }

    fn grand_product(&self) -> Result<Measured, KernelsError> {
        let domain = self.domain()?;
        self.repeat(|index| {
            let wires: [Vec<Fr>; quotient::WIRES] = std::array::from_fn(|i| self.fresh(index, i as u64));
            let sigmas: [Vec<Fr>; quotient::WIRES] =
                std::array::from_fn(|i| self.fresh(index, (quotient::WIRES + i) as u64));
            let challenges = Permutation {
                k: std::array::from_fn(|i| self.element(index, i as u64)),
                beta: self.element(index, 10),
                gamma: self.element(index, 11),
            };
            let upload = |vectors: &[Vec<Fr>; quotient::WIRES]| vectors.clone().map(Shared::from);
            let (shared_wires, shared_sigmas) = (upload(&wires), upload(&sigmas));
            self.contest(
                index,
                || arkworks::grand_product(domain.generator, &wires, &sigmas, &challenges),
                |_, engine| {
                    let vectors = shared_wires.iter().chain(&shared_sigmas);
                    let vectors = vectors.map(|upload| resident(engine, upload));
                    let vectors = vectors.collect::<Result<Vec<_>, _>>()?;
                    let input = quotient::GrandProduct {
                        domain: &domain,
                        wires: std::array::from_fn(|i| &vectors[i]),
                        sigmas: std::array::from_fn(|i| &vectors[quotient::WIRES + i]),
                        k: challenges.k,
                        beta: challenges.beta,
                        gamma: challenges.gamma,
                    };
                    timed(engine, || engine.grand_product(&input))
                },
            )
        })
    }

    fn domain(&self) -> Result<Domain, KernelsError> {
        Domain::new(self.n).map_err(|source| KernelsError::Operation {
            operation: self.task.operation,
            log_size: self.task.log_size,
            engine: "any engine".to_owned(),
            source,
        })
    }
}

/// A vector where the engine computes. An engine that runs ahead of the host has it once it gives an element back.
fn resident(engine: &AnyEngine, values: &Shared<Fr>) -> Result<AnyVector, EngineError> {
    let vector = engine.upload(values.clone())?;
    engine.download(&vector, 0..1)?;
    Ok(vector)
}

/// Times what makes a vector, up to when it can give an element back.
fn timed(
    engine: &AnyEngine,
    run: impl FnOnce() -> Result<AnyVector, EngineError>,
) -> Result<Timed<Vec<Fr>>, EngineError> {
    let start = Instant::now();
    let vector = run()?;
    engine.download(&vector, 0..1)?;
    let seconds = start.elapsed().as_secs_f64();
    Ok((seconds, engine.download(&vector, 0..engine.length(&vector))?))
}
