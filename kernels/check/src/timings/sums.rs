//! Multi-scalar multiplication of every size, with and without a table, and with scalars that unbalance it.

use crema_kernels::{
    Engine, Fr, Shared,
    cuda::{CudaBases, CudaEngine},
};

use super::{Bench, Failure, Subject, check};
use crate::{
    inputs::{self, Points},
    model::{self, Scalars},
};

const LOGARITHMS: &str = "the sum by known logarithms";

/// Sizes, and whether all kinds of scalars are tried.
pub fn run(bench: &mut Bench<'_>) {
    let sizes: &[u32] = if bench.quick {
        &[8, 10]
    } else {
        &[10, 12, 14, 16, 18, 20, 22, 24]
    };
    for &log_size in sizes {
        // a third of the memory may become a table; without one the points, the scalars and the digits are needed
        let bytes = 400u64 << log_size;
        bench.group(&format!("msm 2^{log_size}"), bytes, |bench| size(bench, log_size));
    }
}

fn size(bench: &mut Bench<'_>, log_size: u32) -> Result<(), Failure> {
    let length = 1usize << log_size;
    let mut points = Points::new(length);
    let shared = Shared::from(std::mem::take(&mut points.points));
    let engine = bench.engine;
    let (table, time) = engine.device().timed(|| engine.prepare_bases(shared.clone()))?;
    let note = format!("preparing took {:.1} ms; ", time.as_secs_f64() * 1e3);
    for scalars in [Scalars::Dense, Scalars::WitnessLike, Scalars::Equal] {
        one(bench, &points, &table, log_size, scalars, "msm", &note)?;
    }
    drop(table);
    let bare = engine.prepare_bases_once(&shared)?;
    one(
        bench,
        &points,
        &bare,
        log_size,
        Scalars::Dense,
        "msm without table",
        "",
    )
}

fn make(scalars: Scalars, seed: u64, length: usize) -> Vec<Fr> {
    match scalars {
        Scalars::Dense => inputs::scalars(seed, length),
        Scalars::WitnessLike => inputs::witness_like(seed, length),
        Scalars::Equal => vec![inputs::scalars(seed, 1)[0]; length],
    }
}

fn one(
    bench: &mut Bench<'_>,
    points: &Points,
    bases: &CudaBases,
    log_size: u32,
    scalars: Scalars,
    name: &str,
    note: &str,
) -> Result<(), Failure> {
    let engine: &CudaEngine = bench.engine;
    let length = 1usize << log_size;
    let count = bench.fresh_inputs(32 * length);
    let mut vectors = Vec::with_capacity(count);
    for i in 0..count {
        let values = make(scalars, i as u64 + 1, length);
        let expected = points.expected(&values);
        let vector = engine.upload(Shared::from(values))?;
        check(&engine.msm(bases, &[&vector])?, &vec![expected], LOGARITHMS)?;
        vectors.push(vector);
    }
    let Some(plan) = bases.plan(length) else {
        bench
            .incomplete
            .push(format!("{name} 2^{log_size}: it is not done at once"));
        return Ok(());
    };
    let subject = Subject {
        operation: match scalars {
            Scalars::Dense => name.to_owned(),
            Scalars::WitnessLike => format!("{name}, witness-like"),
            Scalars::Equal => format!("{name}, equal scalars"),
        },
        log_size,
        note: format!(
            "{note}{} windows of {} bits, {} sets of buckets, {} multiples, {} MiB",
            plan.windows,
            plan.width,
            plan.sets,
            plan.rows,
            plan.table_bytes.div_ceil(1 << 20)
        ),
        prediction: Some(model::sum(bench.rates, plan, log_size, scalars)),
        inputs: count,
        checked: LOGARITHMS,
    };
    bench.time(subject, |i| engine.msm(bases, &[&vectors[i % count]]))
}
