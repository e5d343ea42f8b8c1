#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

namespace mock {

namespace {

// As strict as cuMemAlloc promises to be.
constexpr size_t alignment = 256;
constexpr unsigned char past_the_end = 0xA5;

struct Allocation {
    int card;
    size_t bytes;
    void* mapping;
    size_t mapped;
};
std::map<uint64_t, Allocation> allocations;
std::map<uintptr_t, size_t> pinned;

size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

std::map<uint64_t, Allocation>::iterator find(uint64_t address) {
    auto found = allocations.upper_bound(address);
    return found == allocations.begin() ? allocations.end() : --found;
}

void remove(std::map<uint64_t, Allocation>::iterator at) {
    const auto& [address, allocation] = *at;
    const auto* end = reinterpret_cast<unsigned char*>(address + allocation.bytes);
    for (size_t i = 0; i < rounded(allocation.bytes, alignment) - allocation.bytes; i++) {
        if (end[i] == past_the_end) continue;
        std::fprintf(stderr, "mock driver: byte %zu past the end of an allocation of %zu bytes was written\n", i, allocation.bytes);
        std::abort();
    }
    munmap(allocation.mapping, allocation.mapped);
    allocations.erase(at);
}

}  // namespace

size_t used(int card) {
    size_t sum = 0;
    for (const auto& [address, allocation] : allocations) sum += allocation.card == card ? allocation.bytes : 0;
    return sum;
}

uint64_t allocate(int card, size_t bytes, size_t total) {
    if (bytes == 0 || bytes > total - used(card)) return 0;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t body = rounded(bytes, page);
    const size_t mapped = body + 2 * page;
    void* mapping = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return 0;
    char* const start = static_cast<char*>(mapping) + page;
    if (mprotect(start, body, PROT_READ | PROT_WRITE) != 0) {
        munmap(mapping, mapped);
        return 0;
    }
    char* const first = start + (body - rounded(bytes, alignment));
    std::memset(first, poison, bytes);
    std::memset(first + bytes, past_the_end, rounded(bytes, alignment) - bytes);
    const uint64_t address = reinterpret_cast<uint64_t>(first);
    allocations[address] = {card, bytes, mapping, mapped};
    return address;
}

bool release(uint64_t address) {
    const auto found = allocations.find(address);
    if (found == allocations.end()) return false;
    remove(found);
    return true;
}

bool containing(int card, uint64_t address, uint64_t* first, size_t* bytes) {
    const auto found = find(address);
    if (found == allocations.end() || found->second.card != card) return false;
    *first = found->first;
    *bytes = found->second.bytes;
    return address - *first <= *bytes;
}

bool holds(int card, uint64_t address, size_t bytes) {
    uint64_t first;
    size_t size;
    return containing(card, address, &first, &size) && bytes <= size - (address - first);
}

size_t release_all(int card) {
    const size_t sum = used(card);
    for (auto at = allocations.begin(); at != allocations.end();) {
        const auto next = std::next(at);
        if (at->second.card == card) remove(at);
        at = next;
    }
    return sum;
}

struct Snapshot::Copies {
    std::vector<std::pair<uint64_t, std::vector<uint32_t>>> before;
};

Snapshot::Snapshot(int card) : copies(new Copies) {
    for (const auto& [address, allocation] : allocations) {
        if (allocation.card != card) continue;
        const auto* words = reinterpret_cast<const uint32_t*>(address);
        copies->before.emplace_back(address, std::vector<uint32_t>(words, words + allocation.bytes / 4));
    }
}

Snapshot::~Snapshot() { delete copies; }

void Snapshot::flip_a_changed_bit() {
    std::vector<uint32_t*> changed;
    for (const auto& [address, words] : copies->before) {
        auto* now = reinterpret_cast<uint32_t*>(address);
        for (size_t i = 0; i < words.size(); i++)
            if (now[i] != words[i]) changed.push_back(now + i);
    }
    if (!changed.empty()) *changed[changed.size() / 2] ^= 1;
}

namespace {

// Launches are serialised, so there is one.
const char* watched = nullptr;
struct sigaction otherwise;

void report(int signal, siginfo_t* information, void* context) {
    if (watched == nullptr) {
        if (otherwise.sa_flags & SA_SIGINFO) otherwise.sa_sigaction(signal, information, context);
        else sigaction(signal, &otherwise, nullptr);
        return;
    }
    for (const char* text : {"mock driver: ", watched, " touched memory outside of its buffers\n"})
        if (write(STDERR_FILENO, text, std::strlen(text)) < 0) break;
    // returns to the instruction that failed, which now ends the process
    std::signal(signal, SIG_DFL);
}

}  // namespace

Watch::Watch(const char* kernel) {
    static const bool installed = [] {
        struct sigaction action = {};
        action.sa_sigaction = report;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        return sigaction(SIGSEGV, &action, &otherwise) == 0;
    }();
    watched = installed ? kernel : nullptr;
}

Watch::~Watch() { watched = nullptr; }

void* allocate_pinned(size_t bytes) {
    void* address = nullptr;
    if (bytes == 0 || posix_memalign(&address, 4096, bytes) != 0) return nullptr;
    pinned[reinterpret_cast<uintptr_t>(address)] = bytes;
    return address;
}

bool release_pinned(void* address) {
    if (pinned.erase(reinterpret_cast<uintptr_t>(address)) == 0) return false;
    std::free(address);
    return true;
}

bool holds_pinned(const void* address, size_t bytes) {
    const auto at = reinterpret_cast<uintptr_t>(address);
    auto found = pinned.upper_bound(at);
    if (found == pinned.begin()) return false;
    --found;
    return at - found->first <= found->second && bytes <= found->second - (at - found->first);
}

}  // namespace mock
