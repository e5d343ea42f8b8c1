//! Transforms of every size.

use ark_ff::{AdditiveGroup, Field};
use crema_kernels::{
    Domain, Engine, Error, Fr, Shared,
    cuda::{CudaEngine, CudaVector},
};

use super::{Bench, Failure, LARGEST_COMPARED, Subject, check};
use crate::{inputs, model};

const CPU: &str = "the CPU engine";
const HORNER: &str = "Horner's rule at three points";

/// From quick to what only a large card holds.
pub fn run(bench: &mut Bench<'_>) {
    let sizes: &[u32] = if bench.quick {
        &[10, 12]
    } else {
        &[10, 12, 14, 16, 18, 20, 22, 23, 24, 26]
    };
    for &log_size in sizes {
        // an input, its transform, what passes work on, and what is kept of roots
        let bytes = 5 * (32u64 << log_size) + (64 << 20);
        bench.group(&format!("ntt 2^{log_size}"), bytes, |bench| size(bench, log_size));
    }
}

fn size(bench: &mut Bench<'_>, log_size: u32) -> Result<(), Failure> {
    let length = 1usize << log_size;
    let domain = Domain::new(length)?;
    let count = bench.fresh_inputs(32 * length);
    let hosts: Vec<Vec<Fr>> = (0..count)
        .map(|i| inputs::scalars(i as u64 + 1, length))
        .collect();
    let engine = bench.engine;
    let vectors = hosts
        .iter()
        .map(|values| engine.upload(Shared::from(values.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let shift = Fr::from(7u64);
    let checked = verify(bench, &domain, &hosts[0], &vectors[0], shift)?;
    let subject = |operation: &str, prediction| Subject {
        operation: operation.to_owned(),
        log_size,
        note: String::new(),
        prediction: Some(prediction),
        inputs: count,
        checked,
    };
    let rates = bench.rates;
    let forward = subject("ntt forward", model::transform(rates, log_size, 0.0));
    bench.time(forward, |i| {
        engine.evaluate_coset(&vectors[i % count], &domain, Fr::ONE)
    })?;
    let inverse = subject("ntt inverse", model::transform(rates, log_size, 1.0));
    bench.time(inverse, |i| engine.interpolate(&vectors[i % count]))?;
    let coset = subject("ntt coset", model::transform(rates, log_size, 1.0));
    bench.time(coset, |i| {
        engine.evaluate_coset(&vectors[i % count], &domain, shift)
    })
}

fn whole(engine: &impl Engine<Vector = CudaVector>, vector: &CudaVector) -> Result<Vec<Fr>, Error> {
    engine.download(vector, 0..engine.length(vector))
}

/// Small sizes against the CPU engine; large ones against the definition at three places, and there and back again.
fn verify(
    bench: &Bench<'_>,
    domain: &Domain,
    host: &[Fr],
    vector: &CudaVector,
    shift: Fr,
) -> Result<&'static str, Failure> {
    let engine: &CudaEngine = bench.engine;
    for factor in [Fr::ONE, shift] {
        let found = engine.evaluate_coset(vector, domain, factor)?;
        if domain.log_size <= LARGEST_COMPARED {
            let resident = bench.cpu.upload(Shared::from(host.to_vec()))?;
            let expected = bench.cpu.evaluate_coset(&resident, domain, factor)?;
            let expected = bench.cpu.download(&expected, 0..domain.size)?;
            check(&whole(engine, &found)?, &expected, CPU)?;
        } else {
            for i in [0, 1, domain.size - 3] {
                let value = engine.download(&found, i..i + 1)?;
                let expected = inputs::value_at(host, factor * domain.element(i));
                check(&value, &vec![expected], HORNER)?;
            }
        }
        if factor == Fr::ONE {
            let back = engine.interpolate(&found)?;
            let difference = engine.subtract(&back, vector)?;
            drop(back);
            // a random combination vanishes only if every difference does, but for 2^26 in 2^254
            let value = engine.evaluate(&[(&difference, shift.pow([99u64]))])?;
            check(&value, &vec![Fr::ZERO], "the input, there and back again")?;
        }
    }
    Ok(if domain.log_size <= LARGEST_COMPARED {
        CPU
    } else {
        HORNER
    })
}
