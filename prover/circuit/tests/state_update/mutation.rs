//! Every variable matters: another value in its place breaks a gate.

use std::collections::BTreeMap;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField, Zero};
use crema_circuit::{Message, Statement, Version, public_inputs, structure, witness};
use crema_kernels::quotient::{Selector, WIRES, gate};
use crema_plonk::constraint_system::Circuit;

use crate::vectors::case;

const V1_CASE: &str = "B_full_table_large_amounts_all_sign";
const EPOCH_CASE: &str = "B_full_table_epoch_root_next_table_differs";

fn targets() -> [(Version, Statement); 5] {
    let v1 = case(Version::V1, 2, V1_CASE).statement;
    let v2 = case(Version::V2, 2, EPOCH_CASE).statement;
    let v3 = case(Version::V3, 2, EPOCH_CASE).statement;
    [
        (Version::V1, v1.clone()),
        (Version::V2, v2.clone()),
        (Version::V3, v3),
        (Version::V1Canonical, v1),
        (Version::V2Canonical, v2),
    ]
}

/// Rows that carry each variable.
fn occurrences(circuit: &Circuit) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); circuit.variables];
    for column in &circuit.wires {
        for (row, &variable) in column.iter().enumerate() {
            // the padding carries variable 0 on all wires and says nothing
            if row < circuit.gates {
                rows[variable as usize].push(row);
            }
        }
    }
    rows
}

fn holds(circuit: &Circuit, row: usize, witness: &[Fr], public_inputs: &[Fr]) -> bool {
    let wires = std::array::from_fn(|wire| witness[circuit.wires[wire][row] as usize]);
    let input = public_inputs.get(row).copied().unwrap_or(Fr::ZERO);
    gate(&circuit.rows[circuit.row_index[row] as usize].0, &wires, input).is_zero()
}

/// The one kind of variable that may take any value: the inverse that a test for zero asks for, of zero.
fn is_inverse_of_zero(circuit: &Circuit, variable: usize, rows: &[usize], witness: &[Fr]) -> bool {
    let &[row] = rows else { return false };
    let wires: [usize; WIRES] = std::array::from_fn(|wire| circuit.wires[wire][row] as usize);
    wires[1] == variable && wires[2] == 1 && wires[4] == 1 && witness[wires[0]].is_zero()
}

#[test]
fn every_variable_is_bound_by_a_gate() {
    for (version, statement) in targets() {
        let circuit = structure(version, 2).unwrap();
        let found = witness(version, 2, &statement).unwrap();
        let mut values = found.values;
        assert_eq!(circuit.check(&values, &found.public_inputs), Ok(()));
        let mut free = 0;
        for (variable, rows) in occurrences(&circuit).iter().enumerate() {
            for change in [Fr::ONE, -Fr::ONE, Fr::from(1u64 << 40)] {
                let honest = values[variable];
                values[variable] += change;
                let caught = rows
                    .iter()
                    .any(|&row| !holds(&circuit, row, &values, &found.public_inputs));
                values[variable] = honest;
                if !caught {
                    assert!(
                        is_inverse_of_zero(&circuit, variable, rows, &values),
                        "{version}: variable {variable} may be changed by {change}"
                    );
                    free += 1;
                }
            }
        }
        assert!(
            free > 0 && free % 3 == 0,
            "the tests for zero of this statement do meet zeros"
        );
    }
}

/// The same through the circuit's own check, once for each kind of gate.
#[test]
fn the_check_notices_a_change_at_each_kind_of_gate() {
    for (version, statement) in targets() {
        let circuit = structure(version, 2).unwrap();
        let found = witness(version, 2, &statement).unwrap();
        let mut kinds: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        for row in 0..circuit.gates {
            let selectors = &circuit.rows[circuit.row_index[row] as usize].0;
            let kind: Vec<bool> = selectors.iter().map(|selector| !selector.is_zero()).collect();
            kinds.entry(kind).or_insert(row);
        }
        assert!(kinds.len() >= 13, "{version} has {} kinds of gates", kinds.len());
        for row in kinds.into_values() {
            let output = circuit.wires[Selector::Lc3 as usize + 1][row] as usize;
            let mut values = found.values.clone();
            values[output] += Fr::ONE;
            assert!(
                circuit.check(&values, &found.public_inputs).is_err(),
                "{version}: the output of gate {row}"
            );
        }
    }
}

/// Replaces the public input at `index` in a statement: field elements by others that are half the field away, so that
/// no weight reaches the threshold.
fn with_another_input(version: Version, statement: &Statement, index: usize) -> Statement {
    let mut changed = statement.clone();
    let delta = Fr::from(Fr::MODULUS_MINUS_ONE_DIV_TWO);
    let stake_table_at = if version == Version::V3 { 0 } else { 3 };
    if let Some(element @ 0..4) = index.checked_sub(stake_table_at) {
        let table = &mut changed.stake_table;
        *[
            &mut table.bls_key_comm,
            &mut table.schnorr_key_comm,
            &mut table.amount_comm,
            &mut table.threshold,
        ][element] += delta;
        return changed;
    }
    let element = if index < stake_table_at { index } else { index - 4 };
    match &mut changed.message {
        Message::Digest(digest) => *digest += delta,
        Message::State(state) | Message::StateAndNextStakeTable { state, .. } if element < 3 => match element
        {
            0 => state.view_number ^= 1,
            1 => state.block_height ^= 1,
            _ => state.block_comm_root += delta,
        },
        Message::StateAndNextStakeTable {
            next_stake_table: table,
            ..
        } => {
            *[
                &mut table.bls_key_comm,
                &mut table.schnorr_key_comm,
                &mut table.amount_comm,
                &mut table.threshold,
            ][element - 3] += delta;
        }
        Message::State(_) => unreachable!("a state has three elements"),
    }
    changed
}

#[test]
fn every_public_input_but_the_bls_commitment_is_bound() {
    for (version, statement) in targets() {
        let circuit = structure(version, 2).unwrap();
        let honest = witness(version, 2, &statement).unwrap();
        assert_eq!(honest.public_inputs.len(), version.public_inputs());
        for index in 0..version.public_inputs() {
            let mut inputs = honest.public_inputs.clone();
            inputs[index] += Fr::ONE;
            assert!(
                circuit.check(&honest.values, &inputs).is_err(),
                "{version}: input {index} alone"
            );

            let changed = with_another_input(version, &statement, index);
            let inputs = public_inputs(version, &changed).unwrap();
            for (other, honest) in honest.public_inputs.iter().enumerate() {
                assert_eq!(inputs[other] == *honest, other != index);
            }
            let witness = witness(version, 2, &changed).unwrap();
            let satisfied = circuit.check(&witness.values, &witness.public_inputs).is_ok();
            // a property of the deployed circuits: the BLS commitment is the contract's business
            let unconstrained = index == if version == Version::V3 { 0 } else { 3 };
            assert_eq!(satisfied, unconstrained, "{version}: input {index} throughout");
        }
    }
}
