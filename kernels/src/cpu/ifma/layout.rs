//! Between vectors of four 64-bit limbs per element in memory and five limbs of eight elements in registers.

use ark_ff::{Fp, MontBackend, MontConfig};

use super::{
    Ifma,
    field::{Lanes, MASK},
    vector::V,
};

/// Eight 256-bit words by limb.
type Words = [V; 4];

/// An element as memory holds it.
pub(super) type Element<C> = Fp<MontBackend<C, 4>, 4>;

/// The limbs of consecutive elements.
#[inline(always)]
pub(super) fn limbs_of<C: MontConfig<4>>(values: &[Element<C>]) -> &[u64] {
    const { assert!(size_of::<Element<C>>() == 32 && align_of::<Element<C>>() == 8) };
    // SAFETY: an element has the size and alignment of its four limbs (asserted), so that it is them and nothing else.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), 4 * values.len()) }
}

#[inline(always)]
fn limbs_of_mut<C: MontConfig<4>>(values: &mut [Element<C>]) -> &mut [u64] {
    const { assert!(size_of::<Element<C>>() == 32 && align_of::<Element<C>>() == 8) };
    // SAFETY: as above; every limb pattern is a valid element as far as the language is concerned.
    unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), 4 * values.len()) }
}

/// The vector at position `index` of a list of words.
#[inline(always)]
fn load(ifma: Ifma, words: &[u64], index: usize) -> V {
    let (chunks, _) = words.as_chunks();
    V::load(ifma, &chunks[index])
}

/// Regroups 64-bit limbs to 52 bits, the value multiplied by `2^SHIFT`.
#[inline(always)]
pub(super) fn to_lanes<C: MontConfig<4>, const SHIFTED: bool>(ifma: Ifma, words: Words) -> Lanes<C> {
    let mask = V::splat(ifma, MASK);
    let [w0, w1, w2, w3] = words;
    if SHIFTED {
        return Lanes::new([
            w0.shift_left::<4>().and(mask),
            w0.funnel_right::<48>(w1).and(mask),
            w1.funnel_right::<36>(w2).and(mask),
            w2.funnel_right::<24>(w3).and(mask),
            w3.shift_right::<12>(),
        ]);
    }
    Lanes::new([
        w0.and(mask),
        w0.funnel_right::<52>(w1).and(mask),
        w1.funnel_right::<40>(w2).and(mask),
        w2.funnel_right::<28>(w3).and(mask),
        w3.shift_right::<16>(),
    ])
}

/// Regroups 52-bit limbs of a value below 2^256.
#[inline(always)]
pub(super) fn to_words<C: MontConfig<4>>(lanes: &Lanes<C>) -> Words {
    let [l0, l1, l2, l3, l4] = lanes.0;
    [
        l0.or(l1.shift_left::<52>()),
        l1.shift_right::<12>().or(l2.shift_left::<40>()),
        l2.shift_right::<24>().or(l3.shift_left::<28>()),
        l3.shift_right::<36>().or(l4.shift_left::<16>()),
    ]
}

/// Loads eight consecutive elements.
#[inline(always)]
pub(super) fn load_elements<C: MontConfig<4>>(ifma: Ifma, values: &[Element<C>]) -> Words {
    let words = limbs_of(&values[..8]);
    // [a0 a1 a2 a3 b0 b1 b2 b3] for elements (0, 1), (2, 3), (4, 5), (6, 7)
    let pairs: Words = std::array::from_fn(|i| load(ifma, words, i));
    let low = V::load(ifma, &[0, 4, 8, 12, 1, 5, 9, 13]);
    let high = V::load(ifma, &[2, 6, 10, 14, 3, 7, 11, 15]);
    let (first_low, second_low) = (pairs[0].words(low, pairs[1]), pairs[2].words(low, pairs[3]));
    let (first_high, second_high) = (pairs[0].words(high, pairs[1]), pairs[2].words(high, pairs[3]));
    [
        first_low.quarters::<0b01_00_01_00>(second_low),
        first_low.quarters::<0b11_10_11_10>(second_low),
        first_high.quarters::<0b01_00_01_00>(second_high),
        first_high.quarters::<0b11_10_11_10>(second_high),
    ]
}

/// Stores eight consecutive elements.
#[inline(always)]
pub(super) fn store_elements<C: MontConfig<4>>(ifma: Ifma, words: Words, values: &mut [Element<C>]) {
    let target = limbs_of_mut(&mut values[..8]);
    let (chunks, _) = target.as_chunks_mut();
    let low = words[0].quarters::<0b01_00_01_00>(words[1]);
    let high = words[2].quarters::<0b01_00_01_00>(words[3]);
    let first = V::load(ifma, &[0, 4, 8, 12, 1, 5, 9, 13]);
    let second = V::load(ifma, &[2, 6, 10, 14, 3, 7, 11, 15]);
    low.words(first, high).store(&mut chunks[0]);
    low.words(second, high).store(&mut chunks[1]);
    let low = words[0].quarters::<0b11_10_11_10>(words[1]);
    let high = words[2].quarters::<0b11_10_11_10>(words[3]);
    low.words(first, high).store(&mut chunks[2]);
    low.words(second, high).store(&mut chunks[3]);
}

/// Transposes an 8 × 8 matrix of words given by rows.
#[inline(always)]
pub(super) fn transpose(rows: [V; 8]) -> [V; 8] {
    let mut columns = rows;
    for parity in 0..2 {
        // the rows' even or odd words: [a0 b0 | a2 b2 | a4 b4 | a6 b6] for rows a, b
        let pair = |i: usize| {
            let (a, b) = (rows[2 * i], rows[2 * i + 1]);
            if parity == 0 {
                a.interleave_even(b)
            } else {
                a.interleave_odd(b)
            }
        };
        let pairs = [pair(0), pair(1), pair(2), pair(3)];
        let even = |i: usize| pairs[i].quarters::<0b10_00_10_00>(pairs[i + 1]);
        let odd = |i: usize| pairs[i].quarters::<0b11_01_11_01>(pairs[i + 1]);
        let (first_even, second_even) = (even(0), even(2));
        let (first_odd, second_odd) = (odd(0), odd(2));
        columns[parity] = first_even.quarters::<0b10_00_10_00>(second_even);
        columns[2 + parity] = first_odd.quarters::<0b10_00_10_00>(second_odd);
        columns[4 + parity] = first_even.quarters::<0b11_01_11_01>(second_even);
        columns[6 + parity] = first_odd.quarters::<0b11_01_11_01>(second_odd);
    }
    columns
}
