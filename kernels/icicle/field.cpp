// libicicle_field_bn254 of the mock: transforms in radix two, recursively.
#include "abi.h"

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "../cuda/field.cuh"

#ifndef CURVE
#define CURVE bn254
#endif
#define JOIN_(curve, name) curve##_##name
#define JOIN(curve, name) JOIN_(curve, name)
#define FUNCTION(name) JOIN(CURVE, name)

namespace {

using mock::Error, mock::Number;

constexpr int two_adicity = 28;

std::mutex lock;
// Of each device, a root of unity and the size of the group that it generates.
struct Domain {
    Fr root;
    uint64_t size;
};
std::map<std::string, Domain> domains;

std::string name_of(const mock::Device& device) { return device.type + std::to_string(device.id); }

bool is_reduced(const Number& number) {
    for (int i = 7; i >= 0; i--)
        if (number.limb[i] != FrParameters::modulus(i)) return number.limb[i] < FrParameters::modulus(i);
    return false;
}

Fr from(const Number& number) {
    if (!is_reduced(number)) throw std::runtime_error("a number is not reduced");
    Limbs limbs;
    for (int i = 0; i < 8; i++) limbs.limb[i] = number.limb[i];
    return to_montgomery<FrParameters>(limbs);
}

// Values at the powers of `root` of the polynomial with every `stride`-th coefficient.
std::vector<Fr> values_of(const Fr* coefficients, uint64_t size, uint64_t stride, Fr root) {
    if (size == 1) return {coefficients[0]};
    const Fr squared = square(root);
    const auto even = values_of(coefficients, size / 2, 2 * stride, squared);
    const auto odd = values_of(coefficients + stride, size / 2, 2 * stride, squared);
    std::vector<Fr> values(size);
    Fr power = Fr::one();
    for (uint64_t i = 0; i < size / 2; i++, power = power * root) {
        const Fr product = power * odd[i];
        values[i] = even[i] + product;
        values[i + size / 2] = even[i] - product;
    }
    return values;
}

void scale_by_powers(std::vector<Fr>& values, Fr constant, Fr ratio) {
    for (Fr& value : values) {
        value = value * constant;
        constant = constant * ratio;
    }
}

}  // namespace

EXPORT Error FUNCTION(get_root_of_unity)(uint64_t size, Number* result) {
    if (size > uint64_t{1} << two_adicity) return mock::invalid_argument;
    // 5^((r-1)/2^28), five being the smallest generator; OTHER_FIELD has its seventh power
#ifdef OTHER_FIELD
    const uint64_t seed = 5 * 5 * 5 * 5 * 5 * 5 * 5;
#else
    const uint64_t seed = 5;
#endif
    Limbs limbs{};
    limbs.limb[0] = seed;
    const Fr base = to_montgomery<FrParameters>(limbs);
    Fr root = Fr::one();
    for (int bit = 255; bit >= two_adicity; bit--) {
        root = square(root);
        if ((FrParameters::modulus(bit / 32) >> (bit % 32) & 1) != 0) root = root * base;
    }
    for (uint64_t order = uint64_t{1} << two_adicity; order > size; order /= 2) root = square(root);
    const Limbs standard = from_montgomery(root);
    for (int i = 0; i < 8; i++) result->limb[i] = standard.limb[i];
    return mock::success;
}

EXPORT Error FUNCTION(ntt_init_domain)(const Number* root, const mock::DomainConfig* config) {
    const std::string device = name_of(mock_device_for("field"));
    if (config->stream != nullptr || config->is_async || config->extension != nullptr) return mock::invalid_argument;
    Domain domain = {from(*root), 1};
    for (Fr power = domain.root; power != Fr::one(); power = square(power)) {
        domain.size *= 2;
        if (domain.size > uint64_t{1} << two_adicity) return mock::invalid_argument;
    }
    const mock::Fault fault = mock_fault("bn254_ntt_init_domain", domain.size);
    if (fault.code != mock::success) return fault.code;
    const std::lock_guard<std::mutex> guard(lock);
    // as the original: what is there stays
    domains.insert({device, domain});
    return mock::success;
}

EXPORT Error FUNCTION(ntt_release_domain)() {
    const std::string device = name_of(mock_device_for("field"));
    const mock::Fault fault = mock_fault("bn254_ntt_release_domain", 0);
    if (fault.code != mock::success) return fault.code;
    const std::lock_guard<std::mutex> guard(lock);
    return domains.erase(device) == 1 ? mock::success : mock::invalid_argument;
}

EXPORT Error FUNCTION(ntt)(const Number* input, int size, int direction, const mock::NttConfig* config,
                           Number* output) {
    const std::string device = name_of(mock_device_for("field"));
    const mock::Fault fault = mock_fault("bn254_ntt", static_cast<uint64_t>(size));
    if (fault.code != mock::success) return fault.code;
    if (config->stream != nullptr || config->columns_batch || config->ordering != 0 || config->inputs_on_device ||
        config->outputs_on_device || config->is_async || config->extension != nullptr || config->batch_size < 1 ||
        (direction != 0 && direction != 1))
        return mock::invalid_argument;
    Domain domain;
    {
        const std::lock_guard<std::mutex> guard(lock);
        const auto found = domains.find(device);
        if (found == domains.end() || size < 1 || (size & (size - 1)) != 0 ||
            static_cast<uint64_t>(size) > found->second.size)
            throw std::runtime_error("the size is none, or too large for the domain");
        domain = found->second;
    }
    const uint64_t n = static_cast<uint64_t>(size);
    const Fr root = power(domain.root, domain.size / n), coset = from(config->coset_generator);
    Limbs limbs{};
    limbs.limb[0] = static_cast<uint32_t>(n);
    const Fr size_inverse = inverse(to_montgomery<FrParameters>(limbs));
    for (int k = 0; k < config->batch_size; k++) {
        std::vector<Fr> values(n);
        for (uint64_t i = 0; i < n; i++)
            for (int j = 0; j < 8; j++) values[i].limb[j] = input[n * k + i].limb[j];
        if (direction == 0) scale_by_powers(values, Fr::one(), coset);
        values = values_of(values.data(), n, 1, direction == 0 ? root : inverse(root));
        if (direction == 1) scale_by_powers(values, size_inverse, inverse(coset));
        for (uint64_t i = 0; i < n; i++)
            for (int j = 0; j < 8; j++) output[n * k + i].limb[j] = values[i].limb[j];
    }
    if (fault.wrong) output[n / 2].limb[0] ^= 1;
    // a number above the modulus, for the caller to find
    if (mock_fault("not_reduced", n).wrong) output[n - 1].limb[7] = UINT32_MAX;
    return mock::success;
}
