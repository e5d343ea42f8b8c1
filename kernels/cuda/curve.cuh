// Points of BN254's G1, y^2 = x^3 + 3, in affine and in XYZZ coordinates (x = X/ZZ, y = Y/ZZZ, ZZ^3 = ZZZ^2), the cheapest for
// sums of many affine points. Every operation is complete: equal, opposite and infinite operands give the right sum.
// Formulas: https://hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html for a = 0.
#pragma once

#include "field.cuh"

// Infinity is (0, 0), which is not on the curve.
struct Affine {
    Fq x, y;
};

// Infinity is any with zz = 0.
struct Xyzz {
    Fq x, y, zz, zzz;
};

DEVICE bool is_infinite(const Affine& p) { return is_zero(p.x) && is_zero(p.y); }
DEVICE bool is_infinite(const Xyzz& p) { return is_zero(p.zz); }

DEVICE Xyzz infinity() { return {Fq::zero(), Fq::zero(), Fq::zero(), Fq::zero()}; }

DEVICE Xyzz to_xyzz(const Affine& p) {
    if (is_infinite(p)) return infinity();
    return {p.x, p.y, Fq::one(), Fq::one()};
}

DEVICE Affine negated(const Affine& p) { return {p.x, negated(p.y)}; }
DEVICE Xyzz negated(const Xyzz& p) { return {p.x, negated(p.y), p.zz, p.zzz}; }

// 2p (mdbl-2008-s-1, 5M + 2S). No point of G1 has y = 0: the group's order is odd, and infinity's doubled zz is zero again.
DEVICE Xyzz doubled(const Affine& p) {
    const Fq u = doubled(p.y), v = square(u), w = u * v, s = p.x * v, x_squared = square(p.x);
    const Fq m = doubled(x_squared) + x_squared;
    Xyzz result;
    result.x = square(m) - doubled(s);
    result.y = sum_of_products(m, s - result.x, w, negated(p.y));
    result.zz = v;
    result.zzz = w;
    return result;
}

// 2p (dbl-2008-s-1, 6M + 4S). Infinity's zz stays zero.
DEVICE Xyzz doubled(const Xyzz& p) {
    const Fq u = doubled(p.y), v = square(u), w = u * v, s = p.x * v, x_squared = square(p.x);
    const Fq m = doubled(x_squared) + x_squared;
    Xyzz result;
    result.x = square(m) - doubled(s);
    result.y = sum_of_products(m, s - result.x, w, negated(p.y));
    result.zz = v * p.zz;
    result.zzz = w * p.zzz;
    return result;
}

// sum += p (madd-2008-s, 8M + 2S).
DEVICE void add(Xyzz& sum, const Affine& p) {
    if (is_infinite(p)) return;
    if (is_infinite(sum)) {
        sum = to_xyzz(p);
        return;
    }
    const Fq difference = p.x * sum.zz - sum.x, r = p.y * sum.zzz - sum.y;
    if (is_zero(difference)) {
        sum = is_zero(r) ? doubled(p) : infinity();
        return;
    }
    const Fq squared = square(difference), cubed = difference * squared, q = sum.x * squared;
    sum.x = square(r) - cubed - doubled(q);
    sum.y = sum_of_products(r, q - sum.x, negated(sum.y), cubed);
    sum.zz = sum.zz * squared;
    sum.zzz = sum.zzz * cubed;
}

// sum += p (add-2008-s, 12M + 2S).
DEVICE void add(Xyzz& sum, const Xyzz& p) {
    if (is_infinite(p)) return;
    if (is_infinite(sum)) {
        sum = p;
        return;
    }
    const Fq u = sum.x * p.zz, s = sum.y * p.zzz;
    const Fq difference = p.x * sum.zz - u, r = p.y * sum.zzz - s;
    if (is_zero(difference)) {
        sum = is_zero(r) ? doubled(p) : infinity();
        return;
    }
    const Fq squared = square(difference), cubed = difference * squared, q = u * squared;
    sum.x = square(r) - cubed - doubled(q);
    sum.y = sum_of_products(r, q - sum.x, negated(s), cubed);
    sum.zz = sum.zz * p.zz * squared;
    sum.zzz = sum.zzz * p.zzz * cubed;
}

// One inversion.
DEVICE Affine to_affine(const Xyzz& p) {
    if (is_infinite(p)) return {Fq::zero(), Fq::zero()};
    const Fq inverse_zzz = inverse(p.zzz);    // z^-3
    const Fq inverse_z = inverse_zzz * p.zz;  // z^-1
    return {p.x * square(inverse_z), p.y * inverse_zzz};
}
