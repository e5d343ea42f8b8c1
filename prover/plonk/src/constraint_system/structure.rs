//! The pass that records gates and wiring.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::quotient::{Selector, WIRES};

use super::{Builder, Circuit, Gate, Segment, Variable};

/// Records a circuit's structure. Values are never computed.
pub struct StructureBuilder {
    pub(super) gates: Vec<u32>,
    pub(super) rows: Vec<Gate>,
    row_index: HashMap<Gate, u32>,
    pub(super) wires: [Vec<u32>; WIRES],
    pub(super) variables: u32,
    pub(super) public_input_gates: Vec<u32>,
}

impl StructureBuilder {
    /// An empty circuit: the variables zero and one, each fixed by a constant gate.
    pub fn new() -> Self {
        let mut builder = Self {
            gates: Vec::new(),
            rows: Vec::new(),
            row_index: HashMap::new(),
            wires: Default::default(),
            variables: 2,
            public_input_gates: Vec::new(),
        };
        for (index, constant) in [(0, Fr::ZERO), (1, Fr::ONE)] {
            let gate = Gate::new(&[(Selector::Output, Fr::ONE), (Selector::Constant, constant)]);
            let zero = Variable(0);
            builder.gate(gate, [zero, zero, zero, zero, Variable(index)]);
        }
        builder
    }

    /// Number of variables so far.
    pub fn variables(&self) -> usize {
        self.variables as usize
    }

    /// Pads the circuit to a power of two and moves the public-input gates to the front.
    pub fn finish(self) -> Circuit {
        Circuit::finalize(self)
    }
}

impl Default for StructureBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::hash::Hash for Gate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for selector in &self.0 {
            selector.0.0.hash(state);
        }
    }
}

impl Builder for StructureBuilder {
    fn variable(&mut self, _value: impl FnOnce(&Self) -> Fr) -> Variable {
        let variable = Variable(self.variables);
        self.variables += 1;
        variable
    }

    fn variables(&mut self, count: usize, _values: impl FnOnce(&Self) -> Vec<Fr>) -> Vec<Variable> {
        let start = self.variables;
        self.variables += count as u32;
        (start..self.variables).map(Variable).collect()
    }

    fn value(&self, _variable: Variable) -> Fr {
        Fr::ZERO
    }

    fn gate(&mut self, gate: Gate, wires: [Variable; WIRES]) {
        let next = self.rows.len() as u32;
        let row = *self.row_index.entry(gate).or_insert(next);
        if row == next {
            self.rows.push(gate);
        }
        self.gates.push(row);
        for (column, variable) in self.wires.iter_mut().zip(wires) {
            debug_assert!(
                variable.0 < self.variables,
                "a wire carries a variable that does not exist"
            );
            column.push(variable.0);
        }
    }

    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let variable = self.variable(value);
        self.public_input_gates.push(self.gates.len() as u32);
        let zero = self.zero();
        self.gate(
            Gate::new(&[(Selector::Output, Fr::ONE)]),
            [zero, zero, zero, zero, variable],
        );
        variable
    }

    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output> {
        (0..count).map(|index| segment.build(self, index)).collect()
    }
}
