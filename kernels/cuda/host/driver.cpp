// A libcuda.so.1 whose launches run the emulated kernels (simt.h): the entry points that the engine calls, on host
// memory. It is stricter than a real driver: host memory of a copy must be pinned, every address must lie in a live
// allocation of the card, the list of arguments must end with null, a context must leave nothing behind. Copies from
// the host are put off until something waits for them or needs them, so that a host that overwrites its pinned memory
// too early is found out. A kernel's failure is reported by later calls, as by a real driver.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory.h"
#include "settings.h"
#include "simt.h"

namespace {

enum Result : int {
    success = 0, invalid_value = 1, out_of_memory = 2, not_initialized = 3, no_device = 100, invalid_device = 101,
    invalid_context = 201, no_binary_for_gpu = 209, invalid_handle = 400, not_found = 500, not_ready = 600,
    illegal_address = 700, launch_out_of_resources = 701, launch_failed = 719,
};

using Address = unsigned long long;
using Clock = std::chrono::steady_clock;

constexpr size_t default_shared = 48 * 1024, largest_shared = 227 * 1024;

struct Context {
    int card;
    int retained = 0;
    Result lost = success;
    bool hangs = false;
    std::deque<std::function<void()>> waiting;
};

struct Event {
    Context* context;
    Clock::time_point time;
    bool recorded = false, hangs = false;
};

struct Function {
    const simt::Kernel* kernel;
    size_t parameters, shared;
};

std::recursive_mutex lock;
bool initialized = false;
std::vector<std::unique_ptr<Context>> contexts;
std::map<std::string, Function> functions;
thread_local Context* current = nullptr;

// What runs kernels, if not the emulator: given the launch, it returns null or what went wrong, which must stay valid.
using Executor = const char* (*)(const char* kernel, const unsigned* grid, const unsigned* block, size_t shared, void** slots);
Executor executor = nullptr;

// Runs an entry point under the lock.
template <class Body>
Result entry(Body body) {
    const std::lock_guard<std::recursive_mutex> guard(lock);
    if (!initialized) return not_initialized;
    return body();
}

// Runs one that needs a context which works.
template <class Body>
Result on_context(Body body) {
    return entry([&] {
        if (current == nullptr || current->retained == 0) return invalid_context;
        return current->lost != success ? current->lost : body();
    });
}

void drain(Context& context) {
    while (!context.waiting.empty()) {
        context.waiting.front()();
        context.waiting.pop_front();
    }
}

Result lose(Result code, const std::string& reason) {
    std::fprintf(stderr, "mock driver: %s\n", reason.c_str());
    current->lost = code;
    return code;
}

bool card_exists(int card) { return card >= 0 && static_cast<size_t>(card) < contexts.size(); }

// An operation on the one stream there is.
Result enqueue(std::function<void()> operation) {
    current->waiting.push_back(std::move(operation));
    return success;
}

Result checked_range(Address address, size_t bytes, const char* what) {
    if (mock::holds(current->card, address, bytes)) return success;
    return lose(illegal_address, std::string(what) + " outside of any allocation of this card");
}

Result execute(const Function& function, dim3 grid, dim3 block, size_t shared, void** slots, bool flip) {
    drain(*current);
    if (current->hangs) return success;
    std::unique_ptr<mock::Snapshot> before;
    if (flip) before = std::make_unique<mock::Snapshot>(current->card);
    try {
        const mock::Watch watch(function.kernel->name.c_str());
        if (executor == nullptr) {
            simt::launch(*function.kernel, grid, block, shared, slots);
        } else {
            const unsigned blocks[] = {grid.x, grid.y, grid.z}, threads[] = {block.x, block.y, block.z};
            const char* fault = executor(function.kernel->name.c_str(), blocks, threads, shared, slots);
            if (fault != nullptr) throw std::runtime_error(fault);
        }
    } catch (const std::exception& error) {
        lose(launch_failed, function.kernel->name + ": " + error.what());
    }
    if (flip) before->flip_a_changed_bit();
    return success;
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))
#define ENTRY EXPORT Result

// Not the driver's: for tests that run what nvcc made of the kernels in an interpreter of their own.
EXPORT void mock_execute_by(Executor other) {
    const std::lock_guard<std::recursive_mutex> guard(lock);
    executor = other;
}

// For an executor: the allocation with this address, of the card that launches.
EXPORT bool mock_allocation(Address address, uint64_t* first, size_t* bytes) {
    return mock::containing(current->card, address, first, bytes);
}

ENTRY cuInit(unsigned) {
    const std::lock_guard<std::recursive_mutex> guard(lock);
    const int cards = mock::setting("CREMA_MOCK_CARDS", 1);
    if (cards == 0) return no_device;
    while (contexts.size() < static_cast<size_t>(cards)) {
        contexts.push_back(std::make_unique<Context>());
        contexts.back()->card = static_cast<int>(contexts.size()) - 1;
    }
    initialized = true;
    return success;
}

ENTRY cuDriverGetVersion(int* version) {
    *version = mock::setting("CREMA_MOCK_DRIVER", 13000);
    return success;
}

static const char* name_of(int code) {
    switch (code) {
        case success: return "CUDA_SUCCESS";
        case invalid_value: return "CUDA_ERROR_INVALID_VALUE";
        case out_of_memory: return "CUDA_ERROR_OUT_OF_MEMORY";
        case not_initialized: return "CUDA_ERROR_NOT_INITIALIZED";
        case no_device: return "CUDA_ERROR_NO_DEVICE";
        case invalid_context: return "CUDA_ERROR_INVALID_CONTEXT";
        case no_binary_for_gpu: return "CUDA_ERROR_NO_BINARY_FOR_GPU";
        case not_found: return "CUDA_ERROR_NOT_FOUND";
        case illegal_address: return "CUDA_ERROR_ILLEGAL_ADDRESS";
        case launch_out_of_resources: return "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES";
        case launch_failed: return "CUDA_ERROR_LAUNCH_FAILED";
        default: return nullptr;
    }
}

ENTRY cuGetErrorName(int code, const char** text) {
    *text = name_of(code);
    return *text == nullptr ? invalid_value : success;
}

ENTRY cuGetErrorString(int code, const char** text) {
    *text = name_of(code) == nullptr ? nullptr : "as the mock driver has it";
    return *text == nullptr ? invalid_value : success;
}

ENTRY cuDeviceGetCount(int* count) {
    return entry([&] { return *count = static_cast<int>(contexts.size()), success; });
}

ENTRY cuDeviceGet(int* device, int ordinal) {
    return entry([&] { return card_exists(ordinal) ? (*device = ordinal, success) : invalid_device; });
}

ENTRY cuDeviceGetName(char* name, int length, int device) {
    return entry([&] { return std::snprintf(name, length, "emulated card %d", device), success; });
}

ENTRY cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = mock::memory_of_a_card();
    return success;
}

ENTRY cuDeviceGetAttribute(int* value, int attribute, int) {
    const int capability = mock::setting("CREMA_MOCK_CAPABILITY", 90);
    switch (attribute) {
        case 16: *value = 2; return success;  // multiprocessors: few, so that loops over them stay short
        case 75: *value = capability / 10; return success;
        case 76: *value = capability % 10; return success;
        case 97: *value = largest_shared; return success;
        default: return invalid_value;
    }
}

ENTRY cuDevicePrimaryCtxRetain(Context** context, int device) {
    return entry([&] {
        if (!card_exists(device)) return invalid_device;
        contexts[device]->retained++;
        *context = contexts[device].get();
        return success;
    });
}

ENTRY cuDevicePrimaryCtxRelease_v2(int device) {
    return entry([&] {
        if (!card_exists(device) || contexts[device]->retained == 0) return invalid_context;
        Context& context = *contexts[device];
        if (--context.retained > 0) return success;
        drain(context);
        const size_t left = mock::release_all(device);
        if (left != 0 && context.lost == success) {
            std::fprintf(stderr, "mock driver: a context was released with %zu bytes still allocated\n", left);
            std::abort();
        }
        return success;
    });
}

ENTRY cuCtxSetCurrent(Context* context) {
    return entry([&] { return current = context, success; });
}

ENTRY cuModuleLoadDataEx(void** module, const void* image, unsigned, int*, void**) {
    return on_context([&] {
        if (mock::setting("CREMA_MOCK_CAPABILITY", 90) < 80) return no_binary_for_gpu;
        *module = const_cast<void*>(image);
        return success;
    });
}

ENTRY cuModuleUnload(void*) {
    return on_context([] { return success; });
}

ENTRY cuModuleGetFunction(Function** function, void*, const char* name) {
    return on_context([&] {
        const simt::Kernel* kernel = simt::find_kernel(name);
        if (kernel == nullptr) return not_found;
        const Function fresh{kernel, kernel->entry(nullptr), default_shared};
        *function = &functions.emplace(name, fresh).first->second;
        return success;
    });
}

ENTRY cuFuncSetAttribute(Function* function, int attribute, int value) {
    return on_context([&] {
        constexpr int max_dynamic_shared = 8;
        if (attribute != max_dynamic_shared || value < 0 || static_cast<size_t>(value) > largest_shared) return invalid_value;
        function->shared = static_cast<size_t>(value);
        return success;
    });
}

ENTRY cuMemAlloc_v2(Address* address, size_t bytes) {
    return on_context([&] {
        if (bytes == 0) return invalid_value;
        *address = mock::allocation_fails() ? 0 : mock::allocate(current->card, bytes, mock::memory_of_a_card());
        return *address == 0 ? out_of_memory : success;
    });
}

ENTRY cuMemFree_v2(Address address) {
    return on_context([&] {
        drain(*current);
        return mock::release(address) ? success : invalid_value;
    });
}

ENTRY cuMemGetInfo_v2(size_t* free, size_t* total) {
    return on_context([&] {
        *total = mock::memory_of_a_card();
        *free = *total - mock::used(current->card);
        return success;
    });
}

ENTRY cuMemAllocHost_v2(void** address, size_t bytes) {
    return on_context([&] {
        *address = mock::allocate_pinned(bytes);
        return *address == nullptr ? out_of_memory : success;
    });
}

ENTRY cuMemFreeHost(void* address) {
    return entry([&] {
        for (auto& context : contexts) drain(*context);
        return mock::release_pinned(address) ? success : invalid_value;
    });
}

ENTRY cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t bytes, void*) {
    return on_context([&] {
        if (!mock::holds_pinned(from, bytes)) return invalid_value;
        const Result result = checked_range(to, bytes, "copy from the host to");
        if (result != success) return result;
        return enqueue([=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
    });
}

ENTRY cuMemcpyDtoHAsync_v2(void* to, Address from, size_t bytes, void*) {
    return on_context([&] {
        if (!mock::holds_pinned(to, bytes)) return invalid_value;
        const Result result = checked_range(from, bytes, "copy to the host from");
        if (result != success) return result;
        return enqueue([=] { std::memcpy(to, reinterpret_cast<const void*>(from), bytes); });
    });
}

ENTRY cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, void*) {
    return on_context([&] {
        for (const Address address : {to, from})
            if (const Result result = checked_range(address, bytes, "copy"); result != success) return result;
        if (to < from + bytes && from < to + bytes) return lose(launch_failed, "copy between ranges that overlap");
        return enqueue([=] { std::memcpy(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes); });
    });
}

ENTRY cuMemsetD8Async(Address to, unsigned char value, size_t bytes, void*) {
    return on_context([&] {
        const Result result = checked_range(to, bytes, "fill");
        if (result != success) return result;
        return enqueue([=] { std::memset(reinterpret_cast<void*>(to), value, bytes); });
    });
}

ENTRY cuStreamCreateWithPriority(void** stream, unsigned, int) {
    return on_context([&] { return *stream = current, success; });
}

ENTRY cuStreamDestroy_v2(void*) {
    return entry([] { return success; });
}

ENTRY cuEventCreate(Event** event, unsigned) {
    return on_context([&] { return *event = new Event{current, {}, false, false}, success; });
}

ENTRY cuEventDestroy_v2(Event* event) {
    return entry([&] { return delete event, success; });
}

ENTRY cuEventRecord(Event* event, void*) {
    return on_context([&] {
        event->recorded = true;
        event->hangs = current->hangs;
        event->time = Clock::now();
        return success;
    });
}

// Waiting for an event does all that was put off; one behind a launch that never ends is never ready.
ENTRY cuEventQuery(Event* event) {
    return on_context([&] {
        if (event->hangs) return not_ready;
        drain(*event->context);
        return current->lost;
    });
}

ENTRY cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
    return on_context([&] {
        if (!start->recorded || !end->recorded) return invalid_handle;
        *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
        return success;
    });
}

ENTRY cuLaunchKernel(Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                     unsigned block_y, unsigned block_z, unsigned shared, void*, void** slots, void**) {
    return on_context([&] {
        const mock::Fault fault = mock::launch_fault();
        const size_t threads = size_t{block_x} * block_y * block_z;
        const bool fits = grid_x >= 1 && grid_x <= 0x7FFFFFFF && grid_y >= 1 && grid_y <= 65535 && grid_z >= 1 &&
                          grid_z <= 65535 && threads >= 1 && threads <= 1024 && block_z <= 64;
        if (!fits || shared > function->shared || fault == mock::Fault::launch) return invalid_value;
        if (threads > function->kernel->max_threads) return launch_out_of_resources;
        for (size_t i = 0; i <= function->parameters; i++)
            if ((slots[i] == nullptr) != (i == function->parameters)) {
                std::fprintf(stderr, "mock driver: %s takes %zu arguments, not %zu\n", function->kernel->name.c_str(),
                             function->parameters, i);
                return invalid_value;
            }
        if (fault == mock::Fault::hang) current->hangs = true;
        if (fault == mock::Fault::address) {
            lose(illegal_address, function->kernel->name + " was told to touch memory that is not there");
            return success;
        }
        return execute(*function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared, slots,
                       fault == mock::Fault::flip);
    });
}
