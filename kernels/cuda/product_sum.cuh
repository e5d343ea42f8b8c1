// Sums of products of scalars that are reduced once. A product costs 64 wide multiplications here against 136 for one that
// is reduced at once, so an inner product costs about half.
//
// The sum is kept in two rows of 32-bit columns, as in the multiplication itself: products of limbs i and j with i + j even
// fill columns i + j and i + j + 1 of one row, the others those of the other row, so that every row of four products is one
// unbroken carry chain. What leaves such a chain at the top is counted, not propagated.
#pragma once

#include "field.cuh"

// Up to MAX_TERMS products may be added between two reductions.
class ProductSum {
public:
    // A sum of k products is below k·r², and its reduction below (k·r/2^256 + 1)·r < (0.1891·k + 1)·r, which must stay
    // below 2^256 = 5.29·r.
    static constexpr uint32_t MAX_TERMS = 22;
    // In units of 2^224, rounded up.
    static constexpr uint64_t MODULUS_BOUND = FrParameters::modulus(7) + 1ull;
    static_assert(((MAX_TERMS * MODULUS_BOUND * MODULUS_BOUND) >> 32) + 1 + MODULUS_BOUND <= 1ull << 32,
                  "a reduced sum must fit 256 bits before its last subtractions");

    DEVICE ProductSum() {
#pragma unroll
        for (uint32_t i = 0; i < 16; i++) even[i] = 0;
#pragma unroll
        for (uint32_t i = 0; i < 15; i++) odd[i] = 0;
#pragma unroll
        for (uint32_t i = 0; i < 3; i++) even_carries[i] = odd_carries[i] = 0;
    }

    DEVICE void add_product(Fr a, Fr b);

    // The sum's Montgomery reduction, fully reduced. The sum itself stays as it is.
    DEVICE Fr reduce() const;

private:
    // even[c] is column c; odd[c] is column c + 1. Sums are below 2^512, so column 15 is the last of both.
    uint32_t even[16], odd[15];
    // Carries into columns 10, 12, 14 of the even row and 9, 11, 13 of the odd one.
    uint32_t even_carries[3], odd_carries[3];

    template <bool CARRY_IN>
    static DEVICE void add_row(uint32_t* row, const uint32_t* a, uint32_t b);
    // The whole sum as sixteen limbs.
    DEVICE void columns(uint32_t* sum) const;
    // value·2^-256 modulo r for any eight limbs, at most r.
    static DEVICE void montgomery_quotient(uint32_t* result, const uint32_t* value);
};

#if defined(__CUDA_ARCH__) || defined(FIELD_CARRY_CHAINS)

// row += (a[0] + a[2]·2^64 + a[4]·2^128 + a[6]·2^192)·b. Leaves a carry.
template <bool CARRY_IN>
DEVICE void ProductSum::add_row(uint32_t* row, const uint32_t* a, uint32_t b) {
    row[0] = CARRY_IN ? limb::c_mad_low_c(a[0], b, row[0]) : limb::mad_low_c(a[0], b, row[0]);
    row[1] = limb::c_mad_high_c(a[0], b, row[1]);
#pragma unroll
    for (uint32_t j = 2; j < 8; j += 2) {
        row[j] = limb::c_mad_low_c(a[j], b, row[j]);
        row[j + 1] = limb::c_mad_high_c(a[j], b, row[j + 1]);
    }
}

DEVICE void ProductSum::add_product(Fr x, Fr y) {
    const uint32_t *a = x.limb, *b = y.limb;
    // a_even·b_0 fills columns 0 to 7, and a_odd·b_7, in columns 8 to 15, takes its carry
    add_row<false>(even, a, b[0]);
    add_row<true>(even + 8, a + 1, b[7]);
#pragma unroll
    for (uint32_t i = 1; i < 7; i++) {
        // columns i .. i + 7 for even limbs b_i, one further for odd ones
        add_row<false>(even + i + i % 2, a + i % 2, b[i]);
        even_carries[(i - 1) / 2] = limb::c_add(even_carries[(i - 1) / 2], 0);
    }
#pragma unroll
    for (uint32_t i = 0; i < 8; i++) {
        add_row<false>(odd + i - i % 2, a + 1 - i % 2, b[i]);
        uint32_t& carries = i < 6 ? odd_carries[i / 2] : odd[14];
        carries = limb::c_add(carries, 0);
    }
}

DEVICE void ProductSum::columns(uint32_t* sum) const {
    sum[0] = even[0];
    sum[1] = limb::add_c(even[1], odd[0]);
#pragma unroll
    for (uint32_t c = 2; c < 15; c++) sum[c] = limb::c_add_c(even[c], odd[c - 1]);
    sum[15] = limb::c_add(even[15], odd[14]);
    sum[9] = limb::add_c(sum[9], odd_carries[0]);
    sum[10] = limb::c_add_c(sum[10], even_carries[0]);
    sum[11] = limb::c_add_c(sum[11], odd_carries[1]);
    sum[12] = limb::c_add_c(sum[12], even_carries[1]);
    sum[13] = limb::c_add_c(sum[13], odd_carries[2]);
    sum[14] = limb::c_add_c(sum[14], even_carries[2]);
    sum[15] = limb::c_add(sum[15], 0);
}

DEVICE void ProductSum::montgomery_quotient(uint32_t* result, const uint32_t* value) {
    using P = FrParameters;
    // low + high·2^32 is what is left of the value; each row cancels its lowest limb and divides by 2^32, after which the two
    // change places
    uint32_t rows[2][8];
#pragma unroll
    for (uint32_t i = 0; i < 8; i++) {
        rows[0][i] = value[i];
        rows[1][i] = 0;
    }
    arithmetic::cancel_lowest<P>(rows[0], rows[1]);
#pragma unroll
    for (uint32_t i = 1; i < 8; i++) {
        uint32_t *low = rows[i % 2], *high = rows[1 - i % 2];
        low[0] = limb::add_c(low[0], high[1]);
        const uint32_t m = limb::mul_low(low[0], P::negative_inverse);
#pragma unroll
        for (uint32_t j = 0; j < 6; j += 2) {
            high[j] = limb::c_mad_low_c(P::modulus(j + 1), m, high[j + 2]);
            high[j + 1] = limb::c_mad_high_c(P::modulus(j + 1), m, high[j + 3]);
        }
        high[6] = limb::c_mad_low_c(P::modulus(7), m, 0);
        high[7] = limb::c_mad_high(P::modulus(7), m, 0);
        arithmetic::accumulate_modulus<P, 0>(low, m);
        high[7] = limb::c_add(high[7], 0);
    }
    const uint32_t *low = rows[0], *high = rows[1];
    result[0] = limb::add_c(low[0], high[1]);
#pragma unroll
    for (uint32_t i = 1; i < 7; i++) result[i] = limb::c_add_c(low[i], high[i + 1]);
    result[7] = limb::c_add(low[7], 0);
}

#else

// The host's fast arithmetic: the same sum as eight 64-bit columns, kept in `even`.
DEVICE void ProductSum::add_product(Fr x, Fr y) {
    uint64_t a[4], b[4], sum[8];
    memcpy(a, x.limb, sizeof a);
    memcpy(b, y.limb, sizeof b);
    memcpy(sum, even, sizeof sum);
    for (uint32_t i = 0; i < 4; i++) {
        unsigned __int128 carry = 0;
        for (uint32_t j = 0; j < 8 - i; j++) {
            carry += sum[i + j];
            if (j < 4) carry += static_cast<unsigned __int128>(a[j]) * b[i];
            sum[i + j] = static_cast<uint64_t>(carry);
            carry >>= 64;
        }
    }
    memcpy(even, sum, sizeof sum);
}

DEVICE void ProductSum::columns(uint32_t* sum) const { memcpy(sum, even, sizeof even); }

DEVICE void ProductSum::montgomery_quotient(uint32_t* result, const uint32_t* value) {
    const uint32_t one[8] = {1};
    arithmetic::multiply<FrParameters>(result, one, value);
}

#endif

DEVICE Fr ProductSum::reduce() const {
    uint32_t sum[16];
    columns(sum);
    Fr result;
    montgomery_quotient(result.limb, sum);
    arithmetic::add(result.limb, result.limb, sum + 8);
    // below 5.17·r
    arithmetic::subtract_if_above<FrParameters, 2>(result.limb);
    arithmetic::subtract_if_above<FrParameters, 2>(result.limb);
    arithmetic::subtract_if_above<FrParameters, 1>(result.limb);
    return result;
}
