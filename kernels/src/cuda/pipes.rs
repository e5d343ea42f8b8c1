//! How fast a card's pipes are: see `cuda/pipes.cu`.

use super::Device;
use crate::Error;

/// Threads of a block: 32 warps, eight for each scheduler.
const THREADS: u32 = 1024;
const CHAINS: usize = 8;
const STEPS_PER_ROUND: usize = 8;
/// Launches that are timed, after one that is not.
const LAUNCHES: u32 = 10;

/// An instruction whose rate is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipe {
    /// 32-bit product, low half, added to.
    Imad,
    /// 32-bit product, both halves, added to 64 bits.
    ImadWide,
    /// 32-bit product, high half, added to.
    ImadHi,
    /// Sum of three 32-bit numbers.
    Iadd3,
    /// Fused multiplication and addition of doubles.
    Dfma,
}

/// What was found of a pipe.
#[derive(Clone, Copy, Debug)]
pub struct PipeRate {
    /// Which.
    pub pipe: Pipe,
    /// Lanes per clock and multiprocessor; `None` where the card's cycle counter stands still, as an emulated one's.
    pub lanes_per_clock: Option<f64>,
    /// Instructions of a lane per second, on the whole card.
    pub per_second: f64,
    /// Whether the instructions gave what they should.
    pub correct: bool,
}

impl Pipe {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Imad, Self::ImadWide, Self::ImadHi, Self::Iadd3, Self::Dfma];

    /// The instruction's name in machine code.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imad => "IMAD",
            Self::ImadWide => "IMAD.WIDE",
            Self::ImadHi => "IMAD.HI",
            Self::Iadd3 => "IADD3",
            Self::Dfma => "DFMA",
        }
    }

    fn kernel(self) -> &'static str {
        match self {
            Self::Imad => "pipe_imad",
            Self::ImadWide => "pipe_imad_wide",
            Self::ImadHi => "pipe_imad_hi",
            Self::Iadd3 => "pipe_iadd3",
            Self::Dfma => "pipe_dfma",
        }
    }

    /// What a thread leaves, computed here.
    fn expected(self, thread: u32, seed: u32, rounds: u32) -> u64 {
        let a = thread.wrapping_mul(2_654_435_761).wrapping_add(seed);
        let b = a ^ 0x9e37_79b9;
        let mut words: [u64; CHAINS] = std::array::from_fn(|i| {
            let word = if i % 2 == 0 { a } else { b };
            u64::from(word.wrapping_add(i as u32 / 2))
        });
        let mut doubles = words.map(|word| word as f64);
        let (factor, term) = (u64::from(b), u64::from(a));
        for _ in 0..rounds as usize * STEPS_PER_ROUND {
            for i in 0..CHAINS {
                let other = words[(i + 4) % CHAINS] & 0xffff_ffff;
                let low = |word: u64| word & 0xffff_ffff;
                words[i] = match self {
                    Self::Imad => low(words[i].wrapping_mul(factor).wrapping_add(term)),
                    Self::ImadHi => low(((words[i] * factor) >> 32) + term),
                    Self::ImadWide => words[i].wrapping_add(other * factor),
                    Self::Iadd3 => low(words[i] + other + if i % 2 == 0 { term } else { factor }),
                    Self::Dfma => {
                        doubles[i] = doubles[i].mul_add(1.0000001, 1.0000001);
                        doubles[i].to_bits()
                    }
                };
            }
        }
        words.iter().fold(0, |fold, word| fold ^ word)
    }
}

impl Device {
    /// Measures every pipe, by `rounds` times 64 instructions in each of 1024 threads per multiprocessor; 512 rounds
    /// take a card a tenth of a millisecond.
    ///
    /// # Errors
    /// When the device fails.
    pub fn pipe_rates(&self, rounds: u32) -> Result<Vec<PipeRate>, Error> {
        Pipe::ALL
            .into_iter()
            .map(|pipe| self.pipe_rate(pipe, rounds))
            .collect()
    }

    fn pipe_rate(&self, pipe: Pipe, rounds: u32) -> Result<PipeRate, Error> {
        let blocks = self.multiprocessors();
        let threads = blocks as usize * THREADS as usize;
        let results = self.allocate::<u64>(threads)?;
        let cycles = self.allocate::<u64>(blocks as usize)?;
        let launch = |seed: u32| {
            launch!(
                self, pipe.kernel(), grid: blocks, block: THREADS, shared: 0,
                [results.pointer(), cycles.pointer(), seed, rounds],
            )
        };
        launch(LAUNCHES)?;
        let ((), time) = self.timed(|| (0..LAUNCHES).try_for_each(launch))?;
        let found = self.download(results.view())?;
        let mut cycles = self.download(cycles.view())?;
        cycles.sort_unstable();
        let median = cycles[cycles.len() / 2];
        let per_thread = (rounds as usize * STEPS_PER_ROUND * CHAINS) as f64;
        // the last block's last thread stands for those whose results nobody needs
        let correct = [0, threads - 1].into_iter().all(|i| {
            let thread = (i % THREADS as usize) as u32;
            found[i] == pipe.expected(thread, LAUNCHES - 1, rounds)
        });
        Ok(PipeRate {
            pipe,
            lanes_per_clock: (median > 0).then(|| per_thread * f64::from(THREADS) / median as f64),
            per_second: per_thread * threads as f64 * f64::from(LAUNCHES) / time.as_secs_f64().max(1e-9),
            correct,
        })
    }
}
