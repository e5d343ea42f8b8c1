// Running ratios: the phases that every use shares, and batch inversion, which is one of them.
#include "ratio.cuh"

using namespace scan;

namespace {

// The inverse 1/v_t is the running ratio with a_s = v_s and b_s = v_{s+1} that starts at 1/v_0.
struct InverseRows {
    const Fr* values;
    uint64_t length;

    DEVICE void next(uint64_t row, Fr& numerator, Fr& denominator) const {
        numerator = values[row];
        if (row + 1 < length) denominator = values[row + 1];
    }
};

}  // namespace

// First phase of a batch inversion.
KERNEL_BOUNDED(poly_inverse_rows, THREADS)(const Fr* values, uint64_t length, RatioOutput output) {
    SHARED_DYNAMIC(RatioTile, tile);
    InverseRows rows{values, length};
    ratio_tile(*tile, rows, length, output);
}

// Second phase, one block: tile k's factor is Π_{j<k} numerators[j] · Π_{j>k} denominators[j]; `total` receives the product
// of all denominators, by whose inverse the third phase multiplies. That inverse is the host's: a chain of 380 dependent
// multiplications takes one thread of a card longer than the way to the host and back.
KERNEL_BOUNDED(poly_ratio_totals, TOTALS_THREADS)
(const Fr* numerators, const Fr* denominators, uint32_t tiles, Fr* factors, Fr* total) {
    __shared__ SharedVector<TOTALS_THREADS> before, after;
    const uint32_t thread = threadIdx.x, each = (tiles + TOTALS_THREADS - 1) / TOTALS_THREADS;
    const uint32_t first = min(thread * each, tiles), last = min(first + each, tiles);
    Fr numerator = Fr::one(), denominator = Fr::one();
    for (uint32_t k = first; k < last; k++) {
        numerator = numerator * numerators[k];
        denominator = denominator * denominators[k];
    }
    before.store(thread, numerator);
    after.store(thread, denominator);
    __syncthreads();
    if (thread < WARP) exclusive_products<From::FIRST>(before);
    if (thread / WARP == 1) exclusive_products<From::LAST>(after);
    __syncthreads();
    numerator = before.load(thread);
    for (uint32_t k = first; k < last; k++) {
        factors[k] = numerator;
        numerator = numerator * numerators[k];
    }
    denominator = after.load(thread);
    for (uint32_t k = last; k-- > first;) {
        factors[k] = factors[k] * denominator;
        denominator = denominator * denominators[k];
    }
    if (thread == 0) *total = denominator;
}

// Third phase: every row's product times its stretch's, its tile's and everybody's factor.
KERNEL_BOUNDED(poly_ratio_finish, THREADS)
(Fr* products, const Fr* stretch_factors, const Fr* tile_factors, Fr scale, uint64_t length) {
    __shared__ SharedVector<THREADS> factors;
    const uint32_t thread = threadIdx.x;
    const uint64_t start = static_cast<uint64_t>(blockIdx.x) * TILE;
    const Fr tile_factor = tile_factors[blockIdx.x] * scale;
    factors.store(thread, stretch_factors[static_cast<uint64_t>(blockIdx.x) * THREADS + thread] * tile_factor);
    __syncthreads();
    for (uint32_t i = thread; i < TILE && start + i < length; i += THREADS) {
        products[start + i] = products[start + i] * factors.load(i / ROWS);
    }
}
