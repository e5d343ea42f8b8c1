//! Fifth roots: most of the time of a Rescue permutation, and most of a state proof's witness.
//!
//! The root is a power whose exponent is an inverse of 5 modulo `r - 1`. That inverse may be shifted by any multiple of
//! `r - 1`; the one below was found by search for having few distinct windows, so that one root takes 248 squarings
//! and 56 products where plain square-and-multiply takes about 380 operations. Four independent roots run in step:
//! a processor overlaps their multiplications where one chain would wait for itself.

use ark_ff::Field;

use super::STATE_WIDTH;
use crate::field::Fr;

/// How the table of odd powers (and a few even ones on the way) is made: entry 0 is `x`, entry `i + 1` the product of
/// the two entries named.
const PRODUCTS: [(usize, usize); 26] = [
    (0, 0),
    (1, 1),
    (0, 2),
    (1, 3),
    (0, 4),
    (3, 5),
    (6, 6),
    (6, 7),
    (5, 8),
    (5, 9),
    (1, 10),
    (1, 11),
    (2, 9),
    (7, 12),
    (1, 14),
    (8, 11),
    (3, 16),
    (9, 16),
    (8, 16),
    (6, 12),
    (15, 20),
    (4, 20),
    (18, 20),
    (19, 20),
    (2, 24),
    (7, 24),
];

/// The table entry to start from.
const START: usize = 15;

/// Square so many times, then multiply by that table entry.
const WINDOWS: [(u32, usize); 30] = [
    (11, 23),
    (6, 8),
    (8, 10),
    (9, 14),
    (8, 17),
    (2, 0),
    (8, 10),
    (6, 11),
    (8, 9),
    (10, 12),
    (11, 15),
    (9, 26),
    (6, 4),
    (14, 15),
    (9, 18),
    (7, 11),
    (7, 3),
    (11, 19),
    (12, 11),
    (8, 10),
    (5, 3),
    (9, 21),
    (10, 22),
    (9, 22),
    (9, 25),
    (8, 23),
    (6, 13),
    (8, 13),
    (8, 13),
    (6, 6),
];

/// The fifth root of `x`, which is unique because 5 does not divide `r - 1`.
pub fn fifth_root(x: Fr) -> Fr {
    let [root] = lanes([x]);
    root
}

/// The fifth roots of a whole state, faster than one after the other.
pub fn fifth_roots(state: [Fr; STATE_WIDTH]) -> [Fr; STATE_WIDTH] {
    lanes(state)
}

fn lanes<const N: usize>(x: [Fr; N]) -> [Fr; N] {
    let mut powers = [x; PRODUCTS.len() + 1];
    for (i, &(left, right)) in PRODUCTS.iter().enumerate() {
        powers[i + 1] = std::array::from_fn(|lane| powers[left][lane] * powers[right][lane]);
    }
    let mut root = powers[START];
    for &(squarings, power) in &WINDOWS {
        for _ in 0..squarings {
            for element in &mut root {
                element.square_in_place();
            }
        }
        for (element, factor) in root.iter_mut().zip(&powers[power]) {
            *element *= factor;
        }
    }
    root
}

#[cfg(test)]
mod tests {
    use ark_ff::{AdditiveGroup, PrimeField};
    use proptest::prelude::*;

    use super::*;
    use crate::rescue::fifth_power;

    #[test]
    fn edges() {
        for x in [Fr::ZERO, Fr::ONE, -Fr::ONE] {
            assert_eq!(fifth_root(x), x);
        }
        assert_eq!(fifth_root(Fr::from(32)), Fr::from(2));
    }

    proptest! {
        #[test]
        fn undoes_the_fifth_power(bytes: [[u8; 32]; 4]) {
            let state = bytes.map(|b| Fr::from_le_bytes_mod_order(&b));
            prop_assert_eq!(fifth_roots(state).map(fifth_power), state);
            prop_assert_eq!(fifth_roots(state), state.map(fifth_root));
        }
    }
}
