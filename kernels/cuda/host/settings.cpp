#include "settings.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

namespace mock {

namespace {

[[noreturn]] void refuse(const char* name, const std::string& text) {
    std::fprintf(stderr, "mock driver: %s=%s is not understood, see host/settings.h\n", name, text.c_str());
    std::abort();
}

uint64_t number(const char* name, const std::string& text) {
    size_t end = 0;
    uint64_t value = 0;
    try {
        value = std::stoull(text, &end);
    } catch (const std::exception&) {
        refuse(name, text);
    }
    if (end != text.size()) refuse(name, text);
    return value;
}

struct Faults {
    std::map<uint64_t, Fault> of_launches, of_allocations;

    Faults() {
        const char* const name = "CREMA_MOCK_FAULT";
        const char* const text = std::getenv(name);
        if (text == nullptr) return;
        const std::map<std::string, Fault> kinds = {{"memory", Fault::memory}, {"launch", Fault::launch},
                                                    {"address", Fault::address}, {"flip", Fault::flip},
                                                    {"hang", Fault::hang}};
        std::stringstream list(text);
        for (std::string item; std::getline(list, item, ',');) {
            const size_t colon = item.find(':');
            const auto kind = kinds.find(item.substr(0, colon));
            if (colon == std::string::npos || kind == kinds.end()) refuse(name, item);
            auto& faults = kind->second == Fault::memory ? of_allocations : of_launches;
            faults[number(name, item.substr(colon + 1))] = kind->second;
        }
    }
};

Fault next(const std::map<uint64_t, Fault>& faults, uint64_t& count) {
    const auto found = faults.find(++count);
    return found == faults.end() ? Fault::none : found->second;
}

const Faults& faults() {
    static const Faults faults;
    return faults;
}

}  // namespace

int setting(const char* name, int otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<int>(number(name, text));
}

size_t memory_of_a_card() {
    const char* const name = "CREMA_MOCK_MEMORY";
    const char* const text = std::getenv(name);
    return text == nullptr ? size_t{2} << 30 : number(name, text);
}

bool allocation_fails() {
    static uint64_t count = 0;
    return next(faults().of_allocations, count) != Fault::none;
}

Fault launch_fault() {
    static uint64_t count = 0;
    return next(faults().of_launches, count);
}

}  // namespace mock
