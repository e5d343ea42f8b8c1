//! Every conformance test on the CUDA engine over the mock driver, which runs the kernels on the CPU and checks every
//! address.
#![cfg(feature = "cuda")]

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use crema_kernels::{
    Engine, Fr, G1Affine, G1Projective, Point, Shared,
    conformance::limit_sums,
    cpu::CpuEngine,
    cuda::{CudaEngine, Options, use_driver},
};

/// Points per sum, which the kernels' own tests exceed where it matters to them.
const POINTS: usize = 400;

/// An engine whose buffers are allocations of their own, so that a kernel which leaves one is found out.
fn engine() -> CudaEngine {
    limit_sums(POINTS);
    use_driver(crema_mock_driver::library());
    let options = Options {
        exact: true,
        ..Options::default()
    };
    CudaEngine::open(options).expect("the mock driver has a card")
}

mod conformance {
    crema_kernels::conformance_tests!(super::engine());
}

/// A little of everything that takes memory.
fn work(engine: &impl Engine, seed: u64) -> (Vec<Fr>, Vec<G1Projective>) {
    let values: Vec<Fr> = (0..256u64)
        .map(|i| Fr::from(i * i + seed).inverse().unwrap_or_default())
        .collect();
    let vector = engine.upload(Shared::from(values)).expect("upload");
    let mut coefficients = engine.interpolate(&vector).expect("interpolate");
    engine
        .mask(&mut coefficients, &[Fr::from(seed), Fr::from(3u64)])
        .expect("mask");
    let points: Vec<Point> = (1..=300u64)
        .map(|i| (G1Affine::generator() * Fr::from(i + seed)).into_affine().into())
        .collect();
    let bases = engine.prepare_bases(Shared::from(points)).expect("prepare");
    let sums = engine.msm(&bases, &[&coefficients, &vector]).expect("msm");
    let length = engine.length(&coefficients);
    (engine.download(&coefficients, 0..length).expect("download"), sums)
}

#[test]
fn threads_share_an_engine() {
    let (engine, cpu) = (engine(), CpuEngine::default());
    std::thread::scope(|scope| {
        for seed in 1..=4 {
            let (engine, cpu) = (&engine, &cpu);
            scope.spawn(move || {
                for round in 0..3 {
                    assert_eq!(work(engine, 10 * seed + round), work(cpu, 10 * seed + round));
                }
            });
        }
    });
}

/// What stays in use after the first round are tables that later rounds share.
#[test]
fn memory_returns_to_its_baseline() {
    for exact in [false, true] {
        use_driver(crema_mock_driver::library());
        let engine = CudaEngine::open(Options {
            exact,
            ..Options::default()
        })
        .expect("the mock driver has a card");
        let expected = work(&engine, 1);
        let baseline = engine.device().memory();
        for _ in 0..5 {
            assert_eq!(work(&engine, 1), expected);
        }
        assert_eq!(engine.device().memory(), baseline);
    }
}

/// Bases without room for their multiples, or for themselves, give the same sums.
#[test]
fn little_memory_is_enough() {
    let expected = work(&CpuEngine::default(), 5);
    for limit in [64 << 20, 40 << 20] {
        use_driver(crema_mock_driver::library());
        let engine = CudaEngine::open(Options {
            memory_limit: Some(limit),
            ..Options::default()
        })
        .expect("the mock driver has a card");
        assert_eq!(work(&engine, 5), expected);
        assert!(engine.device().memory().reserved <= limit);
    }
}
