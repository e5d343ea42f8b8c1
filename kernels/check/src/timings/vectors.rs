//! The prover's vector kit, each operation against the CPU engine or, where it has none, the definition.

use std::array;

use crema_kernels::{
    Domain, Engine, Error, Fr, Shared,
    cpu::CpuEngine,
    cuda::{CudaEngine, CudaVector},
    quotient::{GrandProduct, QuotientCoset, SELECTORS, WIRES},
};

use super::{Bench, Failure, Subject, check};
use crate::{
    inputs,
    model::{self, Kit},
};

const CPU: &str = "the CPU engine";
/// As many vectors as the quotient takes.
const VECTORS: usize = SELECTORS + 2 * WIRES + 1;

/// One size.
pub fn run(bench: &mut Bench<'_>) {
    let log_size = if bench.quick { 10 } else { 20 };
    let bytes = 60 * (32u64 << log_size);
    bench.group(&format!("vectors of 2^{log_size}"), bytes, |bench| {
        let hosts: Vec<Vec<Fr>> = (0..VECTORS)
            .map(|i| inputs::scalars(i as u64 + 100, 1 << log_size))
            .collect();
        pointwise(bench, log_size, &hosts)?;
        polynomials(bench, log_size, &hosts)?;
        permutation(bench, log_size, &hosts)
    });
}

fn resident<E: Engine>(engine: &E, hosts: &[Vec<Fr>]) -> Result<Vec<E::Vector>, Error> {
    hosts
        .iter()
        .map(|values| engine.upload(Shared::from(values.clone())))
        .collect()
}

fn whole<E: Engine>(engine: &E, vector: &E::Vector) -> Result<Vec<Fr>, Error> {
    engine.download(vector, 0..engine.length(vector))
}

fn subject(bench: &Bench<'_>, operation: &str, log_size: u32, kit: Kit) -> Subject {
    Subject {
        operation: operation.to_owned(),
        log_size,
        note: String::new(),
        prediction: Some(model::kit(bench.rates, kit, log_size)),
        inputs: VECTORS,
        checked: CPU,
    }
}

fn pointwise(bench: &mut Bench<'_>, log_size: u32, hosts: &[Vec<Fr>]) -> Result<(), Failure> {
    const DEFINITION: &str = "the definition";
    let engine = bench.engine;
    let vectors = resident(engine, hosts)?;
    type Binary = (
        &'static str,
        Kit,
        fn(&CudaEngine, &CudaVector, &CudaVector) -> Result<CudaVector, Error>,
        fn(Fr, Fr) -> Fr,
    );
    let operations: [Binary; 3] = [
        ("add", Kit::Add, CudaEngine::add, |a, b| a + b),
        ("subtract", Kit::Add, CudaEngine::subtract, |a, b| a - b),
        ("multiply", Kit::Multiply, CudaEngine::multiply, |a, b| a * b),
    ];
    for (name, kit, operation, definition) in operations {
        let expected: Vec<Fr> = hosts[0]
            .iter()
            .zip(&hosts[1])
            .map(|(a, b)| definition(*a, *b))
            .collect();
        check(
            &whole(engine, &operation(engine, &vectors[0], &vectors[1])?)?,
            &expected,
            DEFINITION,
        )?;
        let mut subject = subject(bench, name, log_size, kit);
        subject.checked = DEFINITION;
        bench.time(subject, |i| {
            operation(engine, &vectors[2 * i % VECTORS], &vectors[(2 * i + 1) % VECTORS])
        })?;
    }
    let inverses = engine.invert(&vectors[0])?;
    let ones = whole(engine, &engine.multiply(&inverses, &vectors[0])?)?;
    check(&ones, &vec![Fr::from(1u64); ones.len()], "one, times the input")?;
    let mut inversion = subject(bench, "batch inversion", log_size, Kit::Invert);
    inversion.checked = "one, times the input";
    bench.time(inversion, |i| engine.invert(&vectors[i % VECTORS]))?;

    let length = 1usize << log_size;
    // an order in which neighbours are far apart
    let order: Vec<u32> = (0..length).map(|i| (i * 0x9e37_79b1 % length) as u32).collect();
    let expected: Vec<Fr> = order.iter().map(|i| hosts[0][*i as usize]).collect();
    let index = engine.upload_index(Shared::from(order))?;
    check(
        &whole(engine, &engine.gather(&vectors[0], &index)?)?,
        &expected,
        DEFINITION,
    )?;
    let mut gather = subject(bench, "gather", log_size, Kit::Gather);
    gather.checked = DEFINITION;
    bench.time(gather, |i| engine.gather(&vectors[i % VECTORS], &index))
}

/// What an engine makes of polynomials.
struct Polynomials<'a, E: Engine> {
    engine: &'a E,
    vectors: Vec<E::Vector>,
}

impl<E: Engine> Polynomials<'_, E> {
    const TERMS: usize = 20;
    const QUERIES: usize = 10;

    fn combine(&self) -> Result<E::Vector, Error> {
        let terms: Vec<(Fr, &E::Vector)> = self.vectors[..Self::TERMS]
            .iter()
            .enumerate()
            .map(|(i, vector)| (Fr::from(0x1234_5678u64 + i as u64), vector))
            .collect();
        self.engine.linear_combination(&terms)
    }

    fn evaluate(&self, first: usize) -> Result<Vec<Fr>, Error> {
        let queries: Vec<(&E::Vector, Fr)> = (0..Self::QUERIES)
            .map(|i| {
                (
                    &self.vectors[(first + i) % VECTORS],
                    Fr::from(99u64 + i as u64 % 2),
                )
            })
            .collect();
        self.engine.evaluate(&queries)
    }

    fn divide(&self, which: usize) -> Result<E::Vector, Error> {
        self.engine
            .divide_by_linear(&self.vectors[which % VECTORS], Fr::from(77u64))
    }
}

fn polynomials(bench: &mut Bench<'_>, log_size: u32, hosts: &[Vec<Fr>]) -> Result<(), Failure> {
    let engine = bench.engine;
    let card = Polynomials {
        engine,
        vectors: resident(engine, hosts)?,
    };
    {
        let cpu = Polynomials {
            engine: &bench.cpu,
            vectors: resident(&bench.cpu, hosts)?,
        };
        check(
            &whole(engine, &card.combine()?)?,
            &whole(cpu.engine, &cpu.combine()?)?,
            CPU,
        )?;
        check(&card.evaluate(3)?, &cpu.evaluate(3)?, CPU)?;
        check(
            &whole(engine, &card.divide(1)?)?,
            &whole(cpu.engine, &cpu.divide(1)?)?,
            CPU,
        )?;
    }
    let combination = subject(
        bench,
        "linear combination of 20",
        log_size,
        Kit::LinearCombination,
    );
    bench.time(combination, |_| card.combine())?;
    let evaluation = subject(bench, "values of 10 polynomials", log_size, Kit::Evaluate);
    bench.time(evaluation, |i| card.evaluate(i))?;
    let division = subject(bench, "division by X - a", log_size, Kit::Divide);
    bench.time(division, |i| card.divide(i))
}

/// The permutation argument's inputs, resident with an engine.
struct Permutation<'a, E: Engine> {
    engine: &'a E,
    domain: Domain,
    vectors: Vec<E::Vector>,
    public_inputs: Vec<Fr>,
}

impl<E: Engine> Permutation<'_, E> {
    const K: [u64; WIRES] = [1, 0x1111, 0x2222, 0x3333, 0x4444];

    fn grand_product(&self) -> Result<E::Vector, Error> {
        self.engine.grand_product(&GrandProduct {
            domain: &self.domain,
            wires: array::from_fn(|i| &self.vectors[i]),
            sigmas: array::from_fn(|i| &self.vectors[WIRES + i]),
            k: Self::K.map(Fr::from),
            beta: Fr::from(0xbe7au64),
            gamma: Fr::from(0x6a77au64),
        })
    }

    fn quotient(&self) -> Result<E::Vector, Error> {
        self.engine.quotient(&QuotientCoset {
            domain: &self.domain,
            shift: Fr::from(7u64),
            selectors: array::from_fn(|i| &self.vectors[2 * WIRES + i]),
            sigmas: array::from_fn(|i| &self.vectors[WIRES + i]),
            wires: array::from_fn(|i| &self.vectors[i]),
            grand_product: &self.vectors[VECTORS - 1],
            public_inputs: &self.public_inputs,
            k: Self::K.map(Fr::from),
            alpha: Fr::from(0xa1fau64),
            beta: Fr::from(0xbe7au64),
            gamma: Fr::from(0x6a77au64),
        })
    }

    /// The values go with the call, so that they are sliced out first.
    fn interpolate(&self, values: [E::Vector; 5]) -> Result<E::Vector, Error> {
        let shifts = array::from_fn(|i| Fr::from(7u64 + i as u64));
        self.engine
            .interpolate_cosets(values, shifts, &self.public_inputs)
    }

    fn values(&self) -> Result<[E::Vector; 5], Error> {
        let copy = |i: usize| self.engine.slice(&self.vectors[i], 0..self.domain.size);
        Ok([copy(0)?, copy(1)?, copy(2)?, copy(3)?, copy(4)?])
    }
}

fn permutation(bench: &mut Bench<'_>, log_size: u32, hosts: &[Vec<Fr>]) -> Result<(), Failure> {
    let engine = bench.engine;
    let domain = Domain::new(1 << log_size)?;
    let public_inputs = inputs::scalars(5, 8);
    let card = Permutation {
        engine,
        domain,
        vectors: resident(engine, hosts)?,
        public_inputs: public_inputs.clone(),
    };
    {
        let cpu: Permutation<'_, CpuEngine> = Permutation {
            engine: &bench.cpu,
            domain,
            vectors: resident(&bench.cpu, hosts)?,
            public_inputs,
        };
        let expected = whole(cpu.engine, &cpu.grand_product()?)?;
        check(&whole(engine, &card.grand_product()?)?, &expected, CPU)?;
        check(
            &whole(engine, &card.quotient()?)?,
            &whole(cpu.engine, &cpu.quotient()?)?,
            CPU,
        )?;
        let expected = whole(cpu.engine, &cpu.interpolate(cpu.values()?)?)?;
        check(
            &whole(engine, &card.interpolate(card.values()?)?)?,
            &expected,
            CPU,
        )?;
    }
    let product = subject(bench, "grand product", log_size, Kit::GrandProduct);
    bench.time(product, |_| card.grand_product())?;
    let quotient = subject(bench, "quotient on one coset", log_size, Kit::Quotient);
    bench.time(quotient, |_| card.quotient())?;
    let mut cosets = subject(bench, "five cosets to a polynomial", log_size, Kit::Quotient);
    cosets.prediction = Some(model::interpolate_cosets(bench.rates, log_size));
    "copies of the five inputs included".clone_into(&mut cosets.note);
    bench.time(cosets, |_| card.interpolate(card.values()?))
}
