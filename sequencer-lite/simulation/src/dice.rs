//! Choices from a seed.

/// A generator of choices: SplitMix64 (Steele, Lea and Flood 2014). Small, the same on every machine, and never asked for
/// a secret.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed. Each `purpose` has choices of its own, so that one more choice here changes none there.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut dice = Self(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        dice.roll();
        dice
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll() % (high - low + 1)
    }

    /// Yes, once in `times`; never if that is 0.
    pub fn once_in(&mut self, times: u64) -> bool {
        times > 0 && self.roll().is_multiple_of(times)
    }

    /// `count` of the numbers below `bound`, ascending.
    pub fn choose(&mut self, count: usize, bound: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..bound).collect();
        for index in 0..count.min(bound) {
            let other = self.between(index as u64, bound as u64 - 1) as usize;
            all.swap(index, other);
        }
        all.truncate(count);
        all.sort_unstable();
        all
    }
}
