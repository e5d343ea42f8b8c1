//! The scalars' field in the compiled kernels, on operands at the edges.

use ark_bn254::FrConfig;
use crema_kernels::Fr;

use crate::{
    card,
    decode::Program,
    edges::{element, limbs, pairs, representations},
    launch::Launch,
    single::{Argument, Buffers, Limbs},
};

/// A kernel of element-wise operations with what it should compute.
pub type Pointwise = (&'static str, fn(Fr, Fr) -> Fr);
pub const POINTWISE: [Pointwise; 3] = [
    ("poly_add", |a, b| a + b),
    ("poly_subtract", |a, b| a - b),
    ("poly_multiply", |a, b| a * b),
];

/// Results of an element-wise kernel.
pub fn pointwise(program: &Program, operands: &[(Limbs, Limbs)]) -> Result<Vec<Limbs>, String> {
    let mut buffers = Buffers::default();
    let (a, b): (Vec<Limbs>, Vec<Limbs>) = operands.iter().copied().unzip();
    let (a, b) = (buffers.put(&a), buffers.put(&b));
    let result = buffers.put(&vec![[u64::MAX; 4]; operands.len()]);
    let launch = Launch {
        grid: [operands.len().div_ceil(256) as u32, 1, 1],
        block: [256, 1, 1],
        shared: 0,
    };
    let [a, b, target] = [a, b, result].map(Argument::Pointer);
    buffers.run(
        program,
        &launch,
        &[a, b, target, Argument::Long(operands.len() as u64)],
    )?;
    Ok(buffers.get(result))
}

#[test]
fn sums_differences_and_products() {
    let operands = pairs::<FrConfig>();
    for (name, operation) in POINTWISE {
        let found = card::program(name)
            .and_then(|program| pointwise(program, &operands))
            .expect("the kernel runs");
        for ((a, b), found) in operands.iter().zip(found) {
            let expected = limbs(operation(element(*a), element(*b)));
            assert_eq!(found, expected, "{name} of {a:x?} and {b:x?}");
        }
    }
}

/// The powers of a point, which are made by squaring.
#[test]
fn powers() {
    const ENTRIES: usize = 64 + 16 + 1;
    let points = representations::<FrConfig>();
    let mut buffers = Buffers::default();
    let (source, tables) = (
        buffers.put(&points),
        buffers.put(&vec![[0; 4]; ENTRIES * points.len()]),
    );
    let launch = Launch {
        grid: [points.len() as u32, 1, 1],
        block: [96, 1, 1],
        shared: 0,
    };
    let arguments = [source, tables].map(Argument::Pointer);
    card::program("poly_point_tables")
        .and_then(|program| buffers.run(program, &launch, &arguments))
        .expect("the kernel runs");
    let exponents: Vec<usize> = (0..64).chain((0..16).map(|i| 64 * i)).chain([1024]).collect();
    for (point, table) in points.iter().zip(buffers.get(tables).chunks(ENTRIES)) {
        let mut power = Fr::from(1u64);
        let mut powers = vec![];
        for _ in 0..=1024 {
            powers.push(limbs(power));
            power *= element::<FrConfig>(*point);
        }
        let expected: Vec<Limbs> = exponents.iter().map(|exponent| powers[*exponent]).collect();
        assert_eq!(table, expected, "powers of {point:x?}");
    }
}
