// Loads and stores of field elements as two 16-byte accesses. Left to itself the compiler makes eight 4-byte accesses of an
// element, each of which touches as many sectors as the whole.
#pragma once

#include "field.cuh"

template <class P>
DEVICE Field<P> load(const Field<P>* from) {
#if defined(__CUDACC__)
    const uint4* halves = reinterpret_cast<const uint4*>(from);
    const uint4 low = halves[0], high = halves[1];
    return Field<P>{{low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w}};
#else
    return *from;
#endif
}

template <class P>
DEVICE void store(Field<P>* to, const Field<P>& value) {
#if defined(__CUDACC__)
    const uint32_t* limb = value.limb;
    uint4* halves = reinterpret_cast<uint4*>(to);
    halves[0] = make_uint4(limb[0], limb[1], limb[2], limb[3]);
    halves[1] = make_uint4(limb[4], limb[5], limb[6], limb[7]);
#else
    *to = value;
#endif
}
