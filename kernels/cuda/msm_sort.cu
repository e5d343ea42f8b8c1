// Entries of a multi-scalar multiplication, sorted by bucket: a stable radix sort of two passes at most whose first pass
// makes its input, the digits, on the fly. An entry is 8 bytes: the high word is the bucket with the sign in bit 31, the
// low word the point's place in the table. Digits that are zero make no entry.
//
// Each pass is count, scan, scatter. Every block owns one contiguous range of tiles in all three, so that the only matrix
// between them is blocks x radix, and no length ever goes to the host: it is read where the first pass leaves it. All
// work is cut into equal tiles, never by bucket, so no distribution of scalars unbalances it.
#include "msm_digits.cuh"

namespace msm {

constexpr uint32_t SORT_THREADS = 512;
constexpr uint32_t SORT_WARPS = SORT_THREADS / 32;
constexpr uint32_t SCALAR_ITEMS = 16;  // entries of a thread: windows of one scalar at a time,
constexpr uint32_t ENTRY_ITEMS = 12;   // or entries of a list; both even, and as many as 64 registers hold
constexpr uint32_t SORT_TILE = SORT_THREADS * SCALAR_ITEMS;
constexpr uint32_t ENTRY_TILE = SORT_THREADS * ENTRY_ITEMS;
constexpr uint32_t MAX_RADIX_BITS = 11;
constexpr uint32_t MAX_RADIX = 1 << MAX_RADIX_BITS;
static_assert(TILE_SCALARS == SORT_THREADS, "one scalar per thread and tile");
static_assert(MAX_RADIX % SORT_THREADS == 0, "the scan gives every thread as many digits");

// The bits of the bucket that a pass sorts by.
struct Radix {
    uint32_t shift, bits;

    DEVICE uint32_t size() const { return 1u << bits; }
    DEVICE uint32_t digit(uint32_t key) const { return (key & BUCKET_MASK) >> shift & (size() - 1); }
};

// Tiles [begin, end) of a block: as even as integers allow, in order.
struct TileRange {
    uint32_t begin, end;

    DEVICE static TileRange of_block(uint32_t tiles) {
        return {uint32_t(uint64_t(tiles) * blockIdx.x / gridDim.x), uint32_t(uint64_t(tiles) * (blockIdx.x + 1) / gridDim.x)};
    }
};

// Dynamic shared memory of a scatter. The counters are dead when the entries are staged, so both have one place.
struct ScatterMemory {
    uint64_t* staged;          // a tile's entries by digit: SORT_TILE
    uint16_t* counters;        // warps x radix
    uint32_t* start;           // where a digit's entries begin in `staged`: MAX_RADIX + 1
    uint32_t* cursor;          // where the block's next entry of a digit goes in the output: MAX_RADIX
    uint32_t* warp_sums;       // SORT_WARPS

    DEVICE explicit ScatterMemory(uint64_t* memory)
        : staged(memory),
          counters(reinterpret_cast<uint16_t*>(memory)),
          start(reinterpret_cast<uint32_t*>(memory + SORT_TILE)),
          cursor(start + MAX_RADIX + 4),
          warp_sums(cursor + MAX_RADIX) {}
};
static_assert(SORT_TILE * sizeof(uint64_t) >= SORT_WARPS * MAX_RADIX * sizeof(uint16_t), "counters fit the staging area");

DEVICE uint32_t lane_of_thread() { return threadIdx.x % 32; }

// Replaces `values`, as many as the radix, by the sums of all before each; `values[radix]` becomes the sum of all.
DEVICE void exclusive_scan(uint32_t* values, uint32_t radix, uint32_t* warp_sums) {
    constexpr uint32_t EACH = MAX_RADIX / SORT_THREADS;
    const uint32_t lane = lane_of_thread(), warp = threadIdx.x / 32;
    uint32_t own[EACH], sum = 0;
#pragma unroll
    for (uint32_t i = 0; i < EACH; i++) {
        const uint32_t place = threadIdx.x * EACH + i;
        own[i] = place < radix ? values[place] : 0;
        sum += own[i];
    }
    uint32_t inclusive = sum;
#pragma unroll
    for (uint32_t distance = 1; distance < 32; distance *= 2) {
        const uint32_t before = __shfl_up_sync(~0u, inclusive, distance);
        if (lane >= distance) inclusive += before;
    }
    if (lane == 31) warp_sums[warp] = inclusive;
    __syncthreads();
    uint32_t running = inclusive - sum;
    for (uint32_t w = 0; w < warp; w++) running += warp_sums[w];
#pragma unroll
    for (uint32_t i = 0; i < EACH; i++) {
        const uint32_t place = threadIdx.x * EACH + i;
        if (place < radix) values[place] = running;
        running += own[i];
        if (place + 1 == radix) values[radix] = running;
    }
    __syncthreads();
}

// The number of an entry among its warp's entries of the same digit, in the order of slots and lanes. Lanes with equal
// digits find each other by one ballot per bit: unlike an atomic counter that costs the same for every distribution.
DEVICE uint32_t rank_in_warp(uint16_t* counters, uint32_t key, Radix radix) {
    const bool present = key != NO_KEY;
    const uint32_t digit = radix.digit(key);
    uint32_t peers = __ballot_sync(~0u, present);
    for (uint32_t bit = 0; bit < radix.bits; bit++) {
        const bool set = digit >> bit & 1;
        const uint32_t vote = __ballot_sync(~0u, set);
        peers &= set ? vote : ~vote;
    }
    const uint32_t lower = peers & ((1u << lane_of_thread()) - 1);
    const uint32_t before = present ? counters[digit] : 0;
    __syncwarp();
    if (present && (peers >> lane_of_thread()) == 1) counters[digit] = uint16_t(before + __popc(peers));
    __syncwarp();
    return before + __popc(lower);
}

// Moves a tile's entries to their places in the output: `source.key(slot)` and `source.index(slot)` are those of this thread.
template <class Source>
DEVICE void scatter_tile(Source& source, Radix radix, const ScatterMemory& memory, uint64_t* output) {
    const uint32_t warp = threadIdx.x / 32;
    uint16_t* const counters = memory.counters + warp * radix.size();
    for (uint32_t i = lane_of_thread(); i < radix.size(); i += 32) counters[i] = 0;
    __syncwarp();
    uint32_t rank[Source::ITEMS / 2];  // two of 16 bits in a register
#pragma unroll
    for (uint32_t slot = 0; slot < Source::ITEMS; slot++) {
        const uint32_t number = rank_in_warp(counters, source.key[slot], radix);
        rank[slot / 2] = slot % 2 == 0 ? number : rank[slot / 2] | number << 16;
    }
    __syncthreads();
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS) {
        uint32_t sum = 0;
        for (uint32_t w = 0; w < SORT_WARPS; w++) {
            const uint32_t count = memory.counters[w * radix.size() + digit];
            memory.counters[w * radix.size() + digit] = uint16_t(sum);
            sum += count;
        }
        memory.start[digit] = sum;
    }
    __syncthreads();
    exclusive_scan(memory.start, radix.size(), memory.warp_sums);
#pragma unroll
    for (uint32_t slot = 0; slot < Source::ITEMS; slot++) {
        if (source.key[slot] == NO_KEY) continue;
        const uint32_t digit = radix.digit(source.key[slot]);
        const uint32_t place = memory.start[digit] + counters[digit] + (rank[slot / 2] >> (slot % 2 * 16) & 0xffff);
        rank[slot / 2] = slot % 2 == 0 ? (rank[slot / 2] & 0xffff0000) | place : (rank[slot / 2] & 0xffff) | place << 16;
    }
    __syncthreads();  // the counters become the staging area
    source.rewind();
#pragma unroll
    for (uint32_t slot = 0; slot < Source::ITEMS; slot++) {
        const uint32_t index = source.next_index(slot);
        if (source.key[slot] == NO_KEY) continue;
        memory.staged[rank[slot / 2] >> (slot % 2 * 16) & 0xffff] = uint64_t(source.key[slot]) << 32 | index;
    }
    __syncthreads();
    const uint32_t count = memory.start[radix.size()];
    for (uint32_t i = threadIdx.x; i < count; i += SORT_THREADS) {
        const uint64_t entry = memory.staged[i];
        const uint32_t digit = radix.digit(uint32_t(entry >> 32));
        output[memory.cursor[digit] + i - memory.start[digit]] = entry;
    }
    __syncthreads();
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS)
        memory.cursor[digit] += memory.start[digit + 1] - memory.start[digit];
    __syncthreads();
}

// Sets the block's cursors: entries of smaller digits, and of the same digit in earlier blocks. Returns the number of all.
DEVICE uint32_t place_cursors(const ScatterMemory& memory, Radix radix, const uint32_t* counts, const uint32_t* totals) {
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS) memory.start[digit] = totals[digit];
    __syncthreads();
    exclusive_scan(memory.start, radix.size(), memory.warp_sums);
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS)
        memory.cursor[digit] = memory.start[digit] + counts[size_t(blockIdx.x) * radix.size() + digit];
    const uint32_t all = memory.start[radix.size()];
    __syncthreads();
    return all;
}

DEVICE void write_counts(const uint32_t* histogram, Radix radix, uint32_t* counts) {
    __syncthreads();
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS)
        counts[size_t(blockIdx.x) * radix.size() + digit] = histogram[digit];
}

// ITEMS windows of one scalar, from window `done` on.
struct DigitSource {
    static constexpr uint32_t ITEMS = SCALAR_ITEMS;
    const Digits& plan;
    const Position position;
    uint32_t key[ITEMS];
    Window first, window;

    DEVICE DigitSource(const Digits& plan, const Position& position) : plan(plan), position(position) {}

    DEVICE void take(const Fr& scalar, uint32_t done) {
        DigitStream digits(scalar, plan.montgomery != 0);
        for (uint32_t w = 0; w < done; w++, first.advance(plan)) digits.next(first.width(plan));
        window = first;
#pragma unroll
        for (uint32_t slot = 0; slot < ITEMS; slot++) {
            key[slot] = NO_KEY;
            if (done + slot >= plan.windows) continue;
            key[slot] = window.key(plan, position.vector, digits.next(window.width(plan)));
            window.advance(plan);
        }
    }

    DEVICE void rewind() { window = first; }

    DEVICE uint32_t next_index(uint32_t) {
        const uint32_t place = window.row * plan.row + position.index;
        window.advance(plan);
        return place;
    }
};

// Entries of one tile of a list, those of a warp side by side.
struct EntrySource {
    static constexpr uint32_t ITEMS = ENTRY_ITEMS;
    const uint64_t* entries;
    uint32_t key[ENTRY_ITEMS];
    uint32_t index[ENTRY_ITEMS];

    DEVICE void take(const uint64_t* list, uint32_t tile, uint32_t count) {
        const uint32_t first = tile * ENTRY_TILE + threadIdx.x / 32 * (32 * ENTRY_ITEMS) + lane_of_thread();
#pragma unroll
        for (uint32_t slot = 0; slot < ENTRY_ITEMS; slot++) {
            const bool present = first + slot * 32 < count;
            const uint64_t entry = present ? list[first + slot * 32] : 0;
            key[slot] = present ? uint32_t(entry >> 32) : NO_KEY;
            index[slot] = uint32_t(entry);
        }
    }

    DEVICE void rewind() {}
    DEVICE uint32_t next_index(uint32_t slot) const { return index[slot]; }
};

}  // namespace msm

// First pass, count: counts[block][digit] of the nonzero digits of the block's scalars.
KERNEL_BOUNDED(msm_count_digits, msm::SORT_THREADS, 2)(msm::Vectors vectors, msm::Digits plan, uint32_t bits, uint32_t* counts) {
    using namespace msm;
    __shared__ uint32_t histogram[MAX_RADIX];
    const Radix radix{0, bits};
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS) histogram[digit] = 0;
    __syncthreads();
    const TileRange tiles = TileRange::of_block(vectors.first_tile[vectors.count]);
    for (uint32_t tile = tiles.begin; tile < tiles.end; tile++) {
        const Position position = Position::of(vectors, tile, threadIdx.x);
        if (!position.inside(vectors)) continue;
        DigitStream digits(vectors.scalars[position.vector][position.index], plan.montgomery != 0);
        Window window;
        for (uint32_t w = 0; w < plan.windows; w++, window.advance(plan)) {
            const uint32_t key = window.key(plan, position.vector, digits.next(window.width(plan)));
            if (key != NO_KEY) atomicAdd(&histogram[radix.digit(key)], 1u);
        }
    }
    write_counts(histogram, radix, counts);
}

// Second pass, count: the same of a list of `*length` entries.
KERNEL_BOUNDED(msm_count_entries, msm::SORT_THREADS, 2)
(const uint64_t* entries, const uint32_t* length, uint32_t shift, uint32_t bits, uint32_t* counts) {
    using namespace msm;
    __shared__ uint32_t histogram[MAX_RADIX];
    const Radix radix{shift, bits};
    for (uint32_t digit = threadIdx.x; digit < radix.size(); digit += SORT_THREADS) histogram[digit] = 0;
    __syncthreads();
    const uint32_t count = *length;
    const TileRange tiles = TileRange::of_block((count + ENTRY_TILE - 1) / ENTRY_TILE);
    for (uint32_t tile = tiles.begin; tile < tiles.end; tile++) {
#pragma unroll
        for (uint32_t slot = 0; slot < ENTRY_ITEMS; slot++) {
            const uint32_t place = tile * ENTRY_TILE + slot * SORT_THREADS + threadIdx.x;
            if (place < count) atomicAdd(&histogram[radix.digit(uint32_t(entries[place] >> 32))], 1u);
        }
    }
    write_counts(histogram, radix, counts);
}

// Turns counts[block][digit] into the counts of all earlier blocks, and writes the sum over blocks to totals[digit]. One
// block of 256 threads takes 32 digits.
KERNEL_BOUNDED(msm_scan_counts, 256)(uint32_t* counts, uint32_t* totals, uint32_t blocks, uint32_t radix) {
    __shared__ uint32_t sums[8][32];
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, digit = blockIdx.x * 32 + lane;
    const uint32_t begin = blocks * warp / 8, end = blocks * (warp + 1) / 8;
    uint32_t sum = 0;
    if (digit < radix)
#pragma unroll 8
        for (uint32_t block = begin; block < end; block++) sum += counts[size_t(block) * radix + digit];
    sums[warp][lane] = sum;
    __syncthreads();
    if (digit >= radix) return;
    uint32_t running = 0;
    for (uint32_t w = 0; w < warp; w++) running += sums[w][lane];
#pragma unroll 8
    for (uint32_t block = begin; block < end; block++) {
        const uint32_t count = counts[size_t(block) * radix + digit];
        counts[size_t(block) * radix + digit] = running;
        running += count;
    }
    if (warp == 7) totals[digit] = running;
}

// First pass, scatter: writes the entries of all nonzero digits, sorted by the low bits of the bucket, and their number.
KERNEL_BOUNDED(msm_scatter_digits, msm::SORT_THREADS, 2)
(msm::Vectors vectors, msm::Digits plan, uint32_t bits, const uint32_t* counts, const uint32_t* totals, uint64_t* output,
 uint32_t* length) {
    using namespace msm;
    SHARED_DYNAMIC(uint64_t, shared);
    const ScatterMemory memory(shared);
    const Radix radix{0, bits};
    const uint32_t all = place_cursors(memory, radix, counts, totals);
    if (blockIdx.x == 0 && threadIdx.x == 0) *length = all;
    const TileRange tiles = TileRange::of_block(vectors.first_tile[vectors.count]);
    for (uint32_t tile = tiles.begin; tile < tiles.end; tile++) {
        const Position position = Position::of(vectors, tile, threadIdx.x);
        const bool inside = position.inside(vectors);
        for (uint32_t done = 0; done < plan.windows; done += SCALAR_ITEMS) {
            // made anew for every sixteen windows: kept over a scatter, the scalar would cost ten registers
            DigitSource source(plan, position);
            source.take(inside ? vectors.scalars[position.vector][position.index] : Fr::zero(), done);
            scatter_tile(source, radix, memory, output);
        }
    }
}

// Second pass, scatter: a stable partition of `*length` entries by the bits from `shift` on.
KERNEL_BOUNDED(msm_scatter_entries, msm::SORT_THREADS, 2)
(const uint64_t* entries, const uint32_t* length, uint32_t shift, uint32_t bits, const uint32_t* counts, const uint32_t* totals,
 uint64_t* output) {
    using namespace msm;
    SHARED_DYNAMIC(uint64_t, shared);
    const ScatterMemory memory(shared);
    const Radix radix{shift, bits};
    place_cursors(memory, radix, counts, totals);
    const uint32_t count = *length;
    const TileRange tiles = TileRange::of_block((count + ENTRY_TILE - 1) / ENTRY_TILE);
    EntrySource source;
    for (uint32_t tile = tiles.begin; tile < tiles.end; tile++) {
        source.take(entries, tile, count);
        scatter_tile(source, radix, memory, output);
    }
}
