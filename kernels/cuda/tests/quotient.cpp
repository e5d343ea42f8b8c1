// The fused quotient kernel against every term written out.
#include "../quotient.cu"

#include "scalars.h"

using namespace test;

namespace {

constexpr uint32_t SELECTORS = 13;

struct Circuit {
    uint32_t log_length;
    Fr shift, generator;
    std::vector<std::vector<Fr>> selectors, sigmas, wires;
    std::vector<Fr> grand_product, public_inputs, k;
    Fr alpha, beta, gamma;

    size_t length() const { return size_t(1) << log_length; }
    Fr vanishing() const { return power(shift, length()) - Fr::one(); }
    // (shift^n - 1)/n
    Fr lagrange_factor() const { return vanishing() * inverse(element<Fr>(Integer(length()))); }
    std::vector<Fr> coset() const {
        std::vector<Fr> elements(length(), shift);
        for (size_t row = 1; row < length(); row++) elements[row] = elements[row - 1] * generator;
        return elements;
    }
};

Circuit random_circuit(uint32_t log_length, size_t public_inputs, uint64_t seed) {
    Random random(seed);
    const size_t length = size_t(1) << log_length;
    Circuit circuit{log_length, random_element<Fr>(random), root_of_unity(log_length), {}, {}, {},
                    random_scalars(random, length), random_scalars(random, public_inputs), random_scalars(random, WIRES), {}, {}, {}};
    for (Fr* challenge : {&circuit.alpha, &circuit.beta, &circuit.gamma}) *challenge = random_element<Fr>(random);
    for (uint32_t j = 0; j < WIRES; j++) {
        circuit.sigmas.push_back(random_scalars(random, length));
        circuit.wires.push_back(mixed_scalars(random, length));
    }
    for (uint32_t q = 0; q < SELECTORS; q++) circuit.selectors.push_back(mixed_scalars(random, length));
    return circuit;
}

Circuit constant_circuit(uint32_t log_length, size_t public_inputs, const Fr& value) {
    Circuit circuit = random_circuit(log_length, public_inputs, 7);
    for (auto* group : {&circuit.selectors, &circuit.sigmas, &circuit.wires})
        for (std::vector<Fr>& values : *group) values.assign(values.size(), value);
    for (auto* values : {&circuit.grand_product, &circuit.public_inputs, &circuit.k}) values->assign(values->size(), value);
    circuit.alpha = circuit.beta = circuit.gamma = value;
    return circuit;
}

std::vector<Fr> quotient(const Circuit& circuit) {
    const std::vector<Fr> coset = circuit.coset();
    const size_t length = circuit.length();
    const std::vector<Fr> powers = coset_table(circuit.generator, circuit.shift, length, COSET_LOW);
    std::vector<Fr> inverses, public_inputs, result(length);
    for (const Fr& x : coset) inverses.push_back(inverse(x - Fr::one()));
    for (const Fr& value : circuit.public_inputs) public_inputs.push_back(value * circuit.lagrange_factor());
    Quotient input{};
    input.first_used = !is_zero(circuit.k[0]);
    const Fr first = input.first_used ? circuit.k[0] : Fr::one();
    input.first_identity = circuit.beta * first;
    for (uint32_t j = 0; j < WIRES; j++) {
        input.ratio[j] = circuit.k[j] * inverse(first);
        input.sigmas[j] = circuit.sigmas[j].data();
        input.wires[j] = circuit.wires[j].data();
    }
    input.alpha = circuit.alpha;
    input.beta = circuit.beta;
    input.gamma = circuit.gamma;
    input.boundary = square(circuit.alpha) * circuit.lagrange_factor();
    input.vanishing_inverse = inverse(circuit.vanishing());
    const auto selector = [&](size_t i) { return circuit.selectors[i].data(); };
    input.selectors = {{selector(0), selector(1), selector(2), selector(3)},
                       {selector(4), selector(5)},
                       {selector(6), selector(7), selector(8), selector(9)},
                       selector(10), selector(11), selector(12)};
    input.grand_product = circuit.grand_product.data();
    input.powers = powers.data();
    input.inverses = inverses.data();
    input.public_inputs = public_inputs.data();
    input.result = result.data();
    input.length = static_cast<uint32_t>(length);
    input.public_input_count = static_cast<uint32_t>(public_inputs.size());
    simt::launch(blocks(std::max<size_t>(length / 2, 1), QUOTIENT_THREADS), QUOTIENT_THREADS, 0, perm_quotient, input);
    return result;
}

// What all rows share.
struct Shared {
    Fr lagrange_factor, vanishing_inverse;
    explicit Shared(const Circuit& circuit)
        : lagrange_factor(circuit.lagrange_factor()), vanishing_inverse(inverse(circuit.vanishing())) {}
};

Fr expected_row(const Circuit& circuit, const Shared& shared, size_t row, const Fr& x) {
    const auto q = [&](size_t i) { return circuit.selectors[i][row]; };
    const auto w = [&](size_t j) { return circuit.wires[j][row]; };
    Fr gate = q(11) - q(10) * w(4) + q(4) * w(0) * w(1) + q(5) * w(2) * w(3) + q(12) * w(0) * w(1) * w(2) * w(3) * w(4);
    for (size_t j = 0; j < 4; j++) gate = gate + q(j) * w(j) + q(6 + j) * power(w(j), 5);
    Fr node = Fr::one(), first_lagrange = Fr::zero();
    for (size_t i = 0; i < std::max<size_t>(circuit.public_inputs.size(), 1); i++) {
        const Fr lagrange = node * shared.lagrange_factor * inverse(x - node);
        if (i == 0) first_lagrange = lagrange;
        if (i < circuit.public_inputs.size()) gate = gate + circuit.public_inputs[i] * lagrange;
        node = node * circuit.generator;
    }
    const Fr z = circuit.grand_product[row];
    Fr identity = z, permuted = circuit.grand_product[(row + 1) % circuit.length()];
    for (size_t j = 0; j < WIRES; j++) {
        identity = identity * (w(j) + circuit.beta * circuit.k[j] * x + circuit.gamma);
        permuted = permuted * (w(j) + circuit.beta * circuit.sigmas[j][row] + circuit.gamma);
    }
    const Fr boundary = square(circuit.alpha) * (z - Fr::one()) * first_lagrange;
    return (gate + circuit.alpha * (identity - permuted) + boundary) * shared.vanishing_inverse;
}

void check(const Circuit& circuit, const std::string& what) {
    const std::vector<Fr> found = quotient(circuit), coset = circuit.coset();
    const Shared shared(circuit);
    for (size_t row = 0; row < coset.size(); row++)
        CHECK(found[row] == expected_row(circuit, shared, row, coset[row]), what << ", row " << row);
}

}  // namespace

KERNEL_TEST(random_circuits) {
    for (uint32_t log_length : {0u, 1u, 2u, 7u, 9u}) check(random_circuit(log_length, 2, log_length), std::to_string(log_length));
}

// Around the number of public inputs at which the row's sum is reduced more than once; more of them than rows.
KERNEL_TEST(public_inputs) {
    for (size_t count : {0, 1, 2, 6, 7, 8, 9, 22, 23, 24, 29, 30, 45, 46, 70})
        check(random_circuit(5, count, 40 + count), std::to_string(count) + " public inputs");
}

KERNEL_TEST(extreme_values) {
    const Fr largest = from_raw<Fr>(Modulus<Fr>::value() - Integer(1));
    for (const Fr& value : {Fr::zero(), Fr::one(), minus_one(), largest})
        for (size_t count : {1, 7, 8}) check(constant_circuit(4, count, value), "all equal");
}

KERNEL_TEST(coset_representatives_of_zero) {
    for (size_t zero = 0; zero < WIRES; zero++) {
        Circuit circuit = random_circuit(3, 1, 90 + zero);
        circuit.k[zero] = Fr::zero();
        check(circuit, "k " + std::to_string(zero));
    }
}

// Rows for which the tables' second half is needed.
KERNEL_TEST(a_domain_longer_than_its_lower_table) {
    const Circuit circuit = random_circuit(11, 3, 100);
    const std::vector<Fr> found = quotient(circuit), coset = circuit.coset();
    const Shared shared(circuit);
    for (size_t row : {0, 1, 127, 128, 1022, 1023, 1024, 1025, 1535, 2046, 2047})
        CHECK(found[row] == expected_row(circuit, shared, row, coset[row]), "row " << row);
}

TEST_MAIN()
