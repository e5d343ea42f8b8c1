// A running ratio z_t = z_0·Π_{s<t} a_s/b_s with one inversion for all t, the heart of grand products and batch inversions.
//
// A stretch of rows s < T that begins at z_0 has z_t = (Π_{s<t} a_s)·(Π_{s≥t} b_s)·(z_0 / Π_s b_s). The first two are
// multiplied up where the rows are, 2.6 multiplications a row; the last is one scalar per stretch.
#pragma once

#include "scan.cuh"

namespace scan {

// What a tile of a running ratio keeps in shared memory.
struct RatioTile {
    SharedVector<TILE> numerators, denominators;
    SharedVector<THREADS> numerator_totals, denominator_totals;
};

// Where the first phase writes: `products` has one element per row, what stands in `stretch_factors` belongs to the ROWS
// rows of one thread, and the last two have one element per tile.
struct RatioOutput {
    Fr* products;
    Fr* stretch_factors;
    Fr* tile_numerators;
    Fr* tile_denominators;
};
static_assert(sizeof(RatioOutput) == 32 && sizeof(RatioTile) == 2 * (TILE + THREADS) * sizeof(Fr),
              "src/cuda/ratio.rs has the same struct and asks for as much memory");

// Replaces a stretch's numerators by Π_{s<t} a_s · Π_{s≥t} b_s and gives its whole products.
DEVICE void ratio_stretch(RatioTile& tile, Fr& numerator, Fr& denominator) {
    const uint32_t first = threadIdx.x * ROWS;
    denominator = tile.denominators.load(first + ROWS - 1);
    for (uint32_t i = first + ROWS - 1; i-- > first;) {
        denominator = tile.denominators.load(i) * denominator;
        tile.denominators.store(i, denominator);
    }
    numerator = tile.numerators.load(first);
    tile.numerators.store(first, denominator);
    for (uint32_t i = first + 1; i < first + ROWS; i++) {
        const Fr value = tile.numerators.load(i);
        tile.numerators.store(i, numerator * tile.denominators.load(i));
        numerator = numerator * value;
    }
}

// First phase, for one tile. The thread's `rows` is asked for the factors of every THREADS-th row, in ascending order.
template <class Rows>
DEVICE void ratio_tile(RatioTile& tile, Rows& rows, uint64_t length, const RatioOutput& output) {
    const uint32_t thread = threadIdx.x;
    const uint64_t start = static_cast<uint64_t>(blockIdx.x) * TILE;
    for (uint32_t i = thread; i < TILE; i += THREADS) {
        Fr numerator = Fr::one(), denominator = Fr::one();
        if (start + i < length) rows.next(start + i, numerator, denominator);
        tile.numerators.store(i, numerator);
        tile.denominators.store(i, denominator);
    }
    __syncthreads();
    Fr numerator, denominator;
    ratio_stretch(tile, numerator, denominator);
    tile.numerator_totals.store(thread, numerator);
    tile.denominator_totals.store(thread, denominator);
    __syncthreads();
    if (thread < WARP) exclusive_products<From::FIRST>(tile.numerator_totals);
    if (thread / WARP == 1) exclusive_products<From::LAST>(tile.denominator_totals);
    __syncthreads();
    const Fr before = tile.numerator_totals.load(thread), after = tile.denominator_totals.load(thread);
    output.stretch_factors[static_cast<uint64_t>(blockIdx.x) * THREADS + thread] = before * after;
    if (thread == THREADS - 1) output.tile_numerators[blockIdx.x] = before * numerator;
    if (thread == 0) output.tile_denominators[blockIdx.x] = after * denominator;
    for (uint32_t i = thread; i < TILE && start + i < length; i += THREADS) {
        output.products[start + i] = tile.numerators.load(i);
    }
}

}  // namespace scan
