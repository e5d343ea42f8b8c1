//! The Fiat-Shamir transcript that the Solidity verifier recomputes.
//!
//! A 32-byte state and a buffer. Appending concatenates raw bytes, without labels or lengths; a challenge is
//! `state = keccak256(state ‖ buffer)`, the buffer emptied, and the state read big-endian modulo r.

use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInteger, PrimeField};
use ark_serialize::CanonicalSerialize;
use sha3::{Digest, Keccak256};

use crate::{VerifyingKey, proof::Evaluations};

/// The transcript of one proof, the same for prover and verifier.
#[derive(Clone, Default)]
pub struct Transcript {
    state: [u8; 32],
    buffer: Vec<u8>,
}

/// A field element as 32 big-endian bytes.
pub(crate) fn be_bytes<F: PrimeField>(value: F) -> Vec<u8> {
    value.into_bigint().to_bytes_be()
}

impl Transcript {
    /// A transcript that has absorbed everything fixed before the first round.
    pub fn new(key: &VerifyingKey, public_inputs: &[Fr], extra_message: &[u8]) -> Self {
        let mut transcript = Self::default();
        transcript.append_bytes(extra_message);
        transcript.append_bytes(&Fr::MODULUS_BIT_SIZE.to_be_bytes());
        transcript.append_bytes(&key.domain_size.to_be_bytes());
        transcript.append_bytes(&key.public_inputs.to_be_bytes());
        transcript.append_bytes(&[0; 12]);
        transcript.append_bytes(&key.beta_h_bytes());
        key.k.iter().for_each(|k| transcript.append_scalar(*k));
        transcript.append_points(&key.selectors);
        transcript.append_points(&key.sigmas);
        for input in public_inputs {
            transcript.append_scalar(*input);
        }
        transcript
    }

    fn append_bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Appends a scalar, 32 bytes big-endian.
    pub fn append_scalar(&mut self, scalar: Fr) {
        self.append_bytes(&be_bytes(scalar));
    }

    /// Appends points as `x ‖ y` big-endian; infinity is 64 zero bytes.
    pub fn append_points(&mut self, points: &[G1Affine]) {
        for point in points {
            let (x, y) = point.xy().unwrap_or((Fq::ZERO, Fq::ZERO));
            self.append_bytes(&be_bytes(x));
            self.append_bytes(&be_bytes(y));
        }
    }

    /// Appends a proof's evaluations in proof order.
    pub fn append_evaluations(&mut self, evaluations: &Evaluations) {
        evaluations.iter().for_each(|value| self.append_scalar(value));
    }

    /// The next challenge.
    pub fn challenge(&mut self) -> Fr {
        let mut hasher = Keccak256::new();
        hasher.update(self.state);
        hasher.update(&self.buffer);
        self.state = hasher.finalize().into();
        self.buffer.clear();
        Fr::from_be_bytes_mod_order(&self.state)
    }
}

impl VerifyingKey {
    /// `[τ]_2` as the transcript absorbs it: arkworks' compressed encoding, little-endian unlike everything else.
    pub fn beta_h_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        self.beta_h
            .serialize_compressed(&mut bytes[..])
            .expect("a compressed G2 point has 64 bytes");
        bytes
    }
}
