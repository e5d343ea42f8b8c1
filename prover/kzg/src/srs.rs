//! Structured reference strings: powers of a secret in G1, the secret in G2, and where they come from.

use std::fmt;

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup, VariableBaseMSM, pairing::Pairing, scalar_mul::ScalarMul};
use ark_ff::{Field, PrimeField, Zero};
use crema_kernels::{Point, Shared};
use rayon::prelude::*;

use crate::Error;

/// Where a reference string comes from, shown wherever a key made from it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Aztec's Ignition ceremony, by a file whose digest is published.
    Aztec,
    /// Some other file. It was checked to be powers of one secret, but who knew that secret is unknown.
    File,
    /// A secret that is known: anyone can forge proofs. For development only.
    InsecureTau(Fr),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aztec => "aztec",
            Self::File => "file",
            Self::InsecureTau(_) => "INSECURE (known tau)",
        })
    }
}

/// A structured reference string `([1], [β], …, [β^d])` in G1 and `([1], [β])` in G2.
#[derive(Clone, Debug)]
pub struct Srs {
    /// Powers in G1.
    pub powers_of_g: Shared<Point>,
    /// Generator of G2.
    pub h: G2Affine,
    /// The secret times the generator of G2.
    pub beta_h: G2Affine,
    /// Provenance.
    pub origin: Origin,
}

impl Srs {
    /// A string of `count` powers of a known secret over the standard generators: insecure, for development.
    ///
    /// # Errors
    /// [`Error::Tau`] when the secret is zero.
    pub fn insecure(tau: Fr, count: usize) -> Result<Self, Error> {
        if tau.is_zero() {
            return Err(Error::Tau);
        }
        let mut powers = vec![Fr::ONE; count];
        powers.par_chunks_mut(1 << 12).enumerate().for_each(|(c, chunk)| {
            let mut power = tau.pow([(c << 12) as u64]);
            for slot in chunk {
                *slot = power;
                power *= tau;
            }
        });
        let h = G2Affine::generator();
        Ok(Self {
            powers_of_g: generator_multiples(&powers).into(),
            h,
            beta_h: (h * tau).into_affine(),
            origin: Origin::InsecureTau(tau),
        })
    }

    /// The first `count` powers.
    ///
    /// # Errors
    /// [`Error::TooSmall`].
    pub fn powers(&self, count: usize) -> Result<&[Point], Error> {
        self.powers_of_g.get(..count).ok_or(Error::TooSmall {
            needed: count,
            found: self.powers_of_g.len(),
        })
    }

    /// Checks that the G1 points are consecutive powers of the secret behind `beta_h`, by one pairing equation over a
    /// random linear combination: a wrong string passes with probability below `2^-120`.
    ///
    /// # Errors
    /// [`Error::Inconsistent`].
    pub fn check(&self) -> Result<(), Error> {
        let points: Vec<G1Affine> = self.powers_of_g.par_iter().map(|p| G1Affine::from(*p)).collect();
        let (Some(first), true) = (points.first(), points.len() > 1) else {
            return Err(Error::Inconsistent);
        };
        if *first != G1Affine::generator() || self.h != G2Affine::generator() {
            return Err(Error::Inconsistent);
        }
        let weights = random_weights(points.len() - 1)?;
        let lower = G1Projective::msm_unchecked(&points[..points.len() - 1], &weights);
        let upper = G1Projective::msm_unchecked(&points[1..], &weights);
        let product = Bn254::multi_pairing([upper, -lower], [self.h, self.beta_h]);
        if product.is_zero() {
            Ok(())
        } else {
            Err(Error::Inconsistent)
        }
    }
}

/// Scalars of 120 bits from the operating system.
fn random_weights(count: usize) -> Result<Vec<Fr>, Error> {
    let mut bytes = vec![0; 15 * count];
    getrandom::fill(&mut bytes).map_err(|_| Error::Randomness)?;
    Ok(bytes.chunks(15).map(Fr::from_le_bytes_mod_order).collect())
}

/// `scalars[i]` times the generator of G1.
pub(crate) fn generator_multiples(scalars: &[Fr]) -> Vec<Point> {
    G1Projective::generator()
        .batch_mul(scalars)
        .into_par_iter()
        .map(Point::from)
        .collect()
}
