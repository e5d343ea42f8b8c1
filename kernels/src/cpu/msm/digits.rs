//! Signed digits of scalars.

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use rayon::prelude::*;

use crate::cpu::memory::advise_huge_pages;

/// Widest window: digits from `-2^15` to `2^15 - 1` fill an `i16`.
pub(super) const MAX_WIDTH: usize = 16;

/// Scalars per block of digits.
const BLOCK: usize = 1 << 12;

/// Half the group order, rounded down: scalars above it are replaced by their negatives, so that `-1` is as cheap as
/// `1` and every absolute value is below 2^253.
const HALF_ORDER: BigInt<4> = Fr::MODULUS_MINUS_ONE_DIV_TWO;

/// Number of windows that hold an absolute value below 2^253 and the carry into its last digit.
pub(super) fn window_count(width: usize) -> usize {
    254 / width + 1
}

/// Scalars in the signed base `2^width`, least significant digit first.
///
/// Blocks of scalars follow each other, and within a block the digits of one window are contiguous, so that blocks
/// are written in parallel and a window reads long stretches.
pub(super) struct Digits {
    digits: Vec<i16>,
    width: usize,
    windows: usize,
    scalars: usize,
}

impl Digits {
    pub(super) fn new(scalars: &[Fr], width: usize) -> Self {
        assert!((2..=MAX_WIDTH).contains(&width), "window width {width}");
        let windows = window_count(width);
        let biases = biases(width);
        let mut digits = vec![0; scalars.len() * windows];
        advise_huge_pages(&mut digits);
        digits
            .par_chunks_mut(BLOCK * windows)
            .zip(scalars.par_chunks(BLOCK))
            .for_each(|(block, scalars)| {
                for (i, scalar) in scalars.iter().enumerate() {
                    decompose(*scalar, &biases, width, |window, digit| {
                        block[window * scalars.len() + i] = digit;
                    });
                }
            });
        Self {
            digits,
            width,
            windows,
            scalars: scalars.len(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn windows(&self) -> usize {
        self.windows
    }

    /// The window's digits with the index of the first scalar of each stretch.
    pub(super) fn of_window(&self, window: usize) -> impl Iterator<Item = (usize, &[i16])> {
        (0..self.scalars).step_by(BLOCK).map(move |first| {
            let length = BLOCK.min(self.scalars - first);
            let start = first * self.windows + window * length;
            (first, &self.digits[start..start + length])
        })
    }
}

/// Calls `emit` with every digit, or not at all for zero.
///
/// Adding `bias` to every digit beforehand, in one addition, makes the signed digits plain windows of bits.
#[inline(always)]
fn decompose(scalar: Fr, biases: &[[u64; 4]; 2], width: usize, mut emit: impl FnMut(usize, i16)) {
    if scalar.is_zero() {
        return;
    }
    let canonical = scalar.into_bigint();
    let negative = canonical > HALF_ORDER;
    let mut limbs = if negative {
        (-scalar).into_bigint()
    } else {
        canonical
    };
    limbs.add_with_carry(&BigInt(biases[usize::from(negative)]));
    // digits of positive scalars begin at -half and those of negative ones at 1 - half, so that after the sign is
    // applied both are in -half..half
    let half = 1 << (width - 1);
    let last = window_count(width) - 1;
    for window in 0..last {
        let bits = window_bits(&limbs.0, window * width, width).cast_signed();
        let digit = if negative { half - 1 - bits } else { bits - half };
        emit(window, digit as i16);
    }
    // at most 2^(width - 2) + 1, and one at width two: the last window needs no borrowing
    let bits = window_bits(&limbs.0, last * width, width).cast_signed();
    emit(last, if negative { -bits } else { bits } as i16);
}

/// `half·Σ 2^{width·i}` and `(half - 1)·Σ 2^{width·i}` over all windows but the last.
fn biases(width: usize) -> [[u64; 4]; 2] {
    let mut biases = [[0; 4]; 2];
    for (bias, digit) in biases
        .iter_mut()
        .zip([1u64 << (width - 1), (1 << (width - 1)) - 1])
    {
        for window in 0..window_count(width) - 1 {
            let (limb, shift) = (window * width / 64, window * width % 64);
            bias[limb] |= digit << shift;
            if shift + width > 64 && limb < 3 {
                bias[limb + 1] |= digit >> (64 - shift);
            }
        }
    }
    biases
}

/// `width` bits from bit `start` on.
fn window_bits(limbs: &[u64; 4], start: usize, width: usize) -> u32 {
    let (limb, shift) = (start / 64, start % 64);
    if limb >= 4 {
        return 0;
    }
    let mut bits = limbs[limb] >> shift;
    if shift + width > 64 && limb < 3 {
        bits |= limbs[limb + 1] << (64 - shift);
    }
    bits as u32 & ((1 << width) - 1)
}

/// Roughly how many scalars are not small, from a sample.
pub(super) fn estimate_dense(scalars: &[Fr]) -> usize {
    const SAMPLES: usize = 1024;
    let step = scalars.len().div_ceil(SAMPLES).max(1);
    let is_dense = |scalar: &Fr| {
        let smaller = scalar.into_bigint().min((-*scalar).into_bigint());
        smaller.0[1..] != [0; 3]
    };
    scalars
        .iter()
        .step_by(step)
        .filter(|scalar| is_dense(scalar))
        .count()
        * step
}

#[cfg(test)]
mod tests {
    use ark_ff::{AdditiveGroup, Field};

    use super::*;

    /// Digits recombine to the scalar at every width, for the scalars whose carries and ties are the extremes.
    #[test]
    fn digits_recombine() {
        let half = Fr::from(2u64).inverse().expect("two is invertible");
        let mut scalars = vec![
            Fr::ZERO,
            Fr::ONE,
            -Fr::ONE,
            half,
            half - Fr::ONE,
            Fr::from(HALF_ORDER),
        ];
        let mut power = Fr::ONE;
        for _ in 0..254 {
            scalars.extend([power, -power, power - Fr::ONE, Fr::ONE - power, power + half]);
            power.double_in_place();
        }
        for width in 2..=MAX_WIDTH {
            let digits = Digits::new(&scalars, width);
            let mut sums = vec![Fr::ZERO; scalars.len()];
            for window in (0..digits.windows()).rev() {
                for (first, stretch) in digits.of_window(window) {
                    for (i, digit) in stretch.iter().enumerate() {
                        let sum = &mut sums[first + i];
                        *sum = *sum * Fr::from(1u64 << width) + Fr::from(*digit);
                    }
                }
            }
            assert_eq!(sums, scalars, "width {width}");
        }
    }

    #[test]
    fn sparse_scalars_are_not_counted_as_dense() {
        let mut scalars = vec![Fr::ZERO; 3000];
        scalars[..1500].fill(-Fr::ONE);
        assert_eq!(estimate_dense(&scalars), 0);
        scalars[1500..].fill(Fr::from(3u64).inverse().expect("three is invertible"));
        let dense = estimate_dense(&scalars);
        assert!((1400..1600).contains(&dense), "{dense}");
    }
}
