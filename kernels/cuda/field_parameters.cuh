// The two prime fields of BN254: the base field (Fq, coordinates of points) and the scalar field (Fr), both of 254 bits, in
// Montgomery form with R = 2^256. tests/field.cpp derives these numbers again.
#pragma once

#include "platform.cuh"

// 36t^4 + 36t^3 + 24t^2 + 6t + 1 for t = 4965661367192848881.
struct FqParameters {
    // -p^-1 modulo 2^64 and 2^32.
    static constexpr uint64_t negative_inverse_64 = 0x87d20782e4866389ull;
    static constexpr uint32_t negative_inverse = 0xe4866389u;
    // p
    static HOST_DEVICE constexpr uint32_t modulus(int i) {
        constexpr uint32_t limbs[8] = {0xd87cfd47u, 0x3c208c16u, 0x6871ca8du, 0x97816a91u,
                                       0x8181585du, 0xb85045b6u, 0xe131a029u, 0x30644e72u};
        return limbs[i];
    }
    // 2p
    static HOST_DEVICE constexpr uint32_t twice_modulus(int i) {
        constexpr uint32_t limbs[8] = {0xb0f9fa8eu, 0x7841182du, 0xd0e3951au, 0x2f02d522u,
                                       0x0302b0bbu, 0x70a08b6du, 0xc2634053u, 0x60c89ce5u};
        return limbs[i];
    }
    // R mod p
    static HOST_DEVICE constexpr uint32_t one(int i) {
        constexpr uint32_t limbs[8] = {0xc58f0d9du, 0xd35d438du, 0xf5c70b3du, 0x0a78eb28u,
                                       0x7879462cu, 0x666ea36fu, 0x9a07df2fu, 0x0e0a77c1u};
        return limbs[i];
    }
    // R^2 mod p
    static HOST_DEVICE constexpr uint32_t square_of_r(int i) {
        constexpr uint32_t limbs[8] = {0x538afa89u, 0xf32cfc5bu, 0xd44501fbu, 0xb5e71911u,
                                       0x0a417ff6u, 0x47ab1effu, 0xcab8351fu, 0x06d89f71u};
        return limbs[i];
    }
};

// 36t^4 + 36t^3 + 18t^2 + 6t + 1, the order of G1; r - 1 is divisible by 2^28.
struct FrParameters {
    // -p^-1 modulo 2^64 and 2^32.
    static constexpr uint64_t negative_inverse_64 = 0xc2e1f593efffffffull;
    static constexpr uint32_t negative_inverse = 0xefffffffu;
    // p
    static HOST_DEVICE constexpr uint32_t modulus(int i) {
        constexpr uint32_t limbs[8] = {0xf0000001u, 0x43e1f593u, 0x79b97091u, 0x2833e848u,
                                       0x8181585du, 0xb85045b6u, 0xe131a029u, 0x30644e72u};
        return limbs[i];
    }
    // 2p
    static HOST_DEVICE constexpr uint32_t twice_modulus(int i) {
        constexpr uint32_t limbs[8] = {0xe0000002u, 0x87c3eb27u, 0xf372e122u, 0x5067d090u,
                                       0x0302b0bau, 0x70a08b6du, 0xc2634053u, 0x60c89ce5u};
        return limbs[i];
    }
    // R mod p
    static HOST_DEVICE constexpr uint32_t one(int i) {
        constexpr uint32_t limbs[8] = {0x4ffffffbu, 0xac96341cu, 0x9f60cd29u, 0x36fc7695u,
                                       0x7879462eu, 0x666ea36fu, 0x9a07df2fu, 0x0e0a77c1u};
        return limbs[i];
    }
    // R^2 mod p
    static HOST_DEVICE constexpr uint32_t square_of_r(int i) {
        constexpr uint32_t limbs[8] = {0xae216da7u, 0x1bb8e645u, 0xe35c59e3u, 0x53fe3ab1u,
                                       0x53bb8085u, 0x8c49833du, 0x7f4e44a5u, 0x0216d0b1u};
        return limbs[i];
    }
};
