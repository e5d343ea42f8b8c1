//! Every plan of bases and every way of cutting vectors up, on the mock driver.

use ark_bn254::{Fr, G1Projective};
use ark_ff::{AdditiveGroup, Zero};

use super::{Bases, Place, SMALLEST_CHUNK, shape::Rows};
use crate::{
    Shared,
    conformance::sampler::{KnownPoints, Sampler},
    cuda::{Buffer, Device, Options, View, use_driver},
};

fn open(memory_limit: Option<u64>) -> Device {
    use_driver(crema_mock_driver::library());
    Device::open(Options {
        memory_limit,
        ..Options::default()
    })
    .expect("the mock driver has a card")
}

fn prepare(device: &Device, points: &KnownPoints, budget: u64) -> Bases {
    Bases::prepare(device, Shared::from(points.points.clone()), budget).expect("prepare")
}

fn check(device: &Device, bases: &Bases, points: &KnownPoints, vectors: &[Vec<Fr>], what: &str) {
    let resident: Vec<Buffer<Fr>> = vectors
        .iter()
        .map(|vector| device.upload(vector).expect("upload"))
        .collect();
    let views: Vec<View<Fr>> = resident.iter().map(Buffer::view).collect();
    let expected: Vec<G1Projective> = vectors.iter().map(|vector| points.expected(vector)).collect();
    assert_eq!(bases.msm(&views).expect("msm"), expected, "{what}, over {bases}");
}

fn with_rows(device: &Device, points: &KnownPoints, rows: Option<Rows>) -> Bases {
    Bases::with_rows(device, Shared::from(points.points.clone()), rows).expect("prepare")
}

/// From every multiple down to points that stay with the host.
#[test]
fn every_plan_gives_the_same_sums() {
    let device = open(None);
    let mut sampler = Sampler::new(1);
    let points = KnownPoints::distinct(2, 600);
    let vectors = [
        sampler.scalars(600),
        (0..500).map(|_| sampler.wire()).collect(),
        sampler.scalars(1),
        vec![],
    ];
    let plans = [
        Some(Rows::every(13)),
        Some(Rows::every(20)),
        Some(Rows::every(45)),
        Some(Rows::NONE),
        None,
    ];
    for rows in plans {
        let bases = with_rows(&device, &points, rows);
        assert_eq!(matches!(bases.place, Place::Host(_)), rows.is_none());
        check(&device, &bases, &points, &vectors, "four vectors");
    }
}

#[test]
fn the_plan_follows_the_budget() {
    let device = open(None);
    let points = KnownPoints::distinct(9, 300);
    let bases = prepare(&device, &points, 1 << 30);
    assert!(
        bases.rows.count > 1 && matches!(bases.place, Place::Card(_)),
        "{bases}"
    );
    let bases = prepare(&device, &points, 1 << 20);
    assert!(matches!(bases.place, Place::Host(_)), "{bases}");
    assert_eq!(bases.len(), 300);
}

#[test]
fn little_memory_cuts_vectors_into_pieces() {
    const LIMIT: u64 = 20 << 20;
    let length = 2 * SMALLEST_CHUNK + 1234;
    let mut sampler = Sampler::new(3);
    let points = KnownPoints::distinct(4, length);
    let vectors = [
        sampler.scalars(length),
        vec![Fr::from(1u64); length - 1000],
        sampler.scalars(500),
    ];
    for rows in [Some(Rows::every(60)), None] {
        let device = open(Some(LIMIT));
        let bases = with_rows(&device, &points, rows);
        let views: Vec<Buffer<Fr>> = vectors
            .iter()
            .map(|v| device.upload(v).expect("upload"))
            .collect();
        let views: Vec<View<Fr>> = views.iter().map(Buffer::view).collect();
        assert!(bases.groups(&views).len() > 1);
        check(&device, &bases, &points, &vectors, "pieces");
        let memory = device.memory();
        assert!(memory.peak <= LIMIT, "{memory}");
    }
}

#[test]
fn more_vectors_than_a_launch_takes() {
    let device = open(None);
    let mut sampler = Sampler::new(5);
    let points = KnownPoints::distinct(6, 60);
    let bases = prepare(&device, &points, 1 << 30);
    let vectors: Vec<Vec<Fr>> = (0..37).map(|i| sampler.scalars(i)).collect();
    check(&device, &bases, &points, &vectors, "37 vectors");
    check(&device, &bases, &points, &[], "no vectors");
    check(&device, &bases, &points, &vec![vec![]; 20], "empty vectors");
}

#[test]
fn no_points_at_all() {
    let device = open(None);
    let points = KnownPoints::distinct(7, 0);
    let bases = prepare(&device, &points, 1 << 30);
    assert_eq!(bases.len(), 0);
    let empty = device.upload::<Fr>(&[]).expect("upload");
    let sums = bases.msm(&[empty.view()]).expect("msm");
    assert!(sums.len() == 1 && sums[0].is_zero());
}

#[test]
fn memory_returns_to_where_it_was() {
    let device = open(None);
    let points = KnownPoints::distinct(8, 300);
    let before = device.memory().in_use;
    let bases = prepare(&device, &points, 1 << 30);
    let resident = device.memory().in_use;
    assert!(resident > before);
    for _ in 0..3 {
        check(
            &device,
            &bases,
            &points,
            &[vec![Fr::ZERO - Fr::from(3u64); 300]],
            "repeated",
        );
        assert_eq!(device.memory().in_use, resident);
    }
    drop(bases);
    assert_eq!(device.memory().in_use, before);
}
