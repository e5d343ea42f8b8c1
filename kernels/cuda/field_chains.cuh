// Field arithmetic by carry chains, eight 32-bit limbs: what the device runs, and the host with FIELD_CARRY_CHAINS.
// Every loop is unrolled, every index a constant: arrays live in registers.
#pragma once

#include "field_parameters.cuh"
#include "limb.cuh"

namespace arithmetic {

// a + b, which must be below 2^256.
DEVICE void add(uint32_t* result, const uint32_t* a, const uint32_t* b) {
    result[0] = limb::add_c(a[0], b[0]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(a[i], b[i]);
    result[7] = limb::c_add(a[7], b[7]);
}

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

// T = (T / 2^32) + a·b. T is even + odd·2^32 afterwards; before, the other way round and not shifted yet: `odd` comes in as the
// accumulator whose limb 0 is zero.
DEVICE void shift_and_accumulate(uint32_t* even, uint32_t* odd, const uint32_t* a, uint32_t b) {
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
}

// One row of a Montgomery multiplication.
template <class P>
DEVICE void row(uint32_t* even, uint32_t* odd, const uint32_t* a, uint32_t b) {
    shift_and_accumulate(even, odd, a, b);
    cancel_lowest<P>(even, odd);
}

// even + odd·2^32 += a·b.
DEVICE void accumulate_both(uint32_t* even, uint32_t* odd, const uint32_t* a, uint32_t b) {
    accumulate(odd, a + 1, b);
    accumulate(even, a, b);
    odd[7] = limb::c_add(odd[7], 0);
}

// A row of two products: T = (T / 2^32) + a·b + c·d.
template <class P>
DEVICE void row_of_two(uint32_t* even, uint32_t* odd, const uint32_t* a, uint32_t b, const uint32_t* c, uint32_t d) {
    shift_and_accumulate(even, odd, a, b);
    accumulate_both(even, odd, c, d);
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

// (a·b + c·d)/2^256 modulo p with one reduction, for a + c + p <= 2^256: below (a·b + c·d)/2^256 + p. As above, with a row of c·d
// after each row of a·b.
template <class P>
DEVICE void sum_of_products(uint32_t* result, const uint32_t* a, const uint32_t* b, const uint32_t* c, const uint32_t* d) {
    uint32_t even[8], odd[8];
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
        even[j] = limb::mul_low(a[j], b[0]);
        even[j + 1] = limb::mul_high(a[j], b[0]);
        odd[j] = limb::mul_low(a[j + 1], b[0]);
        odd[j + 1] = limb::mul_high(a[j + 1], b[0]);
    }
    accumulate_both(even, odd, c, d[0]);
    cancel_lowest<P>(even, odd);
    row_of_two<P>(odd, even, a, b[1], c, d[1]);
#pragma unroll
    for (int i = 2; i < 8; i += 2) {
        row_of_two<P>(even, odd, a, b[i], c, d[i]);
        row_of_two<P>(odd, even, a, b[i + 1], c, d[i + 1]);
    }
    result[0] = limb::add_c(even[0], odd[1]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(even[i], odd[i + 1]);
    result[7] = limb::c_add(even[7], 0);
}

// accumulator += a·(b_first, b_(first+2), …) for the limbs of b from `first` to 7. What leaves the chain goes to the limb above,
// where nothing but such a carry can be.
template <int first>
DEVICE void cross_products(uint32_t* accumulator, uint32_t a, const uint32_t* b, int position) {
    if constexpr (first < 8) {
        accumulator[position] = limb::mad_low_c(a, b[first], accumulator[position]);
        accumulator[position + 1] = limb::c_mad_high_c(a, b[first], accumulator[position + 1]);
#pragma unroll
        for (int j = first + 2; j < 8; j += 2) {
            const int k = position + j - first;
            accumulator[k] = limb::c_mad_low_c(a, b[j], accumulator[k]);
            accumulator[k + 1] = limb::c_mad_high_c(a, b[j], accumulator[k + 1]);
        }
        constexpr int above = (7 - first) / 2 * 2 + 2;
        accumulator[position + above] = limb::c_add(accumulator[position + above], 0);
    }
}

// The sixteen limbs of a^2: 28 products of different limbs, doubled, and eight squares.
DEVICE void wide_square(uint32_t* wide, const uint32_t* a) {
    uint32_t even[16], odd[16];  // products at even and at odd positions
#pragma unroll
    for (int i = 0; i < 16; i++) even[i] = odd[i] = 0;
    cross_products<1>(odd, a[0], a, 1);
    cross_products<2>(even, a[0], a, 2);
    cross_products<2>(odd, a[1], a, 3);
    cross_products<3>(even, a[1], a, 4);
    cross_products<3>(odd, a[2], a, 5);
    cross_products<4>(even, a[2], a, 6);
    cross_products<4>(odd, a[3], a, 7);
    cross_products<5>(even, a[3], a, 8);
    cross_products<5>(odd, a[4], a, 9);
    cross_products<6>(even, a[4], a, 10);
    cross_products<6>(odd, a[5], a, 11);
    cross_products<7>(even, a[5], a, 12);
    cross_products<7>(odd, a[6], a, 13);
    // the sum of both, then twice that
    wide[0] = 0;
    wide[1] = odd[1];
    wide[2] = limb::add_c(even[2], odd[2]);
#pragma unroll
    for (int i = 3; i < 15; i++) wide[i] = limb::c_add_c(even[i], odd[i]);
    wide[15] = limb::c_add(0, 0);
    wide[1] = limb::add_c(wide[1], wide[1]);
#pragma unroll
    for (int i = 2; i < 15; i++) wide[i] = limb::c_add_c(wide[i], wide[i]);
    wide[15] = limb::c_add(wide[15], wide[15]);
    wide[0] = limb::mad_low_c(a[0], a[0], 0);
    wide[1] = limb::c_mad_high_c(a[0], a[0], wide[1]);
#pragma unroll
    for (int i = 1; i < 8; i++) {
        wide[2 * i] = limb::c_mad_low_c(a[i], a[i], wide[2 * i]);
        wide[2 * i + 1] = limb::c_mad_high_c(a[i], a[i], wide[2 * i + 1]);
    }
}

// A row without a product: T = T / 2^32, and cancels its lowest limb. The chain that cancels the odd limbs takes the carry of the
// lowest limbs' sum.
template <class P>
DEVICE void reduction_row(uint32_t* even, uint32_t* odd) {
    even[0] = limb::add_c(even[0], odd[1]);
    const uint32_t m = limb::mul_low(even[0], P::negative_inverse);
#pragma unroll
    for (int j = 0; j < 6; j += 2) {
        odd[j] = limb::c_mad_low_c(P::modulus(j + 1), m, odd[j + 2]);
        odd[j + 1] = limb::c_mad_high_c(P::modulus(j + 1), m, odd[j + 3]);
    }
    odd[6] = limb::c_mad_low_c(P::modulus(7), m, 0);
    odd[7] = limb::c_mad_high(P::modulus(7), m, 0);
    accumulate_modulus<P, 0>(even, m);
    odd[7] = limb::c_add(odd[7], 0);
}

// wide/2^256 modulo p, for wide < 2^256·(2^256 - p): below wide/2^256 + p.
template <class P>
DEVICE void montgomery_reduce(uint32_t* result, const uint32_t* wide) {
    uint32_t even[8], odd[8];
#pragma unroll
    for (int i = 0; i < 8; i++) even[i] = wide[i];
    const uint32_t m = limb::mul_low(even[0], P::negative_inverse);
#pragma unroll
    for (int j = 0; j < 8; j += 2) {
        odd[j] = limb::mul_low(P::modulus(j + 1), m);
        odd[j + 1] = limb::mul_high(P::modulus(j + 1), m);
    }
    accumulate_modulus<P, 0>(even, m);
    odd[7] = limb::c_add(odd[7], 0);
    reduction_row<P>(odd, even);
#pragma unroll
    for (int i = 2; i < 8; i += 2) {
        reduction_row<P>(even, odd);
        reduction_row<P>(odd, even);
    }
    result[0] = limb::add_c(even[0], odd[1]);
#pragma unroll
    for (int i = 1; i < 7; i++) result[i] = limb::c_add_c(even[i], odd[i + 1]);
    result[7] = limb::c_add(even[7], 0);
    add(result, result, wide + 8);
}

// 36 products for the square and 72 for its reduction, against 136 of a multiplication.
template <class P>
DEVICE void square(uint32_t* result, const uint32_t* a) {
    uint32_t wide[16];
    wide_square(wide, a);
    montgomery_reduce<P>(result, wide);
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
