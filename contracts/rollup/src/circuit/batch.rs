//! A batch: the circuit's public inputs, and its transfers one after the other.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_circuit::gadget::{
    arithmetic::{enforce_equal, two_products},
    rescue,
};
use crema_plonk::constraint_system::{Builder, Circuit, StructureBuilder, Variable, WitnessBuilder};

use super::transfer::execute;
use crate::token::{Account, DEPTH, Step, Transfer};

/// Transfers in a batch; shorter ones are filled up with [`Transfer::NOTHING`].
pub const BATCH: usize = 4;
/// State before and after, digest, challenge, value at the challenge.
pub const PUBLIC_INPUTS: usize = 5;

/// What a proof says, and what it takes to make it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What keeps a transfer from counting in another rollup.
    pub domain: Fr,
    /// The transfers as they were executed.
    pub steps: [Step; BATCH],
    /// In the order of the contract's call of its verifier.
    pub public_inputs: [Fr; PUBLIC_INPUTS],
}

impl Statement {
    /// For the shape of the circuit, which no value changes.
    fn blank() -> Self {
        let path = [[Fr::ZERO; 2]; DEPTH];
        let step = Step {
            transfer: Transfer::NOTHING,
            valid: false,
            payer: Account::EMPTY,
            payer_path: path,
            payee: Account::EMPTY,
            payee_path: path,
        };
        Self {
            domain: Fr::ZERO,
            steps: [step; BATCH],
            public_inputs: [Fr::ZERO; PUBLIC_INPUTS],
        }
    }
}

/// The fixed part of the circuit: what keys are made from.
pub fn structure() -> Circuit {
    let mut builder = StructureBuilder::new();
    build(&mut builder, &Statement::blank());
    builder.finish()
}

/// The witness of a statement, true or not: the gates are what tells.
pub fn witness(statement: &Statement) -> Vec<Fr> {
    let mut builder = WitnessBuilder::new();
    build(&mut builder, statement);
    builder.finish().0
}

fn build<B: Builder>(builder: &mut B, statement: &Statement) {
    let [before, after, digest, challenge, value] = statement
        .public_inputs
        .map(|input| builder.public_input(|_| input));
    let domain = builder.variable(|_| statement.domain);
    let transfers = statement.steps.map(|step| {
        step.transfer
            .elements()
            .map(|element| builder.variable(|_| element))
    });
    let mut elements = vec![domain];
    elements.extend(transfers.as_flattened());

    let found = rescue::hash(builder, &elements);
    enforce_equal(builder, found, digest);
    let found = evaluate(builder, &elements, challenge);
    enforce_equal(builder, found, value);

    let mut root = before;
    for (transfer, step) in transfers.into_iter().zip(&statement.steps) {
        root = execute(builder, root, domain, transfer, step);
    }
    enforce_equal(builder, root, after);
}

/// The polynomial with these coefficients, lowest first, by Horner's rule.
fn evaluate<B: Builder>(builder: &mut B, coefficients: &[Variable], at: Variable) -> Variable {
    let one = builder.one();
    let highest = builder.zero();
    coefficients.iter().rev().fold(highest, |sum, coefficient| {
        two_products(builder, [sum, at, *coefficient, one])
    })
}
