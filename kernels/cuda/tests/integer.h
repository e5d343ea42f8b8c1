// Big integers by schoolbook, for tests only: shares nothing with the code under test, not even the moduli, which are parsed
// from their decimal digits.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "../field.cuh"
#include "test.h"

namespace test {

// 576 bits, so that a product of two 256-bit numbers may be shifted.
struct Integer {
    std::array<uint32_t, 18> digit{};

    Integer() = default;
    Integer(uint64_t value) {
        digit[0] = static_cast<uint32_t>(value);
        digit[1] = static_cast<uint32_t>(value >> 32);
    }
    static Integer decimal(const std::string& text) {
        Integer result;
        for (char c : text) result = result * Integer(10) + Integer(static_cast<uint64_t>(c - '0'));
        return result;
    }
    static Integer power_of_two(int exponent) {
        Integer result;
        result.digit[static_cast<size_t>(exponent / 32)] = 1u << (exponent % 32);
        return result;
    }
    bool bit(int i) const { return (digit[static_cast<size_t>(i / 32)] >> (i % 32) & 1) != 0; }
    bool operator==(const Integer& other) const { return digit == other.digit; }
    bool operator<(const Integer& other) const {
        for (size_t i = digit.size(); i-- > 0;)
            if (digit[i] != other.digit[i]) return digit[i] < other.digit[i];
        return false;
    }
    Integer operator+(const Integer& other) const {
        Integer result;
        uint64_t carry = 0;
        for (size_t i = 0; i < digit.size(); i++) {
            carry += static_cast<uint64_t>(digit[i]) + other.digit[i];
            result.digit[i] = static_cast<uint32_t>(carry);
            carry >>= 32;
        }
        return result;
    }
    Integer operator-(const Integer& other) const {  // other <= *this
        Integer result;
        int64_t borrow = 0;
        for (size_t i = 0; i < digit.size(); i++) {
            int64_t step = static_cast<int64_t>(digit[i]) - other.digit[i] - borrow;
            borrow = step < 0;
            result.digit[i] = static_cast<uint32_t>(step + (borrow << 32));
        }
        return result;
    }
    Integer operator*(const Integer& other) const {
        Integer result;
        for (size_t i = 0; i < digit.size(); i++) {
            if (digit[i] == 0) continue;
            uint64_t carry = 0;
            for (size_t j = 0; i + j < digit.size(); j++) {
                carry += static_cast<uint64_t>(digit[i]) * other.digit[j] + result.digit[i + j];
                result.digit[i + j] = static_cast<uint32_t>(carry);
                carry >>= 32;
            }
        }
        return result;
    }
    // By subtracting shifted moduli.
    Integer operator%(const Integer& modulus) const {
        Integer rest;
        size_t used = digit.size();
        while (used > 0 && digit[used - 1] == 0) used--;
        for (int i = static_cast<int>(used) * 32 - 1; i >= 0; i--) {
            rest = rest + rest;
            if (bit(i)) rest.digit[0] |= 1;
            if (!(rest < modulus)) rest = rest - modulus;
        }
        return rest;
    }
};

template <class F>
struct Modulus;
template <>
struct Modulus<Fq> {
    static Integer value() {
        static const Integer p =
            Integer::decimal("21888242871839275222246405745257275088696311157297823662689037894645226208583");
        return p;
    }
};
template <>
struct Modulus<Fr> {
    static Integer value() {
        static const Integer p =
            Integer::decimal("21888242871839275222246405745257275088548364400416034343698204186575808495617");
        return p;
    }
};

// The limbs as a number, whatever they stand for.
template <class F>
Integer raw(const F& element) {
    Integer result;
    for (size_t i = 0; i < 8; i++) result.digit[i] = element.limb[i];
    return result;
}

template <class F>
F from_raw(const Integer& value) {
    F element;
    for (size_t i = 0; i < 8; i++) element.limb[i] = value.digit[i];
    return element;
}

// 2^-256 modulo p, by halving one 256 times.
template <class F>
Integer inverse_of_r() {
    static const Integer result = [] {
        const Integer p = Modulus<F>::value();
        Integer half = Integer(1);  // halves until 2^256·x = 1
        for (int i = 0; i < 256; i++) {
            if (half.bit(0)) half = half + p;
            Integer shifted;
            for (size_t j = 0; j + 1 < half.digit.size(); j++)
                shifted.digit[j] = half.digit[j] >> 1 | half.digit[j + 1] << 31;
            half = shifted;
        }
        return half;
    }();
    return result;
}

// The number that an element in Montgomery form stands for, and back.
template <class F>
Integer value(const F& element) {
    return raw(element) * inverse_of_r<F>() % Modulus<F>::value();
}

template <class F>
F element(const Integer& number) {
    return from_raw<F>(number * Integer::power_of_two(256) % Modulus<F>::value());
}

template <class F>
F random_element(Random& random) {
    Integer number;
    for (size_t i = 0; i < 8; i++) number.digit[i] = static_cast<uint32_t>(random.next());
    return from_raw<F>(number % Modulus<F>::value());
}

// Limbs at which carries are rare or longest: around zero, p, R mod p and single bits.
template <class F>
std::vector<F> edge_elements() {
    const Integer p = Modulus<F>::value(), r = Integer::power_of_two(256) % p;
    std::vector<F> result;
    const auto add = [&](const Integer& number) { result.push_back(from_raw<F>(number % p)); };
    for (uint64_t k : {0, 1, 2, 3}) {
        add(Integer(k));
        add(p - Integer(k + 1));
        add(r + Integer(k));
        add(r + p - Integer(k + 1));
    }
    add(p - r);
    add(r * r);
    for (int limb = 0; limb < 8; limb++) {
        add(Integer::power_of_two(32 * limb + 31));
        add(Integer::power_of_two(32 * limb) + p - Integer(1));
        add(p - Integer::power_of_two(32 * limb) - Integer(limb == 0 ? 0 : 1));
    }
    add(Integer::power_of_two(253) - Integer(1));
    Integer alternating;  // limbs of all ones between limbs of zeros
    for (size_t i = 0; i < 7; i += 2) alternating.digit[i] = 0xFFFFFFFFu;
    add(alternating);
    add(p - alternating);
    return result;
}

}  // namespace test
