//! What is written: one JSON object, which grows step by step.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;
use serde_json::Value;

use crate::{
    conformance::Outcome,
    model::{Prediction, Rates},
};

/// Everything that a run finds.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Version of this program.
    pub program: &'static str,
    /// Seconds since 1970 when the run began.
    pub started_unix_s: u64,
    /// The engine's name; an emulated card's says so.
    pub engine: String,
    /// The card is the mock driver's: times are this processor's and say nothing of any card.
    pub emulated: bool,
    /// Whether small sizes only were asked for.
    pub quick: bool,
    /// What the driver and NVML say; `null` has its reason under `missing`.
    pub facts: BTreeMap<&'static str, Value>,
    /// NVML's state of the card after the timings.
    pub afterwards: BTreeMap<&'static str, Value>,
    /// Why facts are `null`.
    pub missing: BTreeMap<String, String>,
    /// Rates of pipes.
    pub pipes: Vec<Pipe>,
    /// What predictions are computed from.
    pub rates: Option<Rates>,
    /// Conformance tests.
    pub conformance: Vec<Outcome>,
    /// Runs under the sanitizer.
    pub sanitizer: Vec<Sanitized>,
    /// Times.
    pub timings: Vec<Timing>,
    /// What was left out, and why.
    pub incomplete: Vec<String>,
    /// What failed.
    pub failures: Vec<String>,
    /// Seconds that the run took so far.
    pub seconds: f64,
    /// Whether the run came to its end.
    pub finished: bool,
}

/// A pipe's rate.
#[derive(Debug, Serialize)]
pub struct Pipe {
    /// The instruction.
    pub instruction: &'static str,
    /// Lanes per clock and multiprocessor.
    pub lanes_per_clock: Option<f64>,
    /// Why there is no rate.
    pub reason: Option<&'static str>,
    /// Lane instructions on the whole card, in units of 10^12 per second.
    pub tera_per_second: Option<f64>,
    /// Whether they gave what they should.
    pub correct: bool,
}

/// A run of this program under a tool of compute-sanitizer.
#[derive(Debug, Serialize)]
pub struct Sanitized {
    /// The tool.
    pub tool: &'static str,
    /// Whether it ran.
    pub ran: bool,
    /// Whether it found nothing.
    pub passed: bool,
    /// What it said at last, or why it did not run.
    pub message: String,
    /// Seconds.
    pub seconds: f64,
}

/// The time of an operation.
#[derive(Debug, Serialize)]
pub struct Timing {
    /// The operation.
    pub operation: String,
    /// Base-two logarithm of the number of elements.
    pub log_size: u32,
    /// What else there is to know, for instance how a sum was cut.
    pub note: String,
    /// The time is an emulator's.
    pub emulated: bool,
    /// Median of the repetitions.
    pub median_ms: f64,
    /// The shortest.
    pub least_ms: f64,
    /// The longest.
    pub most_ms: f64,
    /// Number of repetitions; on a card, after two that are not counted.
    pub repetitions: usize,
    /// Number of different inputs that took turns.
    pub inputs: usize,
    /// What the model says; none for an emulated card.
    pub predicted: Option<Prediction>,
    /// Why there is no prediction, and no ratio.
    pub reason: Option<&'static str>,
    /// Measured time by predicted time.
    pub of_predicted: Option<f64>,
    /// Part of the roofline that was reached.
    pub of_roofline: Option<f64>,
    /// How the result was checked.
    pub checked: &'static str,
}

impl Report {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// Writes what there is, whole or not at all: a run that is killed leaves what it had.
    pub fn write(&self, path: Option<&Path>) -> Result<(), String> {
        let Some(path) = path else { return Ok(()) };
        let mut text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        text.push('\n');
        let partial = path.with_extension("partial");
        fs::write(&partial, text)
            .and_then(|()| fs::rename(&partial, path))
            .map_err(|error| {
                format!(
                    "{}: {error}: name a file in a folder that can be written to",
                    path.display()
                )
            })
    }
}
