//! The values that travel as `FIELD~` texts: canonical encodings of scalars, points, digests and positions.

use ark_bn254::{Fq, Fr, G1Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField, Zero};
use ark_serialize::CanonicalSerialize;
use crema_light_client::{codec::DecodeError, tagged::Tagged, tagged_text};
use rayon::prelude::*;

/// Bytes of the count before a vector's elements.
const COUNT: usize = 8;

/// Bytes of a scalar, of a compressed point and of a digest.
const WORD: usize = 32;

/// The top bit of a compressed point: its ordinate is the larger root.
const Y_IS_LARGER: u8 = 0x80;

/// The bit below: the point is infinity.
const INFINITY: u8 = 0x40;

/// A vector of scalars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalars(pub(crate) Vec<Fr>);

/// A vector of G1 points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Points(pub(crate) Vec<G1Affine>);

/// A node of the tree of evaluations, or its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; WORD]);

/// The index of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position(pub(crate) u64);

tagged_text!(Scalars, Points, Digest, Position);

impl Tagged for Scalars {
    const TAG: &'static str = "FIELD";

    fn to_value(&self) -> Vec<u8> {
        encode_scalars(&self.0)
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        words("a vector of scalars", value)?
            .iter()
            .map(scalar)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Tagged for Points {
    const TAG: &'static str = "FIELD";

    fn to_value(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(COUNT + WORD * self.0.len());
        value.extend((self.0.len() as u64).to_le_bytes());
        for point in &self.0 {
            point
                .serialize_compressed(&mut value)
                .expect("writing to a Vec cannot fail");
        }
        value
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        // each point takes a square root, and a dispersal to few nodes has thousands
        words("a vector of G1 points", value)?
            .par_iter()
            .with_min_len(32)
            .map(point)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Tagged for Digest {
    const TAG: &'static str = "FIELD";

    fn to_value(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        exactly("a digest", value).map(Self)
    }
}

impl Tagged for Position {
    const TAG: &'static str = "FIELD";

    fn to_value(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }

    fn from_value(value: &[u8]) -> Result<Self, DecodeError> {
        exactly("a leaf's position", value).map(|bytes| Self(u64::from_le_bytes(bytes)))
    }
}

/// `u64 LE` count, then 32 little-endian bytes each: what travels, and what a leaf's hash covers.
pub(crate) fn encode_scalars(scalars: &[Fr]) -> Vec<u8> {
    let mut value = Vec::with_capacity(COUNT + WORD * scalars.len());
    value.extend((scalars.len() as u64).to_le_bytes());
    for scalar in scalars {
        for limb in scalar.into_bigint().0 {
            value.extend(limb.to_le_bytes());
        }
    }
    value
}

fn exactly<const N: usize>(what: &'static str, value: &[u8]) -> Result<[u8; N], DecodeError> {
    value.try_into().map_err(|_| DecodeError::Length {
        what,
        expected: N,
        found: value.len(),
    })
}

/// The elements of a vector. Its count must fit the bytes present, so that nothing is allocated on its word alone.
fn words<'a>(what: &'static str, value: &'a [u8]) -> Result<&'a [[u8; WORD]], DecodeError> {
    let wrong = |expected| DecodeError::Length {
        what,
        expected,
        found: value.len(),
    };
    let (count, rest) = value.split_first_chunk::<COUNT>().ok_or_else(|| wrong(COUNT))?;
    let count = u64::from_le_bytes(*count);
    match rest.as_chunks() {
        (words, []) if words.len() as u64 == count => Ok(words),
        _ => Err(wrong(usize::try_from(count).map_or(usize::MAX, |count| {
            count.saturating_mul(WORD).saturating_add(COUNT)
        }))),
    }
}

fn limbs(bytes: &[u8; WORD]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.as_chunks().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    BigInt(limbs)
}

fn scalar(bytes: &[u8; WORD]) -> Result<Fr, DecodeError> {
    Fr::from_bigint(limbs(bytes)).ok_or(DecodeError::NonCanonical { what: "a scalar" })
}

/// A compressed point. G1 has prime order, so that a point of the curve is one of the group.
fn point(bytes: &[u8; WORD]) -> Result<G1Affine, DecodeError> {
    const WHAT: &str = "a G1 point";
    let mut abscissa = *bytes;
    abscissa[WORD - 1] &= !(Y_IS_LARGER | INFINITY);
    let flags = bytes[WORD - 1] & (Y_IS_LARGER | INFINITY);
    let x = Fq::from_bigint(limbs(&abscissa)).ok_or(DecodeError::NonCanonical { what: WHAT })?;
    match flags {
        INFINITY if x.is_zero() => Ok(G1Affine::zero()),
        INFINITY | 0xc0 => Err(DecodeError::NonCanonical { what: WHAT }),
        _ => G1Affine::get_point_from_x_unchecked(x, flags == Y_IS_LARGER)
            .ok_or(DecodeError::NotOnCurve { what: WHAT }),
    }
}

#[cfg(test)]
mod tests {
    use ark_ec::CurveGroup;

    use super::*;

    fn vector(words: &[[u8; 32]]) -> Vec<u8> {
        let mut value = (words.len() as u64).to_le_bytes().to_vec();
        value.extend(words.concat());
        value
    }

    #[test]
    fn points_are_decoded_strictly() {
        let g = G1Affine::generator();
        let points = Points(vec![g, -g, G1Affine::zero(), (g * Fr::from(9)).into_affine()]);
        let value = points.to_value();
        assert_eq!(Points::from_value(&value).unwrap(), points);
        let infinity: [u8; 32] = value[8 + 64..8 + 96].try_into().unwrap();
        let mut flagged = infinity;
        flagged[31] |= Y_IS_LARGER;
        let mut displaced = infinity;
        displaced[0] = 1;
        let modulus: [u8; 32] = limbs_to_bytes(Fq::MODULUS);
        for word in [flagged, displaced, modulus] {
            assert_eq!(
                Points::from_value(&vector(&[word])),
                Err(DecodeError::NonCanonical { what: "a G1 point" })
            );
        }
        // x = 0 gives 3, x = 4 gives 67: no square roots
        let mut off = [0; 32];
        off[0] = 4;
        assert_eq!(
            Points::from_value(&vector(&[off])),
            Err(DecodeError::NotOnCurve { what: "a G1 point" })
        );
    }

    #[test]
    fn scalars_are_decoded_strictly() {
        let scalars = Scalars(vec![Fr::from(0), -Fr::from(1)]);
        assert_eq!(Scalars::from_value(&scalars.to_value()).unwrap(), scalars);
        assert_eq!(
            Scalars::from_value(&vector(&[limbs_to_bytes(Fr::MODULUS)])),
            Err(DecodeError::NonCanonical { what: "a scalar" })
        );
    }

    #[test]
    fn counts_must_match_the_bytes() {
        for count in [0, 2, u64::MAX, u64::MAX / 32] {
            let mut value = vector(&[[0; 32]]);
            value[..8].copy_from_slice(&count.to_le_bytes());
            assert!(
                matches!(
                    Scalars::from_value(&value),
                    Err(DecodeError::Length { found: 40, .. })
                ),
                "{count}"
            );
            assert!(
                matches!(
                    Points::from_value(&value),
                    Err(DecodeError::Length { found: 40, .. })
                ),
                "{count}"
            );
        }
        for length in 0..8 {
            assert!(Scalars::from_value(&vec![0; length]).is_err());
        }
        assert!(Scalars::from_value(&vector(&[[0; 32]])[..39]).is_err());
        assert!(Digest::from_value(&[0; 31]).is_err());
        assert!(Position::from_value(&[0; 9]).is_err());
    }

    fn limbs_to_bytes(value: BigInt<4>) -> [u8; 32] {
        value.0.map(u64::to_le_bytes).concat().try_into().unwrap()
    }
}
