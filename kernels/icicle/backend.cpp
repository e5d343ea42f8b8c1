// A backend's library of the mock, for the part PART of what a CUDA device does: its initialiser makes the part known.
#include "abi.h"

namespace {

const struct Registration {
    Registration() { mock_register("CUDA", PART); }
} registration;

}  // namespace

#ifdef NEEDS
// A function of another version's library, which nothing offers.
extern "C" void NEEDS();
EXPORT void mock_backend_entry() { NEEDS(); }
#endif
