// A multi-scalar multiplication from vectors to points: the launches that kernels/src/cuda/msm makes, with sizes of the
// test's choice, and inputs whose sums are known by their discrete logarithms.
#pragma once

#include <memory>

#include "../msm_accumulate.cu"
#include "../msm_reduce.cu"
#include "../msm_sort.cu"
#include "../msm_table.cu"
#include "test.h"

namespace msm {

constexpr uint32_t SCALAR_BITS = 254;

inline uint32_t divided_up(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

inline uint32_t log2_up(uint32_t value) {
    uint32_t bits = 0;
    while (1u << bits < value) bits++;
    return bits;
}

// How scalars are cut: rows of multiples 2^(j·step)·P, each step cut into windows of `width` bits.
struct Shape {
    uint32_t width, step;
    bool tables;

    bool operator<(const Shape& other) const {
        return std::tie(width, step, tables) < std::tie(other.width, other.step, other.tables);
    }

    uint32_t sets() const { return divided_up(step, width); }
    uint32_t rows() const { return tables ? divided_up(SCALAR_BITS, step) : 1; }
    Digits digits(uint32_t row, bool montgomery) const {
        Digits plan{};
        plan.sets = sets();
        plan.width = width;
        plan.last_width = step - (plan.sets - 1) * width;
        plan.row = row;
        plan.montgomery = montgomery;
        for (uint32_t bits = 0; bits < SCALAR_BITS; plan.windows++)
            bits += plan.windows % plan.sets == plan.sets - 1 ? plan.last_width : width;
        return plan;
    }
};

inline Shape with_table(uint32_t width) { return {width, width, true}; }
inline Shape with_small_table(uint32_t width, uint32_t step) { return {width, step, true}; }
inline Shape without_table(uint32_t width) { return {width, divided_up(SCALAR_BITS, width) * width, false}; }

inline std::string describe(const Shape& shape) {
    std::ostringstream text;
    text << "windows of " << shape.width << ", " << shape.rows() << " rows, " << shape.sets() << " sets";
    return text.str();
}

// Sizes that a card decides.
struct Grid {
    uint32_t sort_blocks = 3;
    uint32_t accumulate_blocks = 2;
    uint32_t piece_bits = 2;
};

using Scalars = std::vector<Fr>;

// Exactly as long as asked for, on the heap, so that AddressSanitizer sees its end; filled with what no kernel expects.
template <class T>
struct Memory {
    std::unique_ptr<T[]> values;
    size_t length;
    explicit Memory(size_t length) : values(new T[length]), length(length) {
        std::memset(static_cast<void*>(values.get()), 0xCD, length * sizeof(T));
    }
    T* get() { return values.get(); }
};

// Table over `points`, by the kernel, in pieces.
inline std::vector<Affine> table_of(const std::vector<Affine>& points, const Shape& shape) {
    const uint32_t length = uint32_t(points.size());
    std::vector<Affine> table(size_t(shape.rows()) * length);
    std::copy(points.begin(), points.end(), table.begin());
    if (shape.rows() == 1) return table;
    const uint32_t most = 100;
    for (uint32_t first = 0; first < length; first += most) {
        const uint32_t count = std::min(most, length - first);
        Memory<Fq> factors(size_t(shape.rows()) * count);
        simt::launch(divided_up(count, 128), 128, 0, msm_table, table.data(), factors.get(), length, first, count, shape.rows(),
                     shape.step);
    }
    return table;
}

constexpr size_t SCATTER_SHARED = SORT_TILE * 8 + (2 * MAX_RADIX + 4 + SORT_WARPS) * 4;

inline Vectors vectors_of(const std::vector<Scalars>& scalars) {
    Vectors vectors{};
    for (const Scalars& vector : scalars) {
        vectors.scalars[vectors.count] = vector.data();
        vectors.length[vectors.count] = uint32_t(vector.size());
        vectors.first_tile[vectors.count + 1] =
            vectors.first_tile[vectors.count] + divided_up(uint32_t(vector.size()), TILE_SCALARS);
        vectors.count++;
    }
    return vectors;
}

// Entries of all vectors sorted by key; the number of them is at the end.
struct Sorted {
    Memory<uint64_t> entries;
    uint32_t length;
};

inline Sorted sort(const std::vector<Scalars>& scalars, const Digits& plan, uint32_t blocks) {
    const Vectors vectors = vectors_of(scalars);
    size_t most = 0;
    for (const Scalars& vector : scalars) most += vector.size() * plan.windows;
    const uint32_t bits = plan.width - 1 + log2_up(plan.sets * vectors.count);
    const uint32_t low = bits > MAX_RADIX_BITS ? bits / 2 : std::max(bits, 1u), high = bits > low ? bits - low : 0;
    Memory<uint32_t> counts(size_t(blocks) << std::max(low, high)), totals(size_t(1) << std::max(low, high)), length(1);
    Sorted first{Memory<uint64_t>(most), 0}, second{Memory<uint64_t>(high > 0 ? most : 0), 0};
    simt::launch(blocks, SORT_THREADS, 0, msm_count_digits, vectors, plan, low, counts.get());
    simt::launch(divided_up(1u << low, 32), 256, 0, msm_scan_counts, counts.get(), totals.get(), blocks, 1u << low);
    simt::launch(blocks, SORT_THREADS, SCATTER_SHARED, msm_scatter_digits, vectors, plan, low, counts.get(), totals.get(),
                 first.entries.get(), length.get());
    first.length = second.length = *length.get();
    if (high == 0) return first;
    simt::launch(blocks, SORT_THREADS, 0, msm_count_entries, first.entries.get(), length.get(), low, high, counts.get());
    simt::launch(divided_up(1u << high, 32), 256, 0, msm_scan_counts, counts.get(), totals.get(), blocks, 1u << high);
    simt::launch(blocks, SORT_THREADS, SCATTER_SHARED, msm_scatter_entries, first.entries.get(), length.get(), low, high,
                 counts.get(), totals.get(), second.entries.get());
    return second;
}

inline Memory<Xyzz> accumulate(Sorted& sorted, const std::vector<Affine>& table, size_t buckets, uint32_t blocks) {
    Memory<Xyzz> sums(buckets);
    std::memset(static_cast<void*>(sums.get()), 0, buckets * sizeof(Xyzz));
    uint32_t count = blocks * ACCUMULATE_THREADS;
    auto head_buckets = std::make_unique<Memory<uint32_t>>(count);
    auto heads = std::make_unique<Memory<Xyzz>>(count);
    static_assert(sizeof(Entry) == sizeof(uint64_t));
    simt::launch(blocks, ACCUMULATE_THREADS, 0, msm_accumulate, reinterpret_cast<const Entry*>(sorted.entries.get()),
                 &sorted.length, table.data(), sums.get(), head_buckets->get(), heads->get());
    for (bool more = true; more;) {
        const uint32_t joiners = divided_up(count, JOIN_THREADS);
        auto next_buckets = std::make_unique<Memory<uint32_t>>(joiners);
        auto next = std::make_unique<Memory<Xyzz>>(joiners);
        simt::launch(joiners, JOIN_THREADS, JOIN_THREADS * sizeof(Xyzz), msm_join, head_buckets->get(), heads->get(), count,
                     sums.get(), next_buckets->get(), next->get());
        more = joiners > 1;
        count = joiners;
        head_buckets = std::move(next_buckets);
        heads = std::move(next);
    }
    return sums;
}

// Sum over b of (b + 1)·bucket[b], for every set.
inline std::vector<Xyzz> reduce(Memory<Xyzz>& buckets, uint32_t sets, uint32_t bits, uint32_t most_piece_bits) {
    const uint32_t piece_bits = std::min(bits, most_piece_bits);
    const uint32_t levels = bits > piece_bits + REDUCE_LEVELS ? bits - piece_bits - REDUCE_LEVELS : 0;
    const uint32_t outputs = REDUCE_OUTPUTS + levels;
    Memory<Xyzz> partial((size_t(sets) * REDUCE_OUTPUTS) << levels), points(size_t(sets) * outputs);
    simt::launch(dim3(1u << levels, sets), REDUCE_THREADS, 0, msm_reduce, buckets.get(), bits, piece_bits, partial.get());
    simt::launch(dim3(REDUCE_OUTPUTS, sets), FOLD_THREADS, sizeof(Xyzz) << levels, msm_fold, partial.get(), levels, points.get());
    std::vector<Xyzz> results;
    for (uint32_t set = 0; set < sets; set++) {
        const Xyzz* const point = points.get() + size_t(set) * outputs;
        Xyzz sum = infinity();
        for (uint32_t level = levels + REDUCE_LEVELS; level-- > 0;) {
            sum = doubled(sum);
            add(sum, point[2 + level]);
        }
        for (uint32_t bit = 0; bit < piece_bits; bit++) sum = doubled(sum);
        add(sum, point[0]);
        add(sum, point[1]);
        results.push_back(sum);
    }
    return results;
}

// The sums of scalars[k][i]·points[i].
inline std::vector<Affine> multiply(const std::vector<Affine>& table, uint32_t row, const Shape& shape,
                                    const std::vector<Scalars>& scalars, const Grid& grid, bool montgomery = true) {
    const Digits plan = shape.digits(row, montgomery);
    Sorted sorted = sort(scalars, plan, grid.sort_blocks);
    const uint32_t sets = plan.sets * uint32_t(scalars.size()), bits = shape.width - 1;
    Memory<Xyzz> buckets = accumulate(sorted, table, size_t(sets) << bits, grid.accumulate_blocks);
    const std::vector<Xyzz> sums = reduce(buckets, sets, bits, grid.piece_bits);
    std::vector<Affine> results;
    for (size_t vector = 0; vector < scalars.size(); vector++) {
        Xyzz sum = infinity();
        for (uint32_t set = plan.sets; set-- > 0;) {
            for (uint32_t bit = 0; bit < shape.width; bit++) sum = doubled(sum);
            add(sum, sums[vector * plan.sets + set]);
        }
        results.push_back(to_affine(sum));
    }
    return results;
}

}  // namespace msm
