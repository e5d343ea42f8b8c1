// Sums of the points of every bucket, from the list of entries sorted by bucket.
//
// Every thread takes an equal piece of the list, whatever the buckets in it: a bucket of a million points keeps all threads
// as busy as a million buckets of one. A thread writes the sum of a bucket that begins in its piece to the bucket itself;
// nobody else does. The sum of the rest of a bucket that began earlier, its "head", goes to a list of heads, in order, one
// per thread. Heads of the same bucket are neighbours there; a segmented tree adds them up and to their bucket.
#include "curve.cuh"
#include "msm_digits.cuh"

namespace msm {

constexpr uint32_t ACCUMULATE_THREADS = 128;
// Below this many entries a thread's piece is mostly stores of begun buckets: use fewer threads.
constexpr uint32_t LEAST_PIECE = 8;
constexpr uint32_t JOIN_THREADS = 512;

struct Entry {
    uint32_t point, key;

    DEVICE uint32_t bucket() const { return key & BUCKET_MASK; }
};
static_assert(sizeof(Entry) == sizeof(uint64_t), "the key is the high word of an entry");

// Asks for a point that the next round adds: by then it is in the second-level cache, at the cost of no register.
DEVICE void prefetch(const Affine* point) {
#if defined(__CUDACC__)
    asm volatile("prefetch.global.L2 [%0];" ::"l"(point));
#else
    (void)point;
#endif
}

DEVICE Affine signed_point(const Affine* table, const Entry& entry) {
    Affine point = table[entry.point];
    if ((entry.key & NEGATIVE) != 0) point.y = negated(point.y);
    return point;
}

}  // namespace msm

// buckets[b] = the sum of bucket b's entries, but for heads. Buckets without entries are not written.
KERNEL_BOUNDED(msm_accumulate, msm::ACCUMULATE_THREADS, 4)
(const msm::Entry* entries, const uint32_t* length, const Affine* table, Xyzz* buckets, uint32_t* head_buckets, Xyzz* heads) {
    using namespace msm;
    const uint32_t thread = blockIdx.x * ACCUMULATE_THREADS + threadIdx.x, threads = gridDim.x * ACCUMULATE_THREADS;
    const uint32_t count = *length;
    const uint32_t piece = max(LEAST_PIECE, count / threads + (count % threads != 0));
    const uint64_t start = uint64_t(thread) * piece;
    head_buckets[thread] = NO_KEY;
    if (start >= count) return;
    uint32_t i = uint32_t(start);
    const uint32_t end = min(count - i, piece) + i;
    Entry entry = entries[i];
    Entry next = entries[min(i + 1, end - 1)];
    uint32_t bucket = entry.bucket();
    bool head = i > 0 && entries[i - 1].bucket() == bucket;
    Xyzz sum = infinity();
    while (i < end) {
        prefetch(&table[next.point]);
        const Entry after = entries[min(i + 2, end - 1)];
        add(sum, signed_point(table, entry));
        i++;
        entry = next;
        next = after;
        if (i == end || entry.bucket() != bucket) {
            if (head) head_buckets[thread] = bucket;
            (head ? heads[thread] : buckets[bucket]) = sum;
            head = false;
            sum = infinity();
            bucket = entry.bucket();
        }
    }
}

// Adds up neighbouring heads of the same bucket, and adds the sums to their buckets; a block whose first head continues
// the last of the block before it hands that sum on as a head of its own, for the next round. The last round has one block.
KERNEL_BOUNDED(msm_join, msm::JOIN_THREADS, 1)
(const uint32_t* head_buckets, const Xyzz* heads, uint32_t count, Xyzz* buckets, uint32_t* next_buckets, Xyzz* next_heads) {
    using namespace msm;
    SHARED_DYNAMIC(Xyzz, sums);
    __shared__ uint32_t segments[JOIN_THREADS];
    const uint32_t thread = blockIdx.x * JOIN_THREADS + threadIdx.x;
    const uint32_t bucket = thread < count ? head_buckets[thread] : NO_KEY;
    const bool continues = bucket != NO_KEY && thread > 0 && head_buckets[thread - 1] == bucket;
    segments[threadIdx.x] = bucket;
    Xyzz sum = bucket != NO_KEY ? heads[thread] : infinity();
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (uint32_t distance = 1; distance < JOIN_THREADS; distance *= 2) {
        const uint32_t partner = threadIdx.x + distance;
        // the list is sorted: equal buckets at both ends mean equal buckets between
        const bool joins = bucket != NO_KEY && partner < JOIN_THREADS && segments[partner] == bucket;
        if (joins) add(sum, sums[partner]);
        __syncthreads();
        if (joins) sums[threadIdx.x] = sum;
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        next_buckets[blockIdx.x] = continues ? bucket : NO_KEY;
        if (continues) next_heads[blockIdx.x] = sum;
    }
    if (bucket != NO_KEY && !continues) {
        Xyzz total = buckets[bucket];
        add(total, sum);
        buckets[bucket] = total;
    }
}
