// Field arithmetic against schoolbook integers.
#include "../field.cuh"

#include "integer.h"

using namespace test;

KERNEL(test_field_products)(Fr* products, const Fr* a, const Fr* b, uint32_t count) {
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) products[i] = a[i] * b[i];
}

namespace {

template <class F>
Integer montgomery_product(const Integer& x, const Integer& y) {
    return x * y % Modulus<F>::value() * inverse_of_r<F>() % Modulus<F>::value();
}

template <class F>
void check_pair(const F& a, const F& b) {
    const Integer p = Modulus<F>::value(), x = raw(a), y = raw(b);
    const std::string input = "limbs from " + std::to_string(a.limb[0]) + " and " + std::to_string(b.limb[0]);
    CHECK(raw(a * b) == montgomery_product<F>(x, y), input);
    CHECK(raw(a + b) == (x + y) % p, input);
    CHECK(raw(a - b) == (x + p - y) % p, input);
    CHECK((a == b) == (x == y), input);
}

template <class F>
void check_single(const F& a) {
    const Integer p = Modulus<F>::value(), x = raw(a);
    CHECK(raw(square(a)) == montgomery_product<F>(x, x), a.limb[0]);
    CHECK(raw(doubled(a)) == (x + x) % p, a.limb[0]);
    CHECK(raw(negated(a)) == (p - x) % p, a.limb[0]);
    CHECK(is_zero(a) == (x == Integer(0)), a.limb[0]);
    CHECK(raw(from_montgomery(a)) == value(a), a.limb[0]);
}

template <class P>
void check_conversion(const Field<P>& a) {
    CHECK(to_montgomery<P>(from_montgomery(a)) == a, a.limb[0]);
    CHECK(value(to_montgomery<P>(from_raw<Limbs>(raw(a)))) == raw(a), a.limb[0]);
}

template <class F>
std::vector<F> inputs(uint64_t seed, int random_count) {
    std::vector<F> elements = edge_elements<F>();
    Random random(seed);
    for (int i = 0; i < random_count; i++) elements.push_back(random_element<F>(random));
    return elements;
}

template <class F>
void check_field() {
    const std::vector<F> elements = inputs<F>(1, 24);
    for (const F& a : elements) {
        check_single(a);
        check_conversion(a);
        for (const F& b : elements) check_pair(a, b);
    }
    for (size_t i = 0; i < elements.size(); i++) {
        for (size_t j = 0; j < elements.size(); j += 3) {
            const F &a = elements[i], &b = elements[j], &c = elements[(i + 2 * j + 1) % elements.size()];
            const F& d = elements[(3 * i + j) % elements.size()];
            const Integer sum = montgomery_product<F>(raw(a), raw(b)) + montgomery_product<F>(raw(c), raw(d));
            CHECK(raw(sum_of_products(a, b, c, d)) == sum % Modulus<F>::value(), "products of elements " << i << ", " << j);
            const F largest = from_raw<F>(Modulus<F>::value() - Integer(1));
            CHECK(sum_of_products(largest, a, largest, b) == largest * (a + b), "largest factors and elements " << i << ", " << j);
        }
    }
}

// The results of lazy operations lie where their comments say, and stand for the right element.
template <class F>
void check_lazy() {
    const Integer p = Modulus<F>::value(), twice = p + p;
    std::vector<Integer> below_four;
    for (const F& a : inputs<F>(2, 6))
        for (uint64_t k : {0, 1, 2, 3}) below_four.push_back(raw(a) + p * Integer(k));
    const std::vector<F> reduced = inputs<F>(3, 4);
    for (const Integer& x : below_four) {
        const F a = from_raw<F>(x);
        CHECK(raw(lazy::halve_range(a)) == (x < twice ? x : x - twice), "halve_range");
        if (x < twice) CHECK(raw(lazy::reduce(a)) == x % p, "reduce");
        for (const F& b : reduced) {
            const Integer product = raw(lazy::multiply(a, b));
            CHECK(product < twice && product % p == montgomery_product<F>(x, raw(b)), "lazy product");
        }
    }
    for (size_t i = 0; i < below_four.size(); i++) {
        const Integer x = below_four[i] % twice, y = below_four[(7 * i + 3) % below_four.size()] % twice;
        const F a = from_raw<F>(x), b = from_raw<F>(y);
        CHECK(raw(lazy::add(a, b)) == x + y, "lazy sum");
        CHECK(raw(lazy::subtract(a, b)) == x + twice - y, "lazy difference");
        const Integer product = raw(lazy::multiply(a, b));
        CHECK(product < twice && product % p == montgomery_product<F>(x, y), "lazy product of two below 2p");
    }
}

template <class F>
void check_inverse() {
    for (const F& a : inputs<F>(4, 4)) {
        const Integer product = value(a) * value(inverse(a)) % Modulus<F>::value();
        CHECK(product == Integer(is_zero(a) ? 0 : 1), a.limb[0]);
    }
    const F three = element<F>(Integer(3));
    CHECK(value(power(three, 20)) == Integer(3486784401u), "3^20");
    CHECK(power(three, 0) == F::one(), "3^0");
}

template <class P>
void check_parameters() {
    using F = Field<P>;
    const Integer p = Modulus<F>::value();
    F modulus, twice, square_of_r;
    for (int i = 0; i < 8; i++) {
        modulus.limb[i] = P::modulus(i);
        twice.limb[i] = P::twice_modulus(i);
        square_of_r.limb[i] = P::square_of_r(i);
    }
    CHECK(raw(modulus) == p && raw(twice) == p + p, "the modulus");
    CHECK(raw(F::one()) == Integer::power_of_two(256) % p, "R");
    CHECK(raw(square_of_r) == Integer::power_of_two(512) % p, "R^2");
    CHECK(P::negative_inverse * p.digit[0] == 0xFFFFFFFFu, "-1/p modulo 2^32");
    const uint64_t low = static_cast<uint64_t>(p.digit[1]) << 32 | p.digit[0];
    CHECK(P::negative_inverse_64 * low == 0xFFFFFFFFFFFFFFFFull, "-1/p modulo 2^64");
    CHECK(value(element<F>(Integer(77))) == Integer(77), "the tests' own conversion");
}

}  // namespace

TEST(parameters_of_fq) { check_parameters<FqParameters>(); }
TEST(parameters_of_fr) { check_parameters<FrParameters>(); }
TEST(arithmetic_of_fq) { check_field<Fq>(); }
TEST(arithmetic_of_fr) { check_field<Fr>(); }
TEST(lazy_arithmetic_of_fq) { check_lazy<Fq>(); }
TEST(lazy_arithmetic_of_fr) { check_lazy<Fr>(); }
TEST(inverses_in_fq) { check_inverse<Fq>(); }
TEST(inverses_in_fr) { check_inverse<Fr>(); }

KERNEL_TEST(products_by_a_kernel) {
    const std::vector<Fr> a = inputs<Fr>(5, 300), b = inputs<Fr>(6, 300);
    std::vector<Fr> products(a.size());
    const auto count = static_cast<uint32_t>(a.size());
    simt::launch((count + 63) / 64, 64, 0, test_field_products, products.data(), a.data(), b.data(), count);
    for (size_t i = 0; i < a.size(); i++)
        CHECK(raw(products[i]) == montgomery_product<Fr>(raw(a[i]), raw(b[i])), "element " << i);
}

TEST_MAIN()
