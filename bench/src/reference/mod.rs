//! Comparison with another program: never a number without where the other one comes from.

pub mod file;
pub mod jf_plonk;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{fingerprint::Fingerprint, statistics::Summary, units};

/// Figures that provers are compared by. Lower is better in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Wall time of a proof from witness to last opening.
    Prove,
    /// Processor time of the same.
    ProveCpu,
    /// Wall time from the circuit to a key, without the reference string.
    Preprocess,
    /// Wall time of what precedes a proof when the key is there: the witness, and the circuit where it is built anew.
    CircuitAndWitness,
    /// The most memory allocated while proving.
    PeakMemory,
}

impl Figure {
    /// A value in the figure's unit: seconds, or bytes shown as MiB.
    fn show(self, value: f64) -> String {
        match self {
            Self::PeakMemory => units::mebibytes(value),
            _ => units::seconds(value),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Prove => "prove, wall",
            Self::ProveCpu => "prove, processor",
            Self::Preprocess => "preprocess",
            Self::CircuitAndWitness => "circuit and witness",
            Self::PeakMemory => "peak memory",
        })
    }
}

/// Another program's figures, and when and where they were measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The program and its version.
    pub program: String,
    /// The circuit that it proves.
    pub circuit: String,
    /// Lines of the stake table.
    pub capacity: usize,
    /// Where the figures come from.
    pub origin: Origin,
    /// The figures that it has.
    pub figures: Vec<(Figure, Summary)>,
}

/// Where another program's figures come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A run of long ago on a machine described so.
    Recorded(&'static str),
    /// A run on the machine of this name with so many threads, at this time.
    Measured {
        /// The processor's name.
        cpu: String,
        /// Threads of the program.
        threads: usize,
        /// Seconds since 1970.
        unix_time: u64,
    },
}

/// Runs this far apart are no longer of one session.
const SESSION_SECONDS: u64 = 12 * 3600;

/// A ratio of our figure to another program's. It has no way to show itself without saying where the other figure
/// comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    figure: Figure,
    ratio: f64,
    ours: f64,
    theirs: f64,
    label: String,
}

impl Ratio {
    /// Ours over theirs. To be shown with [`Self::label`].
    pub fn value(&self) -> f64 {
        self.ratio
    }

    /// Their figure.
    pub fn theirs(&self) -> f64 {
        self.theirs
    }

    /// Whose it is, and where it was measured.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            figure,
            ratio,
            ours,
            theirs,
            label,
        } = self;
        let (ours, theirs) = (figure.show(*ours), figure.show(*theirs));
        write!(f, "{figure:<20} {ratio:6.3}  = {ours} / {theirs} of {label}")
    }
}

impl Reference {
    /// The ratios of our medians to these figures, each with a label that says whether both were measured in one
    /// session.
    pub fn ratios(
        &self,
        ours: &[(Figure, Summary)],
        circuit: &str,
        threads: usize,
        here: &Fingerprint,
    ) -> Vec<Ratio> {
        let label = self.label(circuit, threads, here);
        ours.iter()
            .filter_map(|(figure, ours)| {
                let (_, theirs) = self.figures.iter().find(|(other, _)| other == figure)?;
                Some(Ratio {
                    figure: *figure,
                    ratio: ours.median / theirs.median,
                    ours: ours.median,
                    theirs: theirs.median,
                    label: label.clone(),
                })
            })
            .collect()
    }

    fn label(&self, circuit: &str, threads: usize, here: &Fingerprint) -> String {
        let origin = match &self.origin {
            Origin::Recorded(machine) => format!("recorded, another run: {machine}"),
            Origin::Measured {
                cpu,
                threads: theirs,
                unix_time,
            } => {
                let near = here.unix_time.abs_diff(*unix_time) <= SESSION_SECONDS;
                if near && *cpu == here.cpu && *theirs == threads {
                    "measured in the same session".to_owned()
                } else {
                    format!("another run: {cpu}, {theirs} threads")
                }
            }
        };
        let circuits = if self.circuit == circuit {
            String::new()
        } else {
            format!("; its circuit is {}, ours {circuit}", self.circuit)
        };
        format!("{} ({origin}{circuits})", self.program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(origin: Origin) -> Reference {
        Reference {
            program: "other".to_owned(),
            circuit: "v1".to_owned(),
            capacity: 10,
            origin,
            figures: vec![
                (Figure::Prove, Summary::single(8.0)),
                (Figure::PeakMemory, Summary::single(1048576.0)),
            ],
        }
    }

    fn label(origin: Origin, circuit: &str) -> String {
        let here = Fingerprint::take().unwrap();
        let ours = [
            (Figure::Prove, Summary::single(2.0)),
            (Figure::ProveCpu, Summary::single(1.0)),
        ];
        let ratios = reference(origin).ratios(&ours, circuit, 2, &here);
        assert_eq!(ratios.len(), 1, "only what both have");
        assert!((ratios[0].ratio - 0.25).abs() < f64::EPSILON);
        let json = serde_json::to_value(&ratios[0]).unwrap();
        let shown = ratios[0].to_string();
        let label = json["label"].as_str().unwrap().to_owned();
        assert!(shown.contains("0.250") && shown.ends_with(&label), "{shown}");
        label
    }

    #[test]
    fn recorded_figures_are_never_shown_as_the_same_run() {
        let label = label(Origin::Recorded("two processors"), "v1");
        assert_eq!(label, "other (recorded, another run: two processors)");
    }

    #[test]
    fn a_session_is_one_machine_at_one_time() {
        let here = Fingerprint::take().unwrap();
        let origin = |cpu: &str, threads, age| Origin::Measured {
            cpu: cpu.to_owned(),
            threads,
            unix_time: here.unix_time - age,
        };
        let same = "other (measured in the same session)";
        assert_eq!(label(origin(&here.cpu, 2, 60), "v1"), same);
        for other in [
            origin(&here.cpu, 2, 13 * 3600),
            origin(&here.cpu, 3, 60),
            origin("elsewhere", 2, 60),
        ] {
            assert!(label(other, "v1").starts_with("other (another run: "));
        }
    }

    #[test]
    fn another_circuit_is_named() {
        let label = label(Origin::Recorded("machine"), "v1-canonical");
        assert!(label.contains("its circuit is v1, ours v1-canonical"), "{label}");
    }
}
