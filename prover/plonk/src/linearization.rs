//! The scalars of round 5, shared by prover and verifier.
//!
//! The verifier knows the wires' and four permutation polynomials' values at ζ, so that the identity that holds there is
//! linear in what it does not know: the selectors, the grand product, the last permutation polynomial and the quotient.
//! The linearization has no constant term; what would be constant is `r_0`.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use crema_kernels::{
    Domain,
    quotient::{SELECTORS, WIRES, monomials},
};

use crate::{error::VerifyError, proof::Evaluations};

/// Challenges up to round 3.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenges {
    pub beta: Fr,
    pub gamma: Fr,
    pub alpha: Fr,
    pub zeta: Fr,
}

/// Coefficients of the linearization polynomial, and the constant `r_0` such that its value at ζ is `-r_0`.
pub(crate) struct Linearization {
    pub selectors: [Fr; SELECTORS],
    pub grand_product: Fr,
    pub last_sigma: Fr,
    pub quotient: [Fr; WIRES],
    pub constant: Fr,
}

impl Linearization {
    pub fn new(
        domain: &Domain,
        k: &[Fr; WIRES],
        public_inputs: &[Fr],
        challenges: &Challenges,
        evaluations: &Evaluations,
    ) -> Result<Self, VerifyError> {
        let Challenges {
            beta,
            gamma,
            alpha,
            zeta,
        } = *challenges;
        let vanishing = domain.vanishing(zeta);
        let lagrange = first_lagrange_values(domain, zeta, vanishing, public_inputs.len().max(1))?;
        let public_input: Fr = lagrange
            .iter()
            .zip(public_inputs)
            .map(|(l, input)| *l * input)
            .sum();
        let first = alpha.square() * lagrange[0];

        let wires = &evaluations.wires;
        let identity: Fr = wires
            .iter()
            .zip(k)
            .map(|(w, k)| *w + beta * k * zeta + gamma)
            .product();
        let permuted: Fr = wires
            .iter()
            .zip(&evaluations.sigmas)
            .map(|(w, sigma)| *w + beta * sigma + gamma)
            .product::<Fr>()
            * evaluations.grand_product_next
            * alpha;

        let step = zeta.pow([domain.size as u64 + 2]);
        let mut quotient = [-vanishing; WIRES];
        for i in 1..WIRES {
            quotient[i] = quotient[i - 1] * step;
        }
        Ok(Self {
            selectors: monomials(wires),
            grand_product: alpha * identity + first,
            last_sigma: -(beta * permuted),
            quotient,
            constant: public_input - first - permuted * (wires[WIRES - 1] + gamma),
        })
    }
}

/// `L_i(ζ) = ω^i·(ζ^n - 1) / (n·(ζ - ω^i))` for the first `count` rows, with one inversion.
fn first_lagrange_values(
    domain: &Domain,
    zeta: Fr,
    vanishing: Fr,
    count: usize,
) -> Result<Vec<Fr>, VerifyError> {
    if vanishing == Fr::ZERO {
        return Err(VerifyError::Challenge);
    }
    let factor = vanishing * domain.size_inverse;
    let mut power = Fr::ONE;
    let mut numerators = Vec::with_capacity(count);
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        numerators.push(factor * power);
        values.push(zeta - power);
        power *= domain.generator;
    }
    ark_ff::batch_inversion(&mut values);
    Ok(values
        .into_iter()
        .zip(numerators)
        .map(|(inverse, numerator)| inverse * numerator)
        .collect())
}

/// `1, v, v², …`
pub(crate) fn powers(base: Fr) -> impl Iterator<Item = Fr> {
    std::iter::successors(Some(Fr::ONE), move |power| Some(*power * base))
}
