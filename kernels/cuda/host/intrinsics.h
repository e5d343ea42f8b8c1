// CUDA's device functions on the CPU: warp exchanges, atomics, bit counting. Included by simt.h. Signatures are as narrow as
// CUDA's (4- and 8-byte types), so that what compiles here compiles with nvcc.
#pragma once

namespace simt {

template <class T>
T shuffle(uint32_t mask, T value, uint32_t source) {
    static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "shuffles move 4 or 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    exchange(mask, bits);
    // Reading a lane that takes no part is undefined on the device; here it reads poison.
    bits = participates(source) ? published(source) : 0xCDCDCDCDCDCDCDCDull;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T, class Combine>
T reduce(uint32_t mask, T value, Combine combine) {
    exchange(mask, value);
    bool first = true;
    T result{};
    for (uint32_t lane = 0; lane < 32; lane++) {
        if ((mask >> lane & 1) == 0 || !participates(lane)) continue;
        const T other = static_cast<T>(published(lane));
        result = first ? other : combine(result, other);
        first = false;
    }
    return result;
}

template <class T>
constexpr bool is_atomic_word =
    std::is_same_v<T, int> || std::is_same_v<T, unsigned> || std::is_same_v<T, unsigned long long>;

template <class T, class Combine>
T atomic_update(T* target, Combine combine) {
    static_assert(is_atomic_word<T>, "CUDA's atomics take int, unsigned and unsigned long long");
    T old = __atomic_load_n(target, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(target, &old, combine(old), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return old;
}

}  // namespace simt

template <class T>
inline T __shfl_sync(uint32_t mask, T value, int source, int width = 32) {
    const uint32_t base = simt::current->lane & ~static_cast<uint32_t>(width - 1);
    return simt::shuffle(mask, value, base + (static_cast<uint32_t>(source) & static_cast<uint32_t>(width - 1)));
}

template <class T>
inline T __shfl_xor_sync(uint32_t mask, T value, int lanes) {
    return simt::shuffle(mask, value, simt::current->lane ^ static_cast<uint32_t>(lanes));
}

template <class T>
inline T __shfl_down_sync(uint32_t mask, T value, uint32_t delta, int width = 32) {
    const uint32_t lane = simt::current->lane, last = lane | static_cast<uint32_t>(width - 1);
    return simt::shuffle(mask, value, lane + delta <= last ? lane + delta : lane);
}

template <class T>
inline T __shfl_up_sync(uint32_t mask, T value, uint32_t delta, int width = 32) {
    const uint32_t lane = simt::current->lane, first = lane & ~static_cast<uint32_t>(width - 1);
    return simt::shuffle(mask, value, lane >= first + delta ? lane - delta : lane);
}

inline uint32_t __ballot_sync(uint32_t mask, bool predicate) {
    simt::exchange(mask, predicate);
    uint32_t result = 0;
    for (uint32_t lane = 0; lane < 32; lane++)
        if ((mask >> lane & 1) != 0 && simt::participates(lane)) result |= static_cast<uint32_t>(simt::published(lane)) << lane;
    return result;
}

inline bool __any_sync(uint32_t mask, bool predicate) { return __ballot_sync(mask, predicate) != 0; }
inline bool __all_sync(uint32_t mask, bool predicate) { return __ballot_sync(mask, !predicate) == 0; }

template <class T>
inline uint32_t __match_any_sync(uint32_t mask, T value) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    simt::exchange(mask, bits);
    uint32_t result = 0;
    for (uint32_t lane = 0; lane < 32; lane++)
        if ((mask >> lane & 1) != 0 && simt::participates(lane) && simt::published(lane) == bits) result |= 1u << lane;
    return result;
}

inline uint32_t __reduce_add_sync(uint32_t mask, uint32_t value) {
    return simt::reduce(mask, value, [](uint32_t a, uint32_t b) { return a + b; });
}
inline uint32_t __reduce_max_sync(uint32_t mask, uint32_t value) {
    return simt::reduce(mask, value, [](uint32_t a, uint32_t b) { return a > b ? a : b; });
}
inline uint32_t __reduce_min_sync(uint32_t mask, uint32_t value) {
    return simt::reduce(mask, value, [](uint32_t a, uint32_t b) { return a < b ? a : b; });
}

template <class T>
inline T atomicAdd(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return static_cast<T>(old + value); });
}
template <class T>
inline T atomicSub(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return static_cast<T>(old - value); });
}
template <class T>
inline T atomicMax(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old > value ? old : value; });
}
template <class T>
inline T atomicMin(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old < value ? old : value; });
}
template <class T>
inline T atomicOr(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old | value; });
}
template <class T>
inline T atomicAnd(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old & value; });
}
template <class T>
inline T atomicXor(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old ^ value; });
}
template <class T>
inline T atomicExch(T* target, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T) { return value; });
}
template <class T>
inline T atomicCAS(T* target, std::common_type_t<T> expected, std::common_type_t<T> value) {
    return simt::atomic_update(target, [=](T old) { return old == expected ? value : old; });
}

inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

inline int __popc(uint32_t x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<uint32_t>(x)); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline uint32_t __brev(uint32_t x) {
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0F0F0F0Fu) | (x & 0x0F0F0F0Fu) << 4;
    return __builtin_bswap32(x);
}
inline uint32_t __umulhi(uint32_t a, uint32_t b) { return static_cast<uint32_t>(static_cast<uint64_t>(a) * b >> 32); }
inline uint32_t __funnelshift_l(uint32_t low, uint32_t high, uint32_t shift) {
    return static_cast<uint32_t>((static_cast<uint64_t>(high) << 32 | low) << (shift & 31) >> 32);
}
inline uint32_t __funnelshift_r(uint32_t low, uint32_t high, uint32_t shift) {
    return static_cast<uint32_t>((static_cast<uint64_t>(high) << 32 | low) >> (shift & 31));
}
template <class T>
inline T __ldg(const T* address) { return *address; }
template <class T>
inline T min(T a, std::common_type_t<T> b) { return a < b ? a : b; }
template <class T>
inline T max(T a, std::common_type_t<T> b) { return a < b ? b : a; }
