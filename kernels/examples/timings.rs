//! Multi-scalar multiplication and transforms on this machine: both arithmetics of the CPU engine next to arkworks.
//!
//! `cargo run --release -p crema-kernels --example timings -- 16 18 20` prints, per size and kind, the
//! best wall time and, on Linux, the mean time that all threads spent on a core, which other programs disturb less.
//! Ratios are of the latter. Compare ratios within one run; absolute figures belong to the machine.

use std::time::Instant;

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Field};
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use crema_kernels::{Domain, Engine, Error, Point, Shared, cpu::CpuEngine};

/// Milliseconds of a run.
#[derive(Clone, Copy)]
struct Time {
    wall: f64,
    cores: f64,
}

/// Milliseconds that this process has spent on a core, in steps of the kernel's clock tick (10 ms).
fn core_time() -> Option<f64> {
    let statistics = std::fs::read_to_string("/proc/self/stat").ok()?;
    // the second field is the program's name in parentheses and may hold spaces
    let mut fields = statistics.rsplit_once(") ")?.1.split(' ').skip(11);
    let (user, system) = (
        fields.next()?.parse::<u64>().ok()?,
        fields.next()?.parse::<u64>().ok()?,
    );
    Some((user + system) as f64 * 10.0)
}

/// Runs for a second: the best wall time and the mean time on a core.
fn best<T>(mut run: impl FnMut() -> T) -> Time {
    const SECOND: f64 = 1000.0;
    std::hint::black_box(run());
    let (start, cores) = (Instant::now(), core_time());
    let (mut runs, mut wall) = (0, f64::INFINITY);
    while start.elapsed().as_secs_f64() * 1e3 < SECOND {
        let start = Instant::now();
        std::hint::black_box(run());
        wall = wall.min(start.elapsed().as_secs_f64() * 1e3);
        runs += 1;
    }
    let cores = core_time()
        .zip(cores)
        .map_or(wall, |(end, start)| (end - start) / f64::from(runs));
    Time { wall, cores }
}

/// Scalars without visible structure: a quadratic recurrence.
fn dense_scalars(length: usize) -> Vec<Fr> {
    let mut value = Fr::from(0x0123_4567_89ab_cdefu64);
    (0..length)
        .map(|_| {
            value = value.square() + Fr::from(7u64);
            value
        })
        .collect()
}

/// Three quarters zeros and bits, as a circuit's wires in Lagrange form.
fn wire_scalars(length: usize) -> Vec<Fr> {
    let mut scalars = dense_scalars(length);
    for (i, scalar) in scalars.iter_mut().enumerate() {
        match i % 20 {
            0..9 => *scalar = Fr::ZERO,
            9..15 => *scalar = Fr::ONE,
            _ => {}
        }
    }
    scalars
}

fn points(length: usize) -> Vec<G1Affine> {
    let step = (G1Affine::generator() * dense_scalars(1)[0]).into_affine();
    let mut point = G1Affine::generator().into_group();
    let progression: Vec<G1Projective> = (0..length)
        .map(|_| {
            point += step;
            point
        })
        .collect();
    G1Projective::normalize_batch(&progression)
}

fn report(what: &str, log_size: u32, arkworks: Time, engines: &[(CpuEngine, Time)]) {
    println!("{what}, 2^{log_size}");
    println!(
        "  {:<32} wall {:9.1} ms   cores {:9.1} ms",
        "arkworks", arkworks.wall, arkworks.cores
    );
    for (engine, time) in engines {
        let ratio = time.cores / arkworks.cores;
        println!(
            "  {:<32} wall {:9.1} ms   cores {:9.1} ms   {ratio:.3}",
            engine.name(),
            time.wall,
            time.cores
        );
    }
}

fn time_msm(
    engines: &[CpuEngine],
    what: &str,
    log_size: u32,
    bases: &[G1Affine],
    scalars: &[Fr],
) -> Result<(), Error> {
    let reference = best(|| G1Projective::msm_unchecked(bases, scalars));
    let mut times = Vec::new();
    for engine in engines {
        let prepared =
            engine.prepare_bases(bases.iter().map(|p| Point::from(*p)).collect::<Vec<_>>().into())?;
        let vector = engine.upload(Shared::from(scalars.to_vec()))?;
        times.push((*engine, best(|| engine.msm(&prepared, &[&vector]))));
    }
    report(what, log_size, reference, &times);
    Ok(())
}

fn time_transforms(engines: &[CpuEngine], log_size: u32, scalars: &[Fr]) -> Result<(), Error> {
    let domain = Domain::new(scalars.len())?;
    let reference_domain =
        GeneralEvaluationDomain::<Fr>::new(scalars.len()).ok_or(Error::DomainSize(scalars.len()))?;
    let coset = reference_domain
        .get_coset(Fr::from(7u64))
        .ok_or(Error::DivisionByZero("coset"))?;
    let forward = best(|| coset.fft(scalars));
    let inverse = best(|| reference_domain.ifft(scalars));
    let (mut forwards, mut inverses) = (Vec::new(), Vec::new());
    for engine in engines {
        let vector = engine.upload(Shared::from(scalars.to_vec()))?;
        forwards.push((
            *engine,
            best(|| engine.evaluate_coset(&vector, &domain, Fr::from(7u64))),
        ));
        inverses.push((*engine, best(|| engine.interpolate(&vector))));
    }
    report("coset ntt", log_size, forward, &forwards);
    report("inverse ntt", log_size, inverse, &inverses);
    Ok(())
}

fn main() -> Result<(), Error> {
    let sizes: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() { vec![16, 18, 20] } else { sizes };
    let engines = [CpuEngine::portable(), CpuEngine::default()];
    for log_size in sizes {
        let bases = points(1 << log_size);
        let scalars = dense_scalars(1 << log_size);
        time_transforms(&engines, log_size, &scalars)?;
        time_msm(&engines, "msm dense", log_size, &bases, &scalars)?;
        time_msm(
            &engines,
            "msm wires",
            log_size,
            &bases,
            &wire_scalars(1 << log_size),
        )?;
        time_msm(
            &engines,
            "msm equal",
            log_size,
            &bases,
            &vec![scalars[1]; 1 << log_size],
        )?;
    }
    Ok(())
}
