//! A builder for cheating provers: computes a witness, but for some variables takes other values, from which everything
//! after them follows.

use std::collections::HashMap;

use ark_bn254::Fr;
use crema_circuit::{Statement, Version, Witness, gadget::comparison::FIELD_BITS, synthesize};
use crema_plonk::constraint_system::{Builder, Gate, Segment, Variable};

#[derive(Default)]
pub struct Tampering {
    /// Values by variable that replace the honest ones.
    forged: HashMap<usize, Fr>,
    values: Vec<Fr>,
    public_inputs: Vec<Fr>,
    /// First variable of each block that was created at once, and its length.
    blocks: Vec<(usize, usize)>,
}

impl Tampering {
    /// A prover who takes these values.
    pub fn new(forged: HashMap<usize, Fr>) -> Self {
        Self {
            forged,
            values: vec![Fr::from(0), Fr::from(1)],
            ..Self::default()
        }
    }

    /// The witness of a statement.
    pub fn witness(mut self, version: Version, capacity: usize, statement: &Statement) -> Witness {
        synthesize(&mut self, version, capacity, statement).unwrap();
        Witness {
            values: self.values,
            public_inputs: self.public_inputs,
        }
    }

    /// Values so far.
    pub fn values(&self) -> &[Fr] {
        &self.values
    }

    /// The first variable of the first decomposition of a field element into bits.
    pub fn first_unpacked_bit(&self) -> usize {
        let block = self.blocks.iter().find(|(_, length)| *length == FIELD_BITS);
        block.expect("the circuit compares something").0
    }

    fn push(&mut self, honest: Fr) {
        let value = self.forged.get(&self.values.len()).copied().unwrap_or(honest);
        self.values.push(value);
    }
}

impl Builder for Tampering {
    fn variable(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let honest = value(self);
        self.push(honest);
        Variable(self.values.len() as u32 - 1)
    }

    fn variables(&mut self, count: usize, values: impl FnOnce(&Self) -> Vec<Fr>) -> Vec<Variable> {
        let start = self.values.len();
        self.blocks.push((start, count));
        let honest = values(self);
        assert_eq!(honest.len(), count);
        for value in honest {
            self.push(value);
        }
        (start..start + count)
            .map(|index| Variable(index as u32))
            .collect()
    }

    fn value(&self, variable: Variable) -> Fr {
        self.values[variable.0 as usize]
    }

    fn gate(&mut self, _gate: Gate, _wires: [Variable; 5]) {}

    fn public_input(&mut self, value: impl FnOnce(&Self) -> Fr) -> Variable {
        let variable = self.variable(value);
        self.public_inputs.push(self.value(variable));
        variable
    }

    fn segments<S: Segment>(&mut self, count: usize, segment: &S) -> Vec<S::Output> {
        (0..count).map(|index| segment.build(self, index)).collect()
    }
}
