//! Transfers and element-wise operations.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use super::{download, sampler::Sampler, upload};
use crate::{Engine, Error, Shared};

/// Upload, length, download and slice, with ranges that leave the vector refused.
pub fn transfers<E: Engine>(engine: &E) {
    let values = Sampler::new(1).scalars(1000);
    let vector = upload(engine, &values);
    assert_eq!(engine.length(&vector), 1000);
    assert_eq!(download(engine, &vector), values);
    for range in [0..0, 0..1, 7..500, 999..1000, 1000..1000] {
        assert_eq!(
            engine.download(&vector, range.clone()).expect("download"),
            values[range.clone()]
        );
        let slice = engine.slice(&vector, range.clone()).expect("slice");
        assert_eq!(engine.length(&slice), range.len());
        assert_eq!(download(engine, &slice), values[range]);
    }
    assert!(matches!(
        engine.download(&vector, 0..1001),
        Err(Error::Length { .. })
    ));
    assert!(matches!(
        engine.slice(&vector, 1000..1001),
        Err(Error::Length { .. })
    ));
    assert!(download(engine, &upload(engine, &[])).is_empty());
}

/// Gather by an index table, with an index outside the vector refused wherever it stands.
pub fn gather<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(2);
    let values = sampler.scalars(777);
    let vector = upload(engine, &values);
    for length in [0, 1, 5, 777, 20_000] {
        let mut table: Vec<u32> = (0..length).map(|_| sampler.below(777) as u32).collect();
        let index = engine
            .upload_index(Shared::from(table.clone()))
            .expect("upload index");
        let expected: Vec<Fr> = table.iter().map(|&i| values[i as usize]).collect();
        assert_eq!(
            download(engine, &engine.gather(&vector, &index).expect("gather")),
            expected
        );
        if length > 0 {
            table[length - 1] = 777;
            let index = engine.upload_index(Shared::from(table)).expect("upload index");
            assert!(matches!(
                engine.gather(&vector, &index),
                Err(Error::Index {
                    index: 777,
                    length: 777
                })
            ));
        }
    }
}

/// Masking adds a multiple of the vanishing polynomial.
pub fn mask<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(3);
    for (n, count) in [(8, 0), (8, 1), (8, 3), (2, 5), (1, 1), (4096, 2)] {
        let coefficients = sampler.scalars(n);
        let blinders = sampler.scalars(count);
        let mut expected = coefficients.clone();
        expected.resize(n + count, Fr::ZERO);
        for (i, blinder) in blinders.iter().enumerate() {
            expected[i] -= blinder;
            expected[n + i] += blinder;
        }
        let mut vector = upload(engine, &coefficients);
        engine.mask(&mut vector, &blinders).expect("mask");
        assert_eq!(download(engine, &vector), expected, "n = {n}, {count} blinders");
        assert_eq!(engine.length(&vector), n + count);
    }
}

/// Addition at an offset: inside, across the end, and beyond it.
pub fn add_at<E: Engine>(engine: &E) {
    let mut sampler = Sampler::new(4);
    for (length, start, count) in [
        (10, 0, 10),
        (10, 3, 2),
        (10, 8, 5),
        (10, 10, 1),
        (10, 15, 2),
        (0, 0, 3),
        (5, 2, 0),
    ] {
        let values = sampler.scalars(length);
        let addends = sampler.scalars(count);
        let mut expected = values.clone();
        expected.resize(length.max(start + count), Fr::ZERO);
        for (i, addend) in addends.iter().enumerate() {
            expected[start + i] += addend;
        }
        let mut vector = upload(engine, &values);
        engine.add_at(&mut vector, start, &addends).expect("add_at");
        assert_eq!(
            download(engine, &vector),
            expected,
            "{count} values at {start} of {length}"
        );
    }
}
