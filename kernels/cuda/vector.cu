// Element-wise operations. All are bound by memory: one element (or half of one) per thread, neighbours side by side.
#include "field.cuh"

namespace {

DEVICE uint64_t global_thread() { return static_cast<uint64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }

}  // namespace

// result[i] = a[i] + b[i]
KERNEL_BOUNDED(poly_add, 256)(const Fr* a, const Fr* b, Fr* result, uint64_t length) {
    const uint64_t i = global_thread();
    if (i < length) result[i] = a[i] + b[i];
}

// result[i] = a[i] - b[i]
KERNEL_BOUNDED(poly_subtract, 256)(const Fr* a, const Fr* b, Fr* result, uint64_t length) {
    const uint64_t i = global_thread();
    if (i < length) result[i] = a[i] - b[i];
}

// result[i] = a[i]·b[i]
KERNEL_BOUNDED(poly_multiply, 256)(const Fr* a, const Fr* b, Fr* result, uint64_t length) {
    const uint64_t i = global_thread();
    if (i < length) result[i] = a[i] * b[i];
}

// result[i] = values[index[i]], by 16-byte halves: two lanes share an element, and a warp writes 512 consecutive bytes.
// The host has checked the indices.
KERNEL_BOUNDED(poly_gather, 256)(const uint4* values, const uint32_t* index, uint4* result, uint64_t length) {
    const uint64_t half = global_thread();
    if (half < 2 * length) result[half] = values[2 * static_cast<uint64_t>(index[half / 2]) + half % 2];
}

// target[i] += values[i]
KERNEL_BOUNDED(poly_add_at, 256)(Fr* target, const Fr* values, uint64_t length) {
    const uint64_t i = global_thread();
    if (i < length) target[i] = target[i] + values[i];
}

// Adds (Σ blinders[i]·X^i)·(X^size - 1) to the `size` coefficients at `target`; room for the `count` new ones follows
// them and need not be initialised. Threads 0 .. count work on the lowest coefficients, as many others on the new ones; where
// there are more blinders than coefficients, the latter do both.
KERNEL_BOUNDED(poly_mask, 256)(Fr* target, uint64_t size, const Fr* blinders, uint64_t count) {
    const uint64_t thread = global_thread();
    if (thread >= 2 * count) return;
    const bool low = thread < count;
    const uint64_t i = low ? thread : size + thread - count;
    if (low && i >= size) return;
    Fr value = low ? target[i] : blinders[i - size];
    if (i < count) value = value - blinders[i];
    target[i] = value;
}
