//! The two file formats of reference strings, with real Aztec powers.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and its helpers are not test functions"
)]

use std::{fs, io::Read};

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use crema_kzg::{Error, Origin, Srs, ceremony, srs_file};
use serde_json::Value;
use tempfile::TempDir;

fn fq(value: &Value) -> Fq {
    let digits = value.as_str().unwrap().strip_prefix("0x").unwrap();
    Fq::from_be_bytes_mod_order(&hex::decode(digits).unwrap())
}

/// The first 1025 powers of the Aztec ceremony.
fn aztec() -> Srs {
    let mut text = String::new();
    let compressed = &include_bytes!("vectors/aztec_1025.json.gz")[..];
    flate2::read::GzDecoder::new(compressed)
        .read_to_string(&mut text)
        .unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let g2 = |v: &Value| {
        let coordinate = |c: &Value| Fq2::new(fq(&c["c0"]), fq(&c["c1"]));
        G2Affine::new(coordinate(&v["x"]), coordinate(&v["y"]))
    };
    let powers = vectors["powers_of_g"].as_array().unwrap();
    let powers = powers
        .iter()
        .map(|p| G1Affine::new(fq(&p["x"]), fq(&p["y"])).into())
        .collect::<Vec<_>>();
    Srs {
        powers_of_g: powers.into(),
        h: g2(&vectors["h"]),
        beta_h: g2(&vectors["beta_h"]),
        origin: Origin::Aztec,
    }
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_published_file_is_reproduced_and_loads() {
    let srs = aztec();
    srs.check().unwrap();
    let bytes = srs_file::encode(&srs);
    assert_eq!(bytes.len(), 65_880);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "kzg10-aztec20-srs-1024.bin", &bytes);
    // the digest is the published one, or this fails
    let loaded = srs_file::load_aztec(&path).unwrap();
    assert_eq!(loaded.powers_of_g[..], srs.powers_of_g[..]);
    assert_eq!((loaded.h, loaded.beta_h), (srs.h, srs.beta_h));
    assert_eq!(loaded.origin, Origin::Aztec);
    assert_eq!(srs_file::read_beta_h(&path).unwrap(), srs.beta_h);
    assert!(matches!(
        loaded.powers(1026),
        Err(Error::TooSmall {
            needed: 1026,
            found: 1025
        })
    ));
}

#[test]
fn corrupt_files_are_named() {
    let bytes = srs_file::encode(&aztec());
    let folder = tempfile::tempdir().unwrap();
    for length in [0, 7, 8, 100, bytes.len() - 1] {
        let path = file(&folder, "short.bin", &bytes[..length]);
        assert!(
            matches!(srs_file::load_aztec(&path), Err(Error::FileSize { .. })),
            "{length} bytes"
        );
        assert!(
            srs_file::load(&path).is_err() && srs_file::read_beta_h(&path).is_err(),
            "{length} bytes"
        );
    }
    let mut long = bytes.clone();
    long.push(0);
    assert!(matches!(
        srs_file::load_aztec(&file(&folder, "long.bin", &long)),
        Err(Error::FileSize { .. })
    ));
    let mut absurd = bytes.clone();
    absurd[..8].fill(0xff);
    assert!(matches!(
        srs_file::load_aztec(&file(&folder, "absurd.bin", &absurd)),
        Err(Error::FileSize { .. })
    ));
    for at in [9, 8 + 63, 8 + 64 * 500, bytes.len() - 200] {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let path = file(&folder, "bad.bin", &bad);
        assert!(
            matches!(srs_file::load_aztec(&path), Err(Error::Checksum { .. })),
            "byte {at}"
        );
        assert!(matches!(srs_file::load(&path), Err(Error::Point(_))), "byte {at}");
    }
    let missing = srs_file::load_aztec(&folder.path().join("missing.bin"));
    assert!(matches!(missing, Err(Error::Read { .. })));
}

#[test]
fn points_that_are_no_powers_are_refused() {
    let mut srs = Srs::insecure(Fr::from(3), 20).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let good = file(&folder, "good.bin", &srs_file::encode(&srs));
    assert_eq!(srs_file::load(&good).unwrap().origin, Origin::File);
    // a file of an unknown degree is not Aztec's, however consistent
    assert!(matches!(srs_file::load_aztec(&good), Err(Error::Checksum { .. })));
    let mut points = srs.powers_of_g.to_vec();
    points.swap(10, 11);
    srs.powers_of_g = points.into();
    let swapped = file(&folder, "swapped.bin", &srs_file::encode(&srs));
    assert!(matches!(srs_file::load(&swapped), Err(Error::Inconsistent)));
}

/// A ceremony transcript as its coordinator writes it.
fn transcript(srs: &Srs) -> Vec<u8> {
    fn coordinate(bytes: &mut Vec<u8>, value: Fq) {
        for limb in value.into_bigint().0 {
            bytes.extend(limb.to_be_bytes());
        }
    }
    let points = &srs.powers_of_g[1..];
    let mut bytes = Vec::new();
    for word in [0, 20, 100_800_000, 2, points.len() as u32, 2, 0] {
        bytes.extend(word.to_be_bytes());
    }
    for point in points {
        coordinate(&mut bytes, point.x);
        coordinate(&mut bytes, point.y);
    }
    for point in [srs.beta_h, G2Affine::generator()] {
        for value in [point.x.c0, point.x.c1, point.y.c0, point.y.c1] {
            coordinate(&mut bytes, value);
        }
    }
    assert_eq!(Fq::MODULUS.to_bytes_be().len(), 32);
    bytes
}

#[test]
fn ceremony_transcripts_load() {
    let srs = aztec();
    let bytes = transcript(&srs);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "transcript00.dat", &bytes);
    let loaded = ceremony::load(&path, 100).unwrap();
    assert_eq!(loaded.powers_of_g[..], srs.powers_of_g[..100]);
    assert_eq!(loaded.beta_h, srs.beta_h);
    assert!(matches!(
        ceremony::load(&path, 1026),
        Err(Error::TooSmall {
            needed: 1026,
            found: 1025
        })
    ));
    for length in [0, 27, 28, 1000, bytes.len() - 129] {
        let path = file(&folder, "short.dat", &bytes[..length]);
        assert!(
            matches!(ceremony::load(&path, 100), Err(Error::FileSize { .. })),
            "{length} bytes"
        );
    }
    let mut bad = bytes.clone();
    bad[28 + 64 * 5] ^= 1;
    assert!(ceremony::load(&file(&folder, "bad.dat", &bad), 100).is_err());
    let mut later = bytes;
    later[27] = 1;
    assert!(matches!(
        ceremony::load(&file(&folder, "later.dat", &later), 100),
        Err(Error::Point(_))
    ));
}
