//! Results for one size of payload and one number of nodes.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::measure::{Measured, Repetition, Taken};
use crate::{
    fingerprint::Fingerprint,
    statistics::Summary,
    table::{line, machine, range},
    units,
};

/// Raised when a field changes its meaning.
const SCHEMA: u32 = 1;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Bytes of the payload.
    pub payload_bytes: u32,
    /// Nodes that get a share.
    pub nodes: u32,
    /// Repetitions that count.
    pub repeat: usize,
    /// Repetitions before those.
    pub warm_up: usize,
    /// Threads.
    pub threads: usize,
    /// What payloads are derived from.
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
    /// What was found.
    pub measured: Measured,
    /// Medians and ranges.
    pub summary: Medians,
}

/// Medians and ranges over repetitions, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Medians {
    /// Dispersal.
    pub disperse: Both,
    /// Check of a share.
    pub check_share: Both,
    /// Check of a stored payload.
    pub check_payload: Both,
    /// Recovery.
    pub recover: Both,
    /// Processor time that others took during a repetition.
    pub others_cpu_s: Summary,
}

/// Wall and processor time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Both {
    /// Wall time.
    pub wall_s: Summary,
    /// Processor time.
    pub cpu_s: Summary,
}

impl Record {
    /// The record of a measurement.
    ///
    /// # Panics
    /// Without repetitions; a task has one at least.
    pub fn new(fingerprint: Fingerprint, task: Task, measured: Measured) -> Self {
        let over = |value: &dyn Fn(&Repetition) -> f64| {
            let values: Vec<f64> = measured.repetitions.iter().map(value).collect();
            Summary::of(&values).unwrap_or_else(|| panic!("no summary of {values:?}"))
        };
        let both = |part: fn(&Repetition) -> Taken| Both {
            wall_s: over(&|repetition| part(repetition).wall_s),
            cpu_s: over(&|repetition| part(repetition).cpu_s),
        };
        let summary = Medians {
            disperse: both(|repetition| repetition.disperse),
            check_share: both(|repetition| repetition.check_share),
            check_payload: both(|repetition| repetition.check_payload),
            recover: both(|repetition| repetition.recover),
            others_cpu_s: over(&|repetition| repetition.others_cpu_s),
        };
        Self {
            schema: SCHEMA,
            bench: "throughput availability".to_owned(),
            fingerprint,
            task,
            measured,
            summary,
        }
    }
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (task, summary) = (&self.task, &self.summary);
        writeln!(
            f,
            "{} bytes to {} nodes, {} of which recover them; {} threads",
            units::thousands(task.payload_bytes.into()),
            task.nodes,
            self.measured.threshold,
            task.threads
        )?;
        machine(f, &self.fingerprint)?;
        line(
            f,
            "",
            "median",
            &format!("range of {}; processor time", task.repeat),
        )?;
        for (name, figures) in [
            ("disperse", &summary.disperse),
            ("check a share", &summary.check_share),
            ("check a stored payload", &summary.check_payload),
            ("recover from the last shares", &summary.recover),
        ] {
            let note = format!(
                "{}; {}",
                range(&figures.wall_s, units::seconds),
                units::seconds(figures.cpu_s.median)
            );
            line(f, name, &units::seconds(figures.wall_s.median), &note)?;
        }
        let others = &summary.others_cpu_s;
        let note = format!("{}; per repetition", range(others, units::seconds));
        line(f, "others' processor time", &units::seconds(others.median), &note)?;
        line(f, "tables, once", &units::seconds(self.measured.prepare_s), "")
    }
}
