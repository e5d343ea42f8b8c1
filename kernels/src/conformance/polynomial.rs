//! Evaluation, combination and division of polynomials.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use super::{download, horner, sampler::Sampler, upload};
use crate::Engine;

/// Lengths around the sizes at which engines cut their work.
const LENGTHS: [usize; 12] = [0, 1, 2, 3, 7, 255, 1000, 4095, 4096, 4097, 8193, 20_001];

/// Several polynomials, each at its own point, zero included.
pub fn evaluate<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(10);
    let polynomials: Vec<Vec<Fr>> = LENGTHS.iter().map(|&length| sampler.scalars(length)).collect();
    let vectors: Vec<E::Vector> = polynomials.iter().map(|values| upload(engine, values)).collect();
    for points in [
        sampler.scalars(LENGTHS.len()),
        vec![Fr::ZERO; LENGTHS.len()],
        vec![Fr::from(1u64); LENGTHS.len()],
    ] {
        let queries: Vec<(&E::Vector, Fr)> = vectors.iter().zip(points.iter().copied()).collect();
        let expected: Vec<Fr> = polynomials
            .iter()
            .zip(&points)
            .map(|(poly, x)| horner(poly, *x))
            .collect();
        assert_eq!(engine.evaluate(&queries).expect("evaluate"), expected);
    }
    assert!(engine.evaluate(&[]).expect("evaluate").is_empty());
}

/// Weighted sums of polynomials of unequal lengths.
pub fn linear_combination<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(11);
    for lengths in [&[][..], &[0], &[5], &[4097, 1, 20_001, 0, 4096], &[3, 8193, 8193]] {
        let polynomials: Vec<Vec<Fr>> = lengths.iter().map(|&length| sampler.scalars(length)).collect();
        let factors = sampler.scalars(lengths.len());
        let mut expected = vec![Fr::ZERO; lengths.iter().copied().max().unwrap_or(0)];
        for (factor, polynomial) in factors.iter().zip(&polynomials) {
            for (slot, coefficient) in expected.iter_mut().zip(polynomial) {
                *slot += *factor * coefficient;
            }
        }
        let vectors: Vec<E::Vector> = polynomials.iter().map(|values| upload(engine, values)).collect();
        let terms: Vec<(Fr, &E::Vector)> = factors.iter().copied().zip(&vectors).collect();
        assert_eq!(
            download(engine, &engine.linear_combination(&terms).expect("combine")),
            expected,
            "{lengths:?}"
        );
    }
}

/// `p = q·(X - root) + p(root)`, which determines `q`.
pub fn divide_by_linear<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(12);
    for length in LENGTHS {
        for root in [sampler.scalar(), Fr::ZERO, Fr::from(1u64)] {
            let polynomial = sampler.scalars(length);
            let quotient = engine
                .divide_by_linear(&upload(engine, &polynomial), root)
                .expect("divide");
            let quotient = download(engine, &quotient);
            assert_eq!(quotient.len(), length.saturating_sub(1), "length {length}");
            let mut product = vec![Fr::ZERO; length];
            for (i, coefficient) in quotient.iter().enumerate() {
                product[i + 1] += coefficient;
                product[i] -= root * coefficient;
            }
            if let Some(constant) = product.first_mut() {
                *constant += horner(&polynomial, root);
            }
            assert_eq!(product, polynomial, "length {length}");
        }
    }
}
