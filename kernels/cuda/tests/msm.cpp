// Whole multi-scalar multiplications, from vectors of scalars to points, against discrete logarithms.
#include <map>

#include "msm_launch.h"
#include "msm_sample.h"

using namespace msm;
using test::Random;

namespace {

// Points and the tables over them, made once for all orders of threads: no thread of that kernel waits for another.
struct Bases {
    Points points;
    std::map<Shape, std::vector<Affine>> tables;

    explicit Bases(Points points) : points(std::move(points)) {}

    const std::vector<Affine>& table(const Shape& shape) {
        auto found = tables.find(shape);
        if (found == tables.end()) found = tables.emplace(shape, table_of(points.points, shape)).first;
        return found->second;
    }

    void check(const std::vector<Scalars>& scalars, const Shape& shape, const std::string& what, const Grid& grid = {}) {
        const std::vector<Affine> sums = multiply(table(shape), uint32_t(points.size()), shape, scalars, grid);
        CHECK(sums.size() == scalars.size(), what);
        for (size_t i = 0; i < sums.size(); i++)
            CHECK(sums[i] == points.expected(scalars[i]), what << ", vector " << i << ", " << describe(shape));
    }
};

Bases& few() {
    static Bases bases(Points::distinct(1, 60));
    return bases;
}

Bases& many() {
    static Bases bases(Points::distinct(2, 700));
    return bases;
}

}  // namespace

TEST(known_points) {
    const Affine three = multiple_of_generator(small(3));
    Xyzz sum = infinity();
    for (int i = 0; i < 3; i++) add(sum, multiple_of_generator(small(1)));
    CHECK(to_affine(sum) == three, "G + G + G");
    CHECK(many().points.points[5] == multiple_of_generator(many().points.logs[5]), "stepped");
}

KERNEL_TEST(every_length_around_a_tile) {
    for (uint32_t length : {0u, 1u, 2u, 7u, 31u, 33u, 511u, 512u, 513u, 700u})
        many().check({random_scalars(length, length)}, with_table(7), std::to_string(length) + " scalars");
}

KERNEL_TEST(every_shape) {
    const Scalars scalars = random_scalars(2, 60);
    for (const Shape& shape : {with_table(2), with_table(5), with_table(12), with_small_table(6, 18), with_small_table(6, 11),
                               with_small_table(7, 127), without_table(5), without_table(9)})
        few().check({scalars}, shape, "random scalars");
}

KERNEL_TEST(every_grid) {
    const Scalars scalars = random_scalars(3, 300);
    for (const Grid& grid : {Grid{1, 1, 0}, Grid{1, 5, 1}, Grid{7, 9, 3}, Grid{2, 3, 8}})
        many().check({scalars}, with_table(9), "blocks of " + std::to_string(grid.sort_blocks), grid);
}

KERNEL_TEST(equal_scalars_fill_one_bucket_per_window) {
    for (uint32_t length : {2u, 130u, 700u}) {
        const Scalars scalars(length, random_scalars(length, 1)[0]);
        many().check({scalars}, with_table(9), "equal scalars");
        many().check({scalars}, without_table(6), "equal scalars");
    }
}

KERNEL_TEST(zeros_and_ones) {
    Random random(4);
    Scalars zeros(600, Fr::zero()), ones(600, Fr::one()), bits, sparse, signs;
    for (int i = 0; i < 600; i++) {
        bits.push_back(small(random.below(2)));
        sparse.push_back(random.below(10) == 0 ? test::random_element<Fr>(random) : Fr::zero());
        signs.push_back(small(int64_t(random.below(3)) - 1));
    }
    many().check({zeros}, with_table(8), "zeros");
    many().check({ones}, with_table(8), "ones");
    many().check({bits, signs}, with_table(8), "bits and signs");
    many().check({sparse}, with_table(8), "nine of ten are zero");
}

KERNEL_TEST(scalars_at_the_edges) {
    Scalars edges = {Fr::zero(), Fr::one(), small(-1), small(2), small(-2)};
    const Fr half = inverse(small(2));
    edges.insert(edges.end(), {half, half - Fr::one(), half + Fr::one(), negated(half)});
    Fr power = Fr::one();
    for (int bit = 0; bit < 254; bit++) {
        for (const Fr& value : {power, power - Fr::one(), negated(power)})
            if (bit % 7 == 0 || bit > 245) edges.push_back(value);
        power = power + power;
    }
    for (const Shape& shape : {with_table(8), with_table(9), with_small_table(9, 20), without_table(11)})
        many().check({edges}, shape, "edges");
}

KERNEL_TEST(equal_opposite_and_infinite_points) {
    Random random(5);
    const uint32_t length = 150;
    Scalars little, opposite, ones(length, Fr::one());
    for (uint32_t i = 0; i < length; i++) {
        little.push_back(small(int64_t(random.below(5)) - 2));
        opposite.push_back(i % 2 == 0 ? small(77) : small(-77));
    }
    const Scalars equal(length, random_scalars(6, 1)[0]);
    for (const std::vector<int64_t>& family : std::vector<std::vector<int64_t>>{
             {1}, {0}, {1, -1}, {1, 1, -2}, {5, 0, -5, 0, 7}, {3, -3, 3, 3}, {0, 0, 0, 9}, {1, 2, 3, 4, 5, 6, 7, 8}})
        Bases(Points::repeating(family, length))
            .check({little, opposite, ones, equal}, with_table(12), "multiples " + std::to_string(family[0]) + "…");
}

KERNEL_TEST(vectors_over_the_same_points) {
    const std::vector<Scalars> vectors = {random_scalars(7, 300), {}, random_scalars(8, 1), random_scalars(9, 299),
                                          Scalars(300, Fr::zero())};
    many().check(vectors, with_table(7), "five vectors");
    many().check(vectors, with_small_table(9, 20), "five vectors");
    std::vector<Scalars> most;
    for (uint32_t i = 0; i < MAX_VECTORS; i++) most.push_back(random_scalars(i, 20 + i));
    few().check(most, with_table(5), "as many vectors as fit");
}

// In standard form any 256-bit value stands for itself modulo the order.
KERNEL_TEST(scalars_in_standard_form) {
    const test::Integer order = test::Modulus<Fr>::value(), top = test::Integer::power_of_two(256);
    std::vector<test::Integer> values = {order, order - test::Integer(1), order + test::Integer(1), top - test::Integer(1)};
    for (uint64_t multiple = 2; multiple <= 5; multiple++)
        for (uint64_t offset : {0, 1}) values.push_back(order * test::Integer(multiple) - test::Integer(offset));
    Random random(10);
    for (int i = 0; i < 20; i++) {
        values.emplace_back();
        for (size_t limb = 0; limb < 8; limb++) values.back().digit[limb] = uint32_t(random.next());
    }
    Scalars standard, reduced;
    for (const test::Integer& value : values) {
        standard.push_back(test::from_raw<Fr>(value));
        reduced.push_back(test::element<Fr>(value % order));
    }
    for (const Shape& shape : {with_table(5), without_table(9)}) {
        const std::vector<Affine> sums =
            multiply(few().table(shape), uint32_t(few().points.size()), shape, {standard}, {}, false);
        CHECK(sums[0] == few().points.expected(reduced), describe(shape));
    }
}

// Small enough for ThreadSanitizer: every kernel, both passes of the sort, heads to be joined.
RACE_TEST(every_kernel_waits_where_it_must) {
    Bases(Points::repeating({1, 2, 3}, 3))
        .check({{random_scalars(11, 1)[0], small(5), small(5)}}, with_table(13), "three scalars", {1, 1, 0});
}

TEST_MAIN()
