// Scalars cut into signed digits, and the key of the bucket that each digit falls into.
//
// A scalar k is first replaced by whichever of k and r - k is smaller, its sign flipped in the second case: |k| is then
// below 2^253, small negative values (a witness is full of them) have as few digits as small positive ones, and windows
// of 254 bits in all hold every scalar without a carry out of the last. Digits lie in (-2^(w-1), 2^(w-1)].
#pragma once
#include "field.cuh"

namespace msm {

// Scalars of one launch: up to 16 vectors over the same points, cut into tiles of TILE_SCALARS that never cross from
// one vector into the next. Mirrors `Vectors` in kernels/src/cuda/msm/launch.rs.
constexpr uint32_t MAX_VECTORS = 16;
constexpr uint32_t TILE_SCALARS = 512;

struct Vectors {
    const Fr* scalars[MAX_VECTORS];
    uint32_t length[MAX_VECTORS];
    uint32_t first_tile[MAX_VECTORS + 1];
    uint32_t count;
};

// How a scalar is cut. Window number j·sets + s has the weight 2^(j·step + s·width), where one step of the table is
// `sets` windows long; its digits pick row j of the table of multiples and bucket set s. Mirrors `Digits` in launch.rs.
struct Digits {
    uint32_t windows;     // signed digits of a scalar
    uint32_t sets;        // bucket sets of a vector: windows that share a row of the table
    uint32_t width;       // bits of a window
    uint32_t last_width;  // bits of the last window of a step
    uint32_t row;         // points in a row of the table
    uint32_t montgomery;  // 1: scalars in Montgomery form; 0: standard form, any 256-bit value, taken modulo r
};

// High word of an entry: bit 31 says that the point is subtracted, the rest is the bucket. All ones is no entry.
constexpr uint32_t NEGATIVE = 1u << 31;
constexpr uint32_t BUCKET_MASK = NEGATIVE - 1;
constexpr uint32_t NO_KEY = ~0u;

// Subtracts `multiple`·r where it fits. Three calls with 4, 2 and 1 bring any 256-bit value below r (2^256 < 6r).
template <uint32_t multiple>
DEVICE void subtract_modulus(uint32_t (&limb)[8]) {
    uint32_t difference[8];
    uint64_t borrow = 0, carry = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) {
        carry += uint64_t(FrParameters::modulus(i)) * multiple;
        borrow = uint64_t(limb[i]) - uint32_t(carry) - borrow;
        difference[i] = uint32_t(borrow);
        borrow = borrow >> 63;
        carry >>= 32;
    }
#pragma unroll
    for (int i = 0; i < 8; i++) limb[i] = borrow ? limb[i] : difference[i];
}

// The digits of one scalar from the lowest up.
class DigitStream {
    uint32_t limb[8];
    uint32_t carry = 0;
    uint32_t sign = 0;

  public:
    DEVICE DigitStream(const Fr& scalar, bool montgomery) {
        if (montgomery) {
            const auto standard = from_montgomery(scalar);
#pragma unroll
            for (int i = 0; i < 8; i++) limb[i] = standard.limb[i];
        } else {
#pragma unroll
            for (int i = 0; i < 8; i++) limb[i] = scalar.limb[i];
            subtract_modulus<4>(limb);
            subtract_modulus<2>(limb);
            subtract_modulus<1>(limb);
        }
        uint32_t negated[8];
        uint64_t borrow = 0;
#pragma unroll
        for (int i = 0; i < 8; i++) {
            borrow = uint64_t(FrParameters::modulus(i)) - limb[i] - borrow;
            negated[i] = uint32_t(borrow);
            borrow = borrow >> 63;
        }
        // k > r - k; of zero, r - k is the larger one
        uint64_t larger = 0;
#pragma unroll
        for (int i = 0; i < 8; i++) larger = (uint64_t(negated[i]) - limb[i] - larger) >> 63;
        sign = larger ? NEGATIVE : 0;
#pragma unroll
        for (int i = 0; i < 8; i++) limb[i] = larger ? negated[i] : limb[i];
    }

    // The next digit of `width` bits (2 to 31): its magnitude less one with its sign in bit 31, or NO_KEY for zero.
    DEVICE uint32_t next(uint32_t width) {
        uint32_t digit = (limb[0] & ((1u << width) - 1)) + carry;
#pragma unroll
        for (int i = 0; i < 7; i++) limb[i] = (limb[i] >> width) | (limb[i + 1] << (32 - width));
        limb[7] >>= width;
        carry = digit > (1u << (width - 1));
        if (digit == 0 || digit == (1u << width)) return NO_KEY;
        return carry ? ((((1u << width) - digit) - 1) | (sign ^ NEGATIVE)) : ((digit - 1) | sign);
    }
};

// Walks over windows: the row of the table, the bucket set and the width of each.
struct Window {
    uint32_t row = 0;
    uint32_t set = 0;

    DEVICE uint32_t width(const Digits& plan) const { return set + 1 == plan.sets ? plan.last_width : plan.width; }

    DEVICE void advance(const Digits& plan) {
        if (++set == plan.sets) {
            set = 0;
            ++row;
        }
    }

    // The key of a digit, which carries its sign in bit 31: sets of one vector lie side by side.
    DEVICE uint32_t key(const Digits& plan, uint32_t vector, uint32_t digit) const {
        return digit == NO_KEY ? NO_KEY : digit + ((vector * plan.sets + set) << (plan.width - 1));
    }
};

// Which scalar a thread of a tile has: the vector and the index in it, which may lie beyond the vector's end.
struct Position {
    uint32_t vector;
    uint32_t index;

    DEVICE static Position of(const Vectors& vectors, uint32_t tile, uint32_t thread) {
        uint32_t vector = 0;
        while (vector + 1 < vectors.count && tile >= vectors.first_tile[vector + 1]) ++vector;
        return {vector, (tile - vectors.first_tile[vector]) * TILE_SCALARS + thread};
    }

    DEVICE bool inside(const Vectors& vectors) const { return index < vectors.length[vector]; }
};

}  // namespace msm
