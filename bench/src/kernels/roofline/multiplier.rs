//! How fast the processor multiplies when nothing else is to be done.

use std::{hint::black_box, time::Instant};

/// Chains of instructions that do not wait for each other: more than any multiplier's latency.
const CHAINS: usize = 16;
const ROUNDS: u32 = 200_000;
const ATTEMPTS: usize = 4;

/// The rate of all threads together at `chains(rounds)`, the best of a few attempts.
fn rate(chains: impl Fn(u32) + Sync) -> f64 {
    let attempt = || -> f64 {
        let rates = rayon::broadcast(|_| {
            let start = Instant::now();
            chains(ROUNDS);
            f64::from(ROUNDS) * CHAINS as f64 / start.elapsed().as_secs_f64()
        });
        rates.iter().sum()
    };
    (0..ATTEMPTS).map(|_| attempt()).fold(0.0, f64::max)
}

/// Products of 64 bits, both halves of which are used, per second.
pub fn words_per_s() -> f64 {
    rate(|rounds| {
        let factor = black_box(0x9e37_79b9_7f4a_7c15u64);
        let mut chains: [u64; CHAINS] = black_box(std::array::from_fn(|i| i as u64 + 3));
        for _ in 0..rounds {
            for chain in &mut chains {
                let product = u128::from(*chain) * u128::from(factor);
                *chain = product as u64 ^ (product >> 64) as u64;
            }
        }
        black_box(chains);
    })
}

/// IFMA instructions per second, `None` on a machine without them.
pub fn ifma_per_s() -> Option<f64> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma") {
        return Some(rate(|rounds| {
            // SAFETY: the machine has the instructions, as was just asked
            unsafe { ifma_chains(rounds) }
        }));
    }
    None
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512ifma")]
fn ifma_chains(rounds: u32) {
    use std::arch::x86_64::{__m512i, _mm512_madd52lo_epu64, _mm512_set1_epi64};
    let factor = black_box(_mm512_set1_epi64(0x000f_1234_5678_9abc));
    let mut chains: [__m512i; CHAINS] = [factor; CHAINS];
    for (chain, seed) in chains.iter_mut().zip(3..) {
        *chain = black_box(_mm512_set1_epi64(seed));
    }
    for _ in 0..rounds {
        for chain in &mut chains {
            *chain = _mm512_madd52lo_epu64(*chain, *chain, factor);
        }
    }
    black_box(chains);
}
