//! The pass that only counts.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_kernels::quotient::WIRES;

use super::{Builder, Gate, Segment, Variable};

/// Counts the variables that a piece of a circuit creates: no values, no gates.
pub(super) struct VariableCounter {
    start: usize,
    next: usize,
}

impl VariableCounter {
    /// Counts on from `start` variables.
    pub(super) fn new(start: usize) -> Self {
        Self { start, next: start }
    }

    /// Variables created since.
    pub(super) fn created(&self) -> usize {
        self.next - self.start
    }
}

impl Builder for VariableCounter {
    fn variable(&mut self, _value: impl FnOnce(&Self) -> Fr) -> Variable {
        self.next += 1;
        Variable((self.next - 1) as u32)
    }

    fn variables(&mut self, count: usize, _values: impl FnOnce(&Self) -> Vec<Fr>) -> Vec<Variable> {
        let start = self.next;
        self.next += count;
        (start..self.next).map(|index| Variable(index as u32)).collect()
    }

    fn value(&self, _variable: Variable) -> Fr {
        Fr::ZERO
    }

    fn gate(&mut self, _gate: Gate, _wires: [Variable; WIRES]) {}

    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        self.variable(value)
    }

    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output> {
        (0..count).map(|index| segment.build(self, index)).collect()
    }
}
