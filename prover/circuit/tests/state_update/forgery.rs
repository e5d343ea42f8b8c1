//! The flaw of the deployed circuits 1 and 2, and its absence from the others.
//!
//! The threshold comparison decomposes the signed weight into 254 bits. Where these may spell `weight + r`, a weight of
//! nothing reads as a number in the upper half of the field, which no threshold exceeds.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use crema_circuit::{Entry, Statement, Version, structure, witness};
use crema_light_client::schnorr::Signature;
use crema_plonk::constraint_system::Unsatisfied;

use crate::{
    tampering::Tampering,
    vectors::{Case, cases},
};

/// The case, with nobody having signed anything.
fn unsigned(case: &Case) -> Statement {
    let entries = case.statement.entries.iter();
    let entries = entries
        .map(|entry| Entry { bit: Fr::zero(), signature: Signature::default(), ..entry.clone() })
        .collect();
    Statement { entries, ..case.statement.clone() }
}

/// Bits of the number that reads as a signed weight of zero.
fn wrapped_zero() -> BigInt<4> {
    let modulus = Fr::MODULUS;
    assert!(Fr::from_bigint(modulus).is_none(), "not a canonical number");
    modulus
}

/// The witness for which the first decomposition of all, the signed weight's, spells `r` in place of zero.
fn forge(version: Version, capacity: usize, statement: &Statement, more: &[(usize, Fr)]) -> crema_circuit::Witness {
    let (_, blocks) = Tampering::run(version, capacity, statement, HashMap::new());
    let &(start, length) = blocks.iter().find(|(_, length)| *length == 254).unwrap();
    let bits = (0..length).map(|bit| (start + bit, Fr::from(wrapped_zero().get_bit(bit))));
    let forged = bits.chain(more.iter().map(|&(offset, value)| (start + length + offset, value))).collect();
    Tampering::run(version, capacity, statement, forged).0
}

/// The statements that each version is asked to prove although nobody signed.
fn targets() -> Vec<(Version, Case)> {
    let sound = |version| match version {
        Version::V1 => Some(Version::V1Canonical),
        Version::V2 => Some(Version::V2Canonical),
        _ => None,
    };
    let pairs = cases().into_iter().zip(cases());
    pairs
        .flat_map(|(case, copy)| {
            let sound = sound(case.version).map(|version| (version, copy));
            [Some((case.version, case)), sound]
        })
        .flatten()
        .collect()
}

#[test]
fn without_signatures_no_honest_witness_satisfies_any_version() {
    for (version, case) in targets() {
        let circuit = structure(version, case.capacity).unwrap();
        let found = witness(version, case.capacity, &unsigned(&case)).unwrap();
        assert!(circuit.check(&found.values, &found.public_inputs).is_err(), "{version}, {}", case.name);
    }
}

#[test]
fn the_forged_weight_is_accepted_by_the_deployed_circuits_alone() {
    let mut accepted = Vec::new();
    for (version, case) in targets() {
        let circuit = structure(version, case.capacity).unwrap();
        let statement = unsigned(&case);
        let forged = forge(version, case.capacity, &statement, &[]);
        assert_eq!(forged.public_inputs, case.public_inputs, "the very statement that honest signers prove");
        let satisfied = circuit.check(&forged.values, &forged.public_inputs).is_ok();
        assert_eq!(satisfied, !version.is_sound(), "{version}, {}", case.name);
        if satisfied {
            accepted.push(version);
        }
    }
    assert_eq!(accepted.iter().filter(|version| **version == Version::V1).count(), 6);
    assert_eq!(accepted.iter().filter(|version| **version == Version::V2).count(), 4);
}

/// A prover who lies about the canonical check too: each of its 768 variables is set to what it had to be.
#[test]
fn the_canonical_check_cannot_be_talked_out_of_it() {
    for (version, case) in targets() {
        if !version.is_sound() || case.capacity != 2 {
            continue;
        }
        let circuit = structure(version, case.capacity).unwrap();
        let statement = unsigned(&case);
        // after the bits come 84 partial sums, then for each bit whether it is clear, the inverse, and the comparison so far
        let below = |index: usize| 84 + 3 * index + 2;
        for index in 0..256 {
            let forged = forge(version, case.capacity, &statement, &[(below(index), Fr::from(1))]);
            let rejected = circuit.check(&forged.values, &forged.public_inputs);
            assert!(matches!(rejected, Err(Unsatisfied::Gate { .. })), "{version}: comparison at bit {index} forged");
            let forged = forge(version, case.capacity, &statement, &[(below(index) - 2, Fr::from(1))]);
            let rejected = circuit.check(&forged.values, &forged.public_inputs);
            // a truly clear bit is no lie, but then the end is
            assert!(matches!(rejected, Err(Unsatisfied::Gate { .. })), "{version}: bit {index} called clear");
        }
    }
}
