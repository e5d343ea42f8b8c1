//! A finished circuit: the structure that keys are made from.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use crema_kernels::{
    Domain,
    quotient::{SELECTORS, WIRES, gate},
};
use rayon::prelude::*;

use super::{Gate, StructureBuilder};
use crate::coset_representatives;

/// A circuit after padding and placement of the public-input gates. Does not depend on any witness.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// Gates before padding.
    pub gates: usize,
    /// Variables, the constants zero and one included.
    pub variables: usize,
    /// Public inputs; their gates are rows `0..public_inputs`.
    pub public_inputs: usize,
    /// The domain, of the smallest power of two that holds all gates.
    pub domain: Domain,
    /// For each wire the variable on each row, `domain.size` each.
    pub wires: [Vec<u32>; WIRES],
    /// The distinct combinations of selectors.
    pub rows: Vec<Gate>,
    /// For each row its combination, an index into `rows`.
    pub row_index: Vec<u32>,
}

/// Why a witness does not satisfy a circuit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsatisfied {
    /// The witness belongs to another circuit.
    #[error("the witness has {found} values, the circuit {expected} variables")]
    Variables {
        /// Variables of the circuit.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The public inputs belong to another circuit.
    #[error("{found} public inputs, the circuit has {expected}")]
    PublicInputs {
        /// Public inputs of the circuit.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A gate equation does not vanish.
    #[error("gate {row} of {rows} is not satisfied")]
    Gate {
        /// The first such row, after placement of the public inputs.
        row: usize,
        /// Rows of the circuit.
        rows: usize,
    },
}

impl Circuit {
    pub(super) fn finalize(mut builder: StructureBuilder) -> Self {
        let gates = builder.gates.len();
        let size = gates.next_power_of_two();
        let nothing = builder
            .rows
            .iter()
            .position(|row| *row == Gate::NOTHING)
            .unwrap_or_else(|| {
                builder.rows.push(Gate::NOTHING);
                builder.rows.len() - 1
            });
        builder.gates.resize(size, nothing as u32);
        for column in &mut builder.wires {
            column.resize(size, 0);
        }
        // jellyfish swaps one after the other, so that a displaced gate may move again
        for (row, &input_gate) in builder.public_input_gates.iter().enumerate() {
            builder.gates.swap(row, input_gate as usize);
            for column in &mut builder.wires {
                column.swap(row, input_gate as usize);
            }
        }
        Self {
            gates,
            variables: builder.variables as usize,
            public_inputs: builder.public_input_gates.len(),
            domain: Domain::new(size).expect("a circuit of under 2^28 gates"),
            wires: builder.wires,
            rows: builder.rows,
            row_index: builder.gates,
        }
    }

    /// Values of a selector on the domain.
    pub fn selector(&self, selector: usize) -> Vec<Fr> {
        assert!(selector < SELECTORS, "there are {SELECTORS} selectors");
        self.row_index
            .iter()
            .map(|&row| self.rows[row as usize].0[selector])
            .collect()
    }

    /// Values of the five permutation polynomials on the domain: `σ_w(ω^g) = k_{w'}·ω^{g'}`, where `(w', g')` is the
    /// next position of the same variable, positions being ordered wire by wire.
    pub fn permutation(&self) -> [Vec<Fr>; WIRES] {
        let n = self.domain.size;
        let mut next = vec![0u32; WIRES * n];
        // the first and the last position of each variable so far
        let mut first = vec![u32::MAX; self.variables];
        let mut last = vec![0u32; self.variables];
        for (position, &variable) in self.wires.iter().flatten().enumerate() {
            let (position, variable) = (position as u32, variable as usize);
            if first[variable] == u32::MAX {
                first[variable] = position;
            } else {
                next[last[variable] as usize] = position;
            }
            next[position as usize] = first[variable];
            last[variable] = position;
        }
        let k = coset_representatives();
        let mut powers = vec![Fr::ONE; n];
        for i in 1..n {
            powers[i] = powers[i - 1] * self.domain.generator;
        }
        std::array::from_fn(|wire| {
            next[wire * n..(wire + 1) * n]
                .par_iter()
                .map(|&position| k[position as usize / n] * powers[position as usize % n])
                .collect()
        })
    }

    /// Checks every gate against a witness.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, witness: &[Fr], public_inputs: &[Fr]) -> Result<(), Unsatisfied> {
        if witness.len() != self.variables {
            return Err(Unsatisfied::Variables {
                expected: self.variables,
                found: witness.len(),
            });
        }
        if public_inputs.len() != self.public_inputs {
            return Err(Unsatisfied::PublicInputs {
                expected: self.public_inputs,
                found: public_inputs.len(),
            });
        }
        let failing = (0..self.domain.size).into_par_iter().find_first(|&row| {
            let wires = std::array::from_fn(|w| witness[self.wires[w][row] as usize]);
            let input = public_inputs.get(row).copied().unwrap_or(Fr::ZERO);
            !gate(&self.rows[self.row_index[row] as usize].0, &wires, input).is_zero()
        });
        failing.map_or(Ok(()), |row| {
            Err(Unsatisfied::Gate {
                row,
                rows: self.domain.size,
            })
        })
    }
}
