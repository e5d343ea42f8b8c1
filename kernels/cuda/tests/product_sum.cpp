// Sums of products against schoolbook integers.
#include "../product_sum.cuh"

#include "integer.h"

using namespace test;

namespace {

Integer reduced(const Integer& sum) {
    const Integer p = Modulus<Fr>::value();
    return sum % p * inverse_of_r<Fr>() % p;
}

void check(const std::vector<Fr>& a, const std::vector<Fr>& b, const std::string& what) {
    ProductSum sum;
    Integer expected;
    for (size_t i = 0; i < a.size(); i++) {
        sum.add_product(a[i], b[i]);
        expected = expected + raw(a[i]) * raw(b[i]);
        CHECK(raw(sum.reduce()) == reduced(expected), what << ", " << i + 1 << " terms");
    }
}

}  // namespace

TEST(an_empty_sum_is_zero) { CHECK(is_zero(ProductSum().reduce()), "no terms"); }

TEST(edge_elements_in_pairs) {
    const std::vector<Fr> elements = edge_elements<Fr>();
    for (const Fr& a : elements) {
        for (const Fr& b : elements) {
            ProductSum sum;
            sum.add_product(a, b);
            CHECK(sum.reduce() == a * b, "limbs from " << a.limb[0] << " and " << b.limb[0]);
        }
    }
}

// As many terms as are allowed, each the largest.
TEST(the_largest_sum) {
    const Fr largest = from_raw<Fr>(Modulus<Fr>::value() - Integer(1));
    const std::vector<Fr> all(ProductSum::MAX_TERMS, largest);
    check(all, all, "r - 1 everywhere");
}

// Operands that are not reduced: 4r times r counts as four terms.
TEST(unreduced_operands) {
    const Integer p = Modulus<Fr>::value();
    const Fr below_four = from_raw<Fr>(p + p + p + p - Integer(1)), largest = from_raw<Fr>(p - Integer(1));
    check(std::vector<Fr>(5, below_four), std::vector<Fr>(5, largest), "4r - 1 times r - 1");
    check(std::vector<Fr>(5, largest), std::vector<Fr>(5, below_four), "r - 1 times 4r - 1");
}

TEST(sums_with_long_carries) {
    const std::vector<Fr> elements = edge_elements<Fr>();
    for (size_t shift = 0; shift < elements.size(); shift++) {
        std::vector<Fr> a, b;
        for (size_t i = 0; i < ProductSum::MAX_TERMS; i++) {
            a.push_back(elements[(i + shift) % elements.size()]);
            b.push_back(elements[(5 * i + 2 * shift) % elements.size()]);
        }
        check(a, b, "edges from " + std::to_string(shift));
    }
}

TEST(random_sums) {
    Random random(1);
    for (int round = 0; round < 20; round++) {
        std::vector<Fr> a, b;
        for (size_t i = 0; i < ProductSum::MAX_TERMS; i++) {
            a.push_back(random_element<Fr>(random));
            b.push_back(random_element<Fr>(random));
        }
        check(a, b, "random");
    }
}

TEST_MAIN()
