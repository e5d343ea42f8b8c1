//! A payload from any threshold of shares.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, batch_inversion};
use rayon::prelude::*;

use crate::{Error, Share, Verifier, elements};

impl Verifier {
    /// The committed payload, from at least [`threshold`](crate::Parameters::threshold) shares of different nodes.
    ///
    /// Shares need not have been verified: the payload is checked against the commitment, and only when that fails is
    /// each share checked, so that wrong ones are left out. Whatever shares it is called with, the result is the one
    /// payload with this commitment or an error.
    ///
    /// # Errors
    /// [`Error::TooFewShares`] when too few are valid; [`Error::NoSuchPayload`] when they are, but the disperser
    /// committed to something that is no payload: then no other shares give one either.
    pub fn recover(&self, shares: &[Share]) -> Result<Vec<u8>, Error> {
        if self.common().polynomial_commitments().is_empty() {
            return Ok(Vec::new());
        }
        let candidates: Vec<&Share> = shares
            .iter()
            .filter(|share| self.check_shape(share).is_ok())
            .collect();
        if let Ok(payload) = self.decode(&candidates) {
            return Ok(payload);
        }
        let valid: Vec<&Share> = candidates
            .into_par_iter()
            .filter(|share| self.verify_share(share).is_ok())
            .collect();
        self.decode(&valid)
    }

    /// Interpolates from the first share of each node, as many as needed, and checks the result.
    fn decode(&self, shares: &[&Share]) -> Result<Vec<u8>, Error> {
        let parameters = self.parameters();
        let mut by_node = vec![None; parameters.nodes() as usize];
        for share in shares {
            by_node[share.index as usize].get_or_insert(*share);
        }
        // every `stride`-th node holds payload elements as they are, which saves interpolating them
        let stride = parameters.points() / parameters.threshold();
        let (plain, mixed): (Vec<&Share>, Vec<&Share>) = by_node
            .iter()
            .flatten()
            .partition(|share| (share.index as usize).is_multiple_of(stride));
        let found = plain.len() + mixed.len();
        let chosen: Vec<&Share> = plain
            .into_iter()
            .chain(mixed)
            .take(parameters.threshold())
            .collect();
        if chosen.len() < parameters.threshold() {
            return Err(Error::TooFewShares {
                needed: parameters.threshold(),
                found,
            });
        }
        let rows = self.payload_rows(&chosen, stride)?;
        let polynomials = self.common().polynomial_commitments().len();
        let elements: Vec<Fr> = (0..polynomials)
            .into_par_iter()
            .flat_map_iter(|polynomial| rows.iter().map(move |row| row[polynomial]))
            .collect();
        let payload = elements::unpack(&elements, self.payload_length()).ok_or(Error::NoSuchPayload)?;
        match self.verify_payload(&payload) {
            Err(Error::PayloadMismatch) => Err(Error::NoSuchPayload),
            checked => checked.map(|()| payload),
        }
    }

    /// Row `i` holds the `i`-th element of every polynomial.
    fn payload_rows(&self, shares: &[&Share], stride: usize) -> Result<Vec<Vec<Fr>>, Error> {
        let points: Vec<Fr> = shares.iter().map(|share| self.point(share.index)).collect();
        let mut weights: Vec<Fr> = points
            .par_iter()
            .map(|x| {
                points
                    .iter()
                    .filter(|other| *other != x)
                    .map(|other| *x - other)
                    .product()
            })
            .collect();
        batch_inversion(&mut weights);
        (0..shares.len())
            .into_par_iter()
            .map(|row| {
                let node = (row * stride) as u32;
                if let Some(share) = shares.iter().find(|share| share.index == node) {
                    return Ok(share.evaluations.clone());
                }
                let factors = lagrange_values(self.point(node), &points, &weights);
                Ok(combine(&factors, shares))
            })
            .collect()
    }
}

/// The Lagrange polynomials of `points` at another point `x`: `Π_t (x - x_t) · weight_s/(x - x_s)`.
fn lagrange_values(x: Fr, points: &[Fr], weights: &[Fr]) -> Vec<Fr> {
    let mut factors: Vec<Fr> = points.iter().map(|point| x - point).collect();
    let vanishing: Fr = factors.iter().product();
    batch_inversion(&mut factors);
    for (factor, weight) in factors.iter_mut().zip(weights) {
        *factor *= vanishing * weight;
    }
    factors
}

/// `Σ factors[s]·shares[s].evaluations`.
fn combine(factors: &[Fr], shares: &[&Share]) -> Vec<Fr> {
    let mut sum = vec![Fr::ZERO; shares.first().map_or(0, |share| share.evaluations.len())];
    for (factor, share) in factors.iter().zip(shares) {
        for (sum, value) in sum.iter_mut().zip(&share.evaluations) {
            *sum += *factor * value;
        }
    }
    sum
}
