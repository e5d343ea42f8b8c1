//! The flaw of the deployed circuits 1 and 2, and its absence from the others.
//!
//! The threshold comparison decomposes the signed weight into 254 bits. Where these may spell `weight + r`, a weight of
//! nothing reads as a number in the upper half of the field, which no threshold exceeds.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField, Zero};
use crema_circuit::{
    Entry, Statement, Version, Witness,
    gadget::comparison::{FIELD_BITS, Unpack, enforce_leq},
    structure, synthesize, witness,
};
use crema_light_client::schnorr::Signature;
use crema_plonk::constraint_system::{Builder, Circuit, StructureBuilder, Unsatisfied};

use crate::{
    tampering::Tampering,
    vectors::{Case, cases},
};

/// The case, with nobody having signed anything.
fn unsigned(case: &Case) -> Statement {
    let entries = case.statement.entries.iter();
    let entries = entries
        .map(|entry| Entry {
            bit: Fr::zero(),
            signature: Signature::default(),
            ..entry.clone()
        })
        .collect();
    Statement {
        entries,
        ..case.statement.clone()
    }
}

/// Values of the bits, the first at `start`, that spell `r` in place of zero.
fn wrapped_zero(start: usize) -> HashMap<usize, Fr> {
    (0..FIELD_BITS)
        .map(|bit| (start + bit, Fr::from(Fr::MODULUS.get_bit(bit))))
        .collect()
}

/// The witness in which the signed weight, the first number that is decomposed, reads as `r`.
fn forge(version: Version, capacity: usize, statement: &Statement) -> Witness {
    let mut honest = Tampering::new(HashMap::new());
    synthesize(&mut honest, version, capacity, statement).unwrap();
    let forged = wrapped_zero(honest.first_unpacked_bit());
    Tampering::new(forged).witness(version, capacity, statement)
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
        assert!(
            circuit.check(&found.values, &found.public_inputs).is_err(),
            "{version}, {}",
            case.name
        );
    }
}

#[test]
fn the_forged_weight_is_accepted_by_the_deployed_circuits_alone() {
    let mut accepted = Vec::new();
    for (version, case) in targets() {
        let circuit = structure(version, case.capacity).unwrap();
        let statement = unsigned(&case);
        let forged = forge(version, case.capacity, &statement);
        assert_eq!(
            forged.public_inputs, case.public_inputs,
            "the very statement that honest signers prove"
        );
        let satisfied = circuit.check(&forged.values, &forged.public_inputs).is_ok();
        assert_eq!(satisfied, !version.is_sound(), "{version}, {}", case.name);
        if satisfied {
            accepted.push(version);
        }
    }
    assert_eq!(
        accepted.iter().filter(|version| **version == Version::V1).count(),
        6
    );
    assert_eq!(
        accepted.iter().filter(|version| **version == Version::V2).count(),
        4
    );
}

/// `threshold ≤ weight` for a weight of zero.
fn compare<B: Builder>(builder: &mut B, mode: Unpack) {
    let weight = builder.variable(|_| Fr::from(0));
    let threshold = builder.variable(|_| Fr::from(1000));
    enforce_leq(builder, threshold, weight, mode);
}

fn comparison(mode: Unpack) -> Circuit {
    let mut structure = StructureBuilder::new();
    compare(&mut structure, mode);
    structure.finish()
}

#[test]
fn the_comparison_alone_is_what_the_forgery_breaks() {
    let start = 4;
    for (mode, forged, satisfied) in [
        (Unpack::Legacy, HashMap::new(), false),
        (Unpack::Legacy, wrapped_zero(start), true),
        (Unpack::Canonical, HashMap::new(), false),
        (Unpack::Canonical, wrapped_zero(start), false),
    ] {
        let mut prover = Tampering::new(forged);
        compare(&mut prover, mode);
        assert_eq!(prover.first_unpacked_bit(), start);
        assert_eq!(
            comparison(mode).check(prover.values(), &[]).is_ok(),
            satisfied,
            "{mode:?}"
        );
    }
}

/// A prover who lies about the canonical check too, in one of its steps, and stays consistent from there on.
#[test]
fn no_single_lie_hides_a_wrapped_number_from_the_canonical_check() {
    let start = 4;
    let circuit = comparison(Unpack::Canonical);
    // after the bits come 84 partial sums, then for each bit whether it is clear, the inverse, and the comparison so far
    for offset in (0..768).filter(|offset| offset % 3 != 1) {
        for lie in [0, 1] {
            let mut forged = wrapped_zero(start);
            forged.insert(start + FIELD_BITS + 84 + offset, Fr::from(lie));
            let mut prover = Tampering::new(forged);
            compare(&mut prover, Unpack::Canonical);
            let rejected = circuit.check(prover.values(), &[]);
            assert!(
                matches!(rejected, Err(Unsatisfied::Gate { .. })),
                "step {offset} forged to {lie}"
            );
        }
    }
}
