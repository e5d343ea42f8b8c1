//! Many powers with one exponent.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInt, BigInteger, Field};

use super::lanes::{Arithmetic, Kernel, MAX_WIDTH};

/// Bits that one product adds to the exponent at most.
const WINDOW: u32 = 5;
/// Odd powers `x, x^3, … x^31`.
const TABLE: usize = 1 << (WINDOW - 1);
/// Groups of lanes in step: a power is a chain of dependent products, and two chains overlap.
const GROUPS: usize = 2;

/// How a power is reached: from an odd one by squarings and products with odd ones, numbered by their place in the table.
struct Walk {
    first: usize,
    steps: Vec<(u32, usize)>,
    squarings: u32,
}

impl Walk {
    /// Sliding windows from the top. `None` for the exponent zero.
    fn new(exponent: BigInt<4>) -> Option<Self> {
        let mut position = exponent.num_bits();
        let mut steps = Vec::new();
        let mut squarings = 0;
        while position > 0 {
            if !exponent.get_bit(position as usize - 1) {
                squarings += 1;
                position -= 1;
                continue;
            }
            // the longest window that ends with a one
            let mut end = position.saturating_sub(WINDOW);
            while !exponent.get_bit(end as usize) {
                end += 1;
            }
            let odd = (end..position).rev().fold(0, |value, bit| {
                2 * value + usize::from(exponent.get_bit(bit as usize))
            });
            steps.push((squarings + position - end, odd / 2));
            squarings = 0;
            position = end;
        }
        let first = steps.first()?.1;
        steps.remove(0);
        Some(Self {
            first,
            steps,
            squarings,
        })
    }
}

/// Raises every value to the exponent.
pub(super) fn raise<A: Arithmetic>(arithmetic: A, values: &mut [Fr], exponent: BigInt<4>) {
    match Walk::new(exponent) {
        Some(walk) => arithmetic.enter(Powers::<A> {
            values,
            walk: &walk,
            one: arithmetic.data(Fr::ONE),
        }),
        None => values.fill(Fr::ONE),
    }
}

struct Powers<'a, A: Arithmetic> {
    values: &'a mut [Fr],
    walk: &'a Walk,
    /// As data: its product with a factor is that factor as data.
    one: A::Constant,
}

impl<A: Arithmetic> Kernel<A> for Powers<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run(self, arithmetic: A) {
        let one = arithmetic.broadcast(&self.one);
        for chunk in self.values.chunks_mut(GROUPS * A::WIDTH) {
            let mut padded = [Fr::ZERO; GROUPS * MAX_WIDTH];
            padded[..chunk.len()].copy_from_slice(chunk);
            let mut table = [[one; GROUPS]; TABLE];
            for group in 0..GROUPS {
                // below 16p, the square below 5p, their product and all that follow below 2p
                let base = arithmetic.load_factor(&padded[group * A::WIDTH..][..A::WIDTH]);
                let square = arithmetic.square(base);
                table[0][group] = base;
                for power in 1..TABLE {
                    table[power][group] = arithmetic.mul(table[power - 1][group], square);
                }
            }
            let mut result = table[self.walk.first];
            for &(squarings, power) in &self.walk.steps {
                for _ in 0..squarings {
                    for lanes in &mut result {
                        *lanes = arithmetic.square(*lanes);
                    }
                }
                for (lanes, factor) in result.iter_mut().zip(table[power]) {
                    *lanes = arithmetic.mul(*lanes, factor);
                }
            }
            for _ in 0..self.walk.squarings {
                for lanes in &mut result {
                    *lanes = arithmetic.square(*lanes);
                }
            }
            for (group, lanes) in result.into_iter().enumerate() {
                let value = arithmetic.mul(one, lanes);
                arithmetic.store(value, &mut padded[group * A::WIDTH..][..A::WIDTH]);
            }
            chunk.copy_from_slice(&padded[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use ark_ff::PrimeField;

    use crate::{conformance::sampler::Sampler, cpu::CpuEngine};

    use super::*;

    #[test]
    fn powers_are_those_of_repeated_products() {
        let mut sampler = Sampler::new(91);
        let mut exponents: Vec<BigInt<4>> = [0u64, 1, 2, 3, 5, 31, 32, 33, 0b1_0000_0100_0000, u64::MAX]
            .map(BigInt::from)
            .to_vec();
        exponents.extend([Fr::MODULUS, BigInt([u64::MAX; 4]), sampler.scalar().into_bigint()]);
        for length in [0, 1, 7, 8, 9, 16, 17, 40] {
            let mut values = sampler.scalars(length);
            for (value, edge) in values.iter_mut().zip([Fr::ZERO, Fr::ONE, -Fr::ONE]) {
                *value = edge;
            }
            for exponent in &exponents {
                let expected: Vec<Fr> = values.iter().map(|value| value.pow(exponent)).collect();
                for engine in [CpuEngine::default(), CpuEngine::portable()] {
                    let mut found = values.clone();
                    engine.raise(&mut found, *exponent);
                    assert_eq!(found, expected, "{length} values, exponent {exponent}");
                }
            }
        }
    }
}
