// A test program of kernels/tools/host-tests: cases that print one line each, and a verdict by exit status.
//
//   TEST(name) { … }          runs once
//   KERNEL_TEST(name) { … }   runs in three thread orders
//   RACE_TEST(name) { … }     a tiny launch, also run under ThreadSanitizer, which reports missing barriers
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../host/simt.h"

namespace test {

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Kind { plain, kernel, race };
struct Case {
    const char* name;
    Kind kind;
    void (*body)();
};
inline std::vector<Case>& cases() {
    static std::vector<Case> list;
    return list;
}
inline bool add(const char* name, Kind kind, void (*body)()) {
    cases().push_back({name, kind, body});
    return true;
}

// splitmix64: the same numbers on every machine.
struct Random {
    uint64_t state;
    explicit Random(uint64_t seed) : state(seed) {}
    uint64_t next() {
        uint64_t x = state += 0x9E3779B97F4A7C15ull;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
        x = (x ^ x >> 27) * 0x94D049BB133111EBull;
        return x ^ x >> 31;
    }
    uint32_t below(uint32_t bound) { return static_cast<uint32_t>(next() % bound); }
};

inline bool run(const Case& test, const std::string& order, const std::string& note) {
    const std::string label = note.empty() ? test.name : std::string(test.name) + " (" + note + ")";
    simt::set_order(order);
    try {
        test.body();
    } catch (const std::exception& error) {
        std::printf("FAILED %s: %s\n", label.c_str(), error.what());
        return false;
    }
    std::printf("ok %s\n", label.c_str());
    std::fflush(stdout);
    return true;
}

inline int main() {
    bool all = true;
    for (const Case& test : cases()) {
#if defined(__SANITIZE_THREAD__)
        if (test.kind == Kind::race) all &= run(test, "forward", "races");
#else
        if (test.kind == Kind::plain) {
            all &= run(test, "forward", "");
        } else {
            for (const char* order : {"forward", "reverse", "random:20261122"}) all &= run(test, order, order);
        }
#endif
    }
    return all ? 0 : 1;
}

}  // namespace test

#define TEST_OF_KIND(name, kind)                                                              \
    static void name();                                                                       \
    [[maybe_unused]] static const bool name##_listed = test::add(#name, test::Kind::kind, &name); \
    static void name()
#define TEST(name) TEST_OF_KIND(name, plain)
#define KERNEL_TEST(name) TEST_OF_KIND(name, kernel)
#define RACE_TEST(name) TEST_OF_KIND(name, race)

// CHECK(condition, streamed message…): the message says which input it was.
#define CHECK(condition, message)                                                              \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            std::ostringstream text;                                                           \
            text << __FILE__ << ":" << __LINE__ << ": " << #condition << "; " << message;      \
            throw test::Failure(text.str());                                                   \
        }                                                                                      \
    } while (false)

#define TEST_MAIN() \
    int main() { return test::main(); }
