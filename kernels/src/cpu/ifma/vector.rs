//! The AVX-512 instructions in use, as safe functions on a type that only a machine with them can hold.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask,
    _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_blend_epi64,
    _mm512_mul_epu32, _mm512_or_si512, _mm512_permutex2var_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shrdi_epi64, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64,
    _mm512_storeu_si512, _mm512_sub_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

use super::Ifma;

/// Eight 64-bit words. A value exists only after [`Ifma`] has been obtained, which proves that the machine has AVX-512
/// F, DQ, IFMA and VBMI2: that is the safety argument of every function here.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct V(__m512i);

macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident$(<$constant:ident>)?($($argument:ident),*) = $intrinsic:ident;)*) => {
        impl V {
            $(
                $(#[$doc])*
                #[inline(always)]
                pub(super) fn $name$(<const $constant: u32>)?(self $(, $argument: Self)*) -> Self {
                    // SAFETY: `self` proves that the machine has the instruction.
                    Self(unsafe { $intrinsic$(::<$constant>)?(self.0 $(, $argument.0)*) })
                }
            )*
        }
    };
}

instructions! {
    add(other) = _mm512_add_epi64;
    sub(other) = _mm512_sub_epi64;
    and(other) = _mm512_and_si512;
    or(other) = _mm512_or_si512;
    shift_left<BITS>() = _mm512_slli_epi64;
    shift_right<BITS>() = _mm512_srli_epi64;
    /// Shift that keeps the sign.
    shift_right_signed<BITS>() = _mm512_srai_epi64;
    /// Product of the low halves of each word.
    mul_low_halves(other) = _mm512_mul_epu32;
    /// `self + low 52 bits of a·b`, of whose words the low 52 bits count.
    add_low_product(a, b) = _mm512_madd52lo_epu64;
    /// `self + (a·b >> 52)`, of whose words the low 52 bits count.
    add_high_product(a, b) = _mm512_madd52hi_epu64;
    /// Even words of each pair, interleaved.
    interleave_even(other) = _mm512_unpacklo_epi64;
    /// Odd words of each pair, interleaved.
    interleave_odd(other) = _mm512_unpackhi_epi64;
}

impl V {
    #[inline(always)]
    pub(super) fn zero(_: Ifma) -> Self {
        // SAFETY: the token proves that the machine has the instruction.
        Self(unsafe { _mm512_setzero_si512() })
    }

    #[inline(always)]
    pub(super) fn splat(_: Ifma, word: u64) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_set1_epi64(word.cast_signed()) })
    }

    #[inline(always)]
    pub(super) fn load(_: Ifma, words: &[u64; 8]) -> Self {
        // SAFETY: as above; the array is as long as the vector, and the load needs no alignment.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    pub(super) fn store(self, words: &mut [u64; 8]) {
        // SAFETY: `self` proves the instruction; the array is as long as the vector, and no alignment is needed.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0) }
    }

    /// The low words of `(high, self) >> BITS`.
    #[inline(always)]
    pub(super) fn funnel_right<const BITS: i32>(self, high: Self) -> Self {
        // SAFETY: `self` proves that the machine has the instruction.
        Self(unsafe { _mm512_shrdi_epi64::<BITS>(self.0, high.0) })
    }

    /// Picks 128-bit quarters: two of `self`, two of `other`.
    #[inline(always)]
    pub(super) fn quarters<const PICK: i32>(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_shuffle_i64x2::<PICK>(self.0, other.0) })
    }

    /// Picks words: indices 0 to 7 from `self`, 8 to 15 from `other`.
    #[inline(always)]
    pub(super) fn words(self, indices: Self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_permutex2var_epi64(self.0, indices.0, other.0) })
    }

    /// Lanes of `other` where the mask has a bit, of `self` elsewhere.
    #[inline(always)]
    pub(super) fn blend(self, mask: u8, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_mask_blend_epi64(mask, self.0, other.0) })
    }

    /// Lanes that are equal.
    #[inline(always)]
    pub(super) fn equal(self, other: Self) -> u8 {
        // SAFETY: as above.
        unsafe { _mm512_cmpeq_epi64_mask(self.0, other.0) }
    }

    /// Lanes below `other`, as signed words.
    #[inline(always)]
    pub(super) fn less(self, other: Self) -> u8 {
        // SAFETY: as above.
        unsafe { _mm512_cmplt_epi64_mask(self.0, other.0) }
    }
}
