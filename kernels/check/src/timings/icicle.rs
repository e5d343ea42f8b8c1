//! ICICLE on the same machine, where an installation of it is named: what else there is for these sizes.

use std::{
    env,
    time::{Duration, Instant},
};

use crema_kernels::{
    Domain, Engine, Error, Fr, Shared,
    icicle::{DIRECTORY_VARIABLE, IcicleEngine, Options},
};

use super::{Bench, Failure, Subject, check};
use crate::inputs::{self, Points};

/// The largest size: beyond it the copies from host memory, which are part of these times, say more than ICICLE.
const LARGEST: u32 = 22;

/// Transforms and sums through ICICLE, from and to host memory.
pub fn run(bench: &mut Bench<'_>) {
    if env::var_os(DIRECTORY_VARIABLE).is_none() {
        println!("  ICICLE is not compared: {DIRECTORY_VARIABLE} names no installation of it");
        return;
    }
    let opened = Options::from_environment(bench.icicle)
        .map_err(Error::from)
        .and_then(|options| IcicleEngine::open(&options));
    let engine = match opened {
        Ok(engine) => engine,
        Err(error) => return bench.incomplete.push(format!("icicle: {error}")),
    };
    let sizes: &[u32] = if bench.quick {
        &[10]
    } else {
        &[10, 12, 14, 16, 18, 20, LARGEST]
    };
    for &log_size in sizes {
        // what ICICLE takes of the card is not ours to count
        bench.group(&format!("icicle 2^{log_size}"), 0, |bench| {
            size(bench, &engine, log_size)
        });
    }
}

fn size(bench: &mut Bench<'_>, engine: &IcicleEngine, log_size: u32) -> Result<(), Failure> {
    let length = 1usize << log_size;
    let values = inputs::scalars(1, length);
    let vector = engine.upload(Shared::from(values.clone()))?;
    let domain = Domain::new(length)?;
    let found = engine.evaluate_coset(&vector, &domain, Fr::from(1u64))?;
    let place = length - 3;
    let expected = inputs::value_at(&values, domain.element(place));
    check(
        &engine.download(&found, place..place + 1)?,
        &vec![expected],
        "Horner's rule",
    )?;
    let subject = |operation: &str, checked| Subject {
        operation: format!("{operation}, icicle:{}", bench.icicle),
        log_size,
        note: "from and to host memory".to_owned(),
        prediction: None,
        inputs: 1,
        checked,
    };
    let transform = subject("ntt forward", "Horner's rule at a point");
    let sum = subject("msm without table", "the sum by known logarithms");
    bench.time_by(transform, |_| {
        clock(|| engine.evaluate_coset(&vector, &domain, Fr::from(1u64)))
    })?;
    let mut points = Points::new(length);
    let bases = engine.prepare_bases(Shared::from(std::mem::take(&mut points.points)))?;
    check(
        &engine.msm(&bases, &[&vector])?,
        &vec![points.expected(&values)],
        sum.checked,
    )?;
    bench.time_by(sum, |_| clock(|| engine.msm(&bases, &[&vector])))
}

/// Calls return when the work is done.
fn clock<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<Duration, Error> {
    let start = Instant::now();
    let result = work()?;
    let time = start.elapsed();
    drop(result);
    Ok(time)
}
