//! The circuits themselves: structure and witness.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use crema_plonk::constraint_system::{Builder, Circuit, Segment, StructureBuilder, Variable, WitnessBuilder};

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
    build(&mut builder, version, &values);
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
    check_capacity(capacity)?;
    let found = statement.entries.len();
    if found > capacity {
        return Err(Error::TooManyEntries { capacity, found });
    }
    let mut signers: Vec<Signer> = statement.entries.iter().map(Signer::from).collect();
    signers.resize(capacity, Signer::ABSENT);
    let values = Values {
        signers,
        public_inputs: public_inputs(version, statement)?,
    };
    build(builder, version, &values);
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
fn build<B: Builder>(builder: &mut B, version: Version, values: &Values) {
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
    let checks = Checks {
        keys: &keys,
        amounts: &amounts,
        signatures: &signatures,
        message: &message,
        schnorr_key_comm,
        amount_comm,
        unpack: version.unpack(),
    };
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
}

impl Checks<'_> {
    const COMMITMENTS: usize = 2;

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
                let coordinates: Vec<Variable> = self.keys.iter().flat_map(|key| [key.x, key.y]).collect();
                let commitment = rescue::hash(builder, &coordinates);
                enforce_equal(builder, commitment, self.schnorr_key_comm);
                None
            }
            1 => {
                let commitment = rescue::hash(builder, self.amounts);
                enforce_equal(builder, commitment, self.amount_comm);
                None
            }
            _ => {
                let signer = index - Self::COMMITMENTS;
                let (key, signature) = (self.keys[signer], self.signatures[signer]);
                Some(schnorr::is_valid(
                    builder,
                    key,
                    signature,
                    self.message,
                    self.unpack,
                ))
            }
        }
    }

    fn shape(&self, index: usize) -> usize {
        index.min(Self::COMMITMENTS)
    }
}
