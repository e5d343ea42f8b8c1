//! The pass that computes values.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::quotient::WIRES;
use rayon::prelude::*;

use super::{Builder, Gate, Segment, Variable, counter::VariableCounter};

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

    fn variables(&mut self, count: usize, values: impl FnOnce(&Self) -> Vec<Fr>) -> Vec<Variable> {
        let values = values(self);
        assert_eq!(
            values.len(),
            count,
            "a block of variables yields as many values as it announced"
        );
        let start = (self.base + self.values.len()) as u32;
        self.values.extend(values);
        (start..start + count as u32).map(Variable).collect()
    }

    fn value(&self, variable: Variable) -> Fr {
        let index = variable.0 as usize;
        if index < self.earlier.len() {
            self.earlier[index]
        } else {
            self.values[index - self.base]
        }
    }

    fn compute<T>(&self, compute: impl FnOnce(&Self) -> T) -> Option<T> {
        Some(compute(self))
    }

    fn gate(&mut self, _gate: Gate, _wires: [Variable; WIRES]) {}

    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let variable = self.variable(value);
        self.public_inputs.push(self.value(variable));
        variable
    }

    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output> {
        assert!(self.earlier.is_empty(), "segments do not nest");
        // a piece's variables start where those of the pieces before it end
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        let mut end = self.values.len();
        let places: Vec<(usize, usize)> = (0..count)
            .map(|index| {
                let length = *lengths.entry(segment.shape(index)).or_insert_with(|| {
                    let mut counter = VariableCounter::new(end);
                    segment.build(&mut counter, index);
                    counter.created()
                });
                let base = end;
                end += length;
                (base, length)
            })
            .collect();
        let earlier = &self.values[..];
        let pieces: Vec<(S::Output, Vec<Fr>)> = places
            .into_par_iter()
            .enumerate()
            .with_max_len(1)
            .map(|(index, (base, length))| {
                let mut piece = WitnessBuilder {
                    earlier,
                    base,
                    values: Vec::with_capacity(length),
                    public_inputs: Vec::new(),
                };
                let output = segment.build(&mut piece, index);
                assert_eq!(
                    piece.values.len(),
                    length,
                    "pieces of one shape differ in their number of variables"
                );
                assert!(piece.public_inputs.is_empty(), "a piece created a public input");
                (output, piece.values)
            })
            .collect();
        self.values.reserve(end - self.values.len());
        pieces
            .into_iter()
            .map(|(output, values)| {
                self.values.extend(values);
                output
            })
            .collect()
    }
}
