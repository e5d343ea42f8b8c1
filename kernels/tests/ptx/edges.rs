//! Operands at which carries, borrows and comparisons turn.

use ark_ff::{BigInt, Fp, MontBackend, MontConfig, PrimeField};

use crate::single::Limbs;

/// A field element of this representation.
pub fn element<P: MontConfig<4>>(limbs: Limbs) -> Fp<MontBackend<P, 4>, 4> {
    Fp::new_unchecked(BigInt(limbs))
}

pub fn limbs<P: MontConfig<4>>(element: Fp<MontBackend<P, 4>, 4>) -> Limbs {
    element.0.0
}

fn plus(a: Limbs, b: Limbs) -> Limbs {
    let mut carry = 0;
    std::array::from_fn(|i| {
        let sum = u128::from(a[i]) + u128::from(b[i]) + carry;
        carry = sum >> 64;
        sum as u64
    })
}

fn minus(a: Limbs, b: Limbs) -> Limbs {
    plus(plus(a, b.map(|limb| !limb)), [1, 0, 0, 0])
}

/// A number with one 32-bit limb.
fn limb(index: usize, value: u32) -> Limbs {
    let mut limbs = [0; 4];
    limbs[index / 2] = u64::from(value) << (32 * (index % 2));
    limbs
}

/// Representations below the modulus: small ones, limbs of ones up to and from each boundary on, the same below the
/// modulus, halves, and some without any pattern.
pub fn representations<P: MontConfig<4>>() -> Vec<Limbs> {
    let modulus = P::MODULUS.0;
    let one = limb(0, 1);
    let mut found = vec![[0; 4], one, limb(0, 2), limbs::<P>(element::<P>(P::R.0)), P::R2.0];
    for index in 0..8 {
        found.push(limb(index, 1));
        found.push(limb(index, u32::MAX));
        found.push(limb(index, 1 << 31));
        // ones below the limb, and from it on up to the highest limb
        found.push(minus(limb(index, 1), one));
        let top = limb(7, (modulus[3] >> 32) as u32);
        found.push(minus(top, limb(index, 1)));
        found.push(minus(top, plus(limb(index, 1), one)));
    }
    let mut half = modulus;
    for i in 0..4 {
        half[i] = modulus[i] >> 1 | modulus.get(i + 1).map_or(0, |next| next << 63);
    }
    found.extend([
        half,
        plus(half, one),
        minus(limb(7, (modulus[3] >> 32) as u32), one),
    ]);
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    for _ in 0..16 {
        found.push(std::array::from_fn(|i| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            if i == 3 { random >> 3 } else { random }
        }));
    }
    let mirrored: Vec<Limbs> = found.iter().map(|value| minus(modulus, *value)).collect();
    found.extend(mirrored);
    found.retain(|value| BigInt(*value) < P::MODULUS);
    found.sort_unstable();
    found.dedup();
    assert!(found.len() > 90, "only {} operands", found.len());
    found
}

/// All pairs of representations.
pub fn pairs<P: MontConfig<4>>() -> Vec<(Limbs, Limbs)>
where
    Fp<MontBackend<P, 4>, 4>: PrimeField,
{
    let values = representations::<P>();
    let pairs = values.iter().flat_map(|a| values.iter().map(|b| (*a, *b)));
    pairs.collect()
}
