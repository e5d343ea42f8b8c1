// Transforms against sums of powers, in one pass and in several, with everything that a launch can ask for.
#include "../ntt.cu"

#include <memory>

#include "integer.h"

using namespace test;

namespace {

// 5^((p-1)/2^log_order).
Fr root_of_order(uint32_t log_order) {
    Integer exponent = Modulus<Fr>::value() - Integer(1);
    for (uint32_t i = 0; i < log_order; i++) {
        Integer half;
        for (size_t j = 0; j + 1 < half.digit.size(); j++) half.digit[j] = exponent.digit[j] >> 1 | exponent.digit[j + 1] << 31;
        exponent = half;
    }
    Fr result = Fr::one();
    const Fr five = element<Fr>(Integer(5));
    for (int bit = 253; bit >= 0; bit--) {
        result = square(result);
        if (exponent.bit(bit)) result = result * five;
    }
    return result;
}

std::vector<Fr> powers(const Fr& base, uint32_t count, const Fr& scale = Fr::one()) {
    Squares squares;
    Fr square_of_base = base;
    for (Fr& s : squares.square) {
        s = square_of_base;
        square_of_base = square(square_of_base);
    }
    std::vector<Fr> result(count);
    simt::launch((count + 63) / 64, 4, 0, ntt_powers, result.data(), count, scale, squares);
    return result;
}

// Two tables for base^e, e < 2^bits.
struct Table {
    std::vector<Fr> high, low;
    Powers view{};
    Table(const Fr& base, uint32_t bits, uint32_t low_bits, const Fr& scale = Fr::one())
        : high(powers(power(base, uint64_t{1} << low_bits), 1u << (bits - low_bits))), low(powers(base, 1u << low_bits, scale)) {
        view = {high.data(), low.data(), low_bits, 0};
    }
};

struct Request {
    uint32_t log_size;
    std::vector<uint32_t> radices;  // their sum is log_size
    uint32_t log_columns = 1;
    uint32_t flags = 0;
    uint32_t low_bits = 2;  // of the table of roots
};

// What the host side does: one launch per pass, through scratch memory.
std::vector<std::vector<Fr>> transform(const Request& request, const std::vector<Job>& jobs) {
    const uint32_t n = 1u << request.log_size;
    std::vector<std::vector<Fr>> results(jobs.size(), std::vector<Fr>(n)), scratch = results;
    const uint32_t low_bits = std::min(request.low_bits, request.log_size);
    const Table roots(root_of_order(request.log_size), request.log_size, low_bits);
    const std::vector<Fr> stage_roots = powers(root_of_order(log_max_tile), 1u << log_max_tile);
    uint32_t done = 0;
    for (size_t p = 0; p < request.radices.size(); p++) {
        const bool first = p == 0, last = p + 1 == request.radices.size();
        Pass pass{request.log_size, done, request.radices[p], 0, (first ? first_pass : 0u) | (last ? last_pass : 0u) | request.flags};
        pass.log_columns = std::min(request.log_columns, request.log_size - pass.log_radix);
        Batch batch{};
        for (size_t i = 0; i < jobs.size(); i++) {
            batch.jobs[i] = jobs[i];
            // passes alternate so that the last one writes the results
            const bool to_results = (request.radices.size() - p) % 2 == 1;
            batch.jobs[i].target = to_results ? results[i].data() : scratch[i].data();
            if (!first) batch.jobs[i].source = to_results ? scratch[i].data() : results[i].data();
        }
        Powers table = roots.view;
        if (done >= low_bits) table.low = nullptr;
        const uint32_t tile = 1u << (pass.log_radix + pass.log_columns);
        simt::launch(dim3(n / tile, static_cast<uint32_t>(jobs.size())), std::max(1u, tile / 8), 32 * std::max(8u, tile), ntt_pass,
                     batch, pass, table, stage_roots.data());
        done += request.radices[p];
    }
    return results;
}

Job job_for(const std::vector<Fr>& source) {
    Job job{};
    job.source = source.data();
    job.length = static_cast<uint32_t>(source.size());
    return job;
}

std::vector<Fr> random_vector(Random& random, size_t length) {
    std::vector<Fr> result(length);
    for (Fr& value : result) value = random_element<Fr>(random);
    return result;
}

Fr horner(const std::vector<Fr>& coefficients, const Fr& x) {
    Fr sum = Fr::zero();
    for (size_t i = coefficients.size(); i-- > 0;) sum = sum * x + coefficients[i];
    return sum;
}

uint32_t reversed(uint32_t i, uint32_t bits) {
    uint32_t result = 0;
    for (uint32_t b = 0; b < bits; b++) result |= (i >> b & 1) << (bits - 1 - b);
    return result;
}

std::string label(const Request& request) {
    std::string text = "2^" + std::to_string(request.log_size) + " by";
    for (uint32_t bits : request.radices) text += " 2^" + std::to_string(bits);
    return text + ", 2^" + std::to_string(request.log_columns) + " columns, flags " + std::to_string(request.flags);
}

void check_values(const Request& request, const std::vector<Fr>& input, const std::vector<Fr>& output, uint32_t step) {
    const Fr root = root_of_order(request.log_size);
    for (uint32_t k = 0; k < output.size(); k += step) {
        CHECK(raw(output[k]) < Modulus<Fr>::value(), label(request) << ": value " << k << " is not reduced");
        CHECK(output[k] == horner(input, power(root, k)), label(request) << ": value " << k);
    }
}

void check_forward(const Request& request, uint32_t step = 1) {
    Random random(request.log_size);
    const std::vector<Fr> input = random_vector(random, size_t{1} << request.log_size);
    check_values(request, input, transform(request, {job_for(input)})[0], step);
}

}  // namespace

KERNEL_TEST(tables_of_powers) {
    const Fr base = element<Fr>(Integer(7)), scale = element<Fr>(Integer(1000));
    for (uint32_t count : {1, 15, 16, 17, 200}) {
        const std::vector<Fr> table = powers(base, count, scale);
        Fr expected = scale;
        for (uint32_t i = 0; i < count; i++, expected = expected * base) CHECK(table[i] == expected, i << " of " << count);
    }
    const Table split(base, 9, 4, scale);
    for (uint32_t e = 0; e < 512; e += 37) CHECK(power(split.view, e) == power(base, e) * scale, "exponent " << e);
    const std::vector<Fr> direct = powers(power(base, 8), 16);
    CHECK(power(Powers{direct.data(), nullptr, 3, 2}, 10) == power(base, 40), "shifted exponent");
}

KERNEL_TEST(small_transforms_in_one_pass) {
    for (uint32_t log_size = 0; log_size <= 7; log_size++) check_forward({log_size, {log_size}});
}

KERNEL_TEST(one_pass_with_all_its_stages) {
    for (uint32_t log_size : {8, 9, 10, 11}) check_forward({log_size, {log_size}}, 97);
}

KERNEL_TEST(several_passes) {
    for (uint32_t log_columns : {0, 1, 2, 3, 7}) {
        check_forward({6, {3, 3}, log_columns});
        check_forward({6, {2, 2, 2}, log_columns});
        check_forward({5, {1, 4}, log_columns});
        check_forward({6, {5, 1}, log_columns});
    }
    check_forward({9, {3, 3, 3}, 2}, 7);
    check_forward({9, {5, 4}, 3}, 7);
    check_forward({8, {1, 3, 2, 2}, 2, 0, 5}, 7);
    check_forward({12, {6, 6}, 2, 0, 4}, 331);
    check_forward({12, {4, 4, 4}, 5, 0, 0}, 331);
}

KERNEL_TEST(orders_of_input_and_output) {
    for (const std::vector<uint32_t>& radices : {std::vector<uint32_t>{6}, {3, 3}, {2, 2, 2}}) {
        Random random(2);
        const Request natural{6, radices};
        const std::vector<Fr> input = random_vector(random, 64);
        std::vector<Fr> permuted(64);
        for (uint32_t i = 0; i < 64; i++) permuted[reversed(i, 6)] = input[i];
        const std::vector<Fr> expected = transform(natural, {job_for(input)})[0];
        Request request = natural;
        request.flags = reversed_input;
        CHECK(transform(request, {job_for(permuted)})[0] == expected, label(request));
        request.flags = reversed_output;
        const std::vector<Fr> output = transform(request, {job_for(input)})[0];
        request.flags = inverse_roots;
        const std::vector<Fr> mirrored = transform(request, {job_for(input)})[0];
        for (uint32_t k = 0; k < 64; k++) {
            CHECK(output[reversed(k, 6)] == expected[k], label(request) << ": value " << k);
            CHECK(mirrored[k] == expected[(64 - k) % 64], label(request) << ": value " << k);
        }
    }
}

// Values of polynomials of all lengths on a coset, and back.
KERNEL_TEST(cosets_folds_and_inverses) {
    Random random(3);
    for (uint32_t log_size : {0, 1, 2, 5}) {
        const uint32_t n = 1u << log_size;
        const std::vector<uint32_t> radices = log_size == 5 ? std::vector<uint32_t>{3, 2} : std::vector<uint32_t>{log_size};
        const Request request{log_size, radices};
        const Fr shift = random_element<Fr>(random), root = root_of_order(log_size);
        const Table shifts(shift, log_size, log_size / 2);
        for (uint32_t length : {0u, 1u, n / 2 + 1, n, n + 3, 2 * n + 1, 5 * n}) {
            const std::vector<Fr> coefficients = random_vector(random, length);
            Job job = job_for(coefficients);
            job.input = shifts.view;
            job.fold = power(shift, n);
            const std::vector<Fr> values = transform(request, {job})[0];
            for (uint32_t k = 0; k < n; k++)
                CHECK(values[k] == horner(coefficients, shift * power(root, k)), label(request) << ", length " << length);
            if (length > n) continue;
            const Table back(inverse(shift), log_size, log_size / 2, inverse(element<Fr>(Integer(n))));
            Job inverse_job = job_for(values);
            inverse_job.output = back.view;
            Request inverse_request = request;
            inverse_request.flags = inverse_roots;
            std::vector<Fr> expected = coefficients;
            expected.resize(n, Fr::zero());
            CHECK(transform(inverse_request, {inverse_job})[0] == expected, label(inverse_request) << ", length " << length);
        }
    }
}

KERNEL_TEST(batches) {
    Random random(4);
    const Request request{5, {3, 2}};
    std::vector<std::vector<Fr>> inputs;
    std::vector<std::unique_ptr<Table>> tables;
    std::vector<Job> jobs;
    std::vector<Fr> shifts;
    for (uint32_t i = 0; i < max_jobs; i++) {
        inputs.push_back(random_vector(random, 20 + 5 * i));
        shifts.push_back(i % 3 == 0 ? Fr::one() : random_element<Fr>(random));
        tables.push_back(std::make_unique<Table>(shifts[i], 5, 2));
    }
    for (uint32_t i = 0; i < max_jobs; i++) {
        jobs.push_back(job_for(inputs[i]));
        jobs[i].fold = power(shifts[i], 32);
        if (i % 3 != 0) jobs[i].input = tables[i]->view;
    }
    const std::vector<std::vector<Fr>> results = transform(request, jobs);
    const Fr root = root_of_order(5);
    for (uint32_t i = 0; i < max_jobs; i++)
        for (uint32_t k = 0; k < 32; k++)
            CHECK(results[i][k] == horner(inputs[i], shifts[i] * power(root, k)), "vector " << i << ", value " << k);
}

// All values -1 and alternating signs: the largest sums and differences in every butterfly.
KERNEL_TEST(extreme_values) {
    const Fr minus_one = negated(Fr::one());
    for (const Request& request : {Request{9, {9}}, Request{9, {5, 4}}, Request{9, {3, 3, 3}}}) {
        const std::vector<Fr> constant(512, minus_one);
        std::vector<Fr> alternating = constant;
        for (size_t i = 1; i < 512; i += 2) alternating[i] = Fr::one();
        const std::vector<std::vector<Fr>> results = transform(request, {job_for(constant), job_for(alternating)});
        const Fr sum = negated(element<Fr>(Integer(512)));
        for (size_t k = 0; k < 512; k++) {
            CHECK(results[0][k] == (k == 0 ? sum : Fr::zero()), label(request) << ": value " << k);
            CHECK(results[1][k] == (k == 256 ? sum : Fr::zero()), label(request) << ": value " << k);
        }
        std::vector<Fr> largest(512, from_raw<Fr>(Modulus<Fr>::value() - Integer(1)));
        largest[1] = Fr::zero();
        check_values(request, largest, transform(request, {job_for(largest)})[0], 61);
    }
}

KERNEL_TEST(polynomials_from_five_cosets) {
    Random random(5);
    for (uint32_t n : {1u, 2u, 8u, 150u}) {
        for (uint32_t top_length : {0u, 3u, 8u}) {
            const std::vector<Fr> polynomial = random_vector(random, 5 * n + top_length);
            const std::vector<Fr> top(polynomial.begin() + 5 * n, polynomial.end());
            Cosets cosets{};
            std::vector<std::vector<Fr>> remainders(5, std::vector<Fr>(n, Fr::zero()));
            for (uint32_t i = 0; i < 5; i++) {
                cosets.fold[i] = element<Fr>(Integer(2 + 3 * i));
                cosets.top_factor[i] = power(cosets.fold[i], 5);
                for (size_t j = 0; j < polynomial.size(); j++)
                    remainders[i][j % n] = remainders[i][j % n] + polynomial[j] * power(cosets.fold[i], j / n);
                cosets.remainder[i] = remainders[i].data();
            }
            // column i of the inverse holds the coefficients of the Lagrange polynomial of fold_i
            for (uint32_t i = 0; i < 5; i++) {
                std::vector<Fr> numerator(5, Fr::zero());
                numerator[0] = Fr::one();
                Fr denominator = Fr::one();
                for (uint32_t j = 0; j < 5; j++) {
                    if (j == i) continue;
                    for (uint32_t d = 4; d > 0; d--) numerator[d] = numerator[d - 1] - cosets.fold[j] * numerator[d];
                    numerator[0] = negated(cosets.fold[j] * numerator[0]);
                    denominator = denominator * (cosets.fold[i] - cosets.fold[j]);
                }
                for (uint32_t row = 0; row < 5; row++) cosets.inverse[row][i] = numerator[row] * inverse(denominator);
            }
            std::vector<Fr> result(5 * n);
            simt::launch((n + 31) / 32, 32, 0, ntt_combine_cosets, result.data(), n, cosets, top.data(), top_length);
            for (size_t j = 0; j < result.size(); j++)
                CHECK(result[j] == polynomial[j], "n " << n << ", top " << top_length << ", coefficient " << j);
        }
    }
}

RACE_TEST(passes_without_races) { check_forward({6, {4, 2}, 2}); }

TEST_MAIN()
