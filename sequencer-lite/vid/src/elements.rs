//! Bytes as field elements, 31 to each, and back.

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};
use rayon::prelude::*;

/// Bytes in an element: the most that fit below BN254's scalar modulus whatever they are.
pub(crate) const ELEMENT_BYTES: usize = 31;

/// Elements converted by one task: about ten microseconds of work.
const TASK: usize = 512;

/// Elements that hold `length` bytes.
pub(crate) fn count(length: usize) -> usize {
    length.div_ceil(ELEMENT_BYTES)
}

/// Little-endian elements, the last one padded with zeros.
pub(crate) fn pack(bytes: &[u8]) -> Vec<Fr> {
    bytes
        .par_chunks(ELEMENT_BYTES)
        .with_min_len(TASK)
        .map(element)
        .collect()
}

fn element(bytes: &[u8]) -> Fr {
    let mut padded = [0; 32];
    padded[..bytes.len()].copy_from_slice(bytes);
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(padded.as_chunks().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    Fr::from_bigint(BigInt(limbs)).expect("31 bytes are below the modulus")
}

/// The first `length` bytes of packed elements; `None` when an element holds more than 31 bytes, or anything at all
/// behind the last byte.
pub(crate) fn unpack(elements: &[Fr], length: usize) -> Option<Vec<u8>> {
    let used = count(length);
    if used > elements.len() || elements[used..].iter().any(|element| !element.is_zero()) {
        return None;
    }
    let mut bytes = vec![0; used * ELEMENT_BYTES];
    let fits = bytes
        .par_chunks_exact_mut(ELEMENT_BYTES)
        .zip(elements)
        .with_min_len(TASK)
        .map(|(chunk, element)| {
            let value = element.into_bigint().to_bytes_le();
            chunk.copy_from_slice(&value[..ELEMENT_BYTES]);
            value[ELEMENT_BYTES] == 0
        })
        .reduce(|| true, |a, b| a && b);
    let clean = fits && bytes[length..].iter().all(|byte| *byte == 0);
    bytes.truncate(length);
    clean.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use ark_ff::Field;

    use super::*;

    #[test]
    fn unpack_inverts_pack_at_every_length() {
        for length in 0..100 {
            let bytes: Vec<u8> = (0..length).map(|i| 255 - i as u8).collect();
            let mut elements = pack(&bytes);
            assert_eq!(elements.len(), count(length));
            elements.push(Fr::from(0));
            assert_eq!(unpack(&elements, length).unwrap(), bytes);
        }
    }

    #[test]
    fn unpack_refuses_what_pack_never_makes() {
        let elements = pack(&[7; 40]);
        assert!(unpack(&elements, 39).is_none(), "a byte behind the end");
        assert!(unpack(&elements, 31).is_none(), "an element behind the end");
        assert!(unpack(&elements, 63).is_none(), "too few elements");
        assert!(
            unpack(&[Fr::from(2).pow([248])], 31).is_none(),
            "32 bytes in an element"
        );
    }
}
