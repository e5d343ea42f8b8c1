//! The grand product and the quotient, against their defining equations.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

use super::{download, horner, sampler::Sampler, upload};
use crate::{
    Domain, Engine, Error,
    quotient::{GrandProduct, QuotientCoset, SELECTORS, Selector, WIRES},
};

struct Challenges {
    k: [Fr; WIRES],
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
}

impl Challenges {
    fn new(sampler: &mut Sampler) -> Self {
        Self {
            k: sampler.scalar_array(),
            alpha: sampler.scalar(),
            beta: sampler.scalar(),
            gamma: sampler.scalar(),
        }
    }
}

/// Row by row with one division each, up to sizes at which engines cut the product in pieces.
pub fn grand_product_matches_definition<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(30);
    for size in [1, 2, 4, 64, 8192, 32_768] {
        let domain = Domain::new(size).expect("a power of two");
        let wires: [Vec<Fr>; WIRES] = std::array::from_fn(|_| sampler.scalars(size));
        let sigmas: [Vec<Fr>; WIRES] = std::array::from_fn(|_| sampler.scalars(size));
        let Challenges { k, beta, gamma, .. } = Challenges::new(&mut sampler);
        let mut expected = vec![Fr::ONE];
        let mut identity = Fr::ONE;
        for row in 0..size - 1 {
            let mut step = Fr::ONE;
            for j in 0..WIRES {
                let denominator = wires[j][row] + beta * sigmas[j][row] + gamma;
                step *= wires[j][row] + beta * k[j] * identity + gamma;
                step *= denominator.inverse().expect("random values do not vanish");
            }
            expected.push(expected[row] * step);
            identity *= domain.generator;
        }
        let wires = wires.map(|values| upload(engine, &values));
        let sigmas = sigmas.map(|values| upload(engine, &values));
        let (wires, sigmas) = (wires.each_ref(), sigmas.each_ref());
        let input = GrandProduct {
            domain: &domain,
            wires,
            sigmas,
            k,
            beta,
            gamma,
        };
        let result = engine.grand_product(&input).expect("grand product");
        assert_eq!(download(engine, &result), expected, "size {size}");
    }
}

/// A vanishing denominator is refused, in the first row as in the last.
pub fn grand_product_refuses_zero<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(31);
    let size = 16_384;
    let domain = Domain::new(size).expect("a power of two");
    let Challenges { k, beta, gamma, .. } = Challenges::new(&mut sampler);
    for (wire, row) in [(0, 0), (4, 0), (2, 5000), (3, size - 1)] {
        let sigmas: [Vec<Fr>; WIRES] = std::array::from_fn(|_| sampler.scalars(size));
        let mut wires: [Vec<Fr>; WIRES] = std::array::from_fn(|_| sampler.scalars(size));
        wires[wire][row] = -beta * sigmas[wire][row] - gamma;
        let wires = wires.map(|values| upload(engine, &values));
        let sigmas = sigmas.map(|values| upload(engine, &values));
        let (wires, sigmas) = (wires.each_ref(), sigmas.each_ref());
        let input = GrandProduct {
            domain: &domain,
            wires,
            sigmas,
            k,
            beta,
            gamma,
        };
        assert!(
            matches!(engine.grand_product(&input), Err(Error::DivisionByZero(_))),
            "wire {wire}, row {row}"
        );
    }
}

/// Polynomials behind one quotient call, as coefficients.
struct Circuit {
    domain: Domain,
    selectors: [Vec<Fr>; SELECTORS],
    sigmas: [Vec<Fr>; WIRES],
    wires: [Vec<Fr>; WIRES],
    grand_product: Vec<Fr>,
    public_inputs: Vec<Fr>,
    challenges: Challenges,
}

impl Circuit {
    fn new(size: usize, public_inputs: usize, sampler: &mut Sampler) -> Self {
        Self {
            domain: Domain::new(size).expect("a power of two"),
            selectors: std::array::from_fn(|_| sampler.scalars(size)),
            sigmas: std::array::from_fn(|_| sampler.scalars(size)),
            wires: std::array::from_fn(|_| sampler.scalars(size + 2)),
            grand_product: sampler.scalars(size + 3),
            public_inputs: sampler.scalars(public_inputs),
            challenges: Challenges::new(sampler),
        }
    }

    /// The quotient's numerator at `x` divided by the vanishing polynomial, every term written out.
    fn expected(&self, x: Fr) -> Fr {
        let Challenges {
            k,
            alpha,
            beta,
            gamma,
        } = &self.challenges;
        let w: [Fr; WIRES] = std::array::from_fn(|j| horner(&self.wires[j], x));
        let q = |selector: Selector| horner(&self.selectors[selector as usize], x);
        let vanishing = x.pow([self.domain.size as u64]) - Fr::ONE;
        let lagrange = |i: usize| {
            let node = self.domain.element(i);
            node * vanishing
                * (Fr::from(self.domain.size as u64) * (x - node))
                    .inverse()
                    .expect("x is no node")
        };
        let public: Fr = self
            .public_inputs
            .iter()
            .enumerate()
            .map(|(i, value)| lagrange(i) * value)
            .sum();
        let gate = q(Selector::Lc0) * w[0]
            + q(Selector::Lc1) * w[1]
            + q(Selector::Lc2) * w[2]
            + q(Selector::Lc3) * w[3]
            + q(Selector::Mul0) * w[0] * w[1]
            + q(Selector::Mul1) * w[2] * w[3]
            + q(Selector::Hash0) * w[0].pow([5u64])
            + q(Selector::Hash1) * w[1].pow([5u64])
            + q(Selector::Hash2) * w[2].pow([5u64])
            + q(Selector::Hash3) * w[3].pow([5u64])
            - q(Selector::Output) * w[4]
            + q(Selector::Constant)
            + q(Selector::Ecc) * w[0] * w[1] * w[2] * w[3] * w[4]
            + public;
        let z = horner(&self.grand_product, x);
        let z_next = horner(&self.grand_product, x * self.domain.generator);
        let (mut identity, mut permuted) = (z, z_next);
        for j in 0..WIRES {
            identity *= w[j] + *beta * k[j] * x + gamma;
            permuted *= w[j] + *beta * horner(&self.sigmas[j], x) + gamma;
        }
        let numerator = gate + *alpha * (identity - permuted) + alpha.square() * (z - Fr::ONE) * lagrange(0);
        numerator * vanishing.inverse().expect("x is outside the subgroup")
    }

    fn quotient<E: Engine>(&self, engine: &E, shift: Fr) -> Result<Vec<Fr>, Error> {
        let on_coset = |polynomial: &Vec<Fr>| {
            engine
                .evaluate_coset(&upload(engine, polynomial), &self.domain, shift)
                .expect("evaluate")
        };
        let selectors = self.selectors.each_ref().map(on_coset);
        let sigmas = self.sigmas.each_ref().map(on_coset);
        let wires = self.wires.each_ref().map(on_coset);
        let grand_product = on_coset(&self.grand_product);
        let result = engine.quotient(&QuotientCoset {
            domain: &self.domain,
            shift,
            selectors: selectors.each_ref(),
            sigmas: sigmas.each_ref(),
            wires: wires.each_ref(),
            grand_product: &grand_product,
            public_inputs: &self.public_inputs,
            k: self.challenges.k,
            alpha: self.challenges.alpha,
            beta: self.challenges.beta,
            gamma: self.challenges.gamma,
        })?;
        Ok(download(engine, &result))
    }
}

/// Every row for small domains, with and without public inputs.
pub fn quotient_matches_definition<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(32);
    for (size, public_inputs) in [(1, 1), (2, 0), (4, 4), (8, 1), (32, 8), (64, 3)] {
        let circuit = Circuit::new(size, public_inputs, &mut sampler);
        let shift = sampler.scalar();
        for (i, value) in circuit
            .quotient(engine, shift)
            .expect("quotient")
            .into_iter()
            .enumerate()
        {
            assert_eq!(
                value,
                circuit.expected(shift * circuit.domain.element(i)),
                "size {size}, row {i}"
            );
        }
    }
}

/// All values on the coset and all challenges `-1`, or all zero: the largest and smallest operands everywhere.
pub fn quotient_extreme_values<E: Engine>(engine: &E) {
    let size = 64;
    for value in [-Fr::ONE, Fr::ZERO] {
        let mut sampler = Sampler::new(35);
        let constant = vec![value];
        let circuit = Circuit {
            selectors: std::array::from_fn(|_| constant.clone()),
            sigmas: std::array::from_fn(|_| constant.clone()),
            wires: std::array::from_fn(|_| constant.clone()),
            grand_product: constant.clone(),
            public_inputs: vec![value; 40],
            challenges: Challenges {
                k: [value; WIRES],
                alpha: value,
                beta: value,
                gamma: value,
            },
            domain: Domain::new(size).expect("a power of two"),
        };
        let shift = sampler.scalar();
        for (i, found) in circuit
            .quotient(engine, shift)
            .expect("quotient")
            .into_iter()
            .enumerate()
        {
            assert_eq!(
                found,
                circuit.expected(shift * circuit.domain.element(i)),
                "all {value}, row {i}"
            );
        }
    }
}

/// Sampled rows of a domain that engines cut in pieces, the seams and the cyclic end included.
pub fn quotient_on_large_domain<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(33);
    let circuit = Circuit::new(16_384, 8, &mut sampler);
    let shift = sampler.scalar();
    let values = circuit.quotient(engine, shift).expect("quotient");
    for i in [0, 1, 7, 8, 4095, 4096, 8191, 12_288, 16_383] {
        assert_eq!(
            values[i],
            circuit.expected(shift * circuit.domain.element(i)),
            "row {i}"
        );
    }
}

/// The subgroup itself is no coset to divide on.
pub fn quotient_rejects_subgroup<E: Engine>(engine: &E) {
    let circuit = Circuit::new(8, 1, &mut Sampler::new(34));
    for shift in [Fr::ONE, circuit.domain.generator] {
        assert!(matches!(
            circuit.quotient(engine, shift),
            Err(Error::DivisionByZero(_))
        ));
    }
}

/// Vectors that do not have the domain's size are refused by both.
pub fn permutation_rejects_lengths<E: Engine>(engine: &E) {
    let domain = Domain::new(8).expect("a power of two");
    let (right, wrong) = (upload(engine, &[Fr::ONE; 8]), upload(engine, &[Fr::ONE; 7]));
    let k = [Fr::ONE; WIRES];
    let (beta, gamma, alpha) = (Fr::from(2u64), Fr::from(3u64), Fr::from(5u64));
    for bad in 0..=2 * WIRES {
        let pick = |position: usize| if position == bad { &wrong } else { &right };
        let wires = std::array::from_fn(pick);
        let sigmas = std::array::from_fn(|j| pick(WIRES + j));
        let product = engine.grand_product(&GrandProduct {
            domain: &domain,
            wires,
            sigmas,
            k,
            beta,
            gamma,
        });
        assert_eq!(product.is_err(), bad < 2 * WIRES);
        let quotient = engine.quotient(&QuotientCoset {
            domain: &domain,
            shift: Fr::from(7u64),
            selectors: [&right; SELECTORS],
            sigmas,
            wires,
            grand_product: pick(2 * WIRES),
            public_inputs: &[],
            k,
            alpha,
            beta,
            gamma,
        });
        assert!(matches!(
            quotient,
            Err(Error::Length {
                expected: 8,
                found: 7,
                ..
            })
        ));
    }
}
