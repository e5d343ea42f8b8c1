// Elements of BN254's base and scalar field: Fq and Fr.
//
// In memory an element is eight 32-bit limbs in Montgomery form, least significant first, fully reduced: the same bytes as
// arkworks' four 64-bit words. Operators return fully reduced values. `namespace lazy` has those that do not, for loops in
// which the reductions would be a fifth of the work.
#pragma once

#if defined(__CUDACC__) || defined(FIELD_CARRY_CHAINS)
#include "field_chains.cuh"
#else
#include "host/field_words.h"
#endif

template <class P>
struct alignas(16) Field {
    uint32_t limb[8];

    static DEVICE Field zero() {
        Field result;
#pragma unroll
        for (int i = 0; i < 8; i++) result.limb[i] = 0;
        return result;
    }

    static DEVICE Field one() {
        Field result;
#pragma unroll
        for (int i = 0; i < 8; i++) result.limb[i] = P::one(i);
        return result;
    }

    friend DEVICE Field operator+(Field a, Field b) {
        Field result;
        arithmetic::add(result.limb, a.limb, b.limb);
        arithmetic::subtract_if_above<P, 1>(result.limb);
        return result;
    }

    friend DEVICE Field operator-(Field a, Field b) {
        Field result;
        arithmetic::subtract<P>(result.limb, a.limb, b.limb);
        return result;
    }

    friend DEVICE Field operator*(Field a, Field b) {
        Field result;
        arithmetic::multiply<P>(result.limb, a.limb, b.limb);
        arithmetic::subtract_if_above<P, 1>(result.limb);
        return result;
    }

    friend DEVICE bool operator==(Field a, Field b) {
        uint32_t different = 0;
#pragma unroll
        for (int i = 0; i < 8; i++) different |= a.limb[i] ^ b.limb[i];
        return different == 0;
    }

    friend DEVICE bool operator!=(Field a, Field b) { return !(a == b); }
};

// The coordinates' field.
using Fq = Field<FqParameters>;
// The scalars' field.
using Fr = Field<FrParameters>;

// A number that is not in Montgomery form.
struct alignas(16) Limbs {
    uint32_t limb[8];
};

template <class P>
DEVICE bool is_zero(Field<P> a) {
    uint32_t bits = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) bits |= a.limb[i];
    return bits == 0;
}

template <class P>
DEVICE Field<P> square(Field<P> a) {
    Field<P> result;
    arithmetic::square<P>(result.limb, a.limb);
    arithmetic::subtract_if_above<P, 1>(result.limb);
    return result;
}

template <class P>
DEVICE Field<P> doubled(Field<P> a) {
    return a + a;
}

template <class P>
DEVICE Field<P> negated(Field<P> a) {
    return Field<P>::zero() - a;
}

// a·b + c·d, for less than two products.
template <class P>
DEVICE Field<P> sum_of_products(Field<P> a, Field<P> b, Field<P> c, Field<P> d) {
    Field<P> result;
    arithmetic::sum_of_products<P>(result.limb, a.limb, b.limb, c.limb, d.limb);  // below p + 2·0.1891·p
    arithmetic::subtract_if_above<P, 1>(result.limb);
    return result;
}

// The number itself, out of Montgomery form.
template <class P>
DEVICE Limbs from_montgomery(Field<P> a) {
    Limbs one;
#pragma unroll
    for (int i = 0; i < 8; i++) one.limb[i] = i == 0;
    Limbs result;
    arithmetic::multiply<P>(result.limb, a.limb, one.limb);
    arithmetic::subtract_if_above<P, 1>(result.limb);
    return result;
}

// The element that a number below p stands for.
template <class P>
DEVICE Field<P> to_montgomery(const Limbs& a) {
    Field<P> factor, result;
#pragma unroll
    for (int i = 0; i < 8; i++) factor.limb[i] = P::square_of_r(i);
    arithmetic::multiply<P>(result.limb, a.limb, factor.limb);
    arithmetic::subtract_if_above<P, 1>(result.limb);
    return result;
}

// a^exponent.
template <class P>
DEVICE Field<P> power(Field<P> a, uint64_t exponent) {
    Field<P> result = Field<P>::one();
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) result = result * a;
        a = square(a);
    }
    return result;
}

// 1/a by Fermat's little theorem, zero for zero. 254 squarings: for one value per block or launch, not for many.
template <class P>
DEVICE Field<P> inverse(Field<P> a) {
    Field<P> result = Field<P>::one();
#pragma unroll 1
    for (int bit = 253; bit >= 0; bit--) {
        result = square(result);
        // p - 2: the lowest limb of both moduli is larger than two, so only that limb changes
        uint32_t exponent = 0;
#pragma unroll
        for (int i = 0; i < 8; i++)
            if (bit / 32 == i) exponent = P::modulus(i) - (i == 0 ? 2 : 0);
        if ((exponent >> (bit % 32) & 1) != 0) result = result * a;
    }
    return result;
}

// Arithmetic without full reduction. p is 0.1891·2^256, so 5.28p still fits the limbs.
namespace lazy {

// a·b below 2p. Needs a <= 4p and a·b <= 5.28·p^2: for instance a below 4p and b reduced, or both below 2p, because the result
// is below p + a·b/2^256 = p + 0.1891·(a·b/p).
template <class P>
DEVICE Field<P> multiply(Field<P> a, Field<P> b) {
    Field<P> result;
    arithmetic::multiply<P>(result.limb, a.limb, b.limb);
    return result;
}

// a + b, below 4p for both below 2p.
template <class P>
DEVICE Field<P> add(Field<P> a, Field<P> b) {
    Field<P> result;
    arithmetic::add(result.limb, a.limb, b.limb);
    return result;
}

// a - b + 2p, below 4p for both below 2p.
template <class P>
DEVICE Field<P> subtract(Field<P> a, Field<P> b) {
    Field<P> result;
    arithmetic::subtract_from_twice_modulus<P>(result.limb, a.limb, b.limb);
    return result;
}

// From below 4p to below 2p.
template <class P>
DEVICE Field<P> halve_range(Field<P> a) {
    arithmetic::subtract_if_above<P, 2>(a.limb);
    return a;
}

// From below 2p to fully reduced.
template <class P>
DEVICE Field<P> reduce(Field<P> a) {
    arithmetic::subtract_if_above<P, 1>(a.limb);
    return a;
}

}  // namespace lazy
