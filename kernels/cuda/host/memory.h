// The mock driver's device and pinned memory. Every device allocation ends at a page that cannot be touched, is filled
// with a pattern before it is handed out, and is checked when it is freed for writes just past its end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mock {

// What a fresh allocation holds.
constexpr unsigned char poison = 0xCD;

// An address, or 0 when `bytes` do not fit into what is left of the card's `total`.
uint64_t allocate(int card, size_t bytes, size_t total);
// Whether the address is an allocation's first. Aborts when something was written past its end.
bool release(uint64_t address);
// The allocation of the card in which the address lies, or which ends there.
bool containing(int card, uint64_t address, uint64_t* first, size_t* bytes);
// Whether the range lies in one allocation of the card.
bool holds(int card, uint64_t address, size_t bytes);
size_t used(int card);
// Frees what a card still has; returns how much that was.
size_t release_all(int card);
// Copies everything a card has, and flips a bit in the middle one of the words that have changed since.
class Snapshot {
public:
    explicit Snapshot(int card);
    ~Snapshot();
    void flip_a_changed_bit();

private:
    struct Copies;
    Copies* copies;
};

// While it lives, a fault of memory is reported with this kernel's name before the process ends.
class Watch {
public:
    explicit Watch(const char* kernel);
    ~Watch();
};

void* allocate_pinned(size_t bytes);
bool release_pinned(void* address);
bool holds_pinned(const void* address, size_t bytes);

}  // namespace mock
