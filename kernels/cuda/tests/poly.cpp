// Combinations, values and quotients of polynomials against plain loops.
#include "../poly.cu"

#include "scalars.h"

using namespace test;

namespace {

const size_t lengths[] = {1, 2, 7, 63, 64, 65, 1000, 1023, 1024, 1025, 2049, 5000};

std::vector<Fr> combine(const std::vector<std::pair<Fr, std::vector<Fr>>>& operands, const std::vector<Fr>* before) {
    Terms terms{};
    size_t length = 0;
    for (const auto& [factor, values] : operands) {
        terms.values[terms.count] = values.data();
        terms.length[terms.count] = values.size();
        terms.factor[terms.count] = factor;
        terms.count++;
        length = std::max(length, values.size());
    }
    terms.accumulate = before != nullptr;
    std::vector<Fr> target(length);
    if (before != nullptr) target = *before;
    simt::launch(blocks(target.size(), 128), 128, 0, poly_linear_combination, terms, target.data(), target.size());
    return target;
}

std::vector<Fr> expected_combination(const std::vector<std::pair<Fr, std::vector<Fr>>>& operands, std::vector<Fr> target) {
    for (const auto& [factor, values] : operands) {
        if (target.size() < values.size()) target.resize(values.size(), Fr::zero());
        for (size_t i = 0; i < values.size(); i++) target[i] = target[i] + factor * values[i];
    }
    return target;
}

// What the host does for Engine::evaluate, with all phases' results.
struct Evaluation {
    std::vector<Query> queries;
    std::vector<PointTable> tables;
    std::vector<Fr> totals, values;

    Evaluation(const std::vector<std::vector<Fr>>& polynomials, const std::vector<Fr>& points)
        : tables(points.size()), values(points.size()) {
        uint32_t most = 0;
        size_t total = 0;
        for (const std::vector<Fr>& polynomial : polynomials) {
            const uint32_t tiles = blocks(polynomial.size(), TILE);
            queries.push_back({polynomial.data(), polynomial.size(), total});
            total += tiles;
            most = std::max(most, tiles);
        }
        totals.resize(total);
        const auto count = static_cast<uint32_t>(points.size());
        simt::launch(count, 96, 0, poly_point_tables, points.data(), tables.data());
        if (most > 0) {
            simt::launch({most, count}, LOW, 0, poly_tile_totals, queries.data(), tables.data(), totals.data());
        }
        simt::launch(count, TOTALS_THREADS, 0, poly_tile_carries, queries.data(), tables.data(), totals.data(), values.data());
    }
};

}  // namespace

KERNEL_TEST(combinations_of_unequal_lengths) {
    Random random(1);
    std::vector<std::pair<Fr, std::vector<Fr>>> operands;
    for (size_t length : {300, 1, 0, 129, 128, 300}) operands.push_back({random_element<Fr>(random), mixed_scalars(random, length)});
    const std::vector<Fr> found = combine(operands, nullptr);
    check_equal(found, expected_combination(operands, {}), "fresh target");
    const std::vector<Fr> before = mixed_scalars(random, 300);
    check_equal(combine(operands, &before), expected_combination(operands, before), "on top of a target");
}

KERNEL_TEST(combination_of_the_most_and_largest_terms) {
    const std::vector<std::pair<Fr, std::vector<Fr>>> operands(MAX_TERMS, {from_raw<Fr>(Modulus<Fr>::value() - Integer(1)),
                                                                           std::vector<Fr>(40, from_raw<Fr>(Modulus<Fr>::value() - Integer(1)))});
    check_equal(combine(operands, nullptr), expected_combination(operands, {}), "r - 1 everywhere");
}

KERNEL_TEST(values_of_many_polynomials) {
    Random random(2);
    std::vector<std::vector<Fr>> polynomials{{}};
    for (size_t length : lengths) polynomials.push_back(mixed_scalars(random, length));
    std::vector<Fr> random_points = random_scalars(random, polynomials.size());
    for (const Fr& special : {Fr::zero(), Fr::one(), minus_one(), Fr::one() + Fr::one()}) {
        random_points[random.below(static_cast<uint32_t>(polynomials.size()))] = special;
        for (const std::vector<Fr>& points : {random_points, std::vector<Fr>(polynomials.size(), special)}) {
            const Evaluation evaluation(polynomials, points);
            for (size_t i = 0; i < polynomials.size(); i++) {
                CHECK(evaluation.values[i] == horner(polynomials[i], points[i]), "length " << polynomials[i].size());
            }
        }
    }
}

KERNEL_TEST(largest_coefficients) {
    const Fr largest = from_raw<Fr>(Modulus<Fr>::value() - Integer(1));
    const std::vector<Fr> polynomial(2 * TILE, largest);
    const Evaluation evaluation({polynomial}, {largest});
    CHECK(evaluation.values[0] == horner(polynomial, largest), "r - 1 everywhere");
}

// More tiles than threads that scan them. The tiles' totals are made up: a polynomial of so many coefficients is slow here.
KERNEL_TEST(carries_of_many_tiles) {
    Random random(3);
    for (uint32_t tiles : {1u, 255u, 256u, 257u, 511u, 1300u}) {
        std::vector<PointTable> table(1);
        const std::vector<Fr> totals = mixed_scalars(random, tiles);
        table[0].tile = random_element<Fr>(random);
        const Query query{nullptr, static_cast<uint64_t>(tiles) * TILE - 5, 0};
        std::vector<Fr> carries = totals, expected(tiles), value(1);
        simt::launch(1, TOTALS_THREADS, 0, poly_tile_carries, &query, table.data(), carries.data(), value.data());
        Fr sum = Fr::zero();
        for (uint32_t b = tiles; b-- > 0;) {
            expected[b] = sum;
            sum = sum * table[0].tile + totals[b];
        }
        check_equal(carries, expected, std::to_string(tiles) + " tiles");
        CHECK(value[0] == sum, tiles << " tiles");
    }
}

KERNEL_TEST(division_by_a_linear_factor) {
    Random random(4);
    for (size_t length : lengths) {
        const std::vector<Fr> values = mixed_scalars(random, length);
        for (const Fr& root : {random_element<Fr>(random), Fr::zero(), Fr::one(), minus_one()}) {
            const Evaluation evaluation({values}, {root});
            std::vector<Fr> quotient(length), expected(length);
            simt::launch(blocks(length, TILE), THREADS, 0, poly_divide, values.data(), length, evaluation.tables.data(),
                         evaluation.totals.data(), quotient.data());
            Fr sum = Fr::zero();
            for (size_t i = length; i-- > 0;) {
                sum = sum * root + values[i];
                expected[i] = sum;
            }
            check_equal(quotient, expected, "length " + std::to_string(length));
        }
    }
}

RACE_TEST(races_in_a_division) {
    Random random(5);
    const std::vector<Fr> values = random_scalars(random, 40);
    const Fr root = random_element<Fr>(random);
    const Evaluation evaluation({values}, {root});
    std::vector<Fr> quotient(values.size());
    simt::launch(1, THREADS, 0, poly_divide, values.data(), values.size(), evaluation.tables.data(), evaluation.totals.data(),
                 quotient.data());
    CHECK(evaluation.values[0] == horner(values, root), "value");
    CHECK(quotient[0] == evaluation.values[0], "the quotient's lowest coefficient is the recurrence's end");
}

TEST_MAIN()
