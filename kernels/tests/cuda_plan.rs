//! The memory plan: told before anything is taken, kept to afterwards, refused when it cannot be.
#![cfg(feature = "cuda")]

use crema_kernels::{
    DeviceError, Engine, Error, Fr, G1Affine, Point, Shared, Workload,
    cuda::{CudaEngine, Options, use_driver},
};

fn engine(limit: Option<u64>) -> CudaEngine {
    use_driver(crema_mock_driver::library());
    let options = Options {
        memory_limit: limit,
        ..Options::default()
    };
    CudaEngine::open(options).expect("the mock driver has a card")
}

/// As a key of 2^10 rows has it.
fn workload() -> Workload {
    let n = 1 << 10;
    Workload {
        resident: 113 * n,
        indices: 5 * n,
        bases: vec![n as usize, n as usize + 3],
        working: 27 * n,
        longest: n as usize,
    }
}

fn points(count: usize) -> Shared<Point> {
    vec![Point::from(G1Affine::new_unchecked(1u64.into(), 2u64.into())); count].into()
}

#[test]
fn tables_are_as_planned() {
    for limit in [None, Some(64 << 20), Some(40 << 20)] {
        let engine = engine(limit);
        let workload = workload();
        let before = engine.device().memory().in_use;
        let plan = engine
            .divide_memory(&workload)
            .expect("enough")
            .expect("a card has a plan");
        assert_eq!(
            engine.device().memory().in_use,
            before,
            "told before anything is taken"
        );
        assert!(plan.total() <= plan.available, "{plan}");
        for length in workload.bases {
            let bases = engine.prepare_bases(points(length)).expect("as planned");
            let made = bases.plan(length).expect("multiplied at once");
            let share = plan
                .shares
                .iter()
                .find(|share| share.what.starts_with(&format!("{length} points")))
                .expect("a share for each");
            assert_eq!(made.table_bytes, share.bytes, "{plan}");
        }
    }
}

#[test]
fn less_memory_means_fewer_multiples() {
    let tables = |limit: u64| {
        let plan = engine(Some(limit))
            .divide_memory(&workload())
            .expect("enough")
            .expect("a card has a plan");
        plan.shares
            .iter()
            .rev()
            .take(2)
            .map(|share| share.bytes)
            .sum::<u64>()
    };
    assert!(tables(200 << 20) > tables(25 << 20));
}

#[test]
fn refuses_what_cannot_fit() {
    let engine = engine(Some(8 << 20));
    let mut workload = workload();
    workload.resident = 1 << 30;
    match engine.divide_memory(&workload) {
        Err(Error::Device(DeviceError::OutOfMemory { asked, limit, .. })) => {
            assert!(asked > 32 << 30 && limit == 8 << 20, "{asked} of {limit}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(engine.device().memory().in_use, 0);
    // the engine is as good as before
    let values = Shared::from(vec![Fr::from(7u64); 16]);
    let vector = engine.upload(values).expect("there is room");
    assert_eq!(
        engine.download(&vector, 3..4).expect("download"),
        [Fr::from(7u64)]
    );
}
