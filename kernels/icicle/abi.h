// The part of ICICLE's C interface that crema's engine uses, for a mock of it: three libraries and a backend, as an
// installation has them. Structs as in ICICLE's headers of v3.9 to v4.0.
//
// CREMA_MOCK_ICICLE holds faults, separated by commas:
//   function=code           every call of the function returns this code
//   function=code:size      … every call for so many elements
//   function=wrong[:size]   the result differs in one bit
//   not_reduced=wrong[:size], off_curve=wrong[:size]   a result that is no field element, or no point
//   devices=n               number of CUDA devices (1)
//   CPU=absent, CUDA=absent the device is not available, and selecting it throws
#pragma once

#include <cstddef>
#include <cstdint>

namespace mock {

enum Error : int { success = 0, invalid_device = 1, invalid_pointer = 3, invalid_argument = 11 };

struct Device {
    char type[64];
    int id;
};

// Eight limbs, least significant first, not in Montgomery form.
struct Number {
    uint32_t limb[8];
};

struct AffinePoint {
    Number x, y;
};

struct ProjectivePoint {
    Number x, y, z;
};

struct NttConfig {
#ifdef OTHER_LAYOUT
    int added_in_front;
#endif
    void* stream;
    Number coset_generator;
    int batch_size;
    bool columns_batch;
    int ordering;
    bool inputs_on_device, outputs_on_device, is_async;
    void* extension;
};

struct DomainConfig {
    void* stream;
    bool is_async;
    void* extension;
};

struct MsmConfig {
#ifdef OTHER_LAYOUT
    int added_in_front;
#endif
    void* stream;
    int precompute_factor, window, scalar_bits, batch_size;
    bool points_shared_in_batch, scalars_on_device, scalars_in_montgomery_form, points_on_device,
        points_in_montgomery_form, results_on_device, is_async;
    void* extension;
};

#ifndef OTHER_LAYOUT
static_assert(sizeof(NttConfig) == 64 && offsetof(NttConfig, coset_generator) == 8, "");
static_assert(offsetof(NttConfig, columns_batch) == 44 && offsetof(NttConfig, extension) == 56, "");
static_assert(sizeof(MsmConfig) == 40 && offsetof(MsmConfig, extension) == 32, "");
#endif
static_assert(sizeof(Device) == 68 && sizeof(DomainConfig) == 24, "");

struct Fault {
    Error code;
    bool wrong;
};

}  // namespace mock

#define EXPORT extern "C" __attribute__((visibility("default")))

// What the other libraries use of the one for devices.

// Makes an operation known for a type of devices, as the initialisers of backends do.
EXPORT void mock_register(const char* type, const char* operation);
// The device selected on this thread. Throws when there is none, or when it does not know the operation.
EXPORT const mock::Device& mock_device_for(const char* operation);
// What has to happen to a call.
EXPORT mock::Fault mock_fault(const char* function, uint64_t size);
