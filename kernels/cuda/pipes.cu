// How many lanes per clock a multiprocessor does of the instructions that field arithmetic consists of. Predicted times
// (PREDICTIONS.md) rest on these rates, so a card that is new to us is asked first.
//
// Every thread advances eight independent chains, which hides an instruction's latency; a block of 32 warps fills the
// four schedulers. The chains' end goes to `results`, where the host compares it with its own: a compiler that removed
// or changed the instructions would be found out. On the host there is no counter of cycles and all counts are zero.
#include "platform.cuh"

#if !defined(__CUDACC__)
#include <cmath>
#endif

namespace {

constexpr uint32_t chains = 8;
constexpr uint32_t steps_per_round = 8;

#if defined(__CUDACC__)

DEVICE uint64_t cycles_so_far() { return static_cast<uint64_t>(clock64()); }

DEVICE void add_product_low(uint32_t& x, uint32_t factor, uint32_t term) {
    asm volatile("mad.lo.u32 %0, %0, %1, %2;" : "+r"(x) : "r"(factor), "r"(term));
}

DEVICE void add_product_high(uint32_t& x, uint32_t factor, uint32_t term) {
    asm volatile("mad.hi.u32 %0, %0, %1, %2;" : "+r"(x) : "r"(factor), "r"(term));
}

DEVICE void add_product_wide(uint64_t& sum, uint32_t a, uint32_t b) {
    asm volatile("mad.wide.u32 %0, %1, %2, %0;" : "+l"(sum) : "r"(a), "r"(b));
}

DEVICE void add_two(uint32_t& x, uint32_t a, uint32_t b) {
    asm volatile("{ .reg .u32 t; add.u32 t, %0, %1; add.u32 %0, t, %2; }" : "+r"(x) : "r"(a), "r"(b));
}

DEVICE void multiply_add(double& x, double factor, double term) {
    asm volatile("fma.rn.f64 %0, %0, %1, %2;" : "+d"(x) : "d"(factor), "d"(term));
}

DEVICE uint64_t bits_of(double x) { return static_cast<uint64_t>(__double_as_longlong(x)); }

#else

DEVICE uint64_t cycles_so_far() { return 0; }

DEVICE void add_product_low(uint32_t& x, uint32_t factor, uint32_t term) { x = x * factor + term; }

DEVICE void add_product_high(uint32_t& x, uint32_t factor, uint32_t term) {
    x = static_cast<uint32_t>((static_cast<uint64_t>(x) * factor) >> 32) + term;
}

DEVICE void add_product_wide(uint64_t& sum, uint32_t a, uint32_t b) { sum += static_cast<uint64_t>(a) * b; }

DEVICE void add_two(uint32_t& x, uint32_t a, uint32_t b) { x = x + a + b; }

DEVICE void multiply_add(double& x, double factor, double term) { x = std::fma(x, factor, term); }

DEVICE uint64_t bits_of(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

#endif

// What all pipes start from.
struct Start {
    uint32_t a, b;
    DEVICE explicit Start(uint32_t seed) : a(threadIdx.x * 2654435761u + seed), b(a ^ 0x9e3779b9u) {}
    DEVICE uint32_t word(uint32_t chain) const { return (chain % 2 == 0 ? a : b) + chain / 2; }
};

struct Words {
    Start start;
    uint32_t x[chains];
    DEVICE explicit Words(uint32_t seed) : start(seed) {
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) x[i] = start.word(i);
    }
    DEVICE uint64_t folded() const {
        uint64_t fold = 0;
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) fold ^= x[i];
        return fold;
    }
};

struct Low : Words {
    using Words::Words;
    DEVICE void step(uint32_t i) { add_product_low(x[i], start.b, start.a); }
};

struct High : Words {
    using Words::Words;
    DEVICE void step(uint32_t i) { add_product_high(x[i], start.b, start.a); }
};

struct Add : Words {
    using Words::Words;
    DEVICE void step(uint32_t i) { add_two(x[i], x[(i + 4) % chains], i % 2 == 0 ? start.a : start.b); }
};

struct Wide {
    Start start;
    uint64_t x[chains];
    DEVICE explicit Wide(uint32_t seed) : start(seed) {
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) x[i] = start.word(i);
    }
    DEVICE void step(uint32_t i) { add_product_wide(x[i], static_cast<uint32_t>(x[(i + 4) % chains]), start.b); }
    DEVICE uint64_t folded() const {
        uint64_t fold = 0;
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) fold ^= x[i];
        return fold;
    }
};

struct Double {
    double x[chains];
    DEVICE explicit Double(uint32_t seed) {
        const Start start(seed);
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) x[i] = start.word(i);
    }
    DEVICE void step(uint32_t i) { multiply_add(x[i], 1.0000001, 1.0000001); }
    DEVICE uint64_t folded() const {
        uint64_t fold = 0;
#pragma unroll
        for (uint32_t i = 0; i < chains; i++) fold ^= bits_of(x[i]);
        return fold;
    }
};

template <class Pipe>
DEVICE void probe(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    Pipe pipe(seed);
    __syncthreads();
    const uint64_t begin = cycles_so_far();
    for (uint32_t round = 0; round < rounds; round++) {
#pragma unroll
        for (uint32_t step = 0; step < steps_per_round; step++) {
#pragma unroll
            for (uint32_t i = 0; i < chains; i++) pipe.step(i);
        }
    }
    __syncthreads();
    const uint64_t end = cycles_so_far();
    if (threadIdx.x == 0) cycles[blockIdx.x] = end - begin;
    results[blockIdx.x * blockDim.x + threadIdx.x] = pipe.folded();
}

}  // namespace

KERNEL_BOUNDED(pipe_imad, 1024)(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    probe<Low>(results, cycles, seed, rounds);
}

KERNEL_BOUNDED(pipe_imad_hi, 1024)(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    probe<High>(results, cycles, seed, rounds);
}

KERNEL_BOUNDED(pipe_imad_wide, 1024)(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    probe<Wide>(results, cycles, seed, rounds);
}

KERNEL_BOUNDED(pipe_iadd3, 1024)(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    probe<Add>(results, cycles, seed, rounds);
}

KERNEL_BOUNDED(pipe_dfma, 1024)(uint64_t* results, uint64_t* cycles, uint32_t seed, uint32_t rounds) {
    probe<Double>(results, cycles, seed, rounds);
}
