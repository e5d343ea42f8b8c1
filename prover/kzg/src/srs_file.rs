//! The file format in which ark-srs caches the Aztec ceremony's powers, the one that prover operators have on disk.
//!
//! `u64 LE` count, `count` uncompressed G1 points (x LE, y LE, top bit set when y is the larger root), `u64` zero, the
//! G2 generator and the secret's G2 power as uncompressed points, `u64` zero.

use std::{fs::File, path::Path, sync::Arc};

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ff::{BigInt, PrimeField};
use ark_serialize::CanonicalDeserialize;
use crema_kernels::{Point, Shared};
use memmap2::Mmap;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::{Error, Origin, Srs};

const HEADER: usize = 8;
const POINT: usize = 64;
const TRAILER: usize = 8 + 2 * 128 + 8;
const Y_IS_LARGER: u8 = 0x80;

/// SHA-256 of the published files, by the largest degree that each supports.
const PUBLISHED: [(usize, &str); 4] = [
    (
        1024,
        "0e2a5fb1d9102ee5b06723472b23f4f29f938712251a7b5b75eed4df4049871c",
    ),
    (
        65544,
        "8d4a6edca593f3d2a0ff89b4a2e604dcf4820b0365c051729231f0795d30828a",
    ),
    (
        131080,
        "41ebc2209b873f24c5b5641ba38b1160e7c6dda7479f2a0c39b8ab8fa6fbd219",
    ),
    (
        1048584,
        "cded83e82e4b49fee4cb2e0f374f996954fe12548ad39100432ee493069ef09d",
    ),
];

/// Loads a file that must be one of the published Aztec files, by its SHA-256.
///
/// # Errors
/// [`Error::Read`], [`Error::FileSize`], [`Error::Checksum`], [`Error::Point`].
pub fn load_aztec(path: &Path) -> Result<Srs, Error> {
    decode_aztec(path, &open(path)?)
}

/// Decodes the bytes of a published Aztec file, which `path` names in errors: for a string that a program carries in
/// itself.
///
/// # Errors
/// [`Error::FileSize`], [`Error::Checksum`], [`Error::Point`].
pub fn decode_aztec(path: &Path, bytes: &[u8]) -> Result<Srs, Error> {
    let count = count(path, bytes)?;
    let degree = count - 1;
    let found = hex::encode(Sha256::digest(bytes));
    match PUBLISHED.iter().find(|(published, _)| *published == degree) {
        Some((_, expected)) if *expected == found => parse(bytes, count, Origin::Aztec),
        published => Err(Error::Checksum {
            path: path.to_owned(),
            degree,
            expected: published
                .map_or("not published for this degree", |(_, digest)| digest)
                .to_owned(),
            found,
        }),
    }
}

/// Loads a file of this format from any source and checks that it is a reference string at all.
///
/// # Errors
/// As [`load_aztec`], with [`Error::Inconsistent`] in place of the digest's error.
pub fn load(path: &Path) -> Result<Srs, Error> {
    let map = open(path)?;
    let count = count(path, &map)?;
    let srs = parse(&map, count, Origin::File)?;
    srs.check()?;
    Ok(srs)
}

/// The secret's G2 power of a file in this format, without reading the rest: what tells one reference string from another.
///
/// # Errors
/// [`Error::Read`], [`Error::FileSize`], [`Error::Point`].
pub fn read_beta_h(path: &Path) -> Result<G2Affine, Error> {
    let map = open(path)?;
    let start = HEADER + POINT * count(path, &map)? + 136;
    G2Affine::deserialize_uncompressed(&map[start..start + 128])
        .map_err(|e| Error::Point(format!("G2 power: {e}")))
}

/// The bytes of this format.
pub fn encode(srs: &Srs) -> Vec<u8> {
    use ark_serialize::CanonicalSerialize;
    let mut bytes = Vec::with_capacity(HEADER + POINT * srs.powers_of_g.len() + TRAILER);
    bytes.extend((srs.powers_of_g.len() as u64).to_le_bytes());
    for point in srs.powers_of_g.iter() {
        G1Affine::from(*point)
            .serialize_uncompressed(&mut bytes)
            .expect("writing to memory");
    }
    bytes.extend([0; 8]);
    srs.h
        .serialize_uncompressed(&mut bytes)
        .expect("writing to memory");
    srs.beta_h
        .serialize_uncompressed(&mut bytes)
        .expect("writing to memory");
    bytes.extend([0; 8]);
    bytes
}

fn open(path: &Path) -> Result<Arc<Mmap>, Error> {
    let read = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(read)?;
    // SAFETY: the mapping is read-only and private to this function; a file that shrinks meanwhile would raise SIGBUS,
    // which is the usual contract of reading a key file that nobody edits in place.
    unsafe { Mmap::map(&file) }.map(Arc::new).map_err(read)
}

fn count(path: &Path, bytes: &[u8]) -> Result<usize, Error> {
    let size = |expected| Error::FileSize {
        path: path.to_owned(),
        expected,
        found: bytes.len() as u64,
    };
    let header = bytes
        .first_chunk::<HEADER>()
        .ok_or_else(|| size((HEADER + TRAILER) as u64))?;
    let count = u64::from_le_bytes(*header);
    let expected = count
        .checked_mul(POINT as u64)
        .and_then(|points| points.checked_add((HEADER + TRAILER) as u64));
    match expected {
        Some(expected) if expected == bytes.len() as u64 && count > 0 => Ok(count as usize),
        _ => Err(size(expected.unwrap_or(u64::MAX))),
    }
}

fn parse(bytes: &[u8], count: usize, origin: Origin) -> Result<Srs, Error> {
    let points = &bytes[HEADER..HEADER + POINT * count];
    let powers = points
        .par_chunks(POINT)
        .enumerate()
        .map(|(i, chunk)| g1(chunk).ok_or_else(|| Error::Point(format!("G1 power {i}"))))
        .collect::<Result<Vec<Point>, Error>>()?;
    let trailer = &bytes[HEADER + POINT * count..];
    if trailer[..8] != [0; 8] || trailer[TRAILER - 8..] != [0; 8] {
        return Err(Error::Point("the hiding generators, which must be absent".into()));
    }
    let g2 = |name: &str, range| {
        G2Affine::deserialize_uncompressed(&trailer[range]).map_err(|e| Error::Point(format!("{name}: {e}")))
    };
    Ok(Srs {
        powers_of_g: Shared::from(powers),
        h: g2("G2 generator", 8..136)?,
        beta_h: g2("G2 power", 136..264)?,
        origin,
    })
}

/// A finite G1 point, canonical and on the curve (G1 has prime order, so that is the subgroup).
fn g1(bytes: &[u8]) -> Option<Point> {
    let x = coordinate(&bytes[..32])?;
    let mut y_bytes: [u8; 32] = bytes[32..].try_into().ok()?;
    let larger = y_bytes[31] & Y_IS_LARGER != 0;
    y_bytes[31] &= !Y_IS_LARGER;
    let y = coordinate(&y_bytes)?;
    let point = G1Affine::new_unchecked(x, y);
    (point.is_on_curve() && (y > -y) == larger).then(|| point.into())
}

/// A canonical little-endian base-field element.
fn coordinate(bytes: &[u8]) -> Option<Fq> {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(chunk.try_into().ok()?);
    }
    Fq::from_bigint(BigInt(limbs))
}
