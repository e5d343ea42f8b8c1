//! The verification key, its Solidity words and its short id.

use std::fmt::Write;

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use crema_kernels::{
    Domain,
    quotient::{SELECTORS, Selector, WIRES},
};
use sha3::{Digest, Keccak256};

use crate::{
    coset_representatives,
    error::DecodeError,
    words::{WordReader, push_point},
};

/// Words of the Solidity encoding.
pub const KEY_WORDS: usize = 40;

/// The contract lists the selectors in this order: output and constant before the fifth powers.
const SOLIDITY_SELECTORS: [Selector; SELECTORS] = [
    Selector::Lc0,
    Selector::Lc1,
    Selector::Lc2,
    Selector::Lc3,
    Selector::Mul0,
    Selector::Mul1,
    Selector::Output,
    Selector::Constant,
    Selector::Hash0,
    Selector::Hash1,
    Selector::Hash2,
    Selector::Hash3,
    Selector::Ecc,
];

/// Everything a verifier needs to know of a circuit and a reference string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    /// Rows of the circuit.
    pub domain_size: u64,
    /// Public inputs of the circuit.
    pub public_inputs: u64,
    /// Coset representatives of the wires.
    pub k: [Fr; WIRES],
    /// Commitments to the selectors.
    pub selectors: [G1Affine; SELECTORS],
    /// Commitments to the permutation polynomials.
    pub sigmas: [G1Affine; WIRES],
    /// Generator of G2.
    pub h: G2Affine,
    /// The reference string's secret times the generator of G2.
    pub beta_h: G2Affine,
}

impl VerifyingKey {
    /// The contract's `VerifyingKey`: domain size, inputs, permutation, selectors, `[τ]_2` compressed; 40 words.
    pub fn to_solidity(&self) -> Vec<u8> {
        let mut words = Vec::with_capacity(32 * KEY_WORDS);
        for integer in [self.domain_size, self.public_inputs] {
            words.extend([0; 24]);
            words.extend(integer.to_be_bytes());
        }
        self.sigmas.iter().for_each(|point| push_point(&mut words, point));
        for selector in SOLIDITY_SELECTORS {
            push_point(&mut words, &self.selectors[selector as usize]);
        }
        words.extend(self.beta_h_bytes());
        words
    }

    /// Reads the contract's `VerifyingKey`, over the standard generator of G2 and the fixed coset representatives.
    ///
    /// # Errors
    /// [`DecodeError`] when the length is wrong, a word is not canonical, a point is invalid or the domain is not a
    /// power of two that holds the public inputs.
    pub fn from_solidity(bytes: &[u8]) -> Result<Self, DecodeError> {
        const WHAT: &str = "verification key";
        let mut reader = WordReader::new(WHAT, bytes, KEY_WORDS)?;
        let domain_size = reader.integer()?;
        let public_inputs = reader.integer()?;
        if usize::try_from(domain_size).map_or(true, |size| Domain::new(size).is_err()) {
            return Err(DecodeError::Header(format!(
                "the domain size {domain_size} is not a power of two up to 2^28"
            )));
        }
        if public_inputs > domain_size {
            return Err(DecodeError::Header(format!(
                "{public_inputs} inputs in a domain of {domain_size}"
            )));
        }
        let sigmas = reader.points()?;
        let in_order: [G1Affine; SELECTORS] = reader.points()?;
        let mut selectors = [G1Affine::zero(); SELECTORS];
        for (selector, point) in SOLIDITY_SELECTORS.iter().zip(in_order) {
            selectors[*selector as usize] = point;
        }
        let compressed = [reader.word(), reader.word()].concat();
        let beta_h = G2Affine::deserialize_compressed(&compressed[..]).map_err(|_| DecodeError::G2(WHAT))?;
        let k = coset_representatives();
        Ok(Self {
            domain_size,
            public_inputs,
            k,
            selectors,
            sigmas,
            h: G2Affine::generator(),
            beta_h,
        })
    }

    /// The first eight bytes of keccak256 over the Solidity words, in hex: the id that logs and reports show.
    pub fn id(&self) -> String {
        let digest = Keccak256::digest(self.to_solidity());
        digest[..8]
            .iter()
            .fold(String::with_capacity(16), |mut id, byte| {
                write!(id, "{byte:02x}").expect("writing to memory");
                id
            })
    }

    /// The key's 36 point coordinates in Solidity order: what a contract that holds the key carries as constants.
    pub fn coordinates(&self) -> Vec<[u8; 32]> {
        self.to_solidity().as_chunks().0[2..KEY_WORDS - 2].to_vec()
    }

    /// arkworks' compressed serialization of jellyfish's `VerifyingKey`, whose opening key also holds the secret times
    /// the generator of G1, the reference string's second power.
    pub fn to_arkworks(&self, beta_g: G1Affine) -> Vec<u8> {
        let mut bytes = Vec::new();
        let length = |bytes: &mut Vec<u8>, value: usize| bytes.extend((value as u64).to_le_bytes());
        bytes.extend(self.domain_size.to_le_bytes());
        bytes.extend(self.public_inputs.to_le_bytes());
        let points = |bytes: &mut Vec<u8>, points: &[G1Affine]| {
            length(bytes, points.len());
            for point in points {
                point
                    .serialize_compressed(&mut *bytes)
                    .expect("writing to memory");
            }
        };
        points(&mut bytes, &self.sigmas);
        points(&mut bytes, &self.selectors);
        length(&mut bytes, WIRES);
        for k in &self.k {
            k.serialize_compressed(&mut bytes).expect("writing to memory");
        }
        let g = G1Affine::generator();
        points_alone(&mut bytes, &[g]);
        let g2 = [self.h, self.beta_h];
        points_alone(&mut bytes, &g2);
        length(&mut bytes, g2.len());
        points_alone(&mut bytes, &g2);
        points(&mut bytes, &[g, beta_g]);
        bytes.extend([0, 0]); // not merged, no lookup key
        bytes
    }
}

fn points_alone<P: CanonicalSerialize>(bytes: &mut Vec<u8>, points: &[P]) {
    for point in points {
        point
            .serialize_compressed(&mut *bytes)
            .expect("writing to memory");
    }
}
