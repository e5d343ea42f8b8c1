// Element-wise kernels against plain loops.
#include "../vector.cu"

#include "scalars.h"

using namespace test;

namespace {

const size_t lengths[] = {1, 2, 31, 255, 256, 257, 1000};

template <class Kernel, class Operation>
void check_pointwise(Kernel kernel, Operation operation) {
    Random random(1);
    for (size_t length : lengths) {
        const std::vector<Fr> a = mixed_scalars(random, length), b = mixed_scalars(random, length);
        std::vector<Fr> result(length), expected(length);
        for (size_t i = 0; i < length; i++) expected[i] = operation(a[i], b[i]);
        simt::launch(blocks(length, 256), 256, 0, kernel, a.data(), b.data(), result.data(), length);
        check_equal(result, expected, "length " + std::to_string(length));
    }
}

}  // namespace

KERNEL_TEST(sums) {
    check_pointwise(poly_add, [](const Fr& a, const Fr& b) { return a + b; });
}
KERNEL_TEST(differences) {
    check_pointwise(poly_subtract, [](const Fr& a, const Fr& b) { return a - b; });
}
KERNEL_TEST(products) {
    check_pointwise(poly_multiply, [](const Fr& a, const Fr& b) { return a * b; });
}

KERNEL_TEST(gather_by_index) {
    Random random(2);
    const std::vector<Fr> values = random_scalars(random, 77);
    for (size_t length : lengths) {
        std::vector<uint32_t> index(length);
        std::vector<Fr> result(length), expected(length);
        for (size_t i = 0; i < length; i++) {
            index[i] = i == 0 ? 76 : random.below(77);
            expected[i] = values[index[i]];
        }
        simt::launch(blocks(2 * length, 256), 256, 0, poly_gather, reinterpret_cast<const uint4*>(values.data()),
                     index.data(), reinterpret_cast<uint4*>(result.data()), length);
        check_equal(result, expected, "length " + std::to_string(length));
    }
}

KERNEL_TEST(addition_in_place) {
    Random random(3);
    for (size_t length : lengths) {
        const std::vector<Fr> values = mixed_scalars(random, length);
        std::vector<Fr> target = mixed_scalars(random, length), expected = target;
        for (size_t i = 0; i < length; i++) expected[i] = expected[i] + values[i];
        simt::launch(blocks(length, 256), 256, 0, poly_add_at, target.data(), values.data(), length);
        check_equal(target, expected, "length " + std::to_string(length));
    }
}

// More blinders than coefficients included; the room for the new coefficients is not initialised.
KERNEL_TEST(masks) {
    Random random(4);
    for (const auto& [size, count] : {std::pair<size_t, size_t>{8, 1}, {8, 3}, {2, 5}, {1, 1}, {0, 4}, {300, 2}, {200, 150}}) {
        const std::vector<Fr> coefficients = random_scalars(random, size), blinders = mixed_scalars(random, count);
        std::vector<Fr> expected(size + count, Fr::zero());
        for (size_t i = 0; i < size; i++) expected[i] = coefficients[i];
        for (size_t i = 0; i < count; i++) {
            expected[i] = expected[i] - blinders[i];
            expected[size + i] = expected[size + i] + blinders[i];
        }
        std::vector<Fr> target = coefficients;
        target.resize(size + count, from_raw<Fr>(Integer(12345)));
        simt::launch(blocks(2 * count, 256), 256, 0, poly_mask, target.data(), size, blinders.data(), count);
        check_equal(target, expected, std::to_string(count) + " blinders of " + std::to_string(size));
    }
}

TEST_MAIN()
