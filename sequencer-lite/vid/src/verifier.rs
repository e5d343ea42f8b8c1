//! Checks against a payload commitment: shares, payloads and ranges of payloads.

use crema_types::VidCommitment;
use std::{ops::Range, sync::OnceLock};

use ark_bn254::{Fr, G1Affine};
use ark_ec::CurveGroup;
use crema_kernels::Domain;

use crate::{
    Aggregation, Common, Error, Parameters, RangeProof, Share, elements, linear_check,
    reference_string::ReferenceString, tree,
};

/// A payload commitment with common data that belongs to it, against which everything else is checked.
#[derive(Debug)]
pub struct Verifier {
    commitment: VidCommitment,
    common: Common,
    parameters: Parameters,
    /// The nodes' points.
    domain: Domain,
    /// The polynomials' weights in opening proofs.
    weights: Vec<Fr>,
    /// The sum of their commitments with these weights, once a share needs it.
    aggregate: OnceLock<G1Affine>,
}

impl Verifier {
    /// Checks that `common` belongs to `commitment`. Shares are expected with [`Aggregation::Canonical`].
    ///
    /// # Errors
    /// [`Error::Nodes`], [`Error::Multiplicity`], [`Error::PolynomialCount`], [`Error::CommitmentMismatch`].
    pub fn new(commitment: VidCommitment, common: Common) -> Result<Self, Error> {
        let parameters = common.check(&commitment)?;
        Ok(Self {
            domain: Domain::new(parameters.points())?,
            weights: Aggregation::default().weights(&commitment, &common),
            commitment,
            common,
            parameters,
            aggregate: OnceLock::new(),
        })
    }

    /// As [`Self::new`], for a dispersal that must be to `nodes` storage nodes.
    ///
    /// # Errors
    /// [`Error::NodeCount`] and those of [`Self::new`].
    pub fn for_nodes(nodes: u32, commitment: VidCommitment, common: Common) -> Result<Self, Error> {
        if common.nodes() != nodes {
            return Err(Error::NodeCount {
                expected: nodes,
                found: common.nodes(),
            });
        }
        Self::new(commitment, common)
    }

    /// The same for shares with another aggregation.
    pub fn with_aggregation(mut self, aggregation: Aggregation) -> Self {
        self.weights = aggregation.weights(&self.commitment, &self.common);
        self.aggregate = OnceLock::new();
        self
    }

    /// The payload commitment.
    pub fn commitment(&self) -> VidCommitment {
        self.commitment
    }

    /// The common data.
    pub fn common(&self) -> &Common {
        &self.common
    }

    /// The erasure code.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// Bytes of the payload.
    pub(crate) fn payload_length(&self) -> usize {
        self.common.payload_length() as usize
    }

    /// The point at which a node evaluates.
    pub(crate) fn point(&self, index: u32) -> Fr {
        self.domain.element(index as usize)
    }

    /// Checks that a share's evaluations are those of the committed polynomials at its node's point.
    ///
    /// # Errors
    /// [`Error::ShareIndex`], [`Error::EvaluationCount`], [`Error::EvaluationPath`], [`Error::OpeningProof`].
    pub fn verify_share(&self, share: &Share) -> Result<(), Error> {
        self.check_shape(share)?;
        let height = tree::height(self.parameters.nodes() as usize);
        if share.path.len() != height || share.root() != Some(self.common.evaluations_digest()) {
            return Err(Error::EvaluationPath { index: share.index });
        }
        let value = share
            .evaluations
            .iter()
            .zip(&self.weights)
            .map(|(value, weight)| *value * weight)
            .sum();
        let srs = &ReferenceString::get()?.srs;
        let valid = crema_kzg::verify(
            self.aggregate()?,
            self.point(share.index),
            value,
            share.opening,
            srs.h,
            srs.beta_h,
        );
        if valid {
            Ok(())
        } else {
            Err(Error::OpeningProof { index: share.index })
        }
    }

    /// Checks a share's numbers, which is what decoding needs to be safe.
    pub(crate) fn check_shape(&self, share: &Share) -> Result<(), Error> {
        if share.index >= self.parameters.nodes() {
            return Err(Error::ShareIndex {
                found: share.index,
                nodes: self.parameters.nodes(),
            });
        }
        let expected = self.common.polynomial_commitments().len();
        if share.evaluations.len() != expected {
            return Err(Error::EvaluationCount {
                index: share.index,
                expected,
                found: share.evaluations.len(),
            });
        }
        Ok(())
    }

    fn aggregate(&self) -> Result<G1Affine, Error> {
        if let Some(aggregate) = self.aggregate.get() {
            return Ok(*aggregate);
        }
        let sum = linear_check::weighted_sum(self.common.polynomial_commitments(), self.weights.clone())?;
        Ok(*self.aggregate.get_or_init(|| sum.into_affine()))
    }

    /// Checks that `payload` is the one committed to, by one random combination of all polynomials: what a voter that
    /// stores the whole payload does instead of dispersing it again.
    ///
    /// # Errors
    /// [`Error::PayloadMismatch`].
    pub fn verify_payload(&self, payload: &[u8]) -> Result<(), Error> {
        let matches = payload.len() == self.payload_length()
            && linear_check::commitments_match(
                &self.commitment,
                0,
                self.common.polynomial_commitments(),
                &elements::pack(payload),
                self.parameters.threshold(),
            )?;
        if matches {
            Ok(())
        } else {
            Err(Error::PayloadMismatch)
        }
    }

    /// Checks that `bytes` are the committed payload's at `range`.
    ///
    /// # Errors
    /// [`Error::Range`], [`Error::ProofShape`], [`Error::RangeProof`].
    pub fn verify_range(&self, range: Range<usize>, bytes: &[u8], proof: &RangeProof) -> Result<(), Error> {
        let (polynomials, elements) =
            proof.elements(self.parameters, self.payload_length(), range.clone(), bytes)?;
        let first = polynomials.start;
        let matches = linear_check::commitments_match(
            &self.commitment,
            first,
            &self.common.polynomial_commitments()[polynomials],
            &elements,
            self.parameters.threshold(),
        )?;
        if matches {
            Ok(())
        } else {
            Err(Error::RangeProof {
                start: range.start,
                end: range.end,
            })
        }
    }
}
