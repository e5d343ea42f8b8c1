// The permutation argument's grand product, and the tables that it and the quotient need of a coset.
#include "permutation.cuh"
#include "ratio.cuh"

using namespace scan;

namespace {

struct GrandProduct {
    // β·k_0 and k_j/k_0 for j > 0; where k_0 is zero, β, k_j and a zero `first_used`.
    Fr first_identity;
    Fr ratio[WIRES];
    Fr beta, gamma;
    // ω^THREADS
    Fr step;
    const Fr* wires[WIRES];
    const Fr* sigmas[WIRES];
    // Table of the subgroup's elements.
    const Fr* powers;
    uint64_t length;
    uint32_t first_used;
};
static_assert(sizeof(GrandProduct) == 400, "src/cuda/permutation/grand_product.rs has the same struct");

// Π_j (w_j + β·k_j·ω^row + γ) and Π_j (w_j + β·σ_j + γ): 18 multiplications a row.
//
// In multiples of r: bases are below 2, identities and permuted values below 1.19, their sums below 3.19, and products below
// 1 + 3.19·0.19·(the product before), at most 2.93.
class PermutationRows {
public:
    DEVICE PermutationRows(const GrandProduct& input, uint64_t row)
        : input(input), identity(coset_element(input.powers, row) * input.first_identity) {}

    DEVICE void next(uint64_t row, Fr& numerator, Fr& denominator) {
#pragma unroll 1
        for (uint32_t j = 0; j < WIRES; j++) {
            const Fr base = lazy::add(input.wires[j][row], input.gamma);
            Fr own = identity;
            if (j > 0) own = lazy::multiply(identity, input.ratio[j]);
            if (j == 0 && input.first_used == 0) own = Fr::zero();
            const Fr sigma = lazy::multiply(input.beta, input.sigmas[j][row]);
            const Fr up = lazy::add(base, own), down = lazy::add(base, sigma);
            numerator = j == 0 ? up : lazy::multiply(up, numerator);
            denominator = j == 0 ? down : lazy::multiply(down, denominator);
        }
        numerator = lazy::reduce(lazy::halve_range(numerator));
        denominator = lazy::reduce(lazy::halve_range(denominator));
        identity = identity * input.step;
    }

private:
    const GrandProduct& input;
    Fr identity;
};

}  // namespace

// First phase of the grand product; poly_ratio_totals and poly_ratio_finish are the others.
KERNEL_BOUNDED(perm_grand_product_rows, THREADS, 3)(const GrandProduct input, const RatioOutput output) {
    SHARED_DYNAMIC(RatioTile, tile);
    PermutationRows rows(input, min(static_cast<uint64_t>(blockIdx.x) * TILE + threadIdx.x, input.length - 1));
    ratio_tile(*tile, rows, input.length, output);
}

// The table from which coset_element makes the coset's elements: for a subgroup of order up to COSET_LOW, one block of
// COSET_LOW + 1 entries; above, COSET_LOW + order/COSET_LOW.
KERNEL_BOUNDED(perm_coset_powers, 256)(Fr generator, Fr shift, Fr* powers, uint32_t count) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const bool low = i < COSET_LOW;
    const Fr value = power(generator, low ? i : static_cast<uint64_t>(i - COSET_LOW) * COSET_LOW);
    powers[i] = low ? value : value * shift;
}

// result[i] = x_i - 1 for the coset's elements, whose inverses are the first Lagrange polynomial's values but for a factor.
KERNEL_BOUNDED(perm_differences, 256)(const Fr* powers, Fr* result, uint64_t length) {
    const uint64_t row = static_cast<uint64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (row < length) result[row] = coset_element(powers, row) - Fr::one();
}
