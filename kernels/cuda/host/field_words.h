// Field arithmetic on four 64-bit words, for the host build: several times faster than the carry chains' emulation. Functions
// and preconditions are those of field_chains.cuh.
#pragma once

#include <cstdint>
#include <cstring>

#include "../field_parameters.cuh"

namespace arithmetic {

using Wide = unsigned __int128;

struct Words {
    uint64_t word[4];
};

inline Words load(const uint32_t* limbs) {
    Words words;
    std::memcpy(words.word, limbs, sizeof words.word);
    return words;
}
inline void store(uint32_t* limbs, const Words& words) { std::memcpy(limbs, words.word, sizeof words.word); }

template <class P, int K = 1>
inline constexpr Words modulus() {
    Words words{};
    for (int i = 0; i < 4; i++) {
        const uint64_t low = K == 1 ? P::modulus(2 * i) : P::twice_modulus(2 * i);
        const uint64_t high = K == 1 ? P::modulus(2 * i + 1) : P::twice_modulus(2 * i + 1);
        words.word[i] = high << 32 | low;
    }
    return words;
}

inline Words sum(const Words& a, const Words& b) {
    Words result;
    Wide carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += static_cast<Wide>(a.word[i]) + b.word[i];
        result.word[i] = static_cast<uint64_t>(carry);
        carry >>= 64;
    }
    return result;
}

inline bool difference(Words& result, const Words& a, const Words& b) {
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        const Wide step = static_cast<Wide>(a.word[i]) - b.word[i] - borrow;
        result.word[i] = static_cast<uint64_t>(step);
        borrow = static_cast<uint64_t>(step >> 64) & 1;
    }
    return borrow != 0;
}

template <class P>
inline void multiply(uint32_t* result, const uint32_t* a_limbs, const uint32_t* b_limbs) {
    constexpr Words p = modulus<P>();
    const Words a = load(a_limbs), b = load(b_limbs);
    uint64_t t[5] = {};
    for (int i = 0; i < 4; i++) {
        Wide carry = 0;
        for (int j = 0; j < 4; j++) {
            carry += static_cast<Wide>(a.word[j]) * b.word[i] + t[j];
            t[j] = static_cast<uint64_t>(carry);
            carry >>= 64;
        }
        t[4] = static_cast<uint64_t>(carry);
        const uint64_t m = t[0] * P::negative_inverse_64;
        carry = (static_cast<Wide>(m) * p.word[0] + t[0]) >> 64;
        for (int j = 1; j < 4; j++) {
            carry += static_cast<Wide>(m) * p.word[j] + t[j];
            t[j - 1] = static_cast<uint64_t>(carry);
            carry >>= 64;
        }
        t[3] = static_cast<uint64_t>(carry + t[4]);
    }
    std::memcpy(result, t, 32);
}

template <class P>
inline void sum_of_products(uint32_t* result, const uint32_t* a_limbs, const uint32_t* b_limbs, const uint32_t* c_limbs,
                            const uint32_t* d_limbs) {
    constexpr Words p = modulus<P>();
    const Words a = load(a_limbs), b = load(b_limbs), c = load(c_limbs), d = load(d_limbs);
    uint64_t t[5] = {};
    const auto accumulate = [&t](const Words& x, uint64_t y) {
        Wide carry = 0;
        for (int j = 0; j < 4; j++) {
            carry += static_cast<Wide>(x.word[j]) * y + t[j];
            t[j] = static_cast<uint64_t>(carry);
            carry >>= 64;
        }
        t[4] += static_cast<uint64_t>(carry);
    };
    for (int i = 0; i < 4; i++) {
        accumulate(a, b.word[i]);
        accumulate(c, d.word[i]);
        accumulate(p, t[0] * P::negative_inverse_64);
        for (int j = 0; j < 4; j++) t[j] = t[j + 1];
        t[4] = 0;
    }
    std::memcpy(result, t, 32);
}

template <class P>
inline void square(uint32_t* result, const uint32_t* a) {
    multiply<P>(result, a, a);
}

inline void add(uint32_t* result, const uint32_t* a, const uint32_t* b) { store(result, sum(load(a), load(b))); }

template <class P, int K>
inline void subtract_if_above(uint32_t* value) {
    Words reduced;
    if (!difference(reduced, load(value), modulus<P, K>())) store(value, reduced);
}

template <class P>
inline void subtract(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    Words value;
    if (difference(value, load(a), load(b))) value = sum(value, modulus<P>());
    store(result, value);
}

template <class P>
inline void subtract_from_twice_modulus(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    Words value;
    difference(value, modulus<P, 2>(), load(b));
    store(result, sum(value, load(a)));
}

}  // namespace arithmetic
