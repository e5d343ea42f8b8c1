//! Figures of another program from a file: one JSON object per line.
//!
//! ```json
//! {"program": "jf-plonk 0.5.1", "circuit": "v1", "capacity": 10, "cpu": "AMD EPYC", "threads": 2,
//!  "unix_time": 1795358400, "prove_s": [9.7, 8.8], "prove_cpu_s": [18.1, 17.9], "preprocess_s": [5.1],
//!  "circuit_and_witness_s": [0.1], "peak_memory_bytes": [566231040]}
//! ```
//! The processor's name, the threads and the time tell whether they are of the same session; lists of figures may be
//! left out. Several lines for one program, circuit and capacity are one sample.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{Figure, Origin, Reference};
use crate::{error::Error, statistics::Summary};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    program: String,
    circuit: String,
    capacity: usize,
    cpu: String,
    threads: usize,
    unix_time: u64,
    #[serde(default)]
    prove_s: Vec<f64>,
    #[serde(default)]
    prove_cpu_s: Vec<f64>,
    #[serde(default)]
    preprocess_s: Vec<f64>,
    #[serde(default)]
    circuit_and_witness_s: Vec<f64>,
    #[serde(default)]
    peak_memory_bytes: Vec<f64>,
}

impl Line {
    fn is_of(&self, other: &Self) -> bool {
        (&self.program, &self.circuit, self.capacity) == (&other.program, &other.circuit, other.capacity)
    }

    fn figures(&self) -> [(Figure, &[f64]); 5] {
        [
            (Figure::Prove, &self.prove_s),
            (Figure::ProveCpu, &self.prove_cpu_s),
            (Figure::Preprocess, &self.preprocess_s),
            (Figure::CircuitAndWitness, &self.circuit_and_witness_s),
            (Figure::PeakMemory, &self.peak_memory_bytes),
        ]
    }

    /// Adds another run's figures. The sample is as old as its oldest run.
    fn absorb(&mut self, other: Self) -> Result<(), String> {
        if (&self.cpu, self.threads) != (&other.cpu, other.threads) {
            return Err(format!(
                "runs of {} at capacity {} are of different machines or thread counts; give one file for each",
                self.program, self.capacity
            ));
        }
        self.unix_time = self.unix_time.min(other.unix_time);
        self.prove_s.extend(other.prove_s);
        self.prove_cpu_s.extend(other.prove_cpu_s);
        self.preprocess_s.extend(other.preprocess_s);
        self.circuit_and_witness_s.extend(other.circuit_and_witness_s);
        self.peak_memory_bytes.extend(other.peak_memory_bytes);
        Ok(())
    }

    fn reference(self) -> Result<Reference, String> {
        let mut figures = Vec::new();
        for (figure, values) in self.figures() {
            if values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
                return Err(format!("{figure} of {} is not above zero", self.program));
            }
            figures.extend(Summary::of(values).map(|summary| (figure, summary)));
        }
        if figures.is_empty() {
            return Err(format!("{} has no figure", self.program));
        }
        Ok(Reference {
            program: self.program,
            circuit: self.circuit,
            capacity: self.capacity,
            origin: Origin::Measured {
                cpu: self.cpu,
                threads: self.threads,
                unix_time: self.unix_time,
            },
            figures,
        })
    }
}

/// Reads a file of figures.
///
/// # Errors
/// [`Error::Reference`] on a file that cannot be read or is not such a file.
pub fn read(path: &Path) -> Result<Vec<Reference>, Error> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string());
    text.and_then(|text| parse(&text))
        .map_err(|reason| Error::Reference {
            path: path.to_owned(),
            reason,
        })
}

fn parse(text: &str) -> Result<Vec<Reference>, String> {
    let mut samples: Vec<Line> = Vec::new();
    for (number, text) in text.lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let line: Line =
            serde_json::from_str(text).map_err(|error| format!("line {}: {error}", number + 1))?;
        match samples.iter_mut().find(|sample| sample.is_of(&line)) {
            Some(sample) => sample.absorb(line)?,
            None => samples.push(line),
        }
    }
    samples.into_iter().map(Line::reference).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line(changes: &Value) -> String {
        let mut line = json!({
            "program": "other 1.0", "circuit": "v1", "capacity": 10, "cpu": "some", "threads": 2, "unix_time": 1000,
            "prove_s": [9.0, 11.0],
        });
        for (key, value) in changes.as_object().unwrap() {
            line[key] = value.clone();
        }
        format!("{line}\n")
    }

    #[test]
    fn lines_of_one_program_are_one_sample() {
        let text = line(&json!({})) + "\n" + &line(&json!({"prove_s": [7.0], "unix_time": 900}));
        let text = text + &line(&json!({"capacity": 20, "peak_memory_bytes": [5e8]}));
        let references = parse(&text).unwrap();
        assert_eq!(references.len(), 2);
        let (figure, prove) = references[0].figures[0];
        assert_eq!((figure, prove.median, prove.count), (Figure::Prove, 9.0, 3));
        assert!(matches!(
            references[0].origin,
            Origin::Measured { unix_time: 900, .. }
        ));
        assert_eq!(references[1].figures[1].0, Figure::PeakMemory);
    }

    #[test]
    fn what_would_mislead_is_refused() {
        let none = line(&json!({"prove_s": []}));
        for (text, reason) in [
            (line(&json!({"prove_s": [0.0]})), "not above zero"),
            (line(&json!({"prove_s": [-1.0]})), "not above zero"),
            (line(&json!({"prove_sec": [1.0]})), "unknown field `prove_sec`"),
            (
                line(&json!({})) + &line(&json!({"threads": 3})),
                "different machines",
            ),
            (none, "has no figure"),
            (line(&json!({})) + "{}", "line 2: missing field"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
