// Scans over vectors of scalars: running products, and the linear recurrence of a division.
//
// Three phases instead of a look-back between running blocks: blocks reduce their tiles, one block scans the tiles' totals,
// blocks finish their tiles. Nothing waits for another block, and multiplications, not memory, are what a scan of field
// elements costs. Inside a tile each thread goes through ROWS consecutive elements one by one, and one warp scans the
// threads' totals while other blocks keep the multipliers busy.
#pragma once

#include "field.cuh"

namespace scan {

constexpr uint32_t WARP = 32;
// Threads of a block, consecutive elements of a thread, elements of a block.
constexpr uint32_t THREADS = 128;
constexpr uint32_t ROWS = 8;
constexpr uint32_t TILE = THREADS * ROWS;
// Threads of the single block that scans the tiles' totals.
constexpr uint32_t TOTALS_THREADS = 256;

// COUNT scalars in shared memory, as two planes of 16-byte halves. Neither consecutive elements nor elements ROWS apart (or
// a smaller power of two) collide in a bank: positions are permuted within groups of eight.
template <uint32_t COUNT>
class SharedVector {
public:
    DEVICE Fr load(uint32_t i) const {
        const uint4 low = halves[slot(i)], high = halves[COUNT + slot(i)];
        return Fr{{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
    }
    DEVICE void store(uint32_t i, const Fr& value) {
        const uint32_t* limb = value.limb;
        halves[slot(i)] = make_uint4(limb[0], limb[1], limb[2], limb[3]);
        halves[COUNT + slot(i)] = make_uint4(limb[4], limb[5], limb[6], limb[7]);
    }

private:
    uint4 halves[2 * COUNT];

    static DEVICE uint32_t slot(uint32_t i) { return i ^ (i >> 3 & 7); }
};

// The value of the lane `distance` below; a lane without one keeps its own.
DEVICE Fr shuffle_up(const Fr& value, uint32_t distance) {
    Fr result;
#pragma unroll
    for (uint32_t i = 0; i < 8; i++) result.limb[i] = __shfl_up_sync(~0u, value.limb[i], distance);
    return result;
}

// The value of the lane `distance` above; a lane without one keeps its own.
DEVICE Fr shuffle_down(const Fr& value, uint32_t distance) {
    Fr result;
#pragma unroll
    for (uint32_t i = 0; i < 8; i++) result.limb[i] = __shfl_down_sync(~0u, value.limb[i], distance);
    return result;
}

// Which end a scan starts from.
enum class From { FIRST, LAST };

template <From FROM, uint32_t COUNT>
DEVICE uint32_t position(uint32_t step) {
    return FROM == From::FIRST ? step : COUNT - 1 - step;
}

// Replaces every value by the product of all that come before it. Called by one whole warp.
template <From FROM, uint32_t COUNT>
DEVICE void exclusive_products(SharedVector<COUNT>& values) {
    constexpr uint32_t EACH = COUNT / WARP;
    const uint32_t lane = threadIdx.x % WARP;
    Fr product = values.load(position<FROM, COUNT>(lane * EACH));
    for (uint32_t i = 1; i < EACH; i++) product = product * values.load(position<FROM, COUNT>(lane * EACH + i));
    for (uint32_t distance = 1; distance < WARP; distance *= 2) {
        const Fr longer = shuffle_up(product, distance) * product;
        if (lane >= distance) product = longer;
    }
    Fr before = shuffle_up(product, 1);
    if (lane == 0) before = Fr::one();
    for (uint32_t i = 0; i < EACH; i++) {
        const uint32_t at = position<FROM, COUNT>(lane * EACH + i);
        const Fr value = values.load(at);
        values.store(at, before);
        if (i + 1 < EACH) before = before * value;
    }
}

// Replaces every value v_i by Σ_{j>i} v_j·factor^(j-i-1) + factor^(COUNT-1-i)·carry, which is what a recurrence
// s_i = v_i + factor·s_{i+1} with s_COUNT = carry has at i + 1. Called by one whole warp; returns s_0 in its last lane.
template <uint32_t COUNT>
DEVICE Fr exclusive_recurrence(SharedVector<COUNT>& values, const Fr& factor, const Fr& carry) {
    constexpr uint32_t EACH = COUNT / WARP;
    static_assert((EACH & (EACH - 1)) == 0, "the factor of a lane's values is found by squaring");
    const uint32_t lane = threadIdx.x % WARP;
    // the highest lane's values end up in lane 0, where the carry comes in
    Fr sum = lane == 0 ? carry : Fr::zero();
    for (uint32_t i = 0; i < EACH; i++) {
        sum = sum * factor + values.load(position<From::LAST, COUNT>(lane * EACH + i));
    }
    Fr power = factor;
    for (uint32_t i = 1; i < EACH; i *= 2) power = square(power);
    for (uint32_t distance = 1; distance < WARP; distance *= 2) {
        const Fr longer = sum + shuffle_up(sum, distance) * power;
        if (lane >= distance) sum = longer;
        power = square(power);
    }
    Fr before = shuffle_up(sum, 1);
    if (lane == 0) before = carry;
    for (uint32_t i = 0; i < EACH; i++) {
        const uint32_t at = position<From::LAST, COUNT>(lane * EACH + i);
        const Fr value = values.load(at);
        values.store(at, before);
        before = before * factor + value;
    }
    return sum;
}

}  // namespace scan
