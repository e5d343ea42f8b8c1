//! The engine's operations, from the upload to the result, with the compiled kernels.

use crema_kernels::conformance::limit_sums;

use crate::card;

fn engine() -> crema_kernels::cuda::CudaEngine {
    limit_sums(400);
    card::engine()
}

mod conformance {
    crema_kernels::conformance_tests!(super::engine());
}
