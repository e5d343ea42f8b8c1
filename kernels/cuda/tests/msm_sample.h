// Points with known discrete logarithms, and scalars, for tests of multi-scalar multiplication.
#pragma once

#include "../curve.cuh"
#include "integer.h"
#include "test.h"

namespace msm {

// A small integer in Fr, negative ones as r - n.
inline Fr small(int64_t value) {
    const Fr magnitude = test::element<Fr>(test::Integer(uint64_t(value < 0 ? -value : value)));
    return value < 0 ? negated(magnitude) : magnitude;
}

// log·G by doubling and adding.
inline Affine multiple_of_generator(const Fr& log) {
    const Limbs bits = from_montgomery(log);
    const Affine generator{test::element<Fq>(test::Integer(1)), test::element<Fq>(test::Integer(2))};
    Xyzz sum = infinity();
    for (int bit = 253; bit >= 0; bit--) {
        sum = doubled(sum);
        if (bits.limb[bit / 32] >> (bit % 32) & 1) add(sum, generator);
    }
    return to_affine(sum);
}

struct Points {
    std::vector<Fr> logs;
    std::vector<Affine> points;

    size_t size() const { return points.size(); }

    // Multiples of the generator by the numbers of a cycle.
    static Points repeating(const std::vector<int64_t>& multiples, size_t length) {
        std::vector<Affine> distinct;
        for (int64_t multiple : multiples) distinct.push_back(multiple_of_generator(small(multiple)));
        Points result;
        for (size_t i = 0; i < length; i++) {
            result.logs.push_back(small(multiples[i % multiples.size()]));
            result.points.push_back(distinct[i % multiples.size()]);
        }
        return result;
    }

    // All different: a large multiple of the generator, and steps from it.
    static Points distinct(uint64_t seed, size_t length) {
        test::Random random(seed);
        const Fr step = test::random_element<Fr>(random);
        const Affine step_point = multiple_of_generator(step);
        Points result;
        Fr log = test::random_element<Fr>(random);
        Xyzz point = to_xyzz(multiple_of_generator(log));
        for (size_t i = 0; i < length; i++) {
            result.logs.push_back(log);
            result.points.push_back(to_affine(point));
            log = log + step;
            add(point, step_point);
        }
        return result;
    }

    // The sum of scalars[i]·points[i].
    Affine expected(const std::vector<Fr>& scalars) const {
        Fr log = Fr::zero();
        for (size_t i = 0; i < scalars.size(); i++) log = log + scalars[i] * logs[i];
        return multiple_of_generator(log);
    }
};

inline std::vector<Fr> random_scalars(uint64_t seed, size_t length) {
    test::Random random(seed);
    std::vector<Fr> result;
    for (size_t i = 0; i < length; i++) result.push_back(test::random_element<Fr>(random));
    return result;
}

inline bool operator==(const Affine& a, const Affine& b) { return a.x == b.x && a.y == b.y; }

}  // namespace msm
