//! A proof: thirteen commitments and ten evaluations, and its three encodings.

use ark_bn254::{Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::AdditiveGroup;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use crema_kernels::quotient::WIRES;

use crate::{
    error::DecodeError,
    words::{WordReader, push_point, push_scalar},
};

/// Words of the Solidity encoding.
pub const PROOF_WORDS: usize = 36;

/// Values of polynomials at the evaluation challenge ζ, and of the grand product at `ω·ζ`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluations {
    /// The five wires at ζ.
    pub wires: [Fr; WIRES],
    /// The first four permutation polynomials at ζ.
    pub sigmas: [Fr; WIRES - 1],
    /// The grand product at `ω·ζ`.
    pub grand_product_next: Fr,
}

impl Evaluations {
    /// The ten values in the order of every encoding.
    pub fn iter(&self) -> impl Iterator<Item = Fr> {
        self.wires
            .into_iter()
            .chain(self.sigmas)
            .chain([self.grand_product_next])
    }
}

/// A TurboPlonk proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Commitments to the wires.
    pub wires: [G1Affine; WIRES],
    /// Commitment to the grand product.
    pub grand_product: G1Affine,
    /// Commitments to the pieces of the quotient.
    pub quotient: [G1Affine; WIRES],
    /// Opening of the batched polynomial at ζ.
    pub opening: G1Affine,
    /// Opening of the grand product at `ω·ζ`.
    pub shifted_opening: G1Affine,
    /// Evaluations.
    pub evaluations: Evaluations,
}

impl Proof {
    /// The contract's `PlonkProof`: wires, grand product, quotient, openings, evaluations; 36 big-endian words.
    pub fn to_solidity(&self) -> Vec<u8> {
        let mut words = Vec::with_capacity(32 * PROOF_WORDS);
        for point in self.points() {
            push_point(&mut words, point);
        }
        self.evaluations
            .iter()
            .for_each(|value| push_scalar(&mut words, value));
        words
    }

    /// Reads the contract's `PlonkProof`.
    ///
    /// # Errors
    /// [`DecodeError`] when the length is wrong, a word is not canonical or a point is off the curve.
    pub fn from_solidity(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = WordReader::new("proof", bytes, PROOF_WORDS)?;
        Ok(Self {
            wires: reader.points()?,
            grand_product: reader.point()?,
            quotient: reader.points()?,
            opening: reader.point()?,
            shifted_opening: reader.point()?,
            evaluations: Evaluations {
                wires: reader.scalars()?,
                sigmas: reader.scalars()?,
                grand_product_next: reader.scalar()?,
            },
        })
    }

    fn points(&self) -> impl Iterator<Item = &G1Affine> {
        let openings = [&self.opening, &self.shifted_opening];
        self.wires
            .iter()
            .chain([&self.grand_product])
            .chain(&self.quotient)
            .chain(openings)
    }

    /// The words of jellyfish's `Vec<BaseField>` form, which puts the quotient before the grand product.
    pub fn to_base_fields(&self) -> Vec<[u8; 32]> {
        let openings = [&self.opening, &self.shifted_opening];
        let mut words = Vec::with_capacity(32 * PROOF_WORDS);
        for point in self
            .wires
            .iter()
            .chain(&self.quotient)
            .chain([&self.grand_product])
            .chain(openings)
        {
            push_point(&mut words, point);
        }
        self.evaluations
            .iter()
            .for_each(|value| push_scalar(&mut words, value));
        words.as_chunks().0.to_vec()
    }

    /// arkworks' serialization of jellyfish's `Proof`, points compressed or not.
    pub fn to_arkworks(&self, compressed: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let point = |bytes: &mut Vec<u8>, point: &G1Affine| {
            if compressed {
                point.serialize_compressed(bytes)
            } else {
                point.serialize_uncompressed(bytes)
            }
            .expect("writing to memory");
        };
        let vector_length = |bytes: &mut Vec<u8>, length: usize| bytes.extend((length as u64).to_le_bytes());
        vector_length(&mut bytes, WIRES);
        self.wires.iter().for_each(|p| point(&mut bytes, p));
        point(&mut bytes, &self.grand_product);
        vector_length(&mut bytes, WIRES);
        self.quotient.iter().for_each(|p| point(&mut bytes, p));
        point(&mut bytes, &self.opening);
        point(&mut bytes, &self.shifted_opening);
        let mut scalars = |length: Option<usize>, values: &[Fr]| {
            if let Some(length) = length {
                vector_length(&mut bytes, length);
            }
            for value in values {
                value.serialize_compressed(&mut bytes).expect("writing to memory");
            }
        };
        scalars(Some(WIRES), &self.evaluations.wires);
        scalars(Some(WIRES - 1), &self.evaluations.sigmas);
        scalars(None, &[self.evaluations.grand_product_next]);
        bytes.push(0); // no lookup argument
        bytes
    }

    /// Reads arkworks' compressed serialization.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`] on anything but exactly one canonical proof.
    pub fn from_arkworks(bytes: &[u8]) -> Result<Self, DecodeError> {
        let malformed = |reason: String| DecodeError::Malformed {
            what: "arkworks proof",
            reason,
        };
        let mut rest = bytes;
        let expect = |rest: &mut &[u8], length: usize| match u64::deserialize_compressed(rest) {
            Ok(found) if found == length as u64 => Ok(()),
            Ok(found) => Err(malformed(format!(
                "a vector of {found} elements, expected {length}"
            ))),
            Err(error) => Err(malformed(error.to_string())),
        };
        let point =
            |rest: &mut &[u8]| G1Affine::deserialize_compressed(rest).map_err(|e| malformed(e.to_string()));
        let scalar =
            |rest: &mut &[u8]| Fr::deserialize_compressed(rest).map_err(|e| malformed(e.to_string()));
        let mut proof = Self::default();
        expect(&mut rest, WIRES)?;
        for slot in &mut proof.wires {
            *slot = point(&mut rest)?;
        }
        proof.grand_product = point(&mut rest)?;
        expect(&mut rest, WIRES)?;
        for slot in &mut proof.quotient {
            *slot = point(&mut rest)?;
        }
        proof.opening = point(&mut rest)?;
        proof.shifted_opening = point(&mut rest)?;
        expect(&mut rest, WIRES)?;
        for slot in &mut proof.evaluations.wires {
            *slot = scalar(&mut rest)?;
        }
        expect(&mut rest, WIRES - 1)?;
        for slot in &mut proof.evaluations.sigmas {
            *slot = scalar(&mut rest)?;
        }
        proof.evaluations.grand_product_next = scalar(&mut rest)?;
        if rest == [0] {
            Ok(proof)
        } else {
            Err(malformed("trailing bytes or a lookup argument".into()))
        }
    }
}

impl Default for Proof {
    /// All points at infinity and all evaluations zero: never a valid proof, a value to fill in.
    fn default() -> Self {
        let infinity = G1Affine::zero();
        Self {
            wires: [infinity; WIRES],
            grand_product: infinity,
            quotient: [infinity; WIRES],
            opening: infinity,
            shifted_opening: infinity,
            evaluations: Evaluations {
                wires: [Fr::ZERO; WIRES],
                sigmas: [Fr::ZERO; WIRES - 1],
                grand_product_next: Fr::ZERO,
            },
        }
    }
}
