// The scheduler behind simt.h. See there for what it is; this file says how.
//
// A block's threads are started on fibers in the chosen order. A thread that never waits runs to its end and the next one
// starts on the same stack, so that plain kernels cost no switch. A thread that waits keeps its fiber; the scheduler, on the
// host thread's own stack, releases warp groups and block barriers when everyone they need has arrived.
#include "simt.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>

#include "fiber.h"

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

namespace simt {

thread_local Thread* current;

namespace {

enum class State { ready, at_barrier, at_warp, done };

struct Slot {
    Thread view;
    State state;
    const char* file;
    int line;
    uint32_t mask;
    uint64_t value, released_value;
    uint32_t released_mask;
    Fiber* fiber;
};

struct Running {
    std::vector<Slot> slots;
    std::vector<uint32_t> order;
    size_t next = 0;
    const std::function<void()>* body = nullptr;
    std::exception_ptr failure;
    std::vector<std::unique_ptr<Fiber>> fibers;  // kept from launch to launch
    Fiber* fiber = nullptr;
    Slot* slot = nullptr;
};
thread_local Running running;

std::mutex launching;
Order order = Order::forward;
uint64_t order_seed = 1;

struct InitialOrder {
    InitialOrder() {
        if (const char* text = std::getenv("SIMT_ORDER")) set_order(text);
    }
} initial_order;

uint64_t mixed(uint64_t x) {  // splitmix64
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ x >> 27) * 0x94D049BB133111EBull;
    return x ^ x >> 31;
}

void arrange(std::vector<uint32_t>& items, uint64_t salt) {
    std::iota(items.begin(), items.end(), 0u);
    if (order == Order::reverse) std::reverse(items.begin(), items.end());
    if (order != Order::random) return;
    for (size_t i = items.size(); i > 1; i--) std::swap(items[i - 1], items[mixed(order_seed ^ mixed(salt ^ mixed(i))) % i]);
}

// What every fiber executes: threads of the block, as long as there are any that have not started.
void work() {
    for (;;) {
        while (running.next < running.order.size() && !running.failure) {
            Slot& slot = running.slots[running.order[running.next++]];
            slot.fiber = running.fiber;
            running.slot = &slot;
            current = &slot.view;
            thread_starts();
            try {
                (*running.body)();
            } catch (...) {
                running.failure = std::current_exception();
            }
            thread_ends();
            running.slot->state = State::done;
            running.slot->fiber = nullptr;
            running.slot = nullptr;
            current = nullptr;
            if (one_thread_per_fiber) break;
        }
        leave_fiber(*running.fiber);
    }
}

// Returns whether the fiber came back because its thread waits.
bool resume(Fiber& fiber, Slot* slot) {
    running.fiber = &fiber;
    running.slot = slot;
    current = slot == nullptr ? nullptr : &slot->view;
    enter_fiber(fiber);
    const bool waits = running.slot != nullptr;
    running.fiber = nullptr;
    running.slot = nullptr;
    current = nullptr;
    return waits;
}

void wait(State state) {
    Slot* slot = running.slot;
    slot->state = state;
    leave_fiber(*slot->fiber);
}

// Starts every thread; each runs until it waits or ends.
void start_all() {
    std::vector<Fiber*> idle;
    for (auto& fiber : running.fibers) idle.push_back(fiber.get());
    while (running.next < running.order.size() && !running.failure) {
        if (idle.empty()) {
            running.fibers.push_back(std::make_unique<Fiber>(&work));
            idle.push_back(running.fibers.back().get());
        }
        Fiber* fiber = idle.back();
        idle.pop_back();
        renew(*fiber);
        // one stack for two threads of a block would be a race on the stack
        if (!resume(*fiber, nullptr) && !one_thread_per_fiber) idle.push_back(fiber);
    }
}

// Lets a warp's waiting lanes go on once all that they wait for are there. Lanes that have ended are not waited for.
bool release_warp(size_t first) {
    const size_t lanes = std::min<size_t>(32, running.slots.size() - first);
    uint32_t arrived = 0, live = 0, needed = 0;
    for (size_t i = 0; i < lanes; i++) {
        const Slot& slot = running.slots[first + i];
        if (slot.state != State::done) live |= 1u << i;
        if (slot.state == State::at_warp) arrived |= 1u << i;
    }
    // Groups with different masks are released separately: take the first lane whose whole group has arrived.
    uint32_t group = 0;
    for (size_t i = 0; i < lanes && group == 0; i++) {
        const Slot& slot = running.slots[first + i];
        if (slot.state != State::at_warp) continue;
        if ((slot.mask >> i & 1) == 0) throw LaunchError("a lane calls a warp operation whose mask leaves it out");
        needed = slot.mask & live;
        if ((needed & ~arrived) == 0) group = needed;
    }
    if (group == 0) return false;
    for (size_t i = 0; i < lanes; i++) {
        if ((group >> i & 1) == 0) continue;
        Slot& slot = running.slots[first + i];
        if ((slot.mask & live) != group) throw LaunchError("lanes of one warp operation disagree about its mask");
        slot.released_value = slot.value;
        slot.released_mask = group;
        slot.state = State::ready;
    }
    for (uint32_t index : running.order) {
        Slot& slot = running.slots[index];
        if (index >= first && index < first + lanes && (group >> (index - first) & 1) != 0 && !running.failure)
            resume(*slot.fiber, &slot);
    }
    return true;
}

bool release_barrier() {
    const Slot* first = nullptr;
    for (const Slot& slot : running.slots) {
        if (slot.state == State::done) continue;
        if (slot.state != State::at_barrier) return false;
        if (first == nullptr) first = &slot;
        if (slot.line != first->line || std::strcmp(slot.file, first->file) != 0)
            throw LaunchError("divergent __syncthreads: threads of one block wait at " + std::string(first->file) + ":" +
                              std::to_string(first->line) + " and at line " + std::to_string(slot.line));
    }
    if (first == nullptr) return false;
    for (Slot& slot : running.slots)
        if (slot.state == State::at_barrier) slot.state = State::ready;
    for (uint32_t index : running.order) {
        Slot& slot = running.slots[index];
        if (slot.state == State::ready && !running.failure) resume(*slot.fiber, &slot);
    }
    return true;
}

void run_block(uint64_t salt) {
    running.next = 0;
    arrange(running.order, salt);
    for (Slot& slot : running.slots) {
        slot.state = State::ready;
        slot.fiber = nullptr;
    }
    start_all();
    while (!running.failure) {
        bool progress = false;
        for (size_t first = 0; first < running.slots.size(); first += 32)
            while (!running.failure && release_warp(first)) progress = true;
        if (running.failure) break;
        if (std::all_of(running.slots.begin(), running.slots.end(), [](const Slot& s) { return s.state == State::done; })) return;
        if (release_barrier()) progress = true;
        if (!progress) throw LaunchError("deadlock: some threads of a block wait for others that never arrive");
    }
    std::rethrow_exception(running.failure);
}

void check_shape(dim3 grid, dim3 block) {
    const uint64_t threads = static_cast<uint64_t>(block.x) * block.y * block.z;
    if (threads == 0 || threads > 1024 || block.z > 64) throw LaunchError("a block has 1 to 1024 threads, at most 64 deep");
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7FFFFFFFu || grid.y > 65535 || grid.z > 65535)
        throw LaunchError("a grid has 1 to 2^31-1 blocks in x and 1 to 65535 in y and z");
}

void prepare_threads(dim3 grid, dim3 block, void* dynamic_shared) {
    const size_t threads = static_cast<size_t>(block.x) * block.y * block.z;
    running.slots.assign(threads, Slot{});
    running.order.assign(threads, 0);
    for (uint32_t i = 0; i < threads; i++) {
        Thread& view = running.slots[i].view;
        view.index = {i % block.x, i / block.x % block.y, i / block.x / block.y};
        view.block_size = block;
        view.grid_size = grid;
        view.lane = i % 32;
        view.warp = i / 32;
        view.dynamic_shared = dynamic_shared;
    }
}

std::map<std::string, Kernel>& kernels() {
    static std::map<std::string, Kernel> table;
    return table;
}

}  // namespace

void set_order(Order new_order, uint64_t seed) {
    order = new_order;
    order_seed = seed;
}

void set_order(const std::string& text) {
    if (text == "forward") return set_order(Order::forward);
    if (text == "reverse") return set_order(Order::reverse);
    if (text.rfind("random:", 0) == 0) return set_order(Order::random, std::stoull(text.substr(7)));
    throw std::invalid_argument("thread order \"" + text + "\" is none of forward, reverse, random:<seed>");
}

void run(dim3 grid, dim3 block, size_t dynamic_shared, const std::function<void()>& body) {
    check_shape(grid, block);
    const std::lock_guard<std::mutex> lock(launching);
    enter_scheduler();
    // Exactly as large as asked, so that AddressSanitizer sees the first byte beyond.
    void* memory = nullptr;
    if (dynamic_shared != 0 && posix_memalign(&memory, 128, dynamic_shared) != 0) throw std::bad_alloc();
    const std::unique_ptr<void, decltype(&std::free)> shared(memory, &std::free);
    prepare_threads(grid, block, shared.get());
    running.body = &body;
    running.failure = nullptr;
    std::vector<uint32_t> blocks(static_cast<size_t>(grid.x) * grid.y * grid.z);
    arrange(blocks, 0x5EED);
    try {
        for (uint32_t block_index : blocks) {
            for (Slot& slot : running.slots)
                slot.view.block = {block_index % grid.x, block_index / grid.x % grid.y, block_index / grid.x / grid.y};
            if (dynamic_shared != 0) std::memset(shared.get(), 0xCD, dynamic_shared);
            run_block(block_index);
            block_ends();
        }
    } catch (...) {
        // Fibers that are still in the middle of a kernel are given up with their stacks.
        running.fibers.clear();
        throw;
    }
}

bool add_kernel(const char* name, Entry entry, uint32_t max_threads, uint32_t) {
    if (!kernels().emplace(name, Kernel{name, entry, max_threads}).second) {
        std::fprintf(stderr, "two kernels are called %s\n", name);
        std::abort();
    }
    return true;
}

const Kernel* find_kernel(const std::string& name) {
    const auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : &found->second;
}

std::vector<std::string> kernel_names() {
    std::vector<std::string> names;
    for (const auto& [name, kernel] : kernels()) names.push_back(name);
    return names;
}

void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic_shared, void* const* slots) {
    if (static_cast<uint64_t>(block.x) * block.y * block.z > kernel.max_threads)
        throw LaunchError(kernel.name + " is compiled for blocks of at most " + std::to_string(kernel.max_threads) + " threads");
    run(grid, block, dynamic_shared, [&] { kernel.entry(slots); });
}

void barrier(const char* file, int line) {
    running.slot->file = file;
    running.slot->line = line;
    release_barrier_token();
    wait(State::at_barrier);
    acquire_barrier_token();
}

void exchange(uint32_t mask, uint64_t value) {
    const uint32_t warp = running.slot->view.warp;
    running.slot->mask = mask;
    running.slot->value = value;
    release_warp_token(warp);
    wait(State::at_warp);
    acquire_warp_token(warp);
}

void warp_barrier(uint32_t mask) { exchange(mask, 0); }

uint64_t published(uint32_t lane) { return running.slots[running.slot->view.warp * 32 + lane].released_value; }

bool participates(uint32_t lane) { return lane < 32 && (running.slot->released_mask >> lane & 1) != 0; }

void trap() { throw std::runtime_error("a kernel called __trap()"); }

}  // namespace simt
