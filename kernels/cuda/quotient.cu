// The quotient polynomial's values on one coset in a single pass: gate equation, permutation argument, division by the
// vanishing polynomial. Every value is read once, products that are only summed up are reduced once.
#include "permutation.cuh"
#include "product_sum.cuh"

namespace {

constexpr uint32_t QUOTIENT_THREADS = 128;

// Positions of a thread's private values: β·k_j·x for each wire, the wire before, the product of all wires so far, and
// what is added to the sum of products after its reduction.
constexpr uint32_t PREVIOUS = WIRES;
constexpr uint32_t ALL = WIRES + 1;
constexpr uint32_t REST = WIRES + 2;
constexpr uint32_t PRIVATE_VALUES = WIRES + 3;

// Selectors stand in the order of the Rust side's `Selector`.
struct Selectors {
    const Fr* linear[4];
    const Fr* product[2];
    const Fr* fifth_power[4];
    const Fr* output;
    const Fr* constant;
    const Fr* all;
};

struct Quotient {
    // β·k_0 and k_j/k_0 for j > 0; where k_0 is zero, β, k_j and a zero `first_used`.
    Fr first_identity;
    Fr ratio[WIRES];
    Fr alpha, beta, gamma;
    // α²·(shift^n - 1)/n
    Fr boundary;
    // 1/(shift^n - 1)
    Fr vanishing_inverse;
    Selectors selectors;
    const Fr* sigmas[WIRES];
    const Fr* wires[WIRES];
    const Fr* grand_product;
    // Table of the coset's elements x, and 1/(x - 1) for each.
    const Fr* powers;
    const Fr* inverses;
    // The public inputs times (shift^n - 1)/n.
    const Fr* public_inputs;
    Fr* result;
    // A power of two, at most 2^28.
    uint32_t length;
    uint32_t public_input_count;
    uint32_t first_used;
};
static_assert(sizeof(Quotient) == 592, "src/cuda/permutation/quotient.rs has the same struct");

// A row's sum of products. Those of the gate equation and the two of the permutation argument are at most GATE_TERMS times
// r² together: 4 linear, 2·1.19, 4·1.19 and 1.24 for lazy monomials, 1 for the output, 2 for the argument.
constexpr uint32_t GATE_TERMS = 16;
static_assert(100 * GATE_TERMS >= 4 * 100 + 2 * 119 + 4 * 119 + 124 + 100 + 2 * 100, "the sum of the bounds above");
static_assert(GATE_TERMS < ProductSum::MAX_TERMS, "a row without many public inputs is reduced once");

// Σ_{i>0} public_inputs[i]·L_i(x) = Σ public_inputs[i]·L_0(x/ω^i), without the first term. What does not fit the sum beside
// the gate's terms is returned.
DEVICE Fr add_public_inputs(const Quotient& input, uint32_t row, ProductSum& sum) {
    Fr rest = Fr::zero();
    uint32_t terms = 0;
#pragma unroll 1
    for (uint32_t i = 1; i < input.public_input_count; i++) {
        sum.add_product(input.inverses[(row - i) & (input.length - 1)], input.public_inputs[i]);
        terms++;
        const bool last = i + 1 == input.public_input_count;
        if (terms == ProductSum::MAX_TERMS || (last && terms > ProductSum::MAX_TERMS - GATE_TERMS)) {
            rest = rest + sum.reduce();
            sum = ProductSum();
            terms = 0;
        }
    }
    return rest;
}

DEVICE Fr fifth_power(Fr x) { return lazy::multiply(square(square(x)), x); }

// Values that a block's threads keep for themselves in shared memory instead of registers.
class PrivateValues {
public:
    DEVICE Fr load(uint32_t i) const {
        const uint4 low = halves[2 * i][threadIdx.x], high = halves[2 * i + 1][threadIdx.x];
        return Fr{{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
    }
    DEVICE void store(uint32_t i, const Fr& value) {
        const uint32_t* limb = value.limb;
        halves[2 * i][threadIdx.x] = make_uint4(limb[0], limb[1], limb[2], limb[3]);
        halves[2 * i + 1][threadIdx.x] = make_uint4(limb[4], limb[5], limb[6], limb[7]);
    }

private:
    uint4 halves[2 * PRIVATE_VALUES][QUOTIENT_THREADS];
};

// Numerator over the vanishing polynomial at one row. `subtract` says that x is the opposite of the one that the
// private values β·k_j·x belong to.
//
// In multiples of r: lazy products of reduced values are below 1.19, products of two such ones below 1.27, and that times a
// reduced value below 1.24. The argument's factors are below 4, its products below 1 + 4·0.19·(the product before), at most 3.4.
DEVICE Fr quotient_row(const Quotient& input, uint32_t row, PrivateValues& values, bool subtract) {
    const Selectors& selectors = input.selectors;
    ProductSum sum;
    values.store(REST, add_public_inputs(input, row, sum));
    Fr identity = input.grand_product[row];
    Fr boundary = (identity - Fr::one()) * input.boundary;
    if (input.public_input_count > 0) boundary = boundary + input.public_inputs[0];
    sum.add_product(boundary, input.inverses[row]);
    Fr permuted = input.grand_product[(row + 1) & (input.length - 1)];
    Fr wire;
#pragma unroll 1
    for (uint32_t j = 0; j < WIRES; j++) {
        wire = input.wires[j][row];
        const Fr base = lazy::add(wire, input.gamma), own = values.load(j);
        identity = lazy::multiply(subtract ? lazy::subtract(base, own) : lazy::add(base, own), identity);
        const Fr sigma = lazy::multiply(input.beta, input.sigmas[j][row]);
        permuted = lazy::multiply(lazy::add(base, sigma), permuted);
        if (j < 4) {
            sum.add_product(wire, selectors.linear[j][row]);
            sum.add_product(fifth_power(wire), selectors.fifth_power[j][row]);
        }
        if (j == 1 || j == 3) {
            const Fr pair = lazy::multiply(values.load(PREVIOUS), wire);
            sum.add_product(pair, selectors.product[j / 2][row]);
            values.store(ALL, j == 1 ? pair : lazy::multiply(values.load(ALL), pair));
        }
        values.store(PREVIOUS, wire);
    }
    sum.add_product(negated(wire), selectors.output[row]);
    sum.add_product(lazy::multiply(values.load(ALL), wire), selectors.all[row]);
    const Fr difference = lazy::subtract(lazy::halve_range(identity), lazy::halve_range(permuted));
    sum.add_product(lazy::reduce(lazy::halve_range(difference)), input.alpha);
    const Fr rest = values.load(REST) + selectors.constant[row];
    return (sum.reduce() + rest) * input.vanishing_inverse;
}

}  // namespace

// A thread works on the rows of x and of -x, half the subgroup further, which share the values β·k_j·x but for a sign.
KERNEL_BOUNDED(perm_quotient, QUOTIENT_THREADS, 4)(const Quotient input) {
    __shared__ PrivateValues values;
    const uint32_t half = input.length > 1 ? input.length / 2 : 1;
    const uint32_t first = blockIdx.x * QUOTIENT_THREADS + threadIdx.x;
    if (first >= half) return;
    const Fr x = coset_element(input.powers, first) * input.first_identity;
#pragma unroll 1
    for (uint32_t j = 0; j < WIRES; j++) {
        Fr own = x;
        if (j > 0) own = x * input.ratio[j];
        if (j == 0 && input.first_used == 0) own = Fr::zero();
        values.store(j, own);
    }
#pragma unroll 1
    for (uint32_t row = first; row < input.length; row += half) {
        input.result[row] = quotient_row(input, row, values, row >= half);
    }
}
