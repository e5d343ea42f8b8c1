//! What this machine can do at most: multiplications and memory traffic per second, measured in the same run as what is
//! compared with them.
//!
//! The bound is that of an algorithm as it is (its products, its reductions, its bytes once), on multipliers that never
//! wait. An engine that reaches half of it is good; one that exceeds it found a better algorithm.

mod bandwidth;
mod multiplier;

use std::fmt;

use crema_kernels::AnyEngine;
use serde::{Deserialize, Serialize};

use super::{engines::Contestant, operation::Work};

/// The machine's rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Products of two 64-bit words into 128 bits, per second, on all threads.
    pub words_per_s: f64,
    /// AVX-512 IFMA instructions, eight 52-bit products each, per second, on all threads; `None` where there are none.
    pub ifma_per_s: Option<f64>,
    /// Bytes read and written per second by a copy on all threads.
    pub bytes_per_s: f64,
}

/// What multiplications cost an engine, in seconds, and how fast it reads and writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Seconds of a product.
    product: f64,
    /// Seconds of a reduction.
    reduction: f64,
    /// Bytes per second; `None` where nobody measured it.
    bytes_per_s: Option<f64>,
    /// Whether sums of points use tables of multiples.
    pub tables: bool,
}

/// Four 64-bit limbs: a product, and Montgomery's reduction with a factor for each limb.
const WORDS: (f64, f64) = (16.0, 20.0);
/// Five 52-bit limbs, low and high halves by one instruction each, eight elements at a time.
const IFMA: (f64, f64) = (50.0 / 8.0, 55.0 / 8.0);

/// Bytes that a processor's caches may hold; what is less may never see the memory.
const CACHES: f64 = (64 << 20) as f64;

impl Machine {
    /// Measures them, in about a quarter of a second.
    pub fn measure() -> Self {
        Self {
            words_per_s: multiplier::words_per_s(),
            ifma_per_s: multiplier::ifma_per_s(),
            bytes_per_s: bandwidth::bytes_per_s(),
        }
    }

    /// The rates that an engine can count on, `None` for engines of which nothing is known.
    pub fn rates(&self, contestant: &Contestant) -> Option<Rates> {
        let of = |(products, reductions): (f64, f64), per_s: f64| Rates {
            product: products / per_s,
            reduction: reductions / per_s,
            bytes_per_s: Some(self.bytes_per_s),
            tables: false,
        };
        match &contestant.engine {
            AnyEngine::Cpu(_) if contestant.name.contains("ifma") => Some(of(IFMA, self.ifma_per_s?)),
            AnyEngine::Cpu(_) => Some(of(WORDS, self.words_per_s)),
            // its libraries' own methods
            AnyEngine::Icicle(_) => None,
            #[cfg(feature = "cuda")]
            AnyEngine::Cuda(engine) => card(engine),
        }
    }
}

/// Instructions of a product and of a reduction on a card (`kernels/cuda/PREDICTIONS.md`), at the rates that it shows.
#[cfg(feature = "cuda")]
fn card(engine: &crema_kernels::cuda::CudaEngine) -> Option<Rates> {
    use crema_kernels::cuda::Pipe;
    const ROUNDS: u32 = 512;
    let pipes = engine.device().pipe_rates(ROUNDS).ok()?;
    let seconds = |pipe| {
        let found = pipes.iter().find(|rate| rate.pipe == pipe && rate.correct)?;
        Some(1.0 / found.per_second)
    };
    let (wide, high, low) = (
        seconds(Pipe::ImadWide)?,
        seconds(Pipe::ImadHi)?,
        seconds(Pipe::Imad)?,
    );
    Some(Rates {
        product: 64.0 * wide,
        reduction: 56.0 * wide + 8.0 * high + 8.0 * low,
        bytes_per_s: None,
        tables: true,
    })
}

impl Rates {
    /// The least seconds that the work can take.
    pub fn floor(&self, work: &Work) -> f64 {
        let arithmetic = work.products * self.product + work.reductions * self.reduction;
        let far = self.bytes_per_s.filter(|_| work.bytes > CACHES);
        let memory = far.map_or(0.0, |rate| work.bytes / rate);
        arithmetic.max(memory)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "this machine, {} threads: {:.2} G products of 64 bits/s, ",
            rayon::current_num_threads(),
            self.words_per_s / 1e9
        )?;
        match self.ifma_per_s {
            Some(rate) => write!(f, "{:.2} G IFMA instructions/s, ", rate / 1e9)?,
            None => f.write_str("no IFMA, ")?,
        }
        write!(f, "{:.1} GB/s copied", self.bytes_per_s / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_the_slower_of_both() {
        let rates = Rates {
            product: 1e-9,
            reduction: 2e-9,
            bytes_per_s: Some(1e9),
            tables: false,
        };
        let work = |bytes| Work {
            products: 1000.0,
            reductions: 500.0,
            bytes,
        };
        assert!((rates.floor(&work(1.0)) - 2e-6).abs() < 1e-15);
        assert!((rates.floor(&work(4e9)) - 4.0).abs() < 1e-9);
        assert!(
            (rates.floor(&work(4e6)) - 2e-6).abs() < 1e-15,
            "what fits a cache needs no memory"
        );
    }

    #[test]
    fn this_machine_multiplies_and_copies() {
        let machine = Machine::measure();
        // slower than any machine that runs this, faster than none
        for rate in [Some(machine.words_per_s), machine.ifma_per_s]
            .into_iter()
            .flatten()
        {
            assert!((5e7..1e13).contains(&rate), "{machine}");
        }
        assert!((1e8..1e14).contains(&machine.bytes_per_s), "{machine}");
    }
}
