//! What the CUDA engine offers beside the trait, and counts beyond what one launch takes, on the mock driver.
#![cfg(feature = "cuda")]

use crema_kernels::{
    Domain, Engine, Error, Fr, Shared,
    cuda::{CudaEngine, CudaVector, Options, use_driver},
    quotient::{GrandProduct, WIRES},
};

fn engine() -> CudaEngine {
    use_driver(crema_mock_driver::library());
    let options = Options {
        exact: true,
        ..Options::default()
    };
    CudaEngine::open(options).expect("the mock driver has a card")
}

/// Different values of no pattern.
fn scalars(seed: u64, length: usize) -> Vec<Fr> {
    let factor = Fr::from(0x9E37_79B9_7F4A_7C15u64) * Fr::from(u128::MAX);
    (0..length as u64)
        .map(|i| Fr::from(seed * 1_000_003 + i + 1) * factor * factor)
        .collect()
}

fn upload(engine: &CudaEngine, values: &[Fr]) -> CudaVector {
    engine.upload(Shared::from(values.to_vec())).expect("upload")
}

fn download(engine: &CudaEngine, vector: &CudaVector) -> Vec<Fr> {
    engine
        .download(vector, 0..engine.length(vector))
        .expect("download")
}

#[test]
fn pointwise_operations() {
    let engine = engine();
    for length in [0, 1, 255, 1000] {
        let (a, b) = (scalars(1, length), scalars(2, length));
        let (left, right) = (upload(&engine, &a), upload(&engine, &b));
        let pairs = || a.iter().zip(&b);
        let sums: Vec<Fr> = pairs().map(|(a, b)| *a + b).collect();
        let differences: Vec<Fr> = pairs().map(|(a, b)| *a - b).collect();
        let products: Vec<Fr> = pairs().map(|(a, b)| *a * b).collect();
        assert_eq!(download(&engine, &engine.add(&left, &right).expect("add")), sums);
        let found = engine.subtract(&left, &right).expect("subtract");
        assert_eq!(download(&engine, &found), differences);
        let found = engine.multiply(&left, &right).expect("multiply");
        assert_eq!(download(&engine, &found), products);
    }
    let (short, long) = (upload(&engine, &scalars(3, 4)), upload(&engine, &scalars(4, 5)));
    for result in [
        engine.add(&long, &short),
        engine.subtract(&long, &short),
        engine.multiply(&long, &short),
    ] {
        assert!(matches!(
            result,
            Err(Error::Length {
                expected: 5,
                found: 4,
                ..
            })
        ));
    }
}

#[test]
fn inversion_of_a_vector() {
    let engine = engine();
    for length in [0, 1, 2, 1023, 1024, 1025, 5000] {
        let values = scalars(5, length);
        let inverses = engine.invert(&upload(&engine, &values)).expect("invert");
        let products: Vec<Fr> = download(&engine, &inverses)
            .iter()
            .zip(&values)
            .map(|(inverse, value)| *inverse * value)
            .collect();
        assert_eq!(products, vec![Fr::from(1u64); length]);
    }
    for zero in [0, 1, 1024, 2999] {
        let mut values = scalars(6, 3000);
        values[zero] = Fr::from(0u64);
        assert!(matches!(
            engine.invert(&upload(&engine, &values)),
            Err(Error::DivisionByZero(_))
        ));
    }
}

/// Weighted sums of more terms than a launch takes, the first of them shorter than the last.
#[test]
fn combinations_of_many_terms() {
    let engine = engine();
    for count in [19, 20, 21, 40, 61] {
        let polynomials: Vec<Vec<Fr>> = (0..count).map(|i| scalars(i as u64, 100 + 7 * i)).collect();
        let factors = scalars(100, count);
        let mut expected = vec![Fr::from(0u64); 100 + 7 * (count - 1)];
        for (factor, polynomial) in factors.iter().zip(&polynomials) {
            for (slot, coefficient) in expected.iter_mut().zip(polynomial) {
                *slot += *factor * coefficient;
            }
        }
        let vectors: Vec<CudaVector> = polynomials.iter().map(|values| upload(&engine, values)).collect();
        let terms: Vec<(Fr, &CudaVector)> = factors.iter().copied().zip(&vectors).collect();
        let found = engine.linear_combination(&terms).expect("combine");
        assert_eq!(download(&engine, &found), expected, "{count} terms");
    }
}

/// More cosets and subgroups in turn than their tables are kept for.
#[test]
fn tables_are_made_again() {
    let engine = engine();
    let k = [1u64, 2, 3, 5, 7].map(Fr::from);
    let (beta, gamma) = (Fr::from(11u64), Fr::from(13u64));
    for round in 0..2 {
        for log_size in 0..14 {
            let domain = Domain::new(1 << log_size).expect("a power of two");
            let wires: [Vec<Fr>; WIRES] =
                std::array::from_fn(|j| scalars(round * 10 + j as u64, domain.size));
            let sigmas: [Vec<Fr>; WIRES] = std::array::from_fn(|j| scalars(50 + j as u64, domain.size));
            let mut expected = Fr::from(1u64);
            for row in 0..domain.size - 1 {
                let mut denominator = Fr::from(1u64);
                for j in 0..WIRES {
                    expected *= wires[j][row] + beta * k[j] * domain.element(row) + gamma;
                    denominator *= wires[j][row] + beta * sigmas[j][row] + gamma;
                }
                expected /= denominator;
            }
            let wires = wires.map(|values| upload(&engine, &values));
            let sigmas = sigmas.map(|values| upload(&engine, &values));
            let product = engine
                .grand_product(&GrandProduct {
                    domain: &domain,
                    wires: wires.each_ref(),
                    sigmas: sigmas.each_ref(),
                    k,
                    beta,
                    gamma,
                })
                .expect("grand product");
            assert_eq!(
                download(&engine, &product)[domain.size - 1],
                expected,
                "2^{log_size}"
            );
        }
    }
}
