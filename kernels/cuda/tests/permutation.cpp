// Grand products and batch inversions against loops with one inversion per row.
#include "../permutation.cu"
#include "../ratio.cu"

#include "scalars.h"

using namespace test;

namespace {

// Buffers of a running ratio, exactly as long as the kernels may use.
struct Ratio {
    std::vector<Fr> products, stretch_factors, numerators, denominators, factors, total;
    uint32_t tiles;

    explicit Ratio(size_t length)
        : products(length), total(1), tiles(blocks(length, TILE)) {
        for (std::vector<Fr>* each : {&numerators, &denominators, &factors}) each->resize(tiles);
        stretch_factors.resize(static_cast<size_t>(tiles) * THREADS);
    }
    RatioOutput output() {
        return {products.data(), stretch_factors.data(), numerators.data(), denominators.data()};
    }
    // The second phase.
    void scan_totals() {
        simt::launch(1, TOTALS_THREADS, 0, poly_ratio_totals, numerators.data(), denominators.data(), tiles, factors.data(),
                     total.data());
    }
    // The third, for a ratio that starts at `start`.
    void finish(const Fr& start) {
        simt::launch(tiles, THREADS, 0, poly_ratio_finish, products.data(), stretch_factors.data(), factors.data(),
                     inverse(total[0]) * start, products.size());
    }
};

struct Permutation {
    uint32_t log_length;
    std::vector<std::vector<Fr>> wires, sigmas;
    std::vector<Fr> k;
    Fr beta, gamma;
};

Permutation random_permutation(uint32_t log_length, uint64_t seed) {
    Random random(seed);
    Permutation result{log_length, {}, {}, random_scalars(random, WIRES), random_element<Fr>(random), random_element<Fr>(random)};
    for (uint32_t j = 0; j < WIRES; j++) {
        result.wires.push_back(random_scalars(random, size_t(1) << log_length));
        result.sigmas.push_back(random_scalars(random, size_t(1) << log_length));
    }
    return result;
}

// All three phases; the ratio's total is left in `ratio`.
Ratio grand_product(const Permutation& circuit) {
    const size_t length = size_t(1) << circuit.log_length;
    const Fr generator = root_of_unity(circuit.log_length);
    const std::vector<Fr> powers = coset_table(generator, Fr::one(), length, COSET_LOW);
    GrandProduct input{};
    input.first_used = !is_zero(circuit.k[0]);
    const Fr first = input.first_used ? circuit.k[0] : Fr::one();
    input.first_identity = circuit.beta * first;
    for (uint32_t j = 0; j < WIRES; j++) {
        input.ratio[j] = circuit.k[j] * inverse(first);
        input.wires[j] = circuit.wires[j].data();
        input.sigmas[j] = circuit.sigmas[j].data();
    }
    input.beta = circuit.beta;
    input.gamma = circuit.gamma;
    input.step = power(generator, THREADS);
    input.powers = powers.data();
    input.length = length;
    Ratio ratio(length);
    simt::launch(ratio.tiles, THREADS, sizeof(RatioTile), perm_grand_product_rows, input, ratio.output());
    ratio.scan_totals();
    ratio.finish(Fr::one());
    return ratio;
}

std::vector<Fr> expected_grand_product(const Permutation& circuit) {
    const size_t length = size_t(1) << circuit.log_length;
    const Fr generator = root_of_unity(circuit.log_length);
    std::vector<Fr> result(length);
    Fr value = Fr::one(), x = Fr::one();
    for (size_t row = 0; row < length; row++) {
        result[row] = value;
        Fr denominator = Fr::one();
        for (uint32_t j = 0; j < WIRES; j++) {
            const Fr base = circuit.wires[j][row] + circuit.gamma;
            value = value * (base + circuit.beta * circuit.k[j] * x);
            denominator = denominator * (base + circuit.beta * circuit.sigmas[j][row]);
        }
        value = value * inverse(denominator);
        x = x * generator;
    }
    return result;
}

}  // namespace

KERNEL_TEST(grand_products) {
    for (uint32_t log_length : {0u, 1u, 3u, 9u, 10u, 11u}) {
        const Permutation circuit = random_permutation(log_length, log_length);
        check_equal(grand_product(circuit).products, expected_grand_product(circuit), "2^" + std::to_string(log_length));
    }
}

// Zeros among the coset representatives, the first included, and challenges that are zero, one and minus one.
KERNEL_TEST(grand_products_of_special_values) {
    Permutation circuit = random_permutation(7, 20);
    for (const Fr& special : {Fr::zero(), Fr::one(), minus_one()}) {
        for (uint32_t j = 0; j < WIRES; j++) {
            circuit.k[j] = special;
            circuit.wires[j][5 * j] = special;
            check_equal(grand_product(circuit).products, expected_grand_product(circuit), "k " + std::to_string(j));
        }
    }
    circuit.beta = Fr::zero();
    check_equal(grand_product(circuit).products, expected_grand_product(circuit), "β zero");
    circuit = random_permutation(7, 21);
    circuit.beta = circuit.gamma = minus_one();
    check_equal(grand_product(circuit).products, expected_grand_product(circuit), "challenges of minus one");
}

// The largest operands everywhere. Rows whose wire and permutation value are both r - 1 have no vanishing denominator here.
KERNEL_TEST(grand_products_of_the_largest_values) {
    Permutation circuit = random_permutation(7, 22);
    const Fr largest = from_raw<Fr>(Modulus<Fr>::value() - Integer(1));
    circuit.beta = circuit.gamma = largest;
    for (uint32_t j = 0; j < WIRES; j++) {
        circuit.k[j] = largest;
        for (size_t row = 0; row < 128; row++) circuit.wires[j][row] = circuit.sigmas[j][row] = largest;
    }
    check_equal(grand_product(circuit).products, expected_grand_product(circuit), "r - 1 everywhere");
}

// The total, by which the host notices it.
KERNEL_TEST(a_vanishing_denominator_makes_the_total_vanish) {
    for (const auto& [wire, row] : {std::pair<uint32_t, size_t>{0, 0}, {4, 0}, {2, 700}, {3, 1023}, {1, 2047}}) {
        Permutation circuit = random_permutation(11, row);
        CHECK(!is_zero(grand_product(circuit).total[0]), "no denominator vanishes");
        circuit.wires[wire][row] = negated(circuit.beta * circuit.sigmas[wire][row] + circuit.gamma);
        CHECK(is_zero(grand_product(circuit).total[0]), "wire " << wire << ", row " << row);
    }
}

KERNEL_TEST(batch_inversions) {
    Random random(30);
    for (size_t length : {1, 2, 7, 8, 9, 127, 1023, 1024, 1025, 3000}) {
        std::vector<Fr> values = random_scalars(random, length), expected(length);
        values[length / 2] = Fr::one();
        values[length - 1] = minus_one();
        for (size_t i = 0; i < length; i++) expected[i] = inverse(values[i]);
        Ratio ratio(length);
        simt::launch(ratio.tiles, THREADS, sizeof(RatioTile), poly_inverse_rows, values.data(), length, ratio.output());
        ratio.scan_totals();
        ratio.finish(inverse(values[0]));
        check_equal(ratio.products, expected, "length " + std::to_string(length));
    }
}

// More tiles than threads that scan them; the tiles' products are made up.
KERNEL_TEST(ratios_of_many_tiles) {
    Random random(31);
    for (uint32_t tiles : {1u, 2u, 255u, 256u, 257u, 1300u}) {
        Ratio ratio(static_cast<size_t>(tiles) * TILE);
        ratio.numerators = random_scalars(random, tiles);
        ratio.denominators = random_scalars(random, tiles);
        ratio.scan_totals();
        std::vector<Fr> expected(tiles);
        Fr product = Fr::one();
        for (uint32_t k = 0; k < tiles; k++) {
            expected[k] = product;
            product = product * ratio.numerators[k];
        }
        product = Fr::one();
        for (uint32_t k = tiles; k-- > 0;) {
            expected[k] = expected[k] * product;
            product = product * ratio.denominators[k];
        }
        check_equal(ratio.factors, expected, std::to_string(tiles) + " tiles");
        CHECK(ratio.total[0] == product, tiles << " tiles");
    }
}

KERNEL_TEST(coset_tables) {
    Random random(32);
    for (uint32_t log_length : {0u, 4u, 10u, 12u}) {
        const size_t length = size_t(1) << log_length;
        const Fr shift = random_element<Fr>(random), generator = root_of_unity(log_length);
        const uint32_t count = COSET_LOW + blocks(length, COSET_LOW);
        std::vector<Fr> powers(count), found(length), expected(length);
        simt::launch(blocks(count, 256), 256, 0, perm_coset_powers, generator, shift, powers.data(), count);
        check_equal(powers, coset_table(generator, shift, length, COSET_LOW), "2^" + std::to_string(log_length));
        simt::launch(blocks(length, 256), 256, 0, perm_differences, powers.data(), found.data(), length);
        Fr x = shift;
        for (size_t row = 0; row < length; row++) {
            expected[row] = x - Fr::one();
            x = x * generator;
        }
        CHECK(x == shift, "the generator has order 2^" << log_length);
        check_equal(found, expected, "2^" + std::to_string(log_length));
    }
}

RACE_TEST(races_in_a_grand_product) {
    const Permutation circuit = random_permutation(3, 33);
    check_equal(grand_product(circuit).products, expected_grand_product(circuit), "eight rows");
}

TEST_MAIN()
