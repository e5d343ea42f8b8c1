//! A polynomial from its remainders modulo several `X^n - fold`: the linear algebra behind
//! [`crate::Engine::interpolate_cosets`], the same for every engine.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use super::Domain;
use crate::{Error, engine::QUOTIENT_COSETS};

/// A square matrix with a row and a column per coset.
pub type Matrix = [[Fr; QUOTIENT_COSETS]; QUOTIENT_COSETS];

/// What depends on the cosets alone.
pub struct Recombination {
    /// The subgroup of order `n`.
    pub domain: Domain,
    /// `shift^-1`.
    pub shift_inverses: [Fr; QUOTIENT_COSETS],
    /// `shift^n`: on its coset, `X^n` has this value.
    pub folds: [Fr; QUOTIENT_COSETS],
    /// Row `k` combines the remainders to the coefficients from `k·n` on.
    pub inverse: Matrix,
}

impl Recombination {
    /// For evaluations of these lengths on the cosets of these representatives.
    ///
    /// # Errors
    /// [`Error::DomainSize`], [`Error::Length`] unless all are as long as the first, [`Error::DivisionByZero`] when two
    /// cosets coincide or a representative is zero.
    pub fn new(lengths: [usize; QUOTIENT_COSETS], shifts: [Fr; QUOTIENT_COSETS]) -> Result<Self, Error> {
        let n = lengths[0];
        let domain = Domain::new(n)?;
        if let Some(&found) = lengths.iter().find(|&&length| length != n) {
            return Err(Error::Length {
                what: "quotient coset",
                expected: n,
                found,
            });
        }
        let folds = shifts.map(|shift| shift.pow([n as u64]));
        let inverse = inverse_vandermonde(&folds)?;
        let mut shift_inverses = shifts;
        for shift in &mut shift_inverses {
            *shift = shift.inverse().ok_or(Error::DivisionByZero("coset shift"))?;
        }
        Ok(Self {
            domain,
            shift_inverses,
            folds,
            inverse,
        })
    }
}

/// Inverse of the matrix `V[i][k] = nodes[i]^k`: column `i` holds the coefficients of the i-th Lagrange polynomial.
fn inverse_vandermonde(nodes: &[Fr; QUOTIENT_COSETS]) -> Result<Matrix, Error> {
    let mut result = [[Fr::ZERO; QUOTIENT_COSETS]; QUOTIENT_COSETS];
    for (i, node) in nodes.iter().enumerate() {
        let mut numerator = vec![Fr::ONE];
        let mut denominator = Fr::ONE;
        for (_, other) in nodes.iter().enumerate().filter(|(j, _)| *j != i) {
            // multiply by (X - other)
            numerator.insert(0, Fr::ZERO);
            for k in 0..numerator.len() - 1 {
                let next = numerator[k + 1];
                numerator[k] -= *other * next;
            }
            denominator *= *node - other;
        }
        let inverse = denominator
            .inverse()
            .ok_or(Error::DivisionByZero("coinciding cosets"))?;
        for (k, coefficient) in numerator.iter().enumerate() {
            result[k][i] = *coefficient * inverse;
        }
    }
    Ok(result)
}
