//! Multi-scalar multiplication, against sums of single products or known discrete logarithms.

use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ff::{AdditiveGroup, Field, Zero};

use super::{
    largest_sum,
    sampler::{KnownPoints, Sampler},
    upload,
};
use crate::{Engine, Error, Shared};

/// Points whose logarithms are known, prepared by an engine.
struct Prepared<'a, E: Engine> {
    engine: &'a E,
    points: KnownPoints,
    bases: E::Bases,
}

impl<'a, E: Engine> Prepared<'a, E> {
    fn new(engine: &'a E, points: KnownPoints) -> Self {
        let bases = engine
            .prepare_bases(Shared::from(points.points.clone()))
            .expect("prepare");
        Self {
            engine,
            points,
            bases,
        }
    }

    fn check(&self, scalars: &[Fr], what: &str) {
        let vector = upload(self.engine, scalars);
        let results = self.engine.msm(&self.bases, &[&vector]).expect("msm");
        let count = scalars.len();
        assert_eq!(
            results,
            [self.points.expected(scalars)],
            "{what}, {count} scalars"
        );
    }
}

/// The length, or as much of it as this process takes.
fn at_most(length: usize) -> usize {
    length.min(largest_sum())
}

/// Random scalars at lengths around every threshold, with bases of the same length and longer ones; short ones also
/// against a sum of single products.
pub fn msm_lengths<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(40);
    let longest = at_most(4200);
    let bases = Prepared::new(engine, KnownPoints::distinct(41, longest));
    let lengths = [
        0, 1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257, 1000, 4095, 4096, 4097,
    ];
    for length in lengths.into_iter().filter(|length| *length <= longest) {
        let scalars = sampler.scalars(length);
        bases.check(&scalars, "longer bases");
        let exact = KnownPoints {
            logs: bases.points.logs[..length].to_vec(),
            points: bases.points.points[..length].to_vec(),
        };
        let exact = Prepared::new(engine, exact);
        exact.check(&scalars, "bases of the same length");
        if length <= 33 {
            let sum: G1Projective = exact
                .points
                .points
                .iter()
                .zip(&scalars)
                .map(|(point, scalar)| G1Affine::from(*point) * scalar)
                .sum();
            assert_eq!(
                exact.points.expected(&scalars),
                sum,
                "{length} scalars, single products"
            );
        }
    }
}

/// Scalars at the ends of the field and around its middle, alone, alternating, and among random ones.
pub fn msm_edge_scalars<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(42);
    // of all scalars, one half and its predecessor have the largest absolute values
    let half = Fr::from(2u64).inverse().expect("two is invertible");
    let edges = [
        Fr::ZERO,
        Fr::from(1u64),
        -Fr::from(1u64),
        Fr::from(2u64),
        -Fr::from(2u64),
        half,
        half - Fr::from(1u64),
        Fr::from(u64::MAX),
        Fr::from(1u128 << 64),
        Fr::from(u128::MAX),
        -Fr::from(u128::MAX),
    ];
    for length in [5, 300, 2000].map(at_most) {
        let bases = Prepared::new(engine, KnownPoints::distinct(43, length));
        for edge in edges {
            bases.check(&vec![edge; length], &format!("all {edge}"));
        }
        let alternating: Vec<Fr> = edges.iter().copied().cycle().take(length).collect();
        bases.check(&alternating, "alternating edges");
        let mixed: Vec<Fr> = (0..length)
            .map(|i| {
                if i % 3 == 0 {
                    edges[i % edges.len()]
                } else {
                    sampler.scalar()
                }
            })
            .collect();
        bases.check(&mixed, "edges among random scalars");
    }
    // every window width of every digit: powers of two and their neighbours
    let bases = Prepared::new(engine, KnownPoints::distinct(44, 3 * 254));
    let mut power = Fr::from(1u64);
    let mut powers = Vec::new();
    for _ in 0..254 {
        powers.extend([power, power - Fr::from(1u64), -power]);
        power.double_in_place();
    }
    bases.check(&powers, "powers of two");
}

/// Bits, bytes and their negatives.
pub fn msm_bit_scalars<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(45);
    let length = at_most(5000);
    let bases = Prepared::new(engine, KnownPoints::distinct(46, length));
    let bits: Vec<Fr> = (0..length).map(|_| Fr::from(sampler.word() & 1)).collect();
    bases.check(&bits, "bits");
    let bytes: Vec<Fr> = (0..length).map(|_| Fr::from(sampler.word() & 0xff)).collect();
    bases.check(&bytes, "bytes");
    let signed: Vec<Fr> = (0..length).map(|_| Fr::from(sampler.signed(256))).collect();
    bases.check(&signed, "signed bytes");
    let mut single = vec![Fr::ZERO; length];
    single[length * 5 / 6] = sampler.scalar();
    bases.check(&single, "one scalar that is not zero");
}

/// All scalars equal, which fills one bucket per window.
pub fn msm_equal_scalars<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(47);
    for length in [2, 33, 1000, 40_000].map(at_most) {
        let bases = Prepared::new(engine, KnownPoints::distinct(48, length));
        bases.check(&vec![sampler.scalar(); length], "equal scalars");
    }
}

/// The distribution of a circuit's wires.
pub fn msm_wire_scalars<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(49);
    for length in [50, 1000, 40_000].map(at_most) {
        let bases = Prepared::new(engine, KnownPoints::distinct(50, length));
        let wires: Vec<Fr> = (0..length).map(|_| sampler.wire()).collect();
        bases.check(&wires, "wire scalars");
    }
}

/// Bases that are equal, opposite or infinity, and whose sums collide again at every level of a summation tree.
pub fn msm_colliding_points<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(51);
    let families: [&[i64]; 8] = [
        &[1],
        &[0],
        &[1, -1],
        &[1, 1, -2],
        &[5, 0, -5, 0, 7],
        &[1, 2, 3, 4, 5, 6, 7, 8],
        &[3, -3, 3, 3],
        &[0, 0, 0, 9],
    ];
    for length in [1, 2, 3, 8, 64, 500, 3000].map(at_most) {
        for factors in families {
            let bases = Prepared::new(engine, KnownPoints::repeating(factors, length));
            let what = |scalars: &str| format!("multiples {factors:?}, {scalars}");
            bases.check(&sampler.scalars(length), &what("random"));
            bases.check(&vec![sampler.scalar(); length], &what("equal"));
            bases.check(&vec![Fr::from(1u64); length], &what("ones"));
            let few: Vec<Fr> = (0..length).map(|_| Fr::from(sampler.signed(3))).collect();
            bases.check(&few, &what("small"));
            let opposite: Vec<Fr> = (0..length)
                .map(|i| if i % 2 == 0 { few[0] } else { -few[0] })
                .collect();
            bases.check(&opposite, &what("opposite"));
        }
    }
}

/// Enough points for every thread to have several pieces.
pub fn msm_large<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(52);
    let length = at_most((1 << 16) + 3);
    let bases = Prepared::new(engine, KnownPoints::distinct(53, length));
    bases.check(&sampler.scalars(length), "random scalars");
}

/// Several vectors of different lengths over the same bases, the empty list and the empty vector included.
pub fn msm_several_vectors<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(54);
    let bases = KnownPoints::distinct(55, 600);
    let prepared = engine
        .prepare_bases(Shared::from(bases.points.clone()))
        .expect("prepare");
    let scalars: Vec<Vec<Fr>> = [600, 0, 1, 599, 42]
        .into_iter()
        .map(|length| sampler.scalars(length))
        .collect();
    let vectors: Vec<E::Vector> = scalars.iter().map(|values| upload(engine, values)).collect();
    let results = engine
        .msm(&prepared, &vectors.iter().collect::<Vec<_>>())
        .expect("msm");
    let expected: Vec<G1Projective> = scalars.iter().map(|values| bases.expected(values)).collect();
    assert_eq!(results, expected);
    assert!(results[1].is_zero());
    assert!(engine.msm(&prepared, &[]).expect("msm").is_empty());
}

/// More scalars than bases are refused.
pub fn msm_too_few_bases<E: Engine>(engine: &E) {
    let prepared = engine
        .prepare_bases(Shared::from(KnownPoints::distinct(56, 10).points))
        .expect("prepare");
    let vector = upload(engine, &[Fr::from(1u64); 11]);
    assert!(matches!(
        engine.msm(&prepared, &[&vector]),
        Err(Error::TooFewBases {
            scalars: 11,
            bases: 10
        })
    ));
}
