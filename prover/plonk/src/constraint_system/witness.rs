//! The pass that computes values.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::quotient::WIRES;
use rayon::prelude::*;

use super::{Builder, Gate, Segment, Variable};

/// Computes a witness. Gates are ignored.
pub struct WitnessBuilder<'a> {
    /// Values that came before this builder's own: `[0, base)`.
    earlier: &'a [Fr],
    /// Index of the first own variable.
    base: usize,
    values: Vec<Fr>,
    public_inputs: Vec<Fr>,
}

impl WitnessBuilder<'_> {
    /// A witness that holds just the constants zero and one.
    pub fn new() -> WitnessBuilder<'static> {
        WitnessBuilder {
            earlier: &[],
            base: 0,
            values: vec![Fr::ZERO, Fr::ONE],
            public_inputs: Vec::new(),
        }
    }

    /// Room for `variables` values, so that a large witness is not copied while it grows.
    pub fn with_capacity(variables: usize) -> WitnessBuilder<'static> {
        let mut builder = WitnessBuilder::new();
        builder.values.reserve_exact(variables.saturating_sub(2));
        builder
    }

    /// The values in variable order, and the public inputs in theirs.
    pub fn finish(self) -> (Vec<Fr>, Vec<Fr>) {
        (self.values, self.public_inputs)
    }
}

impl Builder for WitnessBuilder<'_> {
    fn variable(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let value = value(self);
        self.values.push(value);
        Variable((self.base + self.values.len() - 1) as u32)
    }

    fn value(&self, variable: Variable) -> Fr {
        let index = variable.0 as usize;
        if index < self.earlier.len() { self.earlier[index] } else { self.values[index - self.base] }
    }

    fn gate(&mut self, _gate: Gate, _wires: [Variable; WIRES]) {}

    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let variable = self.variable(value);
        self.public_inputs.push(self.value(variable));
        variable
    }

    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output> {
        assert!(self.earlier.is_empty(), "segments do not nest");
        let Some(rest) = count.checked_sub(1) else { return Vec::new() };
        // the first repetition runs in place and tells how many variables each one creates
        let start = self.values.len();
        let mut outputs = vec![segment.build(self, 0)];
        let length = self.values.len() - start;
        let earlier = &self.values[..];
        let pieces: Vec<(S::Output, Vec<Fr>)> = (1..=rest)
            .into_par_iter()
            .map(|index| {
                let mut piece = WitnessBuilder {
                    earlier: &earlier[..start],
                    base: start + index * length,
                    values: Vec::with_capacity(length),
                    public_inputs: Vec::new(),
                };
                let output = segment.build(&mut piece, index);
                assert_eq!(piece.values.len(), length, "repetitions of a segment differ in shape");
                assert!(piece.public_inputs.is_empty(), "a segment created a public input");
                (output, piece.values)
            })
            .collect();
        self.values.reserve(rest * length);
        for (output, values) in pieces {
            outputs.push(output);
            self.values.extend(values);
        }
        outputs
    }
}
