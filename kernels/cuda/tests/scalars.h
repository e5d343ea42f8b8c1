// Vectors of scalars for tests of kernels: random, extreme, and what a plain loop makes of them.
#pragma once

#include "integer.h"

namespace test {

// Random limbs of which the highest is below the modulus's: random_element's long division takes its time.
inline std::vector<Fr> random_scalars(Random& random, size_t count) {
    std::vector<Fr> values(count);
    for (Fr& value : values) {
        for (uint32_t& limb : value.limb) limb = static_cast<uint32_t>(random.next());
        value.limb[7] %= FrParameters::modulus(7);
    }
    return values;
}

inline Fr minus_one() { return negated(Fr::one()); }

// Random values among zeros, ones and minus ones.
inline std::vector<Fr> mixed_scalars(Random& random, size_t count) {
    std::vector<Fr> values = random_scalars(random, count);
    for (Fr& value : values) {
        const uint32_t kind = random.below(6);
        if (kind == 0) value = Fr::zero();
        if (kind == 1) value = Fr::one();
        if (kind == 2) value = minus_one();
    }
    return values;
}

inline Fr horner(const std::vector<Fr>& coefficients, const Fr& x) {
    Fr sum = Fr::zero();
    for (size_t i = coefficients.size(); i-- > 0;) sum = sum * x + coefficients[i];
    return sum;
}

inline void check_equal(const std::vector<Fr>& found, const std::vector<Fr>& expected, const std::string& what) {
    CHECK(found.size() == expected.size(), what << ": " << found.size() << " of " << expected.size() << " elements");
    for (size_t i = 0; i < expected.size(); i++) CHECK(found[i] == expected[i], what << ", element " << i);
}

// Blocks of `size` that cover `count`.
inline uint32_t blocks(size_t count, size_t size) { return static_cast<uint32_t>((count + size - 1) / size); }

// A generator of the subgroup of order 2^log_order: 5^((r-1)/2^log_order).
inline Fr root_of_unity(uint32_t log_order) {
    const Integer exponent = Modulus<Fr>::value() - Integer(1);
    Fr result = Fr::one();
    const Fr five = element<Fr>(Integer(5));
    for (int bit = 255; bit >= static_cast<int>(log_order); bit--) {
        result = square(result);
        if (exponent.bit(bit)) result = result * five;
    }
    return result;
}

// The table of a coset's elements by its definition: `low` powers of the generator, then the coset's every low-th element.
inline std::vector<Fr> coset_table(const Fr& generator, const Fr& shift, size_t length, size_t low) {
    std::vector<Fr> table(low + blocks(length, low), Fr::one());
    for (size_t i = 1; i < low; i++) table[i] = table[i - 1] * generator;
    const Fr step = table[low - 1] * generator;
    table[low] = shift;
    for (size_t i = low + 1; i < table.size(); i++) table[i] = table[i - 1] * step;
    return table;
}

}  // namespace test
