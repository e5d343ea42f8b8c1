//! Our own circuits: what they add to the deployed ones, and that they do not change unnoticed.

use std::path::Path;

use crate::{
    digest,
    vectors::{Expected, canonical_circuits, cases, circuits},
};

/// Gates that forbid a non-canonical decomposition, and the variables.
const GATES_PER_UNPACK: usize = 769;
const VARIABLES_PER_UNPACK: usize = 768;
/// Decompositions for the threshold, beside one per signature.
const COMPARISONS: usize = 3;

const CAPACITIES: [usize; 6] = [1, 2, 7, 10, 20, 200];

fn compute() -> Vec<Expected> {
    let mut all = Vec::new();
    for (version, deployed) in [("v1-canonical", "v1"), ("v2-canonical", "v2")] {
        for capacity in CAPACITIES {
            let (circuit, mut found) = digest::of_circuit(version, capacity);
            for case in cases() {
                if case.version.to_string() == deployed && case.capacity == capacity {
                    let digest = digest::of_witness(&found, &case.statement);
                    found.case_witness_sha256.insert(case.name.clone(), digest);
                    let witness = crema_circuit::witness(found.version(), capacity, &case.statement).unwrap();
                    assert_eq!(
                        circuit.check(&witness.values, &witness.public_inputs),
                        Ok(()),
                        "{}",
                        case.name
                    );
                }
            }
            all.push(found);
        }
    }
    all
}

#[test]
fn our_circuits_are_what_they_were() {
    let known = canonical_circuits();
    assert_eq!(known.len(), 2 * CAPACITIES.len());
    for (found, known) in compute().into_iter().zip(known) {
        assert_eq!(
            found, known,
            "to change a circuit of ours deliberately, run the ignored test of this module"
        );
    }
}

#[test]
fn soundness_costs_769_gates_per_decomposition() {
    let mut compared = 0;
    for canonical in canonical_circuits() {
        let deployed = canonical.version.trim_end_matches("-canonical");
        let circuits = circuits();
        let Some(deployed) = circuits
            .iter()
            .find(|c| c.version == deployed && c.capacity == canonical.capacity)
        else {
            continue;
        };
        let unpacks = canonical.capacity + COMPARISONS;
        assert_eq!(canonical.gates, deployed.gates + unpacks * GATES_PER_UNPACK);
        assert_eq!(
            canonical.variables,
            deployed.variables + unpacks * VARIABLES_PER_UNPACK
        );
        // a capacity that fills its domain, as 1 does, needs the next one
        let fits = deployed.gates + unpacks * GATES_PER_UNPACK <= deployed.domain;
        assert_eq!(fits, canonical.capacity != 1);
        assert_eq!(
            canonical.domain,
            if fits {
                deployed.domain
            } else {
                2 * deployed.domain
            }
        );
        compared += 1;
    }
    assert_eq!(compared, 10);
}

/// Writes the file that [`our_circuits_are_what_they_were`] compares with. Keys change with it.
#[test]
#[ignore = "changes the golden file; run by name after a deliberate change to our own circuits"]
fn regenerate() {
    let lines: Vec<String> = compute()
        .iter()
        .map(|expected| format!("  {}", serde_json::to_string(expected).unwrap()))
        .collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/canonical.json");
    std::fs::write(file, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
}
