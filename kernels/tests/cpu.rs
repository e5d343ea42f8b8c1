//! Every conformance test on the CPU engine, with and without vector instructions.

mod default {
    crema_kernels::conformance_tests!(crema_kernels::cpu::CpuEngine::default());
}

mod portable {
    crema_kernels::conformance_tests!(crema_kernels::cpu::CpuEngine::portable());
}
