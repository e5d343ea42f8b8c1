// What the mock driver pretends to be, and when it fails, from the environment:
//
//   CREMA_MOCK_CARDS=2          number of cards (1)
//   CREMA_MOCK_MEMORY=…         bytes of each (2 GiB)
//   CREMA_MOCK_DRIVER=12040     the CUDA version that the driver speaks (13000)
//   CREMA_MOCK_CAPABILITY=75    compute capability, and whether the driver takes the image: from 80 on (90)
//   CREMA_MOCK_FAULT=kind:n,…   with n counted from 1 over the whole process:
//     memory:n   the n-th allocation of device memory finds none left
//     launch:n   the n-th launch is refused; the card stays well
//     address:n  the kernel of the n-th launch touches memory that is not there; the context is lost
//     flip:n     the n-th launch leaves one bit of its result flipped
//     hang:n     the n-th launch never ends
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mock {

int setting(const char* name, int otherwise);
size_t memory_of_a_card();

enum class Fault { none, memory, launch, address, flip, hang };
// Counts an allocation; whether it has to fail.
bool allocation_fails();
// Counts a launch; what has to happen to it.
Fault launch_fault();

}  // namespace mock
