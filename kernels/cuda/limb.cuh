// Arithmetic on 32-bit limbs with a carry that passes from one instruction to the next. On the device each function is
// one PTX instruction and the carry is the hardware's flag; ptxas fuses a mad.lo/madc.hi pair into one IMAD.WIDE. With
// FIELD_CARRY_CHAINS the host runs the same functions on an explicit flag, so that the device's algorithm itself is tested.
//
// `_c` at the end of a name: sets the carry. A leading `c_`: uses it.
#pragma once

#include "platform.cuh"

namespace limb {

#if defined(__CUDACC__)

// volatile: the flag is no operand that the compiler knows, so the order of the text is the order of execution.
#define LIMB_2(name, instruction)                                                     \
    DEVICE uint32_t name(uint32_t a, uint32_t b) {                                    \
        uint32_t result;                                                              \
        asm volatile(instruction " %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));     \
        return result;                                                                \
    }
#define LIMB_3(name, instruction)                                                                 \
    DEVICE uint32_t name(uint32_t a, uint32_t b, uint32_t c) {                                    \
        uint32_t result;                                                                          \
        asm volatile(instruction " %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));     \
        return result;                                                                            \
    }
LIMB_2(add_c, "add.cc.u32")
LIMB_2(c_add_c, "addc.cc.u32")
LIMB_2(c_add, "addc.u32")
LIMB_2(sub_c, "sub.cc.u32")
LIMB_2(c_sub_c, "subc.cc.u32")
LIMB_2(c_sub, "subc.u32")
LIMB_3(mad_low_c, "mad.lo.cc.u32")
LIMB_3(c_mad_low_c, "madc.lo.cc.u32")
LIMB_3(c_mad_high_c, "madc.hi.cc.u32")
LIMB_3(c_mad_high, "madc.hi.u32")
#undef LIMB_2
#undef LIMB_3

DEVICE uint32_t mul_low(uint32_t a, uint32_t b) { return a * b; }
DEVICE uint32_t mul_high(uint32_t a, uint32_t b) { return __umulhi(a, b); }

#elif defined(FIELD_CARRY_CHAINS)

inline thread_local uint32_t carry = 0;

inline uint32_t with_carry(uint64_t sum) {
    carry = static_cast<uint32_t>(sum >> 32);
    return static_cast<uint32_t>(sum);
}
inline uint32_t with_borrow(uint64_t difference) {
    carry = static_cast<uint32_t>(difference >> 32) & 1;
    return static_cast<uint32_t>(difference);
}
inline uint64_t wide(uint32_t a) { return a; }
inline uint32_t mul_low(uint32_t a, uint32_t b) { return a * b; }
inline uint32_t mul_high(uint32_t a, uint32_t b) { return static_cast<uint32_t>(wide(a) * b >> 32); }
inline uint32_t add_c(uint32_t a, uint32_t b) { return with_carry(wide(a) + b); }
inline uint32_t c_add_c(uint32_t a, uint32_t b) { return with_carry(wide(a) + b + carry); }
inline uint32_t c_add(uint32_t a, uint32_t b) { return a + b + carry; }
inline uint32_t sub_c(uint32_t a, uint32_t b) { return with_borrow(wide(a) - b); }
inline uint32_t c_sub_c(uint32_t a, uint32_t b) { return with_borrow(wide(a) - b - carry); }
inline uint32_t c_sub(uint32_t a, uint32_t b) { return a - b - carry; }
inline uint32_t mad_low_c(uint32_t a, uint32_t b, uint32_t c) { return with_carry(wide(mul_low(a, b)) + c); }
inline uint32_t c_mad_low_c(uint32_t a, uint32_t b, uint32_t c) { return with_carry(wide(mul_low(a, b)) + c + carry); }
inline uint32_t c_mad_high_c(uint32_t a, uint32_t b, uint32_t c) { return with_carry(wide(mul_high(a, b)) + c + carry); }
inline uint32_t c_mad_high(uint32_t a, uint32_t b, uint32_t c) { return mul_high(a, b) + c + carry; }

#endif

}  // namespace limb
