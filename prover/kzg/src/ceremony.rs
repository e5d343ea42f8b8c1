//! The Ignition ceremony's own transcript files, `transcriptNN.dat`.
//!
//! A 28-byte header of big-endian `u32`s (transcript number, count of transcripts, G1 and G2 points in total, G1 and G2
//! points in this file, first G1 index), the G1 powers from `τ` on (the generator is not in any file), and in the first
//! file two G2 points of which the first is `[τ]_2`. A coordinate is four 64-bit limbs, least significant first, each
//! big-endian.

use std::{fs, path::Path};

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField};
use crema_kernels::{Point, Shared};
use rayon::prelude::*;

use crate::{Error, Origin, Srs};

const HEADER: usize = 28;
const G1_POINT: usize = 64;
const G2_POINT: usize = 128;

/// Loads the first `count` powers from a ceremony transcript that starts at `τ`, and checks that they are powers of one
/// secret.
///
/// # Errors
/// [`Error::Read`], [`Error::FileSize`], [`Error::Point`], [`Error::TooSmall`], [`Error::Inconsistent`].
pub fn load(path: &Path, count: usize) -> Result<Srs, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let size = |expected: usize| Error::FileSize {
        path: path.to_owned(),
        expected: expected as u64,
        found: bytes.len() as u64,
    };
    if bytes.len() < HEADER {
        return Err(size(HEADER));
    }
    let word =
        |i: usize| u32::from_be_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]);
    let (g1_count, g2_count) = (word(4) as usize, word(5) as usize);
    let g2_start = HEADER + G1_POINT * g1_count;
    if bytes.len() < g2_start + G2_POINT * g2_count {
        return Err(size(g2_start + G2_POINT * g2_count));
    }
    if word(6) != 0 || g2_count == 0 {
        return Err(Error::Point(format!(
            "{}: not the ceremony's first transcript",
            path.display()
        )));
    }
    if g1_count + 1 < count {
        return Err(Error::TooSmall {
            needed: count,
            found: g1_count + 1,
        });
    }
    let powers = bytes[HEADER..HEADER + G1_POINT * (count.max(1) - 1)]
        .par_chunks(G1_POINT)
        .enumerate()
        .map(|(i, chunk)| {
            let point = coordinate(chunk)
                .zip(coordinate(&chunk[32..]))
                .map(|(x, y)| G1Affine::new_unchecked(x, y));
            point
                .filter(G1Affine::is_on_curve)
                .map(Point::from)
                .ok_or_else(|| Error::Point(format!("G1 power {}", i + 1)))
        })
        .collect::<Result<Vec<Point>, Error>>()?;
    let beta_h = g2(&bytes[g2_start..g2_start + G2_POINT]).ok_or_else(|| Error::Point("G2 power".into()))?;
    let mut all = Vec::with_capacity(count);
    all.push(Point::from(G1Affine::generator()));
    all.extend(powers);
    let srs = Srs {
        powers_of_g: Shared::from(all),
        h: G2Affine::generator(),
        beta_h,
        origin: Origin::File,
    };
    srs.check()?;
    Ok(srs)
}

fn g2(bytes: &[u8]) -> Option<G2Affine> {
    let mut coordinates = bytes.chunks_exact(32).map(coordinate);
    let mut next = || coordinates.next().flatten();
    let (x, y) = (Fq2::new(next()?, next()?), Fq2::new(next()?, next()?));
    let point = G2Affine::new_unchecked(x, y);
    (point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve()).then_some(point)
}

fn coordinate(bytes: &[u8]) -> Option<Fq> {
    let mut limbs = [0u64; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.get(..32)?.chunks_exact(8)) {
        *limb = u64::from_be_bytes(chunk.try_into().ok()?);
    }
    Fq::from_bigint(BigInt(limbs))
}
