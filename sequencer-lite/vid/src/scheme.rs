//! Dispersal: a payload becomes a commitment and a share for each node.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_kernels::{
    Domain, Engine, Shared,
    cpu::{CpuEngine, CpuVector},
};
use crema_types::VidCommitment;
use rayon::prelude::*;

use crate::{
    Aggregation, Common, Disperse, Error, Parameters, Share, committer::Committer, elements, openings,
    tree::EvaluationTree,
};

/// ADVZ dispersal to a number of storage nodes, over the Aztec ceremony's reference string.
///
/// Source: Alhaddad, Duan, Varia, Zhang, "Succinct Erasure Coding Proof Systems" (2021), as HotShot uses it.
#[derive(Clone, Copy)]
pub struct Scheme {
    parameters: Parameters,
    aggregation: Aggregation,
    committer: &'static Committer,
    /// The nodes' points.
    domain: Domain,
}

impl Scheme {
    /// The scheme for `nodes` storage nodes, with [`Aggregation::Canonical`]. The first for a recovery threshold prepares tables, which takes a tenth of
    /// a second and 16 MiB at most.
    ///
    /// # Errors
    /// [`Error::Nodes`] when the reference string does not serve so many.
    pub fn new(nodes: u32) -> Result<Self, Error> {
        let parameters = Parameters::new(nodes)?;
        Ok(Self {
            parameters,
            aggregation: Aggregation::default(),
            committer: Committer::get(parameters.threshold())?,
            domain: Domain::new(parameters.points())?,
        })
    }

    /// The same with another aggregation.
    pub fn with_aggregation(self, aggregation: Aggregation) -> Self {
        Self { aggregation, ..self }
    }

    /// The same with tables for longer polynomials than a payload's.
    #[cfg(test)]
    pub(crate) fn with_committer(self, committer: &'static Committer) -> Self {
        Self { committer, ..self }
    }

    /// The erasure code.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// Cuts, commits to and evaluates a payload: all that the nodes of a stake table need.
    ///
    /// # Errors
    /// [`Error::PayloadLength`] at four gigabytes.
    pub fn disperse(&self, payload: &[u8]) -> Result<Disperse, Error> {
        let length = payload_length(payload)?;
        self.share_out(length, &self.polynomials(payload)?)
    }

    /// Commits to polynomials and evaluates them for every node.
    pub(crate) fn share_out(&self, length: u32, polynomials: &[Coefficients]) -> Result<Disperse, Error> {
        let evaluations = self.evaluations(polynomials)?;
        Ok(self.share_out_evaluations(length, polynomials, evaluations))
    }

    /// Commits to polynomials and hands out what is said to be their evaluations.
    pub(crate) fn share_out_evaluations(
        &self,
        length: u32,
        polynomials: &[Coefficients],
        evaluations: Vec<Vec<Fr>>,
    ) -> Disperse {
        let commitments = self.committer.commit(polynomials);
        let tree = EvaluationTree::new(&evaluations);
        let common = Common::new(self.parameters, length, commitments, tree.root());
        let commitment = common.commitment();
        let aggregate = aggregate(polynomials, &self.aggregation.weights(&commitment, &common));
        let openings = openings::open_all(self.committer, &aggregate, &self.domain, evaluations.len());
        let shares = evaluations
            .into_iter()
            .zip(openings)
            .zip(0..)
            .map(|((evaluations, opening), index)| Share {
                index,
                evaluations,
                opening,
                path: tree.path(index as usize),
            })
            .collect();
        Disperse {
            commitment,
            common,
            shares,
        }
    }

    /// The commitment alone, as a header carries it.
    ///
    /// # Errors
    /// As [`Self::disperse`].
    pub fn commit(&self, payload: &[u8]) -> Result<VidCommitment, Error> {
        let length = payload_length(payload)?;
        let commitments = self.committer.commit(&self.polynomials(payload)?);
        Ok(Common::new(self.parameters, length, commitments, [0; 32]).commitment())
    }

    /// Coefficients of the polynomials whose values on the subgroup of the threshold's order are the payload.
    pub(crate) fn polynomials(&self, payload: &[u8]) -> Result<Vec<Coefficients>, Error> {
        let engine = CpuEngine::default();
        let threshold = self.parameters.threshold();
        elements::pack(payload)
            .par_chunks(threshold)
            .map(|values| {
                let mut values = values.to_vec();
                values.resize(threshold, Fr::ZERO);
                let values = engine.upload(Shared::from(values))?;
                Ok(Coefficients(engine.interpolate(&values)?))
            })
            .collect()
    }

    /// Each node's values of all polynomials.
    pub(crate) fn evaluations(&self, polynomials: &[Coefficients]) -> Result<Vec<Vec<Fr>>, Error> {
        let engine = CpuEngine::default();
        let values: Vec<CpuVector> = polynomials
            .par_iter()
            .map(|polynomial| Ok(engine.evaluate_coset(&polynomial.0, &self.domain, Fr::from(1))?))
            .collect::<Result<_, Error>>()?;
        Ok((0..self.parameters.nodes() as usize)
            .into_par_iter()
            .map(|node| values.iter().map(|values| values[node]).collect())
            .collect())
    }
}

/// A polynomial in coefficient form, where the engine has it.
pub(crate) struct Coefficients(pub(crate) CpuVector);

impl AsRef<[Fr]> for Coefficients {
    fn as_ref(&self) -> &[Fr] {
        &self.0
    }
}

/// `Σ weights[j]·p_j`.
fn aggregate(polynomials: &[Coefficients], weights: &[Fr]) -> Vec<Fr> {
    let mut sum = vec![Fr::ZERO; polynomials.first().map_or(0, |first| first.0.len())];
    for (polynomial, weight) in polynomials.iter().zip(weights) {
        for (sum, coefficient) in sum.iter_mut().zip(polynomial.as_ref()) {
            *sum += *weight * coefficient;
        }
    }
    sum
}

fn payload_length(payload: &[u8]) -> Result<u32, Error> {
    u32::try_from(payload.len()).map_err(|_| Error::PayloadLength { found: payload.len() })
}
