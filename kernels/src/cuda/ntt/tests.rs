//! Transforms on the mock driver, against the CPU engine.

use std::sync::Arc;

use ark_bn254::Fr;
use ark_ff::{Field, One, Zero};

use super::{Form, Request, Transforms};
use crate::{
    Domain, Engine, Error, Shared,
    conformance::sampler::Sampler,
    cpu::CpuEngine,
    cuda::{Buffer, Device, Options, use_driver},
    engine::QUOTIENT_COSETS,
};

/// A card of the mock driver that notices every access beyond a buffer.
fn open() -> Device {
    use_driver(crema_mock_driver::library());
    Device::open(Options {
        exact: true,
        ..Options::default()
    })
    .expect("the mock driver has a card")
}

fn upload(device: &Device, values: &[Fr]) -> Buffer<Fr> {
    device.upload(values).expect("upload")
}

fn download(device: &Device, buffer: &Buffer<Fr>) -> Vec<Fr> {
    device.download(buffer.view()).expect("download")
}

/// What the reference says.
fn expected(run: impl FnOnce(&CpuEngine) -> Result<<CpuEngine as Engine>::Vector, Error>) -> Vec<Fr> {
    let cpu = CpuEngine::default();
    let vector = run(&cpu).expect("the reference");
    cpu.download(&vector, 0..cpu.length(&vector)).expect("download")
}

#[test]
fn interpolation_agrees_with_the_reference() {
    let (device, transforms) = (open(), Transforms::default());
    let mut sampler = Sampler::new(1);
    for log_size in (0..=11).chain([13]) {
        let values = sampler.scalars(1 << log_size);
        let result = transforms
            .interpolate(&device, upload(&device, &values).view())
            .expect("interpolate");
        let reference = expected(|cpu| cpu.interpolate(&cpu.upload(Shared::from(values))?));
        assert_eq!(download(&device, &result), reference, "size 2^{log_size}");
    }
}

#[test]
fn evaluation_agrees_with_the_reference_each_time_a_coset_is_used() {
    let (device, transforms) = (open(), Transforms::default());
    let mut sampler = Sampler::new(2);
    for log_size in [0, 1, 3, 6, 11, 12] {
        let domain = Domain::new(1 << log_size).expect("a power of two");
        for shift in [sampler.scalar(), Fr::one(), Fr::zero()] {
            // the first use makes two tables, the second one table of all powers
            for length in [domain.size, domain.size + 3, domain.size / 2, 0] {
                let coefficients = sampler.scalars(length);
                let result = transforms
                    .evaluate_coset(&device, upload(&device, &coefficients).view(), &domain, shift)
                    .expect("evaluate");
                let reference = expected(|cpu| {
                    cpu.evaluate_coset(&cpu.upload(Shared::from(coefficients))?, &domain, shift)
                });
                assert_eq!(
                    download(&device, &result),
                    reference,
                    "size 2^{log_size}, length {length}"
                );
            }
        }
    }
}

#[test]
fn polynomials_come_back_from_five_cosets() {
    let (device, transforms) = (open(), Transforms::default());
    let mut sampler = Sampler::new(3);
    for (log_size, extra) in [(0, 8), (2, 0), (3, 8), (11, 8)] {
        let domain = Domain::new(1 << log_size).expect("a power of two");
        let polynomial = sampler.scalars(QUOTIENT_COSETS * domain.size + extra);
        let resident = upload(&device, &polynomial);
        let shifts: [Fr; QUOTIENT_COSETS] = sampler.scalar_array();
        let values = shifts.map(|shift| {
            transforms
                .evaluate_coset(&device, resident.view(), &domain, shift)
                .expect("evaluate")
        });
        let result = transforms
            .interpolate_cosets(
                &device,
                values.each_ref().map(Buffer::view),
                shifts,
                &polynomial[QUOTIENT_COSETS * domain.size..],
            )
            .expect("interpolate");
        assert_eq!(download(&device, &result), polynomial, "size 2^{log_size}");
    }
}

#[test]
fn orders_of_input_and_output() {
    let (device, transforms) = (open(), Transforms::default());
    let mut sampler = Sampler::new(4);
    for log_size in [5, 12] {
        let domain = Domain::new(1 << log_size).expect("a power of two");
        let values = sampler.scalars(domain.size);
        let reversed = |values: &[Fr]| -> Vec<Fr> {
            (0..values.len())
                .map(|i| values[i.reverse_bits() >> (usize::BITS - log_size)])
                .collect()
        };
        let run = |values: &[Fr], form: Form| {
            let resident = upload(&device, values);
            let request = Request {
                source: resident.view(),
                fold: Fr::one(),
                input: None,
                output: None,
            };
            let results = transforms
                .transform(&device, &domain, form, &[request])
                .expect("transform");
            download(&device, &results[0])
        };
        let natural = run(&values, Form::default());
        let from_reversed = Form {
            reversed_input: true,
            ..Form::default()
        };
        assert_eq!(run(&reversed(&values), from_reversed), natural);
        let to_reversed = Form {
            reversed_output: true,
            ..Form::default()
        };
        assert_eq!(run(&values, to_reversed), reversed(&natural));
        // a pair without any permutation, as a convolution would use it
        let back = Form {
            inverse: true,
            reversed_input: true,
            ..Form::default()
        };
        let scaled: Vec<Fr> = run(&run(&values, to_reversed), back)
            .into_iter()
            .map(|value| value * domain.size_inverse)
            .collect();
        assert_eq!(scaled, values);
    }
}

#[test]
fn batches_of_more_than_a_launch_takes() {
    let (device, transforms) = (open(), Transforms::default());
    let mut sampler = Sampler::new(5);
    let domain = Domain::new(1 << 11).expect("a power of two");
    let polynomials: Vec<Vec<Fr>> = (0..11).map(|i| sampler.scalars(domain.size - 100 * i)).collect();
    let shifts: Vec<Fr> = (0..11).map(|_| sampler.scalar()).collect();
    let resident: Vec<Buffer<Fr>> = polynomials
        .iter()
        .map(|polynomial| upload(&device, polynomial))
        .collect();
    let requests: Vec<_> = resident
        .iter()
        .zip(&shifts)
        .map(|(buffer, shift)| (buffer.view(), *shift))
        .collect();
    let together = transforms
        .evaluate_on(&device, &domain, &requests)
        .expect("evaluate");
    assert_eq!(together.len(), requests.len());
    for ((source, shift), values) in requests.into_iter().zip(&together) {
        let alone = transforms
            .evaluate_coset(&device, source, &domain, shift)
            .expect("evaluate");
        assert_eq!(download(&device, values), download(&device, &alone));
    }
}

#[test]
fn roots_grow_with_the_transforms() {
    let (device, transforms) = (open(), Transforms::default());
    let small = transforms.tables.roots(&device, 4).expect("roots");
    let large = transforms.tables.roots(&device, 12).expect("roots");
    assert!(!Arc::ptr_eq(&small, &large));
    let again = transforms.tables.roots(&device, 9).expect("roots");
    assert!(Arc::ptr_eq(&large, &again));
    // 2^22 is beyond one table: exponents that are no multiples of four take the second one
    let huge = transforms.tables.roots(&device, 22).expect("roots");
    assert_ne!(huge.powers(22, 0).low, 0);
    assert_eq!(huge.powers(22, 2).low, 0);
    assert_eq!(huge.powers(20, 0).low, 0);
    assert_ne!(huge.powers(21, 0).low, 0);
    let before = device.memory().in_use;
    drop((small, large, again, huge));
    assert!(device.memory().in_use < before);
}

#[test]
fn transforms_with_two_tables_of_roots() {
    let (device, transforms) = (open(), Transforms::default());
    // roots for a far larger transform are there already
    drop(transforms.tables.roots(&device, 22).expect("roots"));
    let mut sampler = Sampler::new(6);
    let values = sampler.scalars(1 << 12);
    let resident = upload(&device, &values);
    let from_large = transforms
        .interpolate(&device, resident.view())
        .expect("interpolate");
    let alone = Transforms::default()
        .interpolate(&device, resident.view())
        .expect("interpolate");
    assert_eq!(download(&device, &from_large), download(&device, &alone));
}

#[test]
fn what_cannot_be_transformed_is_refused() {
    let (device, transforms) = (open(), Transforms::default());
    for length in [0, 3, 1000] {
        let vector = upload(&device, &vec![Fr::one(); length]);
        let result = transforms.interpolate(&device, vector.view());
        assert!(matches!(result, Err(Error::DomainSize(found)) if found == length));
    }
    let vector = upload(&device, &[Fr::one(); 8]);
    let same = [vector.view(); QUOTIENT_COSETS];
    let mut shifts = [2u64, 3, 4, 5, 6].map(Fr::from);
    assert!(transforms.interpolate_cosets(&device, same, shifts, &[]).is_ok());
    shifts[1] = -shifts[0].square().sqrt().expect("a square");
    assert!(matches!(
        transforms.interpolate_cosets(&device, same, shifts, &[]),
        Err(Error::DivisionByZero(_))
    ));
}
