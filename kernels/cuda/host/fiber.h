// Stacks that switch: what simt.cpp runs CUDA threads on. Tells the sanitizers about every switch.
//
// Under ThreadSanitizer this file and simt.cpp are compiled WITHOUT -fsanitize=thread but with -DSIMT_TSAN: the scheduler
// is no part of the program that is searched for races, and every CUDA thread becomes one of the sanitizer's fibers.
// Processors other than x86-64 switch by swapcontext; -DSIMT_UCONTEXT does so everywhere, to test that path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#if !defined(__x86_64__) || defined(SIMT_UCONTEXT)
#include <ucontext.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(SIMT_TSAN)
extern "C" {
void* __tsan_get_current_fiber(void);
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace simt {

// Sanitized field arithmetic takes some tens of kilobytes of stack; pages that are never touched cost nothing.
constexpr size_t stack_size = 512 * 1024;

#if defined(__x86_64__) && !defined(SIMT_UCONTEXT)
using Context = void*;  // a stack pointer, with the six callee-saved registers on top

// Saves this stack, continues on the other. An order of magnitude faster than swapcontext, which asks the kernel.
__attribute__((naked, noinline)) inline void switch_context(Context* /*from*/, Context /*to*/) {
    asm volatile(
        "pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
        "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
        "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret\n");
}
#else
using Context = ucontext_t;
inline void switch_context(Context* from, Context& to) { swapcontext(from, &to); }
#endif

struct Fiber {
    Context context{};
    char* mapping;
    void (*main)();
    void* race_fiber = nullptr;

    explicit Fiber(void (*main)());
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;
    char* stack() const { return mapping + guard(); }
    static size_t guard() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
};

namespace scheduler {
inline thread_local Context context;
inline thread_local const void* stack_bottom = nullptr;
inline thread_local size_t size = 0;
inline thread_local void* race_fiber = nullptr;
inline thread_local void (*entry)() = nullptr;
}  // namespace scheduler

// The first thing on a new stack.
inline void fiber_main() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &scheduler::stack_bottom, &scheduler::size);
#endif
    scheduler::entry();
}

inline Fiber::Fiber(void (*main)()) : main(main) {
    const size_t size = stack_size + guard();
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    mapping = static_cast<char*>(memory);
    mprotect(mapping, guard(), PROT_NONE);  // an overflow faults instead of writing to a neighbour
#if defined(__x86_64__) && !defined(SIMT_UCONTEXT)
    void** top = reinterpret_cast<void**>(stack() + stack_size);
    *--top = nullptr;  // keeps the stack aligned as a call would
    *--top = reinterpret_cast<void*>(&fiber_main);
    for (int saved = 0; saved < 6; saved++) *--top = nullptr;
    context = top;
#else
    getcontext(&context);
    context.uc_stack.ss_sp = stack();
    context.uc_stack.ss_size = stack_size;
    makecontext(&context, &fiber_main, 0);
#endif
}

inline Fiber::~Fiber() {
#if defined(SIMT_TSAN)
    if (race_fiber != nullptr) __tsan_destroy_fiber(race_fiber);
#endif
    munmap(mapping, stack_size + guard());
}

// From the scheduler into a fiber, until it leaves.
inline void enter_fiber(Fiber& fiber) {
    scheduler::entry = fiber.main;
#if defined(__SANITIZE_ADDRESS__)
    void* fake_stack;
    __sanitizer_start_switch_fiber(&fake_stack, fiber.stack(), stack_size);
#endif
#if defined(SIMT_TSAN)
    __tsan_switch_to_fiber(fiber.race_fiber, 1);
#endif
    switch_context(&scheduler::context, fiber.context);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

// From a fiber back to the scheduler.
inline void leave_fiber(Fiber& fiber) {
#if defined(__SANITIZE_ADDRESS__)
    void* fake_stack;
    __sanitizer_start_switch_fiber(&fake_stack, scheduler::stack_bottom, scheduler::size);
#endif
#if defined(SIMT_TSAN)
    __tsan_switch_to_fiber(scheduler::race_fiber, 1);
#endif
    switch_context(&fiber.context, scheduler::context);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, &scheduler::stack_bottom, &scheduler::size);
#endif
}

// Happens-before edges, for ThreadSanitizer only: a block's start and end, its barriers, a warp's operations.
#if defined(SIMT_TSAN)
constexpr bool one_thread_per_fiber = true;
inline char start_token, end_token, barrier_token, warp_tokens[32];
inline void renew(Fiber& fiber) {
    if (fiber.race_fiber != nullptr) __tsan_destroy_fiber(fiber.race_fiber);
    fiber.race_fiber = __tsan_create_fiber(0);
}
inline void enter_scheduler() {
    scheduler::race_fiber = __tsan_get_current_fiber();
    __tsan_release(&start_token);
}
// Two tokens: with one, a thread that ends before another starts would seem to be ordered before it.
inline void thread_starts() { __tsan_acquire(&start_token); }
inline void thread_ends() { __tsan_release(&end_token); }
inline void block_ends() {
    __tsan_acquire(&end_token);
    __tsan_release(&start_token);
}
inline void release_barrier_token() { __tsan_release(&barrier_token); }
inline void acquire_barrier_token() { __tsan_acquire(&barrier_token); }
inline void release_warp_token(uint32_t warp) { __tsan_release(&warp_tokens[warp]); }
inline void acquire_warp_token(uint32_t warp) { __tsan_acquire(&warp_tokens[warp]); }
#else
constexpr bool one_thread_per_fiber = false;
inline void renew(Fiber&) {}
inline void enter_scheduler() {}
inline void thread_starts() {}
inline void thread_ends() {}
inline void block_ends() {}
inline void release_barrier_token() {}
inline void acquire_barrier_token() {}
inline void release_warp_token(uint32_t) {}
inline void acquire_warp_token(uint32_t) {}
#endif

}  // namespace simt
