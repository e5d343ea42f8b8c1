// Polynomials by their coefficients: weighted sums, values, quotients by linear factors.
#include "product_sum.cuh"
#include "scan.cuh"

using namespace scan;

namespace {

// Operands of a weighted sum, by value: no upload, and factors that come from constant memory.
constexpr uint32_t MAX_TERMS = 20;
static_assert(MAX_TERMS <= ProductSum::MAX_TERMS, "a weighted sum is reduced once");
struct Terms {
    const Fr* values[MAX_TERMS];
    uint64_t length[MAX_TERMS];
    Fr factor[MAX_TERMS];
    uint32_t count;
    // Whether the result adds to what the target holds.
    uint32_t accumulate;
};

// A tile of TILE = LOW·HIGH coefficients is summed by LOW threads, HIGH coefficients each, LOW apart.
constexpr uint32_t LOW = 64, HIGH = 16;
static_assert(LOW * HIGH == TILE && HIGH <= ProductSum::MAX_TERMS, "a thread's sum is reduced once");

// Powers of a point x.
struct PointTable {
    Fr low[LOW];    // x^i
    Fr high[HIGH];  // x^(LOW·i)
    Fr tile;        // x^TILE
};

// A polynomial to be summed up tile by tile; its tiles' totals begin at `first_total`.
struct Query {
    const Fr* values;
    uint64_t length;
    uint64_t first_total;
};

static_assert(sizeof(Terms) == 976 && sizeof(Query) == 24 && sizeof(PointTable) == 81 * sizeof(Fr),
              "src/cuda/polynomial.rs has the same structs");

DEVICE uint32_t tiles_of(uint64_t length) { return static_cast<uint32_t>((length + TILE - 1) / TILE); }

}  // namespace

// target[i] = Σ factor·values[i] over the terms that are longer than i; every term is at most `length` long.
KERNEL_BOUNDED(poly_linear_combination, 128)(const Terms terms, Fr* target, uint64_t length) {
    const uint64_t i = static_cast<uint64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= length) return;
    ProductSum sum;
    for (uint32_t k = 0; k < terms.count; k++) {
        if (i < terms.length[k]) sum.add_product(terms.values[k][i], terms.factor[k]);
    }
    const Fr value = sum.reduce();
    target[i] = terms.accumulate != 0 ? target[i] + value : value;
}

// Powers of each block's point.
KERNEL_BOUNDED(poly_point_tables, 96)(const Fr* points, PointTable* tables) {
    const uint32_t thread = threadIdx.x;
    PointTable& table = tables[blockIdx.x];
    const uint32_t exponent = thread < LOW ? thread : (thread - LOW) * LOW;
    Fr power = points[blockIdx.x], product = Fr::one();
    for (uint32_t bit = 1; bit < TILE; bit *= 2) {
        if ((exponent & bit) != 0) product = product * power;
        power = square(power);
    }
    if (thread < LOW) table.low[thread] = product;
    if (thread >= LOW && thread < LOW + HIGH) table.high[thread - LOW] = product;
    if (thread == 0) table.tile = power;
}

// totals[first_total + b] = Σ_i values[TILE·b + i]·x^i for tile b = blockIdx.x of query blockIdx.y.
KERNEL_BOUNDED(poly_tile_totals, LOW)(const Query* queries, const PointTable* tables, Fr* totals) {
    const Query query = queries[blockIdx.y];
    const PointTable& table = tables[blockIdx.y];
    const uint64_t start = static_cast<uint64_t>(blockIdx.x) * TILE;
    if (start >= query.length) return;
    const uint32_t thread = threadIdx.x;
    ProductSum sum;
    for (uint32_t i = 0; i < HIGH; i++) {
        const uint64_t at = start + i * LOW + thread;
        if (at < query.length) sum.add_product(query.values[at], table.high[i]);
    }
    Fr total = sum.reduce() * table.low[thread];
    for (uint32_t distance = WARP / 2; distance > 0; distance /= 2) total = total + shuffle_down(total, distance);
    __shared__ Fr upper;
    if (thread == WARP) upper = total;
    __syncthreads();
    if (thread == 0) totals[query.first_total + blockIdx.x] = total + upper;
}

// Turns tile totals t_b into what stands above each tile, Σ_{c>b} t_c·x^(TILE·(c-b-1)), and the query's value. One block per
// query.
KERNEL_BOUNDED(poly_tile_carries, TOTALS_THREADS)
(const Query* queries, const PointTable* tables, Fr* totals, Fr* values) {
    __shared__ SharedVector<TOTALS_THREADS> sums;
    const Query query = queries[blockIdx.x];
    const Fr factor = tables[blockIdx.x].tile;
    Fr* const total = totals + query.first_total;
    const uint32_t thread = threadIdx.x, tiles = tiles_of(query.length);
    const uint32_t each = (tiles + TOTALS_THREADS - 1) / TOTALS_THREADS;
    const uint32_t first = min(thread * each, tiles), last = min(first + each, tiles);
    // missing tiles above the last are zeros
    Fr sum = Fr::zero();
    for (uint32_t b = last; b-- > first;) sum = sum * factor + total[b];
    sums.store(thread, sum);
    __syncthreads();
    if (thread < WARP) exclusive_recurrence(sums, power(factor, each), Fr::zero());
    __syncthreads();
    sum = sums.load(thread);
    for (uint32_t b = last; b-- > first;) {
        const Fr value = total[b];
        total[b] = sum;
        sum = sum * factor + value;
    }
    if (thread == 0) values[blockIdx.x] = sum;
}

// quotient[i] = values[i] + x·quotient[i+1], tile by tile, from what poly_tile_carries left for the same values.
KERNEL_BOUNDED(poly_divide, THREADS)
(const Fr* values, uint64_t length, const PointTable* table, const Fr* carries, Fr* quotient) {
    __shared__ SharedVector<TILE> tile;
    __shared__ SharedVector<THREADS> totals;
    const uint32_t thread = threadIdx.x;
    const uint64_t start = static_cast<uint64_t>(blockIdx.x) * TILE;
    for (uint32_t i = thread; i < TILE; i += THREADS) {
        tile.store(i, start + i < length ? values[start + i] : Fr::zero());
    }
    __syncthreads();
    ProductSum sum;
    for (uint32_t i = 0; i < ROWS; i++) sum.add_product(tile.load(thread * ROWS + i), table->low[i]);
    totals.store(thread, sum.reduce());
    __syncthreads();
    if (thread < WARP) exclusive_recurrence(totals, table->low[ROWS], carries[blockIdx.x]);
    __syncthreads();
    const Fr x = table->low[1];
    Fr value = totals.load(thread);
    for (uint32_t i = thread * ROWS + ROWS; i-- > thread * ROWS;) {
        value = value * x + tile.load(i);
        tile.store(i, value);
    }
    __syncthreads();
    for (uint32_t i = thread; i < TILE && start + i < length; i += THREADS) quotient[start + i] = tile.load(i);
}
