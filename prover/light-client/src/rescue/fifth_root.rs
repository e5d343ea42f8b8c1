//! Fifth roots: most of the time of a Rescue permutation, and most of a state proof's witness.
//!
//! The root is a power whose exponent is an inverse of 5 modulo `r - 1`. That inverse may be shifted by any multiple of
//! `r - 1`; the one below was found by search for having few distinct windows, so that one root takes 245 squarings
//! and 55 products where plain square-and-multiply takes about 380 operations. (Four roots in step, to let their
//! multiplications overlap, were measured slower than one after the other.)

use ark_ff::Field;

use crate::field::Fr;

/// How the table of odd powers (and a few even ones on the way) is made: entry 0 is `x`, entry `i + 1` the product of
/// the two entries named.
const PRODUCTS: [(usize, usize); 19] = [
    (0, 0),
    (1, 1),
    (0, 2),
    (2, 3),
    (2, 4),
    (1, 5),
    (4, 5),
    (0, 7),
    (6, 7),
    (3, 9),
    (4, 10),
    (2, 11),
    (9, 10),
    (2, 13),
    (1, 14),
    (10, 15),
    (10, 16),
    (5, 17),
    (16, 18),
];

/// The table entry to start from.
const START: usize = 19;

/// Square so many times, then multiply by that table entry.
const WINDOWS: [(u32, usize); 36] = [
    (3, 3),
    (8, 17),
    (7, 9),
    (4, 0),
    (5, 5),
    (11, 13),
    (7, 11),
    (9, 17),
    (3, 0),
    (8, 12),
    (6, 5),
    (7, 15),
    (4, 6),
    (10, 11),
    (6, 11),
    (8, 15),
    (3, 3),
    (8, 8),
    (8, 14),
    (6, 8),
    (5, 3),
    (6, 11),
    (7, 14),
    (6, 9),
    (8, 9),
    (4, 0),
    (5, 5),
    (11, 12),
    (9, 16),
    (9, 16),
    (5, 6),
    (8, 14),
    (9, 11),
    (8, 11),
    (8, 11),
    (6, 5),
];

/// The fifth root of `x`, which is unique because 5 does not divide `r - 1`.
pub fn fifth_root(x: Fr) -> Fr {
    let mut powers = [x; PRODUCTS.len() + 1];
    for (i, &(left, right)) in PRODUCTS.iter().enumerate() {
        powers[i + 1] = powers[left] * powers[right];
    }
    let mut root = powers[START];
    for &(squarings, power) in &WINDOWS {
        for _ in 0..squarings {
            root.square_in_place();
        }
        root *= powers[power];
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
        fn undoes_the_fifth_power(bytes: [u8; 32]) {
            let x = Fr::from_le_bytes_mod_order(&bytes);
            prop_assert_eq!(fifth_power(fifth_root(x)), x);
            prop_assert_eq!(fifth_root(fifth_power(x)), x);
        }
    }
}
