//! The circuits themselves: structure and witness.

use std::sync::Arc;

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use crema_light_client::schnorr::domain_separator;
use crema_plonk::constraint_system::{Builder, Circuit, Segment, StructureBuilder, Variable, WitnessBuilder};
use rayon::prelude::*;

use crate::{
    Entry, Error, Statement, Version,
    gadget::{
        arithmetic::{enforce_constant, enforce_equal, mul, sum, two_products},
        boolean::{and, bit, not, or},
        comparison::{Unpack, enforce_leq},
        edwards::Point,
        rescue,
        schnorr::{self, Signature},
    },
    statement::public_inputs,
    table_traces::{self, TableTraces},
};

/// The largest capacity there is a circuit for: of up to 2^25 rows, far beyond any structured reference string in use.
pub const MAX_CAPACITY: usize = 4096;

/// The fixed part of a circuit: what keys are made from.
///
/// # Errors
/// [`Error::Capacity`].
pub fn structure(version: Version, capacity: usize) -> Result<Circuit, Error> {
    check_capacity(capacity)?;
    let mut builder = StructureBuilder::new();
    let values = Values {
        signers: vec![Signer::ABSENT; capacity],
        public_inputs: vec![Fr::ZERO; version.public_inputs()],
    };
    build(&mut builder, version, &values, None);
    Ok(builder.finish())
}

/// What one proof adds to a [`Circuit`].
#[derive(Clone, Debug)]
pub struct Witness {
    /// Values of the circuit's variables.
    pub values: Vec<Fr>,
    /// Values of its public inputs.
    pub public_inputs: Vec<Fr>,
}

/// The witness of a statement, true or not: the gates are what tells.
///
/// # Errors
/// The statement does not fit the circuit.
pub fn witness(version: Version, capacity: usize, statement: &Statement) -> Result<Witness, Error> {
    let mut builder = WitnessBuilder::new();
    synthesize(&mut builder, version, capacity, statement)?;
    let (values, public_inputs) = builder.finish();
    Ok(Witness {
        values,
        public_inputs,
    })
}

/// As [`witness`], with the sponges over the stake table taken from `tables` where they are known.
///
/// # Errors
/// As [`witness`].
pub fn witness_with(
    version: Version,
    capacity: usize,
    statement: &Statement,
    tables: &TableTraces,
) -> Result<Witness, Error> {
    let values = Values::new(version, capacity, statement)?;
    let mut builder = WitnessBuilder::new();
    build(&mut builder, version, &values, Some(tables));
    let (values, public_inputs) = builder.finish();
    Ok(Witness {
        values,
        public_inputs,
    })
}

/// Builds the circuit for a statement with any builder.
///
/// # Errors
/// The statement does not fit the circuit.
pub fn synthesize<B: Builder>(
    builder: &mut B,
    version: Version,
    capacity: usize,
    statement: &Statement,
) -> Result<(), Error> {
    let values = Values::new(version, capacity, statement)?;
    build(builder, version, &values, None);
    Ok(())
}

fn check_capacity(capacity: usize) -> Result<(), Error> {
    if (1..=MAX_CAPACITY).contains(&capacity) {
        Ok(())
    } else {
        Err(Error::Capacity { found: capacity })
    }
}

/// What the circuit is given, one signer per place of the stake table.
struct Values {
    signers: Vec<Signer>,
    public_inputs: Vec<Fr>,
}

impl Values {
    fn new(version: Version, capacity: usize, statement: &Statement) -> Result<Self, Error> {
        check_capacity(capacity)?;
        let found = statement.entries.len();
        if found > capacity {
            return Err(Error::TooManyEntries { capacity, found });
        }
        let mut signers: Vec<Signer> = statement.entries.iter().map(Signer::from).collect();
        signers.resize(capacity, Signer::ABSENT);
        Ok(Self {
            signers,
            public_inputs: public_inputs(version, statement)?,
        })
    }
}

#[derive(Clone)]
struct Signer {
    key: [Fr; 2],
    amount: Fr,
    s: Fr,
    r: [Fr; 2],
    bit: Fr,
}

impl Signer {
    /// Fills the stake table up: no weight, the neutral element for a key.
    const ABSENT: Self = Self {
        key: [Fr::ZERO, Fr::ONE],
        amount: Fr::ZERO,
        s: Fr::ZERO,
        r: [Fr::ZERO, Fr::ONE],
        bit: Fr::ZERO,
    };
}

impl From<&Entry> for Signer {
    fn from(entry: &Entry) -> Self {
        let Entry {
            key,
            amount,
            bit,
            signature,
        } = entry;
        Self {
            key: [key.0.x, key.0.y],
            amount: *amount,
            s: Fr::from(signature.s.into_bigint()),
            r: [signature.r.x, signature.r.y],
            bit: *bit,
        }
    }
}

/// The circuit. Its order is jellyfish's, see [`crate::gadget`].
fn build<B: Builder>(builder: &mut B, version: Version, values: &Values, tables: Option<&TableTraces>) {
    let signers = &values.signers;
    let mut keys = Vec::with_capacity(signers.len());
    let mut amounts = Vec::with_capacity(signers.len());
    for signer in signers {
        keys.push(point(builder, signer.key));
        amounts.push(builder.variable(|_| signer.amount));
    }
    let signatures: Vec<Signature> = signers
        .iter()
        .map(|signer| Signature {
            s: builder.variable(|_| signer.s),
            r: point(builder, signer.r),
        })
        .collect();
    let bits: Vec<Variable> = signers
        .iter()
        .map(|signer| bit(builder, |_| signer.bit))
        .collect();
    let inputs: Vec<Variable> = values
        .public_inputs
        .iter()
        .map(|value| builder.public_input(|_| *value))
        .collect();
    let (before, rest) = inputs.split_at(version.stake_table_input());
    let (stake_table, after) = rest.split_at(4);
    let message = [before, after].concat();
    // nothing but its public-input gate mentions stake_table[0]: the circuit does not constrain the BLS keys
    let (schnorr_key_comm, amount_comm, threshold) = (stake_table[1], stake_table[2], stake_table[3]);

    let weight = signed_weight(builder, &amounts, &bits);
    enforce_leq(builder, threshold, weight, version.unpack());
    let mut checks = Checks {
        keys: &keys,
        amounts: &amounts,
        signatures: &signatures,
        message: &message,
        schnorr_key_comm,
        amount_comm,
        unpack: version.unpack(),
        traces: None,
    };
    checks.traces = builder.compute(|w| Traces::new(w, &checks, tables));
    let valid = builder.segments(checks.count(), &checks);
    enforce_votes_signed(builder, &bits, valid.into_iter().flatten());
}

fn point<B: Builder>(builder: &mut B, [x, y]: [Fr; 2]) -> Point {
    Point {
        x: builder.variable(|_| x),
        y: builder.variable(|_| y),
    }
}

/// `Σ amounts[i]·bits[i]`.
fn signed_weight<B: Builder>(builder: &mut B, amounts: &[Variable], bits: &[Variable]) -> Variable {
    let (amount_pairs, last_amount) = amounts.as_chunks::<2>();
    let (bit_pairs, last_bit) = bits.as_chunks::<2>();
    let mut terms: Vec<Variable> = amount_pairs
        .iter()
        .zip(bit_pairs)
        .map(|(amounts, bits)| two_products(builder, [amounts[0], bits[0], amounts[1], bits[1]]))
        .collect();
    terms.extend(
        last_amount
            .iter()
            .zip(last_bit)
            .map(|(amount, bit)| mul(builder, *amount, *bit)),
    );
    sum(builder, &terms)
}

/// Requires a valid signature of everyone whose bit is one.
fn enforce_votes_signed<B: Builder>(
    builder: &mut B,
    bits: &[Variable],
    valid: impl Iterator<Item = Variable>,
) {
    let fine: Vec<Variable> = bits
        .iter()
        .zip(valid)
        .map(|(bit, valid)| {
            let abstains = not(builder, *bit);
            or(builder, abstains, valid)
        })
        .collect();
    let all = fine.into_iter().reduce(|all, next| and(builder, all, next));
    let all = all.unwrap_or(builder.one());
    enforce_constant(builder, all, Fr::ONE);
}

/// The checks that do not depend on one another: the two commitments to the stake table, then each signature.
struct Checks<'a> {
    keys: &'a [Point],
    amounts: &'a [Variable],
    signatures: &'a [Signature],
    message: &'a [Variable],
    schnorr_key_comm: Variable,
    amount_comm: Variable,
    unpack: Unpack,
    /// The sponges' values, where values matter.
    traces: Option<Traces>,
}

impl Checks<'_> {
    const COMMITMENTS: usize = 2;

    /// Inputs of the commitment to the keys.
    fn coordinates(&self) -> Vec<Variable> {
        self.keys.iter().flat_map(|key| [key.x, key.y]).collect()
    }

    fn count(&self) -> usize {
        Self::COMMITMENTS + self.keys.len()
    }
}

impl Segment for Checks<'_> {
    /// Whether the signature is valid.
    type Output = Option<Variable>;

    fn build<B: Builder>(&self, builder: &mut B, index: usize) -> Option<Variable> {
        match index {
            0 => {
                let known = self.traces.as_ref().map(|traces| &traces.table[0][..]);
                let commitment = rescue::hash_traced(builder, &self.coordinates(), known);
                enforce_equal(builder, commitment, self.schnorr_key_comm);
                None
            }
            1 => {
                let known = self.traces.as_ref().map(|traces| &traces.table[1][..]);
                let commitment = rescue::hash_traced(builder, self.amounts, known);
                enforce_equal(builder, commitment, self.amount_comm);
                None
            }
            _ => {
                let signer = index - Self::COMMITMENTS;
                let (key, signature) = (self.keys[signer], self.signatures[signer]);
                let known = self.traces.as_ref().map(|traces| &traces.challenges[signer][..]);
                Some(schnorr::is_valid_traced(
                    builder,
                    key,
                    signature,
                    self.message,
                    self.unpack,
                    known,
                ))
            }
        }
    }

    fn shape(&self, index: usize) -> usize {
        index.min(Self::COMMITMENTS)
    }
}

/// Signers whose sponges run in step: their fifth roots fill the widest vectors.
const SIGNERS_IN_STEP: usize = 4;

/// Values of the variables of all sponges.
struct Traces {
    /// Of the commitments to keys and amounts.
    table: Arc<[Vec<Fr>; 2]>,
    /// Of the signatures' challenges.
    challenges: Vec<Vec<Fr>>,
}

impl Traces {
    fn new<B: Builder>(builder: &B, checks: &Checks<'_>, tables: Option<&TableTraces>) -> Self {
        let values = |variables: &[Variable]| -> Vec<Fr> {
            variables
                .iter()
                .map(|variable| builder.value(*variable))
                .collect()
        };
        let table = [values(&checks.coordinates()), values(checks.amounts)];
        let message = values(checks.message);
        let preimages: Vec<Vec<Fr>> = checks
            .keys
            .iter()
            .zip(checks.signatures)
            .map(|(key, Signature { r, .. })| {
                let mut preimage = vec![domain_separator()];
                preimage.extend(values(&[key.x, key.y, r.x, r.y]));
                preimage.extend(&message);
                preimage
            })
            .collect();
        // the sponges over the table are the longest chain and begin first
        let (table, challenges) = rayon::join(
            || tables.map_or_else(|| table_traces::compute(&table), |tables| tables.of(&table)),
            || -> Vec<Vec<Fr>> {
                preimages
                    .par_chunks(SIGNERS_IN_STEP)
                    .flat_map_iter(rescue::traces)
                    .collect()
            },
        );
        Self { table, challenges }
    }
}
