//! The quotient's leading coefficients, straight from those of its factors.
//!
//! Let `N(X) = t(X)·(X^n - 1)` have degree `6n + 7`. Its coefficients from `6n` on are those of `t` from `5n` on. Only
//! products of six polynomials reach that far: the fifth powers and the five-wire product of the gate equation (degree
//! `6n + 4`), and the two products of the permutation argument (degree `6n + 7`). Their top eight coefficients are
//! products of power series in `1/X`, cut after eight terms.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::{
    Engine,
    quotient::{Selector, WIRES},
};

use super::{Context, quotient::Polynomials};
use crate::{error::ProveError, key::TOP};

/// A polynomial of formal degree `d` seen from the top: term `i` is the coefficient of `X^{d-i}`.
#[derive(Clone, Copy)]
struct Top([Fr; TOP]);

impl Top {
    const ONE: Self = {
        let mut terms = [Fr::ZERO; TOP];
        terms[0] = Fr::ONE;
        Self(terms)
    };

    /// From coefficients listed highest first, which begin `offset` below the formal degree.
    fn new(highest_first: &[Fr], offset: usize) -> Self {
        let mut terms = [Fr::ZERO; TOP];
        for (term, coefficient) in terms.iter_mut().skip(offset).zip(highest_first) {
            *term = *coefficient;
        }
        Self(terms)
    }

    fn times(&self, other: &Self) -> Self {
        let mut terms = [Fr::ZERO; TOP];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().take(TOP - i).enumerate() {
                terms[i + j] += *a * b;
            }
        }
        Self(terms)
    }

    fn fifth_power(&self) -> Self {
        let square = self.times(self);
        square.times(&square).times(self)
    }

    /// Adds `factor·X^{degree}` where `degree` is counted down from the formal degree, if it is within reach.
    fn plus(mut self, below: usize, factor: Fr) -> Self {
        if let Some(term) = self.0.get_mut(below) {
            *term += factor;
        }
        self
    }
}

/// Coefficients `5n..5n + 8` of the quotient, ascending.
pub(super) fn quotient_top<E: Engine>(
    context: &Context<'_, E>,
    polynomials: &Polynomials<'_, E>,
    [alpha, beta, gamma]: [Fr; 3],
) -> Result<[Fr; TOP], ProveError> {
    let Context { engine, key, .. } = *context;
    let n = key.domain.size;
    let tail = |vector: &E::Vector, degree: usize| -> Result<Vec<Fr>, ProveError> {
        let mut values = engine.download(vector, (degree + 1).saturating_sub(TOP)..degree + 1)?;
        values.reverse();
        Ok(values)
    };
    let mut wires = [Top::ONE; WIRES];
    for (top, wire) in wires.iter_mut().zip(polynomials.wires) {
        *top = Top::new(&tail(wire, n + 1)?, 0);
    }
    let z_tail = tail(polynomials.grand_product, n + 2)?;
    let z = Top::new(&z_tail, 0);
    // z(ω·X): the coefficient of X^i gains ω^i
    let shifted: Vec<Fr> = z_tail
        .iter()
        .enumerate()
        .map(|(i, c)| *c * key.domain.element(n + 2 - i))
        .collect();

    let mut identity = z;
    let mut permuted = Top::new(&shifted, 0);
    for ((wire, k), sigma) in wires
        .iter()
        .zip(&key.info.verifying_key.k)
        .zip(&key.leading.sigmas)
    {
        // formal degree n + 1: X^1 is n below it, X^0 is n + 1 below, σ of degree n - 1 begins 2 below
        let base = wire.plus(n + 1, gamma);
        identity = identity.times(&base.plus(n, beta * k));
        let scaled: Vec<Fr> = sigma.iter().map(|c| beta * c).collect();
        let with_sigma = std::array::from_fn(|i| base.0[i] + Top::new(&scaled, 2).0[i]);
        permuted = permuted.times(&Top(with_sigma));
    }

    // formal degree 6n + 4, three below the permutation's
    let selector = |selector: Selector| Top::new(&key.leading.selectors[selector as usize], 0);
    let product = wires.iter().fold(Top::ONE, |product, wire| product.times(wire));
    let mut gates = selector(Selector::Ecc).times(&product);
    let hashes = [Selector::Hash0, Selector::Hash1, Selector::Hash2, Selector::Hash3];
    for (wire, hash) in wires.iter().zip(hashes) {
        let term = selector(hash).times(&wire.fifth_power());
        gates = Top(std::array::from_fn(|i| gates.0[i] + term.0[i]));
    }

    // term i is the coefficient of X^{6n + 7 - i}; ascending order turns it around
    Ok(std::array::from_fn(|j| {
        let i = TOP - 1 - j;
        let gate = i.checked_sub(3).map_or(Fr::ZERO, |below| gates.0[below]);
        alpha * (identity.0[i] - permuted.0[i]) + gate
    }))
}
