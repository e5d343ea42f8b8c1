//! The points of one window, ordered by bucket.

use super::digits::Digits;
use crate::cpu::memory::advise_huge_pages;

/// References to points, ordered by the absolute value of their digit.
pub(super) struct Order {
    /// Index of a base, with [`NEGATIVE`] set when the digit is negative.
    pub(super) references: Vec<u32>,
    /// `references[starts[b]..starts[b + 1]]` belong to bucket `b`, which stands for the digit `b + 1`.
    pub(super) starts: Vec<u32>,
}

/// Flag of a reference whose point is to be subtracted.
pub(super) const NEGATIVE: u32 = 1 << 31;

/// Counting sort of a window's nonzero digits.
pub(super) fn by_bucket(digits: &Digits, window: usize) -> Order {
    let buckets = 1 << (digits.width() - 1);
    let mut counts = vec![0u32; buckets + 1];
    for (_, stretch) in digits.of_window(window) {
        for digit in stretch {
            counts[digit.unsigned_abs() as usize] += 1;
        }
    }
    let mut starts = Vec::with_capacity(buckets + 1);
    let mut total = 0;
    for count in &counts[1..] {
        starts.push(total);
        total += count;
    }
    starts.push(total);
    let mut next = counts;
    next[1..].copy_from_slice(&starts[..buckets]);
    let mut references = vec![0u32; total as usize];
    advise_huge_pages(&mut references);
    for (first, stretch) in digits.of_window(window) {
        for (i, digit) in stretch.iter().enumerate() {
            if *digit != 0 {
                let slot = &mut next[digit.unsigned_abs() as usize];
                references[*slot as usize] = (first + i) as u32 | if *digit < 0 { NEGATIVE } else { 0 };
                *slot += 1;
            }
        }
    }
    Order { references, starts }
}
