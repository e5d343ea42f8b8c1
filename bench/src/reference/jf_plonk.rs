//! What the reference prover took, as recorded before this project existed.

use super::{Figure, Origin, Reference};
use crate::statistics::Summary;

/// A line of the record. Times in seconds, memory in MiB.
struct Record {
    capacity: usize,
    circuit_and_witness: f64,
    preprocess: f64,
    /// Median, least and greatest of three.
    prove: [f64; 3],
    prove_cpu: f64,
    peak_memory: f64,
}

/// jf-plonk 0.5.1 over arkworks 0.4, circuit V1, release build without native flags.
const RECORDS: [Record; 4] = [
    Record {
        capacity: 10,
        circuit_and_witness: 0.10,
        preprocess: 5.1,
        prove: [9.7, 8.8, 9.7],
        prove_cpu: 18.1,
        peak_memory: 540.0,
    },
    Record {
        capacity: 20,
        circuit_and_witness: 0.28,
        preprocess: 10.6,
        prove: [20.8, 19.6, 21.8],
        prove_cpu: 39.1,
        peak_memory: 1_096.0,
    },
    Record {
        capacity: 100,
        circuit_and_witness: 1.4,
        preprocess: 43.0,
        prove: [78.6, 74.3, 83.7],
        prove_cpu: 150.0,
        peak_memory: 4_178.0,
    },
    Record {
        capacity: 200,
        circuit_and_witness: 2.6,
        preprocess: 84.0,
        prove: [150.9, 150.5, 161.8],
        prove_cpu: 282.0,
        peak_memory: 8_313.0,
    },
];

const MACHINE: &str = "2 AMD EPYC Zen 4 vCPUs, 2 threads, shared";

/// What was recorded at a capacity.
pub fn recorded(capacity: usize) -> Option<Reference> {
    let record = RECORDS.iter().find(|record| record.capacity == capacity)?;
    let [median, min, max] = record.prove;
    Some(Reference {
        program: "jf-plonk 0.5.1".to_owned(),
        circuit: "v1".to_owned(),
        capacity,
        origin: Origin::Recorded(MACHINE),
        figures: vec![
            (
                Figure::Prove,
                Summary {
                    median,
                    min,
                    max,
                    count: 3,
                    quartiles: None,
                },
            ),
            (Figure::ProveCpu, Summary::single(record.prove_cpu)),
            (Figure::Preprocess, Summary::single(record.preprocess)),
            (
                Figure::CircuitAndWitness,
                Summary::single(record.circuit_and_witness),
            ),
            (
                Figure::PeakMemory,
                Summary::single(record.peak_memory * f64::from(1 << 20)),
            ),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recorded_capacities_have_a_reference() {
        assert_eq!(recorded(11), None);
        for capacity in [10, 20, 100, 200] {
            let reference = recorded(capacity).unwrap();
            assert_eq!(reference.capacity, capacity);
            assert_eq!(reference.figures.len(), 5);
            assert!(
                reference
                    .figures
                    .iter()
                    .all(|(_, figure)| figure.min <= figure.median && figure.median <= figure.max)
            );
        }
    }
}
