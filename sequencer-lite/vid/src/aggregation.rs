//! How a share's one opening proof speaks for all polynomials.

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use crema_types::VidCommitment;
use sha2::{Digest as _, Sha256};

use crate::Common;

/// The weights with which a dispersal's polynomials are added up, so that one opening proof per share covers them all.
///
/// The weights are made from a hash of the payload commitment and the digest of all evaluations, hence after everything
/// that they weigh. The two kinds differ in the opening proofs of shares and in nothing else: commitments, common data
/// and namespace proofs are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aggregation {
    /// Polynomial `j` has the `j`-th power of the hash as its weight. A share with a single wrong evaluation fails,
    /// except with a probability of about 2^-240.
    #[default]
    Canonical,
    /// What jellyfish 0.4.5 computes, byte for byte: every polynomial has the hash itself as its weight, so that the proof
    /// speaks for the evaluations' sum alone. Whoever disperses can give out wrong evaluations that have the right sum,
    /// and their shares pass. For shares that jellyfish is to accept, and for comparison with it.
    Jellyfish,
}

impl Aggregation {
    /// One weight for each polynomial.
    pub(crate) fn weights(self, commitment: &VidCommitment, common: &Common) -> Vec<Fr> {
        let digest = Sha256::new()
            .chain_update(commitment)
            .chain_update(common.evaluations_digest())
            .finalize();
        let scalar = Fr::from_le_bytes_mod_order(&digest);
        let polynomials = common.polynomial_commitments().len();
        match self {
            Self::Canonical => powers(scalar, polynomials),
            Self::Jellyfish => vec![scalar; polynomials],
        }
    }
}

/// The first `count` powers of a scalar, from one on.
pub(crate) fn powers(scalar: Fr, count: usize) -> Vec<Fr> {
    std::iter::successors(Some(Fr::ONE), |power| Some(*power * scalar))
        .take(count)
        .collect()
}
