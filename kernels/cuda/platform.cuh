// One text, two compilers: nvcc makes device code of it, g++ makes host code that runs block by block on the CPU
// (host/simt.h). Every file of device code includes this one and nothing of CUDA's own.
//
//   KERNEL(name)(args…) { … }                      a kernel, found by name in the fatbin and in the host's table
//   KERNEL_BOUNDED(name, threads, blocks)(args…)   the same with __launch_bounds__(threads, blocks)
//   SHARED_DYNAMIC(type, name)                     the launch's dynamic shared memory as `type* name`
//   DEVICE, HOST_DEVICE                            inlined functions
//
// Kernels stand in the global namespace; arguments are pointers, 32- and 64-bit integers, or trivially copyable structs.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)

#define KERNEL(name) extern "C" __global__ void name
#define KERNEL_BOUNDED(name, ...) extern "C" __global__ void __launch_bounds__(__VA_ARGS__) name
#define DEVICE __device__ __forceinline__
#define HOST_DEVICE __host__ __device__ __forceinline__
// One untyped array per translation unit: two kernels may view it as different types.
extern __shared__ uint4 dynamic_shared_memory[];
#define SHARED_DYNAMIC(type, name) type* const name = reinterpret_cast<type*>(dynamic_shared_memory)

#else

#include "host/simt.h"

#endif

// 64-bit atomics for the type that the rest of the code uses: CUDA knows `unsigned long long` only.
static_assert(sizeof(unsigned long long) == sizeof(uint64_t), "CUDA's 64-bit atomics take unsigned long long");

DEVICE uint64_t atomic_add(uint64_t* target, uint64_t value) {
    return atomicAdd(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
}

DEVICE uint64_t atomic_max(uint64_t* target, uint64_t value) {
    return atomicMax(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
}

DEVICE uint64_t atomic_exchange(uint64_t* target, uint64_t value) {
    return atomicExch(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(value));
}

DEVICE uint64_t atomic_compare_and_swap(uint64_t* target, uint64_t expected, uint64_t value) {
    return atomicCAS(reinterpret_cast<unsigned long long*>(target), static_cast<unsigned long long>(expected),
                     static_cast<unsigned long long>(value));
}
