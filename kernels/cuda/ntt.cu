// Number-theoretic transforms over BN254's scalar field. ntt.cuh says how a transform is cut into passes; here a block does a
// few columns of one pass in shared memory, by stages of radix 8 in registers.
//
// Bounds: values in shared memory and between passes are below 2p, in butterflies below 4p (field.cuh, lazy); what a
// transform writes at its end is fully reduced.
#include "ntt.cuh"

#include "product_sum.cuh"

namespace {

DEVICE Fr power(const Powers& table, uint32_t exponent) {
    exponent <<= table.shift;
    const Fr high = table.high[exponent >> table.low_bits];
    if (table.low == nullptr) return high;
    return lazy::reduce(lazy::multiply(high, table.low[exponent & ((1u << table.low_bits) - 1)]));
}

DEVICE uint32_t bit_reversed(uint32_t value, uint32_t bits) { return bits == 0 ? 0 : __brev(value) >> (32 - bits); }

// A block's elements in shared memory, low and high halves apart. The index's octal digits are folded into the lowest one, so
// that eight elements that differ in three neighbouring bits, which is how threads meet them in every stage, lie in different
// banks.
struct Tile {
    uint4* halves;
    uint32_t size;  // at least 8: the one thread of a smaller transform takes eight elements, whatever they are

    static DEVICE uint32_t slot(uint32_t i) { return i ^ ((i >> 3 ^ i >> 6 ^ i >> 9) & 7); }

    DEVICE Fr get(uint32_t i) const {
        const uint4 low = halves[slot(i)], high = halves[size + slot(i)];
        return Fr{{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
    }

    DEVICE void set(uint32_t i, const Fr& value) const {
        const uint32_t* limb = value.limb;
        halves[slot(i)] = make_uint4(limb[0], limb[1], limb[2], limb[3]);
        halves[size + slot(i)] = make_uint4(limb[4], limb[5], limb[6], limb[7]);
    }
};

// The i-th power of the root of order 8, 5^((p-1)/8), in Montgomery form.
template <int i>
DEVICE Fr eighth_root() {
    constexpr uint32_t powers[4][8] = {{0},
                                       {0xb5ad7c3fu, 0xf8ad4ae2u, 0x83cb85beu, 0x2d60c6ffu,
                                        0x5d9429f7u, 0xd976fd2bu, 0x3f9ad9a9u, 0x24407ce7u},
                                       {0x9edcef8bu, 0x7f753d97u, 0xb1479120u, 0x5f3f172cu,
                                        0x74096c6eu, 0x8db16279u, 0x39c108cfu, 0x2b377b35u},
                                       {0x125d6166u, 0x11da29b6u, 0x5389b195u, 0xb069b2a2u,
                                        0xd1277a24u, 0x7ad23dd6u, 0xae748ed2u, 0x1dbb3113u}
    };
    Fr result;
#pragma unroll
    for (int j = 0; j < 8; j++) result.limb[j] = powers[i][j];
    return result;
}

// (a, b) -> (a + b, (a - b)·w_8^i), from below 2p to below 2p.
template <int i>
DEVICE void butterfly(Fr& a, Fr& b) {
    const Fr sum = lazy::add(a, b), difference = lazy::subtract(a, b);
    a = lazy::halve_range(sum);
    if constexpr (i == 0)
        b = lazy::halve_range(difference);
    else
        b = lazy::multiply(difference, eighth_root<i>());
}

// The last level's: below 4p.
DEVICE void last_butterfly(Fr& a, Fr& b) {
    const Fr sum = lazy::add(a, b);
    b = lazy::subtract(a, b);
    a = sum;
}

// Transforms of length 8, 4 + 4 or 2 + 2 + 2 + 2; results in bit-reversed order, below 4p.
template <uint32_t log_radix>
DEVICE void transform_eight(Fr* x) {
    if constexpr (log_radix == 3) {
        butterfly<0>(x[0], x[4]);
        butterfly<1>(x[1], x[5]);
        butterfly<2>(x[2], x[6]);
        butterfly<3>(x[3], x[7]);
    }
    if constexpr (log_radix >= 2) {
        butterfly<0>(x[0], x[2]);
        butterfly<2>(x[1], x[3]);
        butterfly<0>(x[4], x[6]);
        butterfly<2>(x[5], x[7]);
    }
    last_butterfly(x[0], x[1]);
    last_butterfly(x[2], x[3]);
    last_butterfly(x[4], x[5]);
    last_butterfly(x[6], x[7]);
}

// A column's transform is done digit by digit of its row index, from the top: a short first digit, then octal ones.
DEVICE uint32_t first_digit_bits(uint32_t log_radix) {
    const uint32_t rest = log_radix % 3;
    return rest == 0 ? 3 : rest;
}

// The stage that replaces the top digit of what is left of the row index, `log_block` bits, by an output digit:
// rows (block, n, m) -> (block, k, m), sum over n, times w_block^(m·k). A thread does 8 / 2^log_radix such sums over n, those
// of the groups threadIdx.x, threadIdx.x + blockDim.x, …
template <uint32_t log_radix>
DEVICE void stage(const Tile& tile, uint32_t log_block, uint32_t log_columns, const Fr* stage_roots) {
    constexpr uint32_t radix = 1u << log_radix;
    const uint32_t inner = log_block - log_radix + log_columns;  // bits below the digit
    const uint32_t inner_mask = (1u << inner) - 1;
    const auto group = [](uint32_t r) { return threadIdx.x + blockDim.x * (r / radix); };
    const auto position = [=](uint32_t r, uint32_t digit) {
        return group(r) >> inner << (inner + log_radix) | digit << inner | (group(r) & inner_mask);
    };
    Fr x[8];
#pragma unroll
    for (uint32_t r = 0; r < 8; r++) x[r] = tile.get(position(r, r % radix));
    transform_eight<log_radix>(x);
#pragma unroll
    for (uint32_t r = 0; r < 8; r++) {
        constexpr uint32_t reversed[8] = {0, 4, 2, 6, 1, 5, 3, 7};
        const uint32_t digit = reversed[r % radix] >> (3 - log_radix);
        if (digit == 0 || log_block == log_radix) {
            x[r] = lazy::halve_range(x[r]);
        } else {
            const uint32_t m = (group(r) & inner_mask) >> log_columns;
            x[r] = lazy::multiply(x[r], stage_roots[m * digit << (log_max_tile - log_block)]);
        }
        tile.set(position(r, digit), x[r]);
    }
}

// Row at which frequency k stands after all stages, and back: the first digit of the row index is the last of k.
DEVICE uint32_t row_of_frequency(uint32_t k, uint32_t log_radix) {
    uint32_t row = 0, left = log_radix, bits = first_digit_bits(log_radix);
    while (left > 0) {
        left -= bits;
        row |= (k & ((1u << bits) - 1)) << left;
        k >>= bits;
        bits = 3;
    }
    return row;
}

DEVICE uint32_t frequency_of_row(uint32_t row, uint32_t log_radix) {
    uint32_t k = 0, done = 0, left = log_radix, bits = first_digit_bits(log_radix);
    while (left > 0) {
        left -= bits;
        k |= (row >> left & ((1u << bits) - 1)) << done;
        done += bits;
        bits = 3;
    }
    return k;
}

// Element i of the transform's input: folded, padded, scaled.
DEVICE Fr input_element(const Job& job, const Pass& pass, uint32_t i) {
    const uint32_t n = 1u << pass.log_size;
    const uint32_t start = (pass.flags & reversed_input) != 0 ? bit_reversed(i, pass.log_size) : i;
    Fr value = Fr::zero();
    if (start < job.length) {
        uint32_t from = start + (job.length - 1 - start) / n * n;
        value = job.source[from];
        while (from > start) {
            from -= n;
            value = value * job.fold + job.source[from];
        }
    }
    return job.input.high == nullptr ? value : lazy::multiply(value, power(job.input, i));
}

DEVICE void write_output(const Job& job, const Pass& pass, uint32_t k, Fr value) {
    if ((pass.flags & inverse_roots) != 0) k = (0u - k) & ((1u << pass.log_size) - 1);
    if (job.output.high != nullptr) value = lazy::multiply(value, power(job.output, k));
    if ((pass.flags & reversed_output) != 0) k = bit_reversed(k, pass.log_size);
    job.target[k] = lazy::reduce(value);
}

}  // namespace

// One pass over a batch: blockIdx.x counts tiles of columns, blockIdx.y vectors. Shared memory: 32 bytes per
// element, for at least eight.
// `roots` are powers of the root of order N, stage_roots those of order 2^log_max_tile.
KERNEL_BOUNDED(ntt_pass, max_pass_threads, 2)
(const GRID_CONSTANT Batch batch, Pass pass, Powers roots, const Fr* stage_roots) {
    SHARED_DYNAMIC(uint4, memory);
    const Job& job = batch.jobs[blockIdx.y];
    const uint32_t log_radix = pass.log_radix, log_columns = pass.log_columns;
    const uint32_t elements = 1u << (log_radix + log_columns);
    const Tile tile{memory, elements < 8 ? 8 : elements};
    const uint32_t first_column = blockIdx.x << log_columns, log_stride = pass.log_size - log_radix;

#pragma unroll 1
    for (uint32_t i = threadIdx.x; i < elements; i += blockDim.x) {
        const uint32_t index = (i >> log_columns) << log_stride | (first_column + (i & ((1u << log_columns) - 1)));
        tile.set(i, (pass.flags & first_pass) != 0 ? input_element(job, pass, index) : job.source[index]);
    }
    __syncthreads();

    uint32_t log_block = log_radix;
    if (log_radix % 3 == 1) {
        stage<1>(tile, log_block, log_columns, stage_roots);
        log_block -= 1;
        __syncthreads();
    }
    if (log_radix % 3 == 2) {
        stage<2>(tile, log_block, log_columns, stage_roots);
        log_block -= 2;
        __syncthreads();
    }
#pragma unroll 1
    for (; log_block > 0; log_block -= 3) {
        stage<3>(tile, log_block, log_columns, stage_roots);
        __syncthreads();
    }

#pragma unroll 1
    for (uint32_t i = threadIdx.x; i < elements; i += blockDim.x) {
        // neighbouring threads write neighbouring elements: of a column in the first pass, of a row in the others
        const bool by_column = pass.log_done == 0;
        const uint32_t k = by_column ? i & ((1u << log_radix) - 1) : frequency_of_row(i >> log_columns, log_radix);
        const uint32_t c = by_column ? i >> log_radix : i & ((1u << log_columns) - 1);
        const uint32_t row = by_column ? row_of_frequency(k, log_radix) : i >> log_columns;
        const Fr value = tile.get(row << log_columns | c);
        const uint32_t column = first_column + c, low = column & ((1u << pass.log_done) - 1), high = column >> pass.log_done;
        const uint32_t index = high << (pass.log_done + log_radix) | k << pass.log_done | low;
        if ((pass.flags & last_pass) != 0)
            write_output(job, pass, index, value);
        else
            job.target[index] = lazy::multiply(value, power(roots, high * k << pass.log_done));
    }
}

// base^(2^i).
struct Squares {
    Fr square[28];
};

// powers[i] = scale·base^i. A thread does a run of sixteen.
KERNEL_BOUNDED(ntt_powers, 256)(Fr* powers, uint32_t count, Fr scale, const GRID_CONSTANT Squares base) {
    const uint32_t start = (blockIdx.x * blockDim.x + threadIdx.x) * 16;
    if (start >= count) return;
    Fr power = scale;
#pragma unroll 1
    for (uint32_t bit = 4; bit < 28; bit++)
        if ((start >> bit & 1) != 0) power = power * base.square[bit];
#pragma unroll 1
    for (uint32_t i = start; i < count && i < start + 16; i++) {
        powers[i] = power;
        power = power * base.square[0];
    }
}

constexpr uint32_t quotient_cosets = 5;

// What `ntt_combine_cosets` needs to know of its cosets.
struct Cosets {
    Fr inverse[quotient_cosets][quotient_cosets];  // of the matrix fold_i^k
    Fr fold[quotient_cosets];                      // shift_i^n
    Fr top_factor[quotient_cosets];                // fold_i^5
    const Fr* remainder[quotient_cosets];          // the polynomial modulo X^n - fold_i, n coefficients
};
static_assert(sizeof(Cosets) == 1168, "src/cuda/ntt/parameters.rs has the same struct");

// Coefficients of the polynomial with these remainders and these coefficients from 5n on, `top`, which are part of the result.
KERNEL_BOUNDED(ntt_combine_cosets, 128)
(Fr* result, uint32_t n, const GRID_CONSTANT Cosets cosets, const Fr* top, uint32_t top_length) {
    const uint32_t k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k >= n) return;
    Fr remainder[quotient_cosets];
#pragma unroll
    for (uint32_t i = 0; i < quotient_cosets; i++) {
        remainder[i] = cosets.remainder[i][k];
        // X^(5n + j·n)·t is congruent to fold^(5 + j)·t
        Fr factor = cosets.top_factor[i];
#pragma unroll 1
        for (uint32_t j = k; j < top_length; j += n) {
            remainder[i] = remainder[i] - factor * top[j];
            factor = factor * cosets.fold[i];
        }
    }
#pragma unroll 1
    for (uint32_t row = 0; row < quotient_cosets; row++) {
        ProductSum sum;
#pragma unroll
        for (uint32_t i = 0; i < quotient_cosets; i++) sum.add_product(cosets.inverse[row][i], remainder[i]);
        result[static_cast<size_t>(row) * n + k] = sum.reduce();
    }
}
