// The emulator itself: what it must compute, and that it notices the mistakes that it exists for.
#include "../platform.cuh"

#include <thread>

#include "test.h"

KERNEL(test_block_sum)(uint32_t* sums, const uint32_t* values, uint32_t count) {
    __shared__ uint32_t partial[64];
    const uint32_t t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    partial[t] = i < count ? values[i] : 0;
    __syncthreads();
    for (uint32_t half = blockDim.x / 2; half > 0; half /= 2) {
        if (t < half) partial[t] += partial[t + half];
#if !defined(PLANTED_RACE)  // host-tests checks that its race check reports what is missing then
        __syncthreads();
#endif
    }
    if (t == 0) sums[blockIdx.x] = partial[0];
}

// The same without the barrier after each step.
KERNEL(test_block_sum_without_barrier)(uint32_t* sums, const uint32_t* values) {
    SHARED_DYNAMIC(uint32_t, partial);
    const uint32_t t = threadIdx.x;
    partial[t] = values[t];
    for (uint32_t half = blockDim.x / 2; half > 0; half /= 2)
        if (t < half) partial[t] += partial[t + half];
    if (t == 0) sums[0] = partial[0];
}

KERNEL(test_warps)(uint32_t* out, uint64_t* total, uint32_t* last) {
    const uint32_t t = threadIdx.x;
    uint32_t sum = t;
    for (int lanes = 16; lanes > 0; lanes /= 2) sum += __shfl_xor_sync(~0u, sum, lanes);
    const uint32_t ballot = __ballot_sync(~0u, t % 3 == 0);
    const uint32_t left = __shfl_up_sync(~0u, t, 1), right = __shfl_down_sync(~0u, t, 1), first = __shfl_sync(~0u, t, 0);
    const uint32_t same = __match_any_sync(~0u, t % 4);
    uint32_t half = 0;
    if (t % 32 < 16) half = __reduce_add_sync(0xFFFFu, t);  // half of the warp takes part
    __syncwarp();
    out[8 * t] = sum;
    out[8 * t + 1] = ballot;
    out[8 * t + 2] = left;
    out[8 * t + 3] = right;
    out[8 * t + 4] = first;
    out[8 * t + 5] = same;
    out[8 * t + 6] = half;
    out[8 * t + 7] = __any_sync(~0u, t == 40) + 2 * __all_sync(~0u, t < 64);
    atomic_add(total, uint64_t{1} << 40);
    atomicMax(last, t);
}

KERNEL(test_divergent_barrier)(uint32_t* out) {
    if (threadIdx.x < 16) {
        __syncthreads();
        out[0] = 1;
    } else {
        out[1] = 1;
        __syncthreads();
    }
}

KERNEL(test_deadlock)(uint32_t* out) {
    if (threadIdx.x == 0) __syncthreads();
    if (threadIdx.x == 1) out[0] = __shfl_sync(~0u, 1u, 0);
    if (threadIdx.x >= 2) __syncwarp();
}

KERNEL_BOUNDED(test_trap, 64, 2)(uint32_t bad) {
    __syncthreads();
    if (threadIdx.x == bad) __trap();
    __syncthreads();
}

KERNEL(test_uninitialised)(uint32_t* out) {
    SHARED_DYNAMIC(uint32_t, memory);
    out[threadIdx.x] = memory[threadIdx.x];
    memory[threadIdx.x] = 0;
}

struct Pair {
    uint64_t low, high;
};
KERNEL(test_arguments)(uint64_t* out, Pair pair, uint32_t word, const uint64_t* in) {
    out[0] = pair.low + pair.high + word + *in;
}

KERNEL(test_geometry)(uint32_t* out) {
    const uint32_t t = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    const uint32_t b = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    atomicAdd(out + b * blockDim.x * blockDim.y * blockDim.z + t, 1);
}

namespace {

template <class Launch>
std::string error_of(Launch launch) {
    try {
        launch();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

RACE_TEST(barriers_separate_steps) {
    std::vector<uint32_t> values(100), sums(2);
    for (uint32_t i = 0; i < 100; i++) values[i] = i * i;
    simt::launch(2, 64, 0, test_block_sum, sums.data(), values.data(), 100u);
    CHECK(sums[0] == 85344 && sums[1] == 328350 - 85344, sums[0] << ", " << sums[1]);
}

TEST(a_missing_barrier_changes_results) {
    std::vector<uint32_t> values(64, 1), sums(1);
    uint32_t wrong = 0;
    for (const char* order : {"forward", "reverse", "random:1", "random:2"}) {
        simt::set_order(order);
        simt::launch(1, 64, 256, test_block_sum_without_barrier, sums.data(), values.data());
        wrong += sums[0] != 64;
    }
    CHECK(wrong >= 2, "only " << wrong << " of four orders gave a wrong sum");
}

KERNEL_TEST(warp_operations_and_atomics) {
    std::vector<uint32_t> out(64 * 8);
    uint64_t total = 0;
    uint32_t last = 0;
    simt::launch(1, 64, 0, test_warps, out.data(), &total, &last);
    for (uint32_t t = 0; t < 64; t++) {
        const uint32_t base = t / 32 * 32, lane = t % 32;
        CHECK(out[8 * t] == 32 * base + 496, "butterfly sum of lane " << t);
        CHECK(out[8 * t + 1] == (base == 0 ? 0x49249249u : 0x92492492u), "ballot " << std::hex << out[8 * t + 1]);
        CHECK(out[8 * t + 2] == (lane == 0 ? t : t - 1) && out[8 * t + 3] == (lane == 31 ? t : t + 1), "neighbours of " << t);
        CHECK(out[8 * t + 4] == base && out[8 * t + 5] == 0x11111111u << t % 4, "broadcast, match of " << t);
        CHECK(out[8 * t + 6] == (lane < 16 ? 16 * base + 120 : 0), "sum of half a warp at " << t);
        CHECK(out[8 * t + 7] == (base == 0 ? 2u : 3u), "votes of " << t);
    }
    CHECK(total == uint64_t{64} << 40 && last == 63, "atomics");
}

KERNEL_TEST(mistakes_are_noticed) {
    std::vector<uint32_t> out(64);
    CHECK(error_of([&] { simt::launch(1, 32, 0, test_divergent_barrier, out.data()); }).find("divergent") != std::string::npos, "");
    CHECK(error_of([&] { simt::launch(1, 4, 0, test_deadlock, out.data()); }).find("deadlock") != std::string::npos, "");
    CHECK(error_of([&] { simt::launch(1, 64, 0, test_trap, 33u); }).find("__trap") != std::string::npos, "");
    CHECK(error_of([&] { simt::launch(1, 64, 0, test_trap, 64u); }) == "no error", "works again after an error");
    CHECK(error_of([&] { simt::launch(1, 2048, 0, test_trap, 0u); }).find("1024") != std::string::npos, "");
    uint32_t bad = 64;
    void* slots[] = {&bad};
    CHECK(error_of([&] { simt::launch(*simt::find_kernel("test_trap"), 1, 65, 0, slots); }).find("64") != std::string::npos, "");
}

KERNEL_TEST(shared_memory_starts_poisoned) {
    std::vector<uint32_t> out(32);
    simt::launch(3, 32, 128, test_uninitialised, out.data());
    for (uint32_t word : out) CHECK(word == 0xCDCDCDCDu, word);
}

KERNEL_TEST(grids_and_blocks_of_three_dimensions) {
    std::vector<uint32_t> out(2 * 3 * 2 * 5 * 2 * 3);
    simt::launch(dim3(2, 3, 2), dim3(5, 2, 3), 0, test_geometry, out.data());
    for (uint32_t visits : out) CHECK(visits == 1, visits);
}

TEST(kernels_are_found_by_name) {
    uint64_t out = 0, in = 1000;
    uint64_t *out_pointer = &out, *in_pointer = &in;
    Pair pair{1, 20};
    uint32_t word = 300;
    void* slots[] = {&out_pointer, &pair, &word, &in_pointer};
    const simt::Kernel* kernel = simt::find_kernel("test_arguments");
    CHECK(kernel != nullptr && kernel->entry(nullptr) == 4, "four parameters");
    simt::launch(*kernel, 1, 1, 0, slots);
    CHECK(out == 1321, out);
    CHECK(simt::find_kernel("test_argument") == nullptr, "an unknown name");
    CHECK(simt::find_kernel("test_trap")->max_threads == 64, "bounds");
}

TEST(launches_from_several_threads_take_turns) {
    std::vector<uint32_t> values(64, 1), sums(8);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < sums.size(); i++)
        threads.emplace_back([&, i] { simt::launch(1, 64, 0, test_block_sum, &sums[i], values.data(), 64u); });
    for (std::thread& thread : threads) thread.join();
    for (uint32_t sum : sums) CHECK(sum == 64, sum);
}

TEST_MAIN()
