// Digits of scalars, and the sort of entries, each for itself.
#include <algorithm>

#include "integer.h"
#include "msm_launch.h"
#include "msm_sample.h"

using namespace msm;
using test::Integer;
using test::Random;

namespace {

// The scalar that a stream of digits stands for, modulo the order.
Integer recombined(const Fr& scalar, const Digits& plan, const Shape& shape, bool montgomery) {
    const Integer order = test::Modulus<Fr>::value();
    DigitStream digits(scalar, montgomery);
    Window window;
    Integer sum;
    for (uint32_t w = 0; w < plan.windows; w++, window.advance(plan)) {
        const uint32_t digit = digits.next(window.width(plan));
        if (digit == NO_KEY) continue;
        const uint32_t magnitude = (digit & BUCKET_MASK) + 1;
        CHECK(magnitude <= 1u << (window.width(plan) - 1), "digit " << magnitude << " of window " << w << ", " << describe(shape));
        const int position = int(window.row * shape.step + window.set * shape.width);
        const Integer weighted = Integer(magnitude) * Integer::power_of_two(position) % order;
        sum = (sum + ((digit & NEGATIVE) != 0 ? order - weighted : weighted)) % order;
    }
    return sum;
}

std::vector<Shape> shapes() {
    std::vector<Shape> result;
    for (uint32_t width = 2; width <= 22; width++) result.insert(result.end(), {with_table(width), without_table(width)});
    for (uint32_t step : {11u, 20u, 43u, 127u}) result.push_back(with_small_table(9, step));
    return result;
}

// A list like `sort` is to make it, by the standard library; entries of equal keys in any order.
std::vector<uint64_t> sorted_by_definition(const std::vector<Scalars>& scalars, const Digits& plan) {
    std::vector<uint64_t> entries;
    for (uint32_t vector = 0; vector < scalars.size(); vector++) {
        for (uint32_t i = 0; i < scalars[vector].size(); i++) {
            DigitStream digits(scalars[vector][i], true);
            Window window;
            for (uint32_t w = 0; w < plan.windows; w++, window.advance(plan)) {
                const uint32_t key = window.key(plan, vector, digits.next(window.width(plan)));
                if (key != NO_KEY) entries.push_back(uint64_t(key) << 32 | (window.row * plan.row + i));
            }
        }
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

void check_sort(const std::vector<Scalars>& scalars, const Shape& shape, uint32_t row, uint32_t blocks, const char* what) {
    const Digits plan = shape.digits(row, true);
    Sorted sorted = sort(scalars, plan, blocks);
    std::vector<uint64_t> found(sorted.entries.get(), sorted.entries.get() + sorted.length);
    for (size_t i = 1; i < found.size(); i++)
        CHECK((found[i - 1] >> 32 & BUCKET_MASK) <= (found[i] >> 32 & BUCKET_MASK), what << ": place " << i);
    std::sort(found.begin(), found.end());
    CHECK(found == sorted_by_definition(scalars, plan), what << ": the same entries");
}

}  // namespace

TEST(digits_recombine_to_the_scalar) {
    const Integer order = test::Modulus<Fr>::value();
    std::vector<Fr> scalars = test::edge_elements<Fr>();
    const Fr half = inverse(small(2));
    scalars.insert(scalars.end(), {small(1), small(-1), half, half - Fr::one(), negated(half)});
    Random random(1);
    for (int i = 0; i < 5; i++) scalars.push_back(test::random_element<Fr>(random));
    for (const Shape& shape : shapes()) {
        const Digits plan = shape.digits(1, true);
        for (const Fr& scalar : scalars) {
            CHECK(recombined(scalar, plan, shape, true) == test::value(scalar), describe(shape));
            CHECK(recombined(scalar, plan, shape, false) == test::raw(scalar) % order, describe(shape) << ", standard");
        }
    }
}

TEST(unreduced_scalars_in_standard_form) {
    const Integer order = test::Modulus<Fr>::value(), top = Integer::power_of_two(256);
    std::vector<Integer> values = {order, order + Integer(1), top - Integer(1), Integer::power_of_two(255)};
    for (uint64_t multiple = 2; multiple <= 5; multiple++)
        values.insert(values.end(), {order * Integer(multiple) - Integer(1), order * Integer(multiple)});
    for (const Shape& shape : {with_table(8), without_table(19)})
        for (const Integer& value : values)
            CHECK(recombined(test::from_raw<Fr>(value), shape.digits(1, false), shape, false) == value % order, describe(shape));
}

TEST(small_negative_scalars_have_one_digit) {
    for (int64_t value : {1, -1, 200, -200}) {
        DigitStream digits(small(value), true);
        const uint32_t digit = digits.next(10);
        CHECK((digit & BUCKET_MASK) + 1 == uint32_t(std::abs(value)) && ((digit & NEGATIVE) != 0) == (value < 0), value);
        for (int i = 0; i < 25; i++) CHECK(digits.next(10) == NO_KEY, value);
    }
}

KERNEL_TEST(sorted_lists_have_the_entries_of_all_digits) {
    Scalars zeros(800, Fr::zero()), equal(800, random_scalars(2, 1)[0]);
    // one pass; two; keys of 22 bits; several vectors; more blocks than tiles
    check_sort({random_scalars(3, 800)}, with_table(9), 800, 2, "9 bits");
    check_sort({random_scalars(4, 1300)}, with_table(16), 1300, 3, "16 bits");
    check_sort({random_scalars(5, 600)}, without_table(19), 600, 1, "19 bits without a table");
    check_sort({random_scalars(6, 300), {}, random_scalars(7, 520), equal}, with_table(11), 800, 5, "four vectors");
    check_sort({equal}, with_table(14), 800, 2, "equal scalars");
    check_sort({zeros}, with_table(14), 800, 2, "zeros");
    check_sort({{}}, with_table(14), 0, 2, "nothing");
}

TEST_MAIN()
