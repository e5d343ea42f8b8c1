//! Transforms, against evaluation by Horner's rule.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use super::{download, horner, sampler::Sampler, upload};
use crate::{Domain, Engine, Error, engine::QUOTIENT_COSETS};

fn domain(size: usize) -> Domain {
    Domain::new(size).expect("a power of two")
}

/// Every value for every size up to 2^8.
pub fn interpolate_matches_definition<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(20);
    for log_size in 0..=8 {
        let domain = domain(1 << log_size);
        let values = sampler.scalars(domain.size);
        let coefficients = engine.interpolate(&upload(engine, &values)).expect("interpolate");
        let coefficients = download(engine, &coefficients);
        assert_eq!(coefficients.len(), domain.size);
        for (i, value) in values.iter().enumerate() {
            assert_eq!(
                horner(&coefficients, domain.element(i)),
                *value,
                "size 2^{log_size}, value {i}"
            );
        }
    }
}

/// Polynomials shorter than the domain, as long as it, and longer (folded), on cosets with and without a shift.
pub fn evaluate_coset_matches_definition<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(21);
    for log_size in 0..=7 {
        let domain = domain(1 << log_size);
        let n = domain.size;
        for length in [0, 1, n / 2 + 1, n, n + 3, 2 * n + 1, 5 * n] {
            for shift in [Fr::ONE, sampler.scalar()] {
                let coefficients = sampler.scalars(length);
                let values = engine
                    .evaluate_coset(&upload(engine, &coefficients), &domain, shift)
                    .expect("evaluate on a coset");
                let values = download(engine, &values);
                assert_eq!(values.len(), n);
                for (i, value) in values.iter().enumerate() {
                    let x = shift * domain.element(i);
                    assert_eq!(
                        *value,
                        horner(&coefficients, x),
                        "size {n}, length {length}, value {i}"
                    );
                }
            }
        }
    }
}

/// Sizes at which engines cut transforms in pieces: sampled values, and the way back.
pub fn large_transforms<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(22);
    for log_size in 9..=17 {
        let domain = domain(1 << log_size);
        let length = domain.size + 3;
        let coefficients = sampler.scalars(length);
        let shift = sampler.scalar();
        let uploaded = upload(engine, &coefficients);
        let values = engine
            .evaluate_coset(&uploaded, &domain, shift)
            .expect("evaluate on a coset");
        let values = download(engine, &values);
        for i in [
            0,
            1,
            domain.size / 2,
            domain.size - 1,
            sampler.below(domain.size),
            sampler.below(domain.size),
        ] {
            assert_eq!(
                values[i],
                horner(&coefficients, shift * domain.element(i)),
                "size 2^{log_size}, value {i}"
            );
        }
        let evaluations = sampler.scalars(domain.size);
        let polynomial = engine
            .interpolate(&upload(engine, &evaluations))
            .expect("interpolate");
        let host = download(engine, &polynomial);
        let i = sampler.below(domain.size);
        assert_eq!(
            horner(&host, domain.element(i)),
            evaluations[i],
            "size 2^{log_size}, value {i}"
        );
        let back = engine
            .evaluate_coset(&polynomial, &domain, Fr::ONE)
            .expect("evaluate");
        assert_eq!(download(engine, &back), evaluations, "size 2^{log_size}");
    }
}

/// All values `-1`, which make the largest sums in a butterfly network, at sizes with all its levels.
pub fn transform_extreme_values<E: Engine>(engine: &E) {
    for log_size in [6, 10, 13, 16] {
        let domain = domain(1 << log_size);
        let minus_one = upload(engine, &vec![-Fr::ONE; domain.size]);
        let coefficients = engine.interpolate(&minus_one).expect("interpolate");
        let mut constant = vec![Fr::ZERO; domain.size];
        constant[0] = -Fr::ONE;
        assert_eq!(download(engine, &coefficients), constant, "size 2^{log_size}");
        let values = engine
            .evaluate_coset(&minus_one, &domain, Fr::ONE)
            .expect("evaluate");
        constant[0] = -Fr::from(domain.size as u64);
        assert_eq!(download(engine, &values), constant, "size 2^{log_size}");
        let values = engine
            .evaluate_coset(&minus_one, &domain, -Fr::from(2u64))
            .expect("evaluate");
        let i = domain.size / 2 + 1;
        let expected = horner(&vec![-Fr::ONE; domain.size], -Fr::from(2u64) * domain.element(i));
        assert_eq!(download(engine, &values)[i], expected, "size 2^{log_size}");
    }
}

/// Interpolation of anything but a power of two is refused.
pub fn transform_rejects_lengths<E: Engine>(engine: &E) {
    for length in [0, 3, 12, 1000] {
        let vector = upload(engine, &vec![Fr::ONE; length]);
        assert!(matches!(engine.interpolate(&vector), Err(Error::DomainSize(found)) if found == length));
    }
}

/// Polynomials of `5n` and more coefficients come back from their values on five cosets and their top coefficients.
pub fn interpolate_cosets_round_trip<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(23);
    for (log_size, extra) in [
        (0, 0),
        (0, 8),
        (1, 3),
        (2, 8),
        (3, 8),
        (3, 0),
        (6, 8),
        (10, 8),
        (13, 8),
    ] {
        let domain = domain(1 << log_size);
        let polynomial = sampler.scalars(QUOTIENT_COSETS * domain.size + extra);
        let shifts: [Fr; QUOTIENT_COSETS] = sampler.scalar_array();
        let uploaded = upload(engine, &polynomial);
        let evaluations = shifts.map(|shift| {
            engine
                .evaluate_coset(&uploaded, &domain, shift)
                .expect("evaluate")
        });
        let top = &polynomial[QUOTIENT_COSETS * domain.size..];
        let result = engine
            .interpolate_cosets(evaluations, shifts, top)
            .expect("interpolate cosets");
        assert_eq!(
            download(engine, &result),
            polynomial,
            "size 2^{log_size}, {extra} top coefficients"
        );
    }
}

/// Unequal lengths, a length that is no power of two, a zero shift and coinciding cosets are refused.
pub fn interpolate_cosets_rejects<E: Engine>(engine: &E) {
    let domain = domain(8);
    let mut sampler = Sampler::new(24);
    let shifts: [Fr; QUOTIENT_COSETS] = sampler.scalar_array();
    let call = |lengths: [usize; QUOTIENT_COSETS], shifts| {
        let evaluations = lengths.map(|length| upload(engine, &vec![Fr::ONE; length]));
        engine.interpolate_cosets(evaluations, shifts, &[]).map(|_| ())
    };
    assert!(call([8; QUOTIENT_COSETS], shifts).is_ok());
    assert!(matches!(
        call([8, 8, 8, 4, 8], shifts),
        Err(Error::Length {
            expected: 8,
            found: 4,
            ..
        })
    ));
    assert!(matches!(
        call([6; QUOTIENT_COSETS], shifts),
        Err(Error::DomainSize(6))
    ));
    let mut coinciding = shifts;
    coinciding[4] = coinciding[1] * domain.generator;
    assert!(matches!(
        call([8; QUOTIENT_COSETS], coinciding),
        Err(Error::DivisionByZero(_))
    ));
    let mut zero = shifts;
    zero[2] = Fr::ZERO;
    assert!(matches!(
        call([8; QUOTIENT_COSETS], zero),
        Err(Error::DivisionByZero(_))
    ));
}
