//! Every conformance test on the CUDA engine over the mock driver, which runs the kernels on the CPU and checks every
//! address.
#![cfg(feature = "cuda")]

use crema_kernels::cuda::{CudaEngine, Options, use_driver};

/// An engine whose buffers are allocations of their own, so that a kernel which leaves one is found out.
fn engine() -> CudaEngine {
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
