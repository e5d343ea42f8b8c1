// Field arithmetic by carry chains, eight 32-bit limbs: what the device runs, and the host with FIELD_CARRY_CHAINS.
// Every loop is unrolled, every index a constant: arrays live in registers.
#pragma once

#include "field_parameters.cuh"
#include "limb.cuh"

namespace arithmetic {

// even[j], even[j+1] += a[j]·b for even j; leaves the carry out of even[7] in the flag.
DEVICE void accumulate(uint32_t* even, const uint32_t* a, uint32_t b) {
    even[0] = limb::mad_low_c(a[0], b, even[0]);
    even[1] = limb::c_mad_high_c(a[0], b, even[1]);
#pragma unroll
    for (int j = 2; j < 8; j += 2) {
        even[j] = limb::c_mad_low_c(a[j], b, even[j]);
        even[j + 1] = limb::c_mad_high_c(a[j], b, even[j + 1]);
    }
}

// The same with the modulus's limbs, from limb `first` on, as immediates.
template <class P, int first>
DEVICE void accumulate_modulus(uint32_t* even, uint32_t b) {
    even[0] = limb::mad_low_c(P::modulus(first), b, even[0]);
    even[1] = limb::c_mad_high_c(P::modulus(first), b, even[1]);
#pragma unroll
    for (int j = 2; j < 8; j += 2) {
        even[j] = limb::c_mad_low_c(P::modulus(first + j), b, even[j]);
        even[j + 1] = limb::c_mad_high_c(P::modulus(first + j), b, even[j + 1]);
    }
}

// Adds m·p, with m such that the lowest limb becomes zero.
template <class P>
DEVICE void cancel_lowest(uint32_t* even, uint32_t* odd) {
    const uint32_t m = limb::mul_low(even[0], P::negative_inverse);
    accumulate_modulus<P, 1>(odd, m);
    accumulate_modulus<P, 0>(even, m);
    odd[7] = limb::c_add(odd[7], 0);
}

// One row of a Montgomery multiplication: T = (T / 2^32) + a·b, and cancels its lowest limb. T is even + odd·2^32 afterwards;
// before, the other way round and not shifted yet: `odd` comes in as the accumulator whose limb 0 is zero.
template <class P>
DEVICE void row(uint32_t* even, uint32_t* odd, const uint32_t* a, uint32_t b) {
    even[0] = limb::add_c(even[0], odd[1]);
#pragma unroll
    for (int j = 0; j < 6; j += 2) {
        odd[j] = limb::c_mad_low_c(a[j + 1], b, odd[j + 2]);
        odd[j + 1] = limb::c_mad_high_c(a[j + 1], b, odd[j + 3]);
    }
    odd[6] = limb::c_mad_low_c(a[7], b, 0);
    odd[7] = limb::c_mad_high(a[7], b, 0);
    accumulate(even, a, b);
    odd[7] = limb::c_add(odd[7], 0);
    cancel_lowest<P>(even, odd);
}

// a·b/2^256 modulo p, for a + p <= 2^256 and any b: below a·b/2^256 + p.
//
// After row i the accumulator T is below a + p: T' = (T + a·b_i + m·p)/2^32 < (a + p)(1 + (2^32 - 1))/2^32. Before its division
// it is below 2^32·(a + p) <= 2^288, so the nine limbs of even + odd·2^32 hold it and no carry leaves odd[7]. 64 products of
// 32 bits for a·b, 64 for the m·p, eight low halves for the m.
template <class P>
DEVICE void multiply(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    uint32_t even[8], odd[8];
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
        even[j] = limb::mul_low(a[j], b[0]);
        even[j + 1] = limb::mul_high(a[j], b[0]);
        odd[j] = limb::mul_low(a[j + 1], b[0]);
        odd[j + 1] = limb::mul_high(a[j + 1], b[0]);
    }
    cancel_lowest<P>(even, odd);
    row<P>(odd, even, a, b[1]);
#pragma unroll
    for (int i = 2; i < 8; i += 2) {
        row<P>(even, odd, a, b[i]);
        row<P>(odd, even, a, b[i + 1]);
    }
    // the last row's accumulator of even position is odd; its limb 0 is zero, so the other one is at position 0 now
    result[0] = limb::add_c(even[0], odd[1]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(even[i], odd[i + 1]);
    result[7] = limb::c_add(even[7], 0);
}

template <class P>
DEVICE void square(uint32_t* result, const uint32_t* a) {
    multiply<P>(result, a, a);
}

// a + b, which must be below 2^256.
DEVICE void add(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    result[0] = limb::add_c(a[0], b[0]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(a[i], b[i]);
    result[7] = limb::c_add(a[7], b[7]);
}

// value -= K·p where that is not negative, for K of 1 or 2.
template <class P, int K>
DEVICE void subtract_if_above(uint32_t* value) {
    uint32_t difference[8];
    difference[0] = limb::sub_c(value[0], K == 1 ? P::modulus(0) : P::twice_modulus(0));
#pragma unroll
    for (int i = 1; i < 8; i++) difference[i] = limb::c_sub_c(value[i], K == 1 ? P::modulus(i) : P::twice_modulus(i));
    const bool below = limb::c_sub(0, 0) != 0;
#pragma unroll
    for (int i = 0; i < 8; i++) value[i] = below ? value[i] : difference[i];
}

// a - b, plus p where that is negative.
template <class P>
DEVICE void subtract(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    result[0] = limb::sub_c(a[0], b[0]);
#pragma unroll
    for (int i = 1; i < 8; i++) result[i] = limb::c_sub_c(a[i], b[i]);
    const uint32_t mask = limb::c_sub(0, 0);
    result[0] = limb::add_c(result[0], P::modulus(0) & mask);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(result[i], P::modulus(i) & mask);
    result[7] = limb::c_add(result[7], P::modulus(7) & mask);
}

// a + 2p - b, which must be in [0, 2^256).
template <class P>
DEVICE void subtract_from_twice_modulus(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    result[0] = limb::sub_c(P::twice_modulus(0), b[0]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_sub_c(P::twice_modulus(i), b[i]);
    result[7] = limb::c_sub(P::twice_modulus(7), b[7]);
    add(result, result, a);
}

}  // namespace arithmetic
