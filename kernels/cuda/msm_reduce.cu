// From bucket sums to a few points per bucket set: what is wanted is the sum of (b + 1)·bucket[b] over the 2^k buckets b.
//
// A thread takes 2^p neighbouring buckets and makes their sum and, by the sums of the upper ends, the sum of position times
// bucket: two additions per bucket. What is left is the weighted sum of the threads' sums, with weights below 2^(k - p).
// Written by bits of the weight it is the sum of 2^j·U_j, where U_j adds the sums at places whose bit j is set. One binary
// tree makes all the U_j: in a tree of pairs, the upper partners of level j, added up, are U_j. All levels of a block's tree
// add on together, so its depth is the number of levels and its work two additions per place. Doublings are left to the host.
#include "curve.cuh"

namespace msm {

constexpr uint32_t REDUCE_THREADS = 128;
constexpr uint32_t REDUCE_LEVELS = 7;
static_assert(1u << REDUCE_LEVELS == REDUCE_THREADS, "a level of the tree per bit of the thread");
// Points that a block hands on: the sum, the weighted sum inside the threads, and U_0 to U_6.
constexpr uint32_t REDUCE_OUTPUTS = 2 + REDUCE_LEVELS;
constexpr uint32_t FOLD_THREADS = 256;

// *sum += *addend.
DEVICE void accumulate(Xyzz* sum, const Xyzz* addend) {
    Xyzz value = *sum;
    add(value, *addend);
    *sum = value;
}

// The place to which item number `item` of (level + 1)·2^(levels - level - 1) adds the place 2^level above it, in level
// `level` of the tree of pairs over 2^levels places.
//
// Before it, place m·2^level holds the sum of 2^level places, and the places (2m + 1)·2^j below hold what U_j has to add
// up. List 0 are the sums, list j + 1 is U_j; partners are 2^level places apart in each, and afterwards the sums' upper
// partners stay behind as the places of U_level. At the end place 0 has the sum and place 2^j has U_j.
DEVICE uint32_t place_of_item(uint32_t item, uint32_t level, uint32_t levels) {
    const uint32_t rows = 1u << (levels - level - 1);
    const uint32_t list = item / rows, row = item % rows;
    return (row << (level + 1)) + (list == 0 ? 0 : 1u << (list - 1));
}

}  // namespace msm

// buckets[set][b] for b < 2^bits of every set (blockIdx.y). Thread t of a set takes the 2^piece_bits buckets, no more than
// there are, from t·2^piece_bits on.
// output[set][number][block] has the block's points.
KERNEL_BOUNDED(msm_reduce, msm::REDUCE_THREADS, 3)(const Xyzz* buckets, uint32_t bits, uint32_t piece_bits, Xyzz* output) {
    using namespace msm;
    __shared__ Xyzz sums[REDUCE_THREADS], weighted[REDUCE_THREADS];
    const uint32_t first = (blockIdx.x * REDUCE_THREADS + threadIdx.x) << piece_bits;
    Xyzz *const sum = &sums[threadIdx.x], *const total = &weighted[threadIdx.x];
    *sum = *total = infinity();
    if (first < 1u << bits) {
        // from the upper end: sum += bucket, total += sum, the second not for the lowest bucket. One place in the code
        // adds, for a second one would cost registers
        const Xyzz* bucket = buckets + ((size_t)blockIdx.y << bits) + first + (1u << piece_bits);
#pragma unroll 1
        for (uint32_t step = (2u << piece_bits) - 1; step-- > 0;) {
            const bool of_bucket = step % 2 == 0;
            if (of_bucket) --bucket;
            accumulate(of_bucket ? sum : total, of_bucket ? bucket : sum);
        }
    }
    __syncthreads();
    for (uint32_t level = 0; level < REDUCE_LEVELS; level++) {
        const uint32_t rows = REDUCE_THREADS >> (level + 1), items = rows * (level + 1);
        // the weighted sums are one more list, without weights: its partners are half the list apart
        if (threadIdx.x < items + rows) {
            const bool of_sums = threadIdx.x < items;
            Xyzz* const target =
                of_sums ? &sums[place_of_item(threadIdx.x, level, REDUCE_LEVELS)] : &weighted[threadIdx.x - items];
            accumulate(target, target + (of_sums ? 1u << level : rows));
        }
        __syncthreads();
    }
    if (threadIdx.x < REDUCE_OUTPUTS) {
        const uint32_t number = threadIdx.x;
        output[(blockIdx.y * REDUCE_OUTPUTS + number) * gridDim.x + blockIdx.x] =
            number == 1 ? weighted[0] : sums[number == 0 ? 0 : 1u << (number - 2)];
    }
}

// Adds up what the 2^levels blocks of each set handed on. result[set] has REDUCE_OUTPUTS + levels points: the sum of all
// buckets, the weighted sum inside the threads, and every U_j. Block (number, set) adds up list `number`; the sums, list 0,
// with weights. Dynamic shared memory: 2^levels points.
KERNEL_BOUNDED(msm_fold, msm::FOLD_THREADS, 1)(const Xyzz* input, uint32_t levels, Xyzz* result) {
    using namespace msm;
    SHARED_DYNAMIC(Xyzz, places);
    const uint32_t number = blockIdx.x;
    const Xyzz* const list = input + (((size_t)blockIdx.y * REDUCE_OUTPUTS + number) << levels);
    for (uint32_t i = threadIdx.x; i < 1u << levels; i += FOLD_THREADS) places[i] = list[i];
    __syncthreads();
    for (uint32_t level = 0; level < levels; level++) {
        const uint32_t items = (1u << (levels - level - 1)) * (number == 0 ? level + 1 : 1);
        for (uint32_t item = threadIdx.x; item < items; item += FOLD_THREADS) {
            Xyzz* const target = &places[place_of_item(item, level, levels)];
            accumulate(target, target + (1u << level));
        }
        __syncthreads();
    }
    Xyzz* const output = result + blockIdx.y * (REDUCE_OUTPUTS + levels);
    if (threadIdx.x == 0) output[number] = places[0];
    if (number == 0 && threadIdx.x < levels) output[REDUCE_OUTPUTS + threadIdx.x] = places[1u << threadIdx.x];
}
