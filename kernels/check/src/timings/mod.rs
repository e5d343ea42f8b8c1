//! Times of the engine's operations, each checked and set beside its prediction.

mod icicle;
mod sums;
mod transforms;
mod vectors;

use std::time::{Duration, Instant};

use crema_kernels::{
    Error,
    cpu::CpuEngine,
    cuda::{CudaEngine, MemoryUse},
    icicle::Device,
};

use crate::{
    model::{Prediction, Rates},
    report::Timing,
};

/// Results of up to so many elements are compared with the CPU engine's.
const LARGEST_COMPARED: u32 = 20;
/// Inputs take turns until they are together several times as large as the caches of any card.
const FRESH_BYTES: usize = 256 << 20;
const WARM_UP: usize = 2;
const FEWEST: usize = 5;
const MOST: usize = 50;
const LONG_ENOUGH: Duration = Duration::from_millis(300);

/// What all timings need.
pub struct Bench<'a> {
    /// The engine under test.
    pub engine: &'a CudaEngine,
    /// The engine that results are compared with.
    pub cpu: CpuEngine,
    /// What predictions are computed from.
    pub rates: &'a Rates,
    /// Whether the card is emulated: there are no predictions then.
    pub emulated: bool,
    /// Small sizes only.
    pub quick: bool,
    /// ICICLE's device, for comparison.
    pub icicle: Device,
    /// When to start nothing new.
    pub deadline: Instant,
    /// What was measured.
    pub timings: Vec<Timing>,
    /// What was left out, and why.
    pub incomplete: Vec<String>,
    /// What failed.
    pub failures: Vec<String>,
}

/// An operation to be timed.
struct Subject {
    operation: String,
    log_size: u32,
    note: String,
    /// None for what is not ours.
    prediction: Option<Prediction>,
    /// Inputs that take turns.
    inputs: usize,
    checked: &'static str,
}

/// Runs all.
pub fn run(bench: &mut Bench<'_>) {
    transforms::run(bench);
    sums::run(bench);
    vectors::run(bench);
    icicle::run(bench);
}

impl Bench<'_> {
    /// How many inputs of so many bytes take turns, so that a repetition finds nothing of its own in a cache.
    fn fresh_inputs(&self, bytes: usize) -> usize {
        let most = if self.emulated { 2 } else { 8 };
        FRESH_BYTES.div_ceil(bytes.max(1)).clamp(1, most)
    }

    /// Runs a group of timings of one size, unless time or memory is over. `bytes` is what it takes of device memory.
    fn group(&mut self, what: &str, bytes: u64, work: impl FnOnce(&mut Self) -> Result<(), Failure>) {
        if Instant::now() >= self.deadline {
            self.incomplete.push(format!("{what}: no time left"));
            return;
        }
        let MemoryUse { in_use, limit, .. } = self.engine.device().memory();
        if bytes > limit.saturating_sub(in_use) {
            self.incomplete
                .push(format!("{what}: needs {} MiB of device memory", bytes >> 20));
            return;
        }
        if let Err(failure) = work(self) {
            let message = format!("{what}: {failure}");
            println!("  FAILED {message}");
            self.failures.push(message);
        }
    }

    /// Times an operation by the card's events; it takes the repetition's number, and the median is kept.
    fn time<T>(&mut self, subject: Subject, run: impl Fn(usize) -> Result<T, Error>) -> Result<(), Failure> {
        let device = self.engine.device();
        self.time_by(subject, |i| {
            // results are given back after the clock has stopped
            let (_result, time) = device.timed(|| run(i))?;
            Ok(time)
        })
    }

    /// Times an operation by a clock of its own.
    fn time_by(
        &mut self,
        subject: Subject,
        run: impl Fn(usize) -> Result<Duration, Error>,
    ) -> Result<(), Failure> {
        // an emulator's time is of no interest: once shows that timing works
        let (warm_up, fewest) = if self.emulated { (0, 1) } else { (WARM_UP, FEWEST) };
        for i in 0..warm_up {
            run(i)?;
        }
        self.engine.device().synchronize()?;
        let most = if self.quick { fewest } else { MOST };
        let (mut times, start) = (Vec::new(), Instant::now());
        while times.len() < fewest || (times.len() < most && start.elapsed() < LONG_ENOUGH) {
            times.push(run(times.len())?.as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        let predicted = subject.prediction.filter(|_| !self.emulated);
        let timing = Timing {
            operation: subject.operation,
            log_size: subject.log_size,
            note: subject.note,
            emulated: self.emulated,
            median_ms: median,
            least_ms: times[0],
            most_ms: times[times.len() - 1],
            repetitions: times.len(),
            inputs: subject.inputs,
            predicted,
            reason: match (self.emulated, subject.prediction) {
                (true, _) => Some("the card is emulated"),
                (false, None) => Some("not one of our kernels"),
                (false, Some(_)) => None,
            },
            of_predicted: predicted.map(|prediction| median / prediction.expected_ms),
            of_roofline: predicted.map(|prediction| prediction.roofline_ms / median),
            checked: subject.checked,
        };
        crate::table::line(&timing);
        self.timings.push(timing);
        Ok(())
    }
}

/// Why a timing is none.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The engine failed.
    #[error("{0}")]
    Engine(#[from] Error),
    /// The result is wrong.
    #[error("the result is not that of {0}")]
    Wrong(&'static str),
}

/// Compares a result.
fn check<T: PartialEq>(found: &T, expected: &T, with: &'static str) -> Result<(), Failure> {
    if found == expected {
        Ok(())
    } else {
        Err(Failure::Wrong(with))
    }
}
