//! Witnesses equal the reference's, and only those of true statements satisfy the circuit.

use ark_bn254::Fr;
use crema_circuit::{Error, TableTraces, Version, public_inputs, structure, witness, witness_with};
use crema_plonk::constraint_system::Unsatisfied;

use crate::{
    digest,
    vectors::{case, cases, circuits, false_statements},
};

#[test]
fn witnesses_of_all_cases_are_the_references() {
    let circuits = circuits();
    let cases = cases();
    let tables = TableTraces::default();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let (version, capacity) = (case.version, case.capacity);
        let found = witness(version, capacity, &case.statement).unwrap();
        // a table that is new, and one that is known
        for _ in 0..2 {
            let with_tables = witness_with(version, capacity, &case.statement, &tables).unwrap();
            assert_eq!(
                with_tables.values, found.values,
                "{version} at {capacity}, {}",
                case.name
            );
        }
        let expected = circuits
            .iter()
            .find(|c| c.version() == version && c.capacity == capacity)
            .unwrap();
        let known = &expected.case_witness_sha256[&case.name];
        assert_eq!(
            &digest::of_scalars(&found.values),
            known,
            "{version} at {capacity}, {}",
            case.name
        );
        assert_eq!(
            found.public_inputs, case.public_inputs,
            "{version} at {capacity}, {}",
            case.name
        );
        assert_eq!(public_inputs(version, &case.statement), Ok(case.public_inputs));
        let circuit = structure(version, capacity).unwrap();
        assert_eq!(circuit.check(&found.values, &found.public_inputs), Ok(()));
    }
}

#[test]
fn false_statements_fail_where_the_references_check_does() {
    let false_statements = false_statements();
    assert_eq!(false_statements.len(), 10);
    for canonical in [false, true] {
        for false_statement in &false_statements {
            let case = &false_statement.case;
            assert_eq!(case.version, Version::V1);
            let version = if canonical {
                Version::V1Canonical
            } else {
                Version::V1
            };
            let circuit = structure(version, case.capacity).unwrap();
            let found = witness(version, case.capacity, &case.statement).unwrap();
            assert_eq!(found.public_inputs, case.public_inputs);
            let Err(Unsatisfied::Gate { row, .. }) = circuit.check(&found.values, &found.public_inputs)
            else {
                panic!("accepted although: {}", false_statement.because);
            };
            if !canonical {
                assert_eq!(
                    row, false_statement.first_failing_gate,
                    "{}",
                    false_statement.because
                );
            }
        }
    }
}

#[test]
fn statements_that_do_not_fit_are_refused() {
    let v1 = case(Version::V1, 2, "B_full_table_large_amounts_all_sign").statement;
    let v3 = case(Version::V3, 2, "B_full_table_epoch_root_next_table_differs").statement;
    let refused = |version, capacity, statement| witness(version, capacity, statement).err();
    assert_eq!(
        refused(Version::V1, 1, &v1),
        Some(Error::TooManyEntries {
            capacity: 1,
            found: 2
        })
    );
    assert_eq!(refused(Version::V1, 0, &v1), Some(Error::Capacity { found: 0 }));
    assert_eq!(
        refused(Version::V2, 2, &v1),
        Some(Error::Message {
            version: Version::V2,
            found: 3
        })
    );
    assert_eq!(
        refused(Version::V1, 2, &v3),
        Some(Error::Message {
            version: Version::V1,
            found: 1
        })
    );
    assert_eq!(
        public_inputs(Version::V3, &v1),
        Err(Error::Message {
            version: Version::V3,
            found: 3
        })
    );
}

#[test]
fn a_circuit_refuses_what_belongs_to_another() {
    let case = case(Version::V1, 2, "B_full_table_large_amounts_all_sign");
    let circuit = structure(Version::V1, 3).unwrap();
    let found = witness(Version::V1, 2, &case.statement).unwrap();
    assert!(matches!(
        circuit.check(&found.values, &found.public_inputs),
        Err(Unsatisfied::Variables { .. })
    ));
    let padded = witness(Version::V1, 3, &case.statement).unwrap();
    assert_eq!(
        circuit.check(&padded.values, &[Fr::from(0); 6]),
        Err(Unsatisfied::PublicInputs {
            expected: 7,
            found: 6
        })
    );
}
