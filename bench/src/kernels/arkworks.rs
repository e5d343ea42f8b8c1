//! The operations by arkworks, as its users write them.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ff::{Field, batch_inversion};
use ark_poly::{
    DenseUVPolynomial, EvaluationDomain, Polynomial, Radix2EvaluationDomain, univariate::DensePolynomial,
};
use crema_kernels::quotient::WIRES;

/// `Σ scalars[i]·points[i]`.
pub fn msm(points: &[G1Affine], scalars: &[Fr]) -> G1Projective {
    G1Projective::msm_unchecked(points, scalars)
}

/// The subgroup of `size` elements, or the coset of it.
pub fn domain(size: usize, shift: Fr) -> Radix2EvaluationDomain<Fr> {
    Radix2EvaluationDomain::new(size)
        .and_then(|domain| domain.get_coset(shift))
        .unwrap_or_else(|| unreachable!("2^{} divides the field's order less one", size.ilog2()))
}

/// Values on a domain.
pub fn transform(domain: &Radix2EvaluationDomain<Fr>, coefficients: &[Fr]) -> Vec<Fr> {
    domain.fft(coefficients)
}

/// Coefficients from values on a domain.
pub fn inverse_transform(domain: &Radix2EvaluationDomain<Fr>, values: &[Fr]) -> Vec<Fr> {
    domain.ifft(values)
}

/// A polynomial.
pub fn polynomial(coefficients: &[Fr]) -> DensePolynomial<Fr> {
    DensePolynomial::from_coefficients_slice(coefficients)
}

/// Its value.
pub fn evaluate(polynomial: &DensePolynomial<Fr>, x: Fr) -> Fr {
    polynomial.evaluate(&x)
}

/// `Σ factor·polynomial`.
pub fn combine(terms: &[(Fr, DensePolynomial<Fr>)]) -> Vec<Fr> {
    let mut sum = DensePolynomial::from_coefficients_vec(Vec::new());
    for (factor, polynomial) in terms {
        sum += (*factor, polynomial);
    }
    sum.coeffs
}

/// The quotient by `X - root`.
pub fn divide(polynomial: &DensePolynomial<Fr>, root: Fr) -> Vec<Fr> {
    let divisor = DensePolynomial::from_coefficients_vec(vec![-root, Fr::ONE]);
    (polynomial / &divisor).coeffs
}

/// Challenges of the permutation argument and the representatives of its cosets.
pub struct Permutation {
    /// One for each wire.
    pub k: [Fr; WIRES],
    /// Challenge β.
    pub beta: Fr,
    /// Challenge γ.
    pub gamma: Fr,
}

/// The grand product by its definition, with one inversion. arkworks has no such function, this is its arithmetic.
pub fn grand_product(
    generator: Fr,
    wires: &[Vec<Fr>; WIRES],
    sigmas: &[Vec<Fr>; WIRES],
    Permutation { k, beta, gamma }: &Permutation,
) -> Vec<Fr> {
    let n = wires[0].len();
    let mut denominators: Vec<Fr> = (0..n)
        .map(|i| {
            (0..WIRES)
                .map(|j| wires[j][i] + *beta * sigmas[j][i] + gamma)
                .product()
        })
        .collect();
    batch_inversion(&mut denominators);
    let mut x = Fr::ONE;
    let mut value = Fr::ONE;
    let mut values = Vec::with_capacity(n);
    for (i, inverse) in denominators.into_iter().enumerate() {
        values.push(value);
        let numerator: Fr = (0..WIRES)
            .map(|j| wires[j][i] + *beta * k[j] * x + gamma)
            .product();
        value *= numerator * inverse;
        x *= generator;
    }
    values
}
