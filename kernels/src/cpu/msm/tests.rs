//! The bucket method at every window width, on inputs too short for it to be chosen.

use ark_bn254::{Fr, G1Projective};

use super::{Adder, PortableAdder, by_buckets};
use crate::conformance::sampler::{KnownPoints, Sampler};

/// Points that are distinct, equal, opposite, infinite, or collide again in their sums.
fn families(length: usize) -> Vec<KnownPoints> {
    let repeating: [&[i64]; 6] = [
        &[1],
        &[0],
        &[1, -1],
        &[1, 1, -2],
        &[5, 0, -5, 0, 7],
        &[1, 2, 3, 4, 5, 6, 7, 8],
    ];
    let mut families: Vec<KnownPoints> = repeating
        .iter()
        .map(|factors| KnownPoints::repeating(factors, length))
        .collect();
    families.push(KnownPoints::distinct(70, length));
    families
}

fn check<A: Adder>(adder: A) {
    let mut sampler = Sampler::new(71);
    for length in [1, 2, 3, 7, 8, 9, 16, 17, 40, 100] {
        for family in families(length) {
            let scalars: [Vec<Fr>; 4] = [
                sampler.scalars(length),
                vec![sampler.scalar(); length],
                (0..length).map(|_| sampler.wire()).collect(),
                (0..length).map(|_| Fr::from(sampler.signed(2))).collect(),
            ];
            for scalars in scalars {
                let expected: G1Projective = family.expected(&scalars);
                for width in [2, 3, 5, 7] {
                    let found = by_buckets(adder, &family.points, &scalars, width);
                    assert_eq!(
                        found, expected,
                        "{length} points, width {width}, logarithms {:?}",
                        family.logs
                    );
                }
            }
        }
    }
}

#[test]
fn portable_buckets() {
    check(PortableAdder);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn ifma_buckets() {
    match crate::cpu::ifma::Ifma::detect() {
        Some(ifma) => check(crate::cpu::ifma::IfmaAdder::new(ifma)),
        None => eprintln!("not tested: this machine has no AVX-512 IFMA"),
    }
}

/// Wide windows, whose buckets are mostly empty.
#[test]
fn wide_windows() {
    let mut sampler = Sampler::new(72);
    let points = KnownPoints::distinct(73, 50);
    let scalars = sampler.scalars(50);
    for width in [11, 13, 16] {
        assert_eq!(
            by_buckets(PortableAdder, &points.points, &scalars, width),
            points.expected(&scalars)
        );
    }
}
