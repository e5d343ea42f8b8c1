//! Gates, wiring and selectors equal the reference's.

use crema_circuit::{Error, MAX_CAPACITY, Version, structure};

use crate::{
    digest,
    vectors::{Expected, circuits},
};

fn compare(version: Version) {
    let mut compared = 0;
    for expected in circuits() {
        if expected.version() != version {
            continue;
        }
        let (_, found) = digest::of_circuit(&expected.version, expected.capacity);
        let known = Expected {
            case_witness_sha256: found.case_witness_sha256.clone(),
            ..expected
        };
        assert_eq!(found, known, "{version} at capacity {}", known.capacity);
        compared += 1;
    }
    assert_eq!(compared, if version == Version::V1 { 19 } else { 4 });
}

#[test]
fn v1_is_the_reference_circuit_at_every_capacity() {
    compare(Version::V1);
}

#[test]
fn v2_is_the_reference_circuit_at_every_capacity() {
    compare(Version::V2);
}

#[test]
fn v3_is_the_reference_circuit_at_every_capacity() {
    compare(Version::V3);
}

#[test]
fn no_circuit_of_no_or_absurd_capacity() {
    for found in [0, MAX_CAPACITY + 1, usize::MAX] {
        assert_eq!(
            structure(Version::V1, found).err(),
            Some(Error::Capacity { found })
        );
    }
}
