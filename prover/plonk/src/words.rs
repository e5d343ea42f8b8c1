//! 32-byte big-endian words, the alphabet of the Solidity encodings.

use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInt, PrimeField};

use crate::{error::DecodeError, transcript::be_bytes};

/// Appends a scalar.
pub(crate) fn push_scalar(words: &mut Vec<u8>, value: Fr) {
    words.extend(be_bytes(value));
}

/// Appends a point as two words, infinity as zeros.
pub(crate) fn push_point(words: &mut Vec<u8>, point: &G1Affine) {
    let (x, y) = point.xy().unwrap_or((Fq::ZERO, Fq::ZERO));
    words.extend(be_bytes(x));
    words.extend(be_bytes(y));
}

/// Reads words one after the other and rejects what is not canonical.
pub(crate) struct WordReader<'a> {
    what: &'static str,
    bytes: &'a [u8],
    word: usize,
}

impl<'a> WordReader<'a> {
    pub(crate) fn new(what: &'static str, bytes: &'a [u8], words: usize) -> Result<Self, DecodeError> {
        if bytes.len() != 32 * words {
            return Err(DecodeError::Length {
                what,
                expected: 32 * words,
                found: bytes.len(),
            });
        }
        Ok(Self { what, bytes, word: 0 })
    }

    pub(crate) fn word(&mut self) -> [u8; 32] {
        let (word, rest) = self
            .bytes
            .split_first_chunk()
            .expect("the length was checked for this many words");
        self.bytes = rest;
        self.word += 1;
        *word
    }

    fn field<F: PrimeField<BigInt = BigInt<4>>>(&mut self) -> Result<F, DecodeError> {
        let word = self.word();
        let mut limbs = [0u64; 4];
        for (limb, chunk) in limbs.iter_mut().rev().zip(word.chunks_exact(8)) {
            *limb = chunk.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        }
        F::from_bigint(BigInt(limbs)).ok_or(DecodeError::NonCanonical {
            what: self.what,
            word: self.word - 1,
        })
    }

    pub(crate) fn scalar(&mut self) -> Result<Fr, DecodeError> {
        self.field()
    }

    pub(crate) fn integer(&mut self) -> Result<u64, DecodeError> {
        let word = self.word();
        let (high, low) = word.split_at(24);
        if high.iter().any(|byte| *byte != 0) {
            return Err(DecodeError::NonCanonical {
                what: self.what,
                word: self.word - 1,
            });
        }
        Ok(low.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A point on the curve or infinity; G1 has prime order, so that every such point is in the subgroup.
    pub(crate) fn point(&mut self) -> Result<G1Affine, DecodeError> {
        let start = self.word;
        let (x, y): (Fq, Fq) = (self.field()?, self.field()?);
        if x == Fq::ZERO && y == Fq::ZERO {
            return Ok(G1Affine::zero());
        }
        let point = G1Affine::new_unchecked(x, y);
        if point.is_on_curve() {
            Ok(point)
        } else {
            Err(DecodeError::OffCurve {
                what: self.what,
                word: start,
            })
        }
    }

    pub(crate) fn points<const N: usize>(&mut self) -> Result<[G1Affine; N], DecodeError> {
        let mut points = [G1Affine::zero(); N];
        for point in &mut points {
            *point = self.point()?;
        }
        Ok(points)
    }

    pub(crate) fn scalars<const N: usize>(&mut self) -> Result<[Fr; N], DecodeError> {
        let mut scalars = [Fr::ZERO; N];
        for scalar in &mut scalars {
            *scalar = self.scalar()?;
        }
        Ok(scalars)
    }
}
