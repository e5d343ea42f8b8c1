//! What a dispersal publishes: one commitment, the data common to all shares, and a share for each node.

use ark_bn254::G1Affine;
use ark_serialize::CanonicalSerialize;
use crema_types::VidCommitment;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Error, Parameters, Share,
    encoding::{Digest, Points},
};

/// The only multiplicity in use: one evaluation of each polynomial per node.
const MULTIPLICITY: u32 = 1;

/// A payload's commitment with everything that its verification needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disperse {
    /// What the header carries.
    pub commitment: VidCommitment,
    /// What every node gets.
    pub common: Common,
    /// Share `i` is for entry `i` of the stake table.
    pub shares: Vec<Share>,
}

/// What all shares of one dispersal have in common. In JSON and binary as jellyfish has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    poly_commits: Points,
    all_evals_digest: Digest,
    payload_byte_len: u32,
    num_storage_nodes: u32,
    multiplicity: u32,
}

impl Common {
    pub(crate) fn new(
        parameters: Parameters,
        payload_length: u32,
        polynomials: Vec<G1Affine>,
        root: [u8; 32],
    ) -> Self {
        Self {
            poly_commits: Points(polynomials),
            all_evals_digest: Digest(root),
            payload_byte_len: payload_length,
            num_storage_nodes: parameters.nodes(),
            multiplicity: MULTIPLICITY,
        }
    }

    /// KZG commitments, one per polynomial.
    pub fn polynomial_commitments(&self) -> &[G1Affine] {
        &self.poly_commits.0
    }

    /// Root of the Merkle tree over all shares' evaluations.
    pub fn evaluations_digest(&self) -> [u8; 32] {
        self.all_evals_digest.0
    }

    /// Bytes of the payload.
    pub fn payload_length(&self) -> u32 {
        self.payload_byte_len
    }

    /// Storage nodes that the payload was dispersed to.
    pub fn nodes(&self) -> u32 {
        self.num_storage_nodes
    }

    /// The payload commitment: SHA-256 over the payload's length and the number of nodes (`u32 LE` each) and the
    /// polynomial commitments, uncompressed. The digest of the evaluations is not covered.
    pub fn commitment(&self) -> VidCommitment {
        let mut bytes = Vec::with_capacity(8 + 64 * self.poly_commits.0.len());
        bytes.extend(self.payload_byte_len.to_le_bytes());
        bytes.extend(self.num_storage_nodes.to_le_bytes());
        for point in &self.poly_commits.0 {
            point
                .serialize_uncompressed(&mut bytes)
                .expect("writing to a Vec cannot fail");
        }
        VidCommitment(Sha256::digest(&bytes).into())
    }

    /// Checks that this belongs to `commitment` and has the shape that its own numbers imply.
    pub(crate) fn check(&self, commitment: &VidCommitment) -> Result<Parameters, Error> {
        let parameters = Parameters::new(self.num_storage_nodes)?;
        if self.multiplicity != MULTIPLICITY {
            return Err(Error::Multiplicity {
                found: self.multiplicity,
            });
        }
        let expected = parameters.polynomials(self.payload_byte_len as usize);
        if self.poly_commits.0.len() != expected {
            return Err(Error::PolynomialCount {
                payload: self.payload_byte_len,
                expected,
                found: self.poly_commits.0.len(),
            });
        }
        if self.commitment() != *commitment {
            return Err(Error::CommitmentMismatch);
        }
        Ok(parameters)
    }
}
