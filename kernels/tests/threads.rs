//! Results do not depend on the number of threads: engines run on whatever pool they are called from.

use crema_kernels::{conformance, cpu::CpuEngine};

fn on_pool(threads: usize, engine: CpuEngine) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a thread pool");
    pool.install(|| {
        conformance::large_transforms(&engine);
        conformance::interpolate_cosets_round_trip(&engine);
        conformance::grand_product_matches_definition(&engine);
        conformance::quotient_on_large_domain(&engine);
        conformance::divide_by_linear(&engine);
        conformance::msm_large(&engine);
        conformance::msm_wire_scalars(&engine);
        conformance::msm_equal_scalars(&engine);
    });
}

#[test]
fn one_thread() {
    on_pool(1, CpuEngine::default());
}

#[test]
fn three_threads() {
    on_pool(3, CpuEngine::portable());
}

#[test]
fn more_threads_than_windows() {
    on_pool(64, CpuEngine::default());
}

#[test]
fn the_name_tells_path_and_threads() {
    use crema_kernels::Engine;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .expect("a thread pool");
    assert_eq!(
        pool.install(|| CpuEngine::portable().name()),
        "cpu (portable, 3 threads)"
    );
    let name = pool.install(|| CpuEngine::default().name());
    assert!(
        name.starts_with("cpu (") && name.ends_with(", 3 threads)"),
        "{name}"
    );
}
