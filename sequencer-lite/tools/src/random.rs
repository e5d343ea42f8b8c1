//! Random choices that a seed repeats.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

/// Random choices. Not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The choices of a seed; `stream` tells those of several jobs apart.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number in a range, its ends included.
    pub fn number(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = range.into_inner();
        let width = u128::from(high.saturating_sub(low)) + 1;
        low + ((u128::from(self.0.next_u64()) * width) >> 64) as u64
    }

    /// Random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A pause of this mean, exponentially distributed: arrivals that know nothing of one another.
    pub fn pause(&mut self, mean: Duration) -> Duration {
        // above zero and at most one
        let uniform = (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        mean.mul_f64(-(1.0 - uniform).ln())
    }

    /// One of several choices, with these weights.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let total: u64 = weights.iter().sum();
        let mut at = self.number(0..=total.saturating_sub(1));
        for (index, weight) in weights.iter().enumerate() {
            if at < *weight {
                return index;
            }
            at -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_ranges_hold() {
        let mut dice = Dice::new(7, 0);
        let mut same = Dice::new(7, 0);
        let mut other = Dice::new(7, 1);
        assert_eq!(dice.bytes(16), same.bytes(16));
        assert_ne!(dice.bytes(16), other.bytes(16));
        let numbers: Vec<u64> = (0..1000).map(|_| dice.number(3..=5)).collect();
        assert!(numbers.iter().all(|number| (3..=5).contains(number)));
        assert!((3..=5).all(|number| numbers.contains(&number)));
        assert_eq!(dice.number(u64::MAX..=u64::MAX), u64::MAX);
        let choices: Vec<usize> = (0..1000).map(|_| dice.weighted(&[0, 3, 0, 1])).collect();
        let first = choices.iter().filter(|&&choice| choice == 1).count();
        assert!(choices.iter().all(|choice| [1, 3].contains(choice)));
        assert!((650..850).contains(&first), "{first}");
        let mean = (0..2000)
            .map(|_| dice.pause(Duration::from_secs(1)).as_secs_f64())
            .sum::<f64>()
            / 2000.0;
        assert!((0.9..1.1).contains(&mean), "{mean}");
    }
}
