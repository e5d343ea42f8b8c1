// Runs CUDA C++ kernels as ordinary C++. Blocks run one after the other, the threads of a block as fibers that switch
// at barriers and warp operations only, in an order that a seed shuffles: code that is right for one order and wrong
// for another lacks a barrier.
//
// What it notices: out-of-bounds and uninitialised shared memory (sanitizers, poisoned bytes), missing barriers (by
// order, or ThreadSanitizer), barriers in divergent code, deadlocks, blocks larger than their kernel's bounds. What it
// cannot: the hardware's memory model inside a warp, PTX, speed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __restrict__ __restrict
#define DEVICE inline
#define HOST_DEVICE inline
// Launches are serialised, so one copy per declaration is one copy per running block; under AddressSanitizer it has
// red zones. Its contents survive from block to block: only dynamic shared memory is poisoned.
#define __shared__ static
#define SHARED_DYNAMIC(type, name) type* const name = reinterpret_cast<type*>(simt::current->dynamic_shared)

struct uint2 { uint32_t x, y; };
struct uint3 { uint32_t x, y, z; };
struct alignas(16) uint4 { uint32_t x, y, z, w; };
struct alignas(16) ulonglong2 { unsigned long long x, y; };
inline uint2 make_uint2(uint32_t x, uint32_t y) { return {x, y}; }
inline uint4 make_uint4(uint32_t x, uint32_t y, uint32_t z, uint32_t w) { return {x, y, z, w}; }

struct dim3 {
    uint32_t x, y, z;
    dim3(uint32_t x = 1, uint32_t y = 1, uint32_t z = 1) : x(x), y(y), z(z) {}
};

namespace simt {

// What a kernel sees of the thread that it runs as.
struct Thread {
    uint3 index, block;
    dim3 block_size, grid_size;
    uint32_t lane, warp;
    void* dynamic_shared;
};
extern thread_local Thread* current;

// Order of the blocks of a grid and of the threads of a block.
enum class Order { forward, reverse, random };
void set_order(Order order, uint64_t seed = 1);
// "forward", "reverse" or "random:<seed>"; throws std::invalid_argument on anything else. The variable SIMT_ORDER
// sets the order in which a process starts.
void set_order(const std::string& text);

// A launch that the hardware would refuse or never finish.
struct LaunchError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Runs `body` once per thread of the grid. Launches from several host threads wait for each other.
void run(dim3 grid, dim3 block, size_t dynamic_shared, const std::function<void()>& body);

// A registered kernel. Called with null it only returns its number of parameters; otherwise slots[i] points at the i-th
// argument, as in cuLaunchKernel.
using Entry = size_t (*)(void* const* slots);
struct Kernel {
    std::string name;
    Entry entry;
    uint32_t max_threads;
};
bool add_kernel(const char* name, Entry entry, uint32_t max_threads, uint32_t min_blocks = 1);
// Null when there is none of this name.
const Kernel* find_kernel(const std::string& name);
std::vector<std::string> kernel_names();
// What cuLaunchKernel does. Throws LaunchError, or std::runtime_error for what a kernel itself found (__trap).
void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic_shared, void* const* slots);

// A typed launch for tests: simt::launch(grid, block, shared, kernel, arguments…).
template <class... Parameters, class... Arguments>
void launch(dim3 grid, dim3 block, size_t dynamic_shared, void (*kernel)(Parameters...), Arguments... arguments) {
    const std::tuple<Parameters...> values(static_cast<Parameters>(arguments)...);
    run(grid, block, dynamic_shared, [&] { std::apply(kernel, values); });
}

void barrier(const char* file, int line);
void warp_barrier(uint32_t mask);
// Publishes eight bytes, waits for the lanes of `mask`, after which `published` reads what a lane published.
void exchange(uint32_t mask, uint64_t value);
uint64_t published(uint32_t lane);
bool participates(uint32_t lane);
[[noreturn]] void trap();

constexpr size_t max_parameters = 24;

template <class Tag, class Argument, class Indices, class = void>
struct Callable : std::false_type {};
template <class Tag, class Argument, size_t... I>
struct Callable<Tag, Argument, std::index_sequence<I...>,
                decltype(Tag::call(((void)I, std::declval<Argument>())...))> : std::true_type {};

template <class Tag, class Argument, size_t... I>
void unpack(void* const* slots, std::index_sequence<I...>) {
    Tag::call(Argument{slots[I]}...);
}

// Finds the number of parameters by trying, from the largest down, and unpacks that many slots. Instantiated at the end of
// the translation unit, where the kernel, defined after its registration, is known.
template <class Tag, class Argument, size_t Count = max_parameters>
size_t entry(void* const* slots) {
    if constexpr (Callable<Tag, Argument, std::make_index_sequence<Count>>::value) {
        if (slots != nullptr) unpack<Tag, Argument>(slots, std::make_index_sequence<Count>());
        return Count;
    } else {
        static_assert(Count > 0, "a kernel stands in the global namespace and has at most simt::max_parameters parameters");
        return entry<Tag, Argument, Count - 1>(slots);
    }
}

}  // namespace simt

// One argument of a launch, converted to whatever type the kernel's parameter has. In the global namespace, so that
// argument-dependent lookup finds kernels there.
struct KernelArgument {
    const void* slot;
    template <class T>
    operator T() const {
        static_assert(std::is_trivially_copyable_v<T>, "a kernel's parameter is copied byte by byte");
        T value;
        std::memcpy(&value, slot, sizeof value);
        return value;
    }
};

#define KERNEL(name) KERNEL_BOUNDED(name, 1024)
#define KERNEL_BOUNDED(name, ...)                                                                             \
    struct name##_tag {                                                                                       \
        template <class... Arguments>                                                                         \
        static auto call(Arguments... arguments) -> decltype(name(arguments...)) {                            \
            return name(arguments...);                                                                        \
        }                                                                                                     \
    };                                                                                                        \
    [[maybe_unused]] static const bool name##_added =                                                         \
        simt::add_kernel(#name, &simt::entry<name##_tag, KernelArgument>, __VA_ARGS__);                       \
    extern "C" void name

#define threadIdx (simt::current->index)
#define blockIdx (simt::current->block)
#define blockDim (simt::current->block_size)
#define gridDim (simt::current->grid_size)
#define __syncthreads() simt::barrier(__FILE__, __LINE__)
#define __trap() simt::trap()
constexpr int warpSize = 32;

inline void __syncwarp(uint32_t mask = ~0u) { simt::warp_barrier(mask); }

#include "intrinsics.h"
