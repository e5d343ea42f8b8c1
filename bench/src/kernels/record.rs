//! Results of one operation at one size.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::{engines::Contestant, inputs::Kind, measure::Measured, operation::Operation, roofline::Machine};
use crate::{fingerprint::Fingerprint, statistics::Summary, table::machine, units};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The operation.
    pub operation: Operation,
    /// Base-two logarithm of the elements.
    pub log_size: u32,
    /// What scalars look like.
    pub inputs: Kind,
    /// Repetitions that count, at least.
    pub repeat: usize,
    /// Repetitions before those.
    pub warm_up: usize,
    /// Threads.
    pub threads: usize,
    /// What inputs are derived from.
    pub seed: u64,
}

/// A line of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this format.
    pub schema: u32,
    /// Which bench.
    pub bench: String,
    /// What it was measured on.
    pub fingerprint: Fingerprint,
    /// What was asked for.
    pub task: Task,
    /// What the machine can do at most.
    pub machine: Machine,
    /// Processor time in seconds that others took during a repetition.
    pub others_cpu_s: Summary,
    /// arkworks first, then the engines.
    pub results: Vec<Time>,
}

/// What one engine took, all of whose results were arkworks' results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// The engine's own name, or arkworks.
    pub engine: String,
    /// Wall time in seconds.
    pub wall_s: Summary,
    /// arkworks' time over this one, of the same repetition.
    pub speedup: Summary,
    /// Wall time in seconds to prepare the points, once.
    pub prepare_s: Option<f64>,
    /// The least seconds that the engine's multiplications and memory traffic take; `None` where that is not known.
    pub floor_s: Option<f64>,
}

impl Record {
    /// The record of a measurement.
    ///
    /// # Panics
    /// Without repetitions; a task has one at least.
    pub fn new(
        fingerprint: Fingerprint,
        task: Task,
        measured: &Measured,
        engines: &[Contestant],
        machine: &Machine,
    ) -> Self {
        let over = |values: &[f64]| Summary::of(values).unwrap_or_else(|| panic!("no summary of {values:?}"));
        let arkworks = &measured.seconds[0];
        let speedup = |seconds: &[f64]| {
            let ratios: Vec<f64> = arkworks
                .iter()
                .zip(seconds)
                .map(|(theirs, ours)| theirs / ours)
                .collect();
            over(&ratios)
        };
        let mut results = vec![Time {
            engine: "arkworks 0.6".to_owned(),
            wall_s: over(arkworks),
            speedup: speedup(arkworks),
            prepare_s: None,
            floor_s: None,
        }];
        for (number, contestant) in engines.iter().enumerate() {
            let seconds = &measured.seconds[number + 1];
            let rates = machine.rates(contestant);
            results.push(Time {
                engine: contestant.name.clone(),
                wall_s: over(seconds),
                speedup: speedup(seconds),
                prepare_s: measured.prepare_s[number],
                floor_s: rates.map(|rates| rates.floor(&measured.work[usize::from(rates.tables)])),
            });
        }
        Self {
            schema: SCHEMA,
            bench: "kernels".to_owned(),
            fingerprint,
            task,
            machine: machine.clone(),
            others_cpu_s: over(&measured.others_cpu_s),
            results,
        }
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let task = &self.task;
        writeln!(
            f,
            "{} of 2^{}, {} inputs, {} repetitions; {} threads",
            task.operation,
            task.log_size,
            task.inputs.name(),
            self.others_cpu_s.count,
            task.threads
        )?;
        machine(f, &self.fingerprint)?;
        writeln!(
            f,
            "  {:<32}{:>12}  {:<23} {:>9}  {:>12}",
            "", "median", "range", "arkworks/", "of the floor"
        )?;
        for time in &self.results {
            let range = format!(
                "{} - {}",
                units::seconds(time.wall_s.min),
                units::seconds(time.wall_s.max)
            );
            let floor = time.floor_s.map_or_else(String::new, |floor| {
                format!("{:.0} %", 100.0 * floor / time.wall_s.median)
            });
            let line = format!(
                "  {:<32}{:>12}  {range:<23} {:>9.2}  {floor:>12}",
                time.engine,
                units::seconds(time.wall_s.median),
                time.speedup.median
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let others = units::seconds(self.others_cpu_s.median);
        writeln!(f, "  others' processor time, per repetition {others}")
    }
}
