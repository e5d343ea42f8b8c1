// What the grand product and the quotient share: the elements of a coset shift·H of the subgroup of order n.
#pragma once

#include "field.cuh"

constexpr uint32_t WIRES = 5;

// Entries of the lower of two tables of powers.
constexpr uint32_t COSET_LOW = 1024;

// From COSET_LOW powers ω^i, followed by shift·ω^(COSET_LOW·i) up to the order of the subgroup.
DEVICE Fr coset_element(const Fr* powers, uint64_t row) {
    return powers[row % COSET_LOW] * powers[COSET_LOW + row / COSET_LOW];
}
