//! SHA-256 over canonical little-endian encodings in index order.

use ark_bn254::Fr;
use ark_ff::PrimeField;
use crema_circuit::{Statement, structure, witness};
use crema_kernels::quotient::SELECTORS;
use crema_plonk::constraint_system::Circuit;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::vectors::{Expected, preprocessing_statement};

fn encode(value: Fr) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(value.into_bigint().0) {
        *chunk = limb.to_le_bytes();
    }
    bytes
}

fn sha256(pieces: impl Iterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    hex::encode(hasher.finalize())
}

/// The digest of field elements.
pub fn of_scalars(values: &[Fr]) -> String {
    sha256(values.iter().map(|value| encode(*value)))
}

/// The digest of a statement's witness.
pub fn of_witness(expected: &Expected, statement: &Statement) -> String {
    of_scalars(
        &witness(expected.version(), expected.capacity, statement)
            .unwrap()
            .values,
    )
}

/// Everything that the vectors know of the circuit of that version and capacity, the cases aside.
pub fn of_circuit(version: &str, capacity: usize) -> (Circuit, Expected) {
    let parsed = version.parse().unwrap();
    let circuit = structure(parsed, capacity).unwrap();
    let selector = |selector: usize| {
        let rows: Vec<[u8; 32]> = circuit.rows.iter().map(|row| encode(row.0[selector])).collect();
        sha256(circuit.row_index.iter().map(|&row| rows[row as usize]))
    };
    let mut found = Expected {
        version: version.to_owned(),
        capacity,
        gates: circuit.gates,
        variables: circuit.variables,
        domain: circuit.domain.size,
        public_input_gates: (0..circuit.public_inputs).collect(),
        selector_sha256: (0..SELECTORS).into_par_iter().map(selector).collect(),
        sigma_sha256: circuit
            .permutation()
            .par_iter()
            .map(|column| of_scalars(column))
            .collect(),
        wire_variables_sha256: circuit
            .wires
            .par_iter()
            .map(|column| sha256(column.iter().map(|variable| variable.to_le_bytes())))
            .collect(),
        preprocessing_witness_sha256: String::new(),
        case_witness_sha256: std::collections::BTreeMap::new(),
    };
    found.preprocessing_witness_sha256 = of_witness(&found, &preprocessing_statement(parsed));
    (circuit, found)
}
