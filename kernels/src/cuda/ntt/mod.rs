//! Number-theoretic transforms on a card: what `cuda/ntt.cu` computes, planned and launched.

mod parameters;
mod plan;
mod tables;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ark_bn254::Fr;
use ark_ff::{Field, One};

use super::{Buffer, Device, View};
use crate::{Domain, Error, domain::cosets::Recombination, engine::QUOTIENT_COSETS};
use parameters::{
    Batch, Cosets, FIRST_PASS, INVERSE_ROOTS, Job, LAST_PASS, MAX_JOBS, Pass, REVERSED_INPUT, REVERSED_OUTPUT,
};
use plan::Shape;
use tables::{Roots, Table, Tables};

/// Threads of a block of `ntt_combine_cosets`.
const COMBINE_THREADS: u32 = 128;

/// Transforms and the tables that they share.
#[derive(Default)]
pub(super) struct Transforms {
    tables: Tables,
}

/// Direction and order of a batch.
#[derive(Clone, Copy, Debug, Default)]
struct Form {
    /// By the inverse root. The scaling by `1/n` is a [`Request`]'s.
    inverse: bool,
    /// Inputs stand in bit-reversed order.
    reversed_input: bool,
    /// Outputs are written in bit-reversed order.
    reversed_output: bool,
}

/// One vector to transform.
struct Request {
    source: View<Fr>,
    /// Value of `X^n`, for inputs longer than the transform.
    fold: Fr,
    /// Multiplies the input.
    input: Option<Arc<Table>>,
    /// Multiplies the output.
    output: Option<Arc<Table>>,
}

impl Transforms {
    /// See [`crate::Engine::interpolate`].
    pub fn interpolate(&self, device: &Device, values: View<Fr>) -> Result<Buffer<Fr>, Error> {
        let domain = Domain::new(values.len())?;
        let mut coefficients = self.interpolate_on(device, &domain, &[(values, Fr::one())])?;
        Ok(coefficients.swap_remove(0))
    }

    /// See [`crate::Engine::evaluate_coset`].
    pub fn evaluate_coset(
        &self,
        device: &Device,
        coefficients: View<Fr>,
        domain: &Domain,
        shift: Fr,
    ) -> Result<Buffer<Fr>, Error> {
        let mut values = self.evaluate_on(device, domain, &[(coefficients, shift)])?;
        Ok(values.swap_remove(0))
    }

    /// See [`crate::Engine::interpolate_cosets`].
    pub fn interpolate_cosets(
        &self,
        device: &Device,
        evaluations: [View<Fr>; QUOTIENT_COSETS],
        shifts: [Fr; QUOTIENT_COSETS],
        top: &[Fr],
    ) -> Result<Buffer<Fr>, Error> {
        let cosets = Recombination::new(evaluations.map(View::len), shifts)?;
        let n = cosets.domain.size;
        let values: Vec<_> = evaluations.into_iter().zip(cosets.shift_inverses).collect();
        let remainders = self.interpolate_on(device, &cosets.domain, &values)?;
        let result = device.allocate(QUOTIENT_COSETS * n + top.len())?;
        let top_place = result.slice(QUOTIENT_COSETS * n..result.len());
        device.write(top, top_place)?;
        let mut addresses = [0; QUOTIENT_COSETS];
        for (address, remainder) in addresses.iter_mut().zip(&remainders) {
            *address = remainder.pointer();
        }
        let parameters = Cosets {
            inverse: cosets.inverse,
            fold: cosets.folds,
            top_factor: cosets.folds.map(|fold| fold.pow([QUOTIENT_COSETS as u64])),
            remainder: addresses,
        };
        launch!(
            device,
            "ntt_combine_cosets",
            grid: (n as u32).div_ceil(COMBINE_THREADS),
            block: COMBINE_THREADS,
            shared: 0,
            [result.pointer(), n as u32, parameters, top_place.pointer(), top.len() as u32],
        )?;
        Ok(result)
    }

    /// Coefficients of polynomials from their values on `shift·H`, given with each shift's inverse.
    fn interpolate_on(
        &self,
        device: &Device,
        domain: &Domain,
        values: &[(View<Fr>, Fr)],
    ) -> Result<Vec<Buffer<Fr>>, Error> {
        let requests = values
            .iter()
            .map(|&(source, shift_inverse)| {
                Ok(Request {
                    source,
                    fold: Fr::one(),
                    input: None,
                    output: self.tables.scaling(
                        device,
                        shift_inverse,
                        domain.size_inverse,
                        domain.log_size,
                    )?,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let form = Form {
            inverse: true,
            ..Form::default()
        };
        self.transform(device, domain, form, &requests)
    }

    /// Values of polynomials on `shift·H`, each given with its shift.
    fn evaluate_on(
        &self,
        device: &Device,
        domain: &Domain,
        polynomials: &[(View<Fr>, Fr)],
    ) -> Result<Vec<Buffer<Fr>>, Error> {
        let requests = polynomials
            .iter()
            .map(|&(source, shift)| {
                Ok(Request {
                    source,
                    fold: shift.pow([domain.size as u64]),
                    input: self.tables.scaling(device, shift, Fr::one(), domain.log_size)?,
                    output: None,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        self.transform(device, domain, Form::default(), &requests)
    }

    /// Transforms of one size, several per launch.
    fn transform(
        &self,
        device: &Device,
        domain: &Domain,
        form: Form,
        requests: &[Request],
    ) -> Result<Vec<Buffer<Fr>>, Error> {
        let roots = self.tables.roots(device, domain.log_size)?;
        let mut results = Vec::with_capacity(requests.len());
        for requests in requests.chunks(MAX_JOBS) {
            results.extend(batch(device, domain, form, requests, &roots)?);
        }
        Ok(results)
    }
}

/// Up to [`MAX_JOBS`] transforms, a launch per pass.
fn batch(
    device: &Device,
    domain: &Domain,
    form: Form,
    requests: &[Request],
    roots: &Roots,
) -> Result<Vec<Buffer<Fr>>, Error> {
    let count = requests.len();
    let shapes = plan::passes(domain.log_size, count as u32, device.multiprocessors());
    let vectors = |needed: usize| -> Result<Vec<Buffer<Fr>>, Error> {
        (0..needed).map(|_| device.allocate(domain.size)).collect()
    };
    let results = vectors(count)?;
    let scratch = vectors(if shapes.len() > 1 { count } else { 0 })?;
    let mut jobs = [Job::UNUSED; MAX_JOBS];
    for (job, request) in jobs.iter_mut().zip(requests) {
        *job = first_job(request)?;
    }
    for (i, &shape) in shapes.iter().enumerate() {
        // passes alternate between the two so that the last one writes the results
        let targets = if (shapes.len() - i) % 2 == 1 {
            &results
        } else {
            &scratch
        };
        for (job, target) in jobs.iter_mut().zip(targets) {
            job.target = target.pointer();
        }
        let flags = form.flags(i == 0, i + 1 == shapes.len());
        launch_pass(
            device,
            domain.log_size,
            count as u32,
            shape,
            flags,
            &Batch(jobs),
            roots,
        )?;
        for job in &mut jobs[..count] {
            job.source = job.target;
        }
    }
    Ok(results)
}

fn first_job(request: &Request) -> Result<Job, Error> {
    let length = request.source.len();
    let powers = |table: &Option<Arc<Table>>| table.as_ref().map(|table| table.powers(0)).unwrap_or_default();
    Ok(Job {
        fold: request.fold,
        input: powers(&request.input),
        output: powers(&request.output),
        source: request.source.pointer(),
        length: u32::try_from(length).map_err(|_| Error::Length {
            what: "polynomial for a transform",
            expected: u32::MAX as usize,
            found: length,
        })?,
        ..Job::UNUSED
    })
}

fn launch_pass(
    device: &Device,
    log_size: u32,
    count: u32,
    shape: Shape,
    flags: u32,
    batch: &Batch,
    roots: &Roots,
) -> Result<(), Error> {
    let pass = Pass {
        log_size,
        log_done: shape.done,
        log_radix: shape.radix,
        log_columns: shape.columns,
        flags,
    };
    launch!(
        device,
        "ntt_pass",
        grid: (shape.blocks(log_size), count),
        block: shape.threads(),
        shared: shape.shared_memory(),
        [*batch, pass, roots.powers(log_size, shape.done), roots.stages()],
    )
}

impl Form {
    fn flags(self, first: bool, last: bool) -> u32 {
        [
            (first, FIRST_PASS),
            (last, LAST_PASS),
            (self.reversed_input, REVERSED_INPUT),
            (self.reversed_output, REVERSED_OUTPUT),
            (self.inverse, INVERSE_ROOTS),
        ]
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, flag)| flag)
        .sum()
    }
}
