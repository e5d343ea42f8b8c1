//! How signatures are checked: by pairings, or, in simulations only, by knowing everybody's secret.

use std::fmt::Debug;

use ark_bn254::{Bn254, Fr, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing as _;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{One, Zero};

use crate::committee::Committee;

/// The keys of a committee, and the one question asked of them.
pub trait SignatureCheck: Clone + Debug + Send + Sync + 'static {
    /// Whether `signature` is the sum, over `signers` (places in the stake table), of `weights` times their signatures
    /// on `message`. No weights: all one.
    fn holds(
        &self,
        message: &G1Projective,
        signature: &G1Projective,
        signers: &[usize],
        weights: Option<&[Fr]>,
    ) -> bool;
}

/// BLS as it is meant: `e(signature, g2) = e(message, sum of weighted keys)`.
#[derive(Clone, Debug)]
pub struct Pairing {
    keys: Vec<G2Affine>,
}

impl Pairing {
    /// For the keys of `committee`.
    pub fn new(committee: &Committee) -> Self {
        let keys = committee.members().iter().map(|member| member.stake_key.0);
        Self { keys: keys.collect() }
    }
}

impl SignatureCheck for Pairing {
    fn holds(
        &self,
        message: &G1Projective,
        signature: &G1Projective,
        signers: &[usize],
        weights: Option<&[Fr]>,
    ) -> bool {
        let keys: Option<Vec<G2Affine>> = signers
            .iter()
            .map(|&place| self.keys.get(place).copied())
            .collect();
        let Some(keys) = keys else { return false };
        let key: G2Projective = match weights {
            None => keys.iter().sum(),
            // the shorter of the two slices counts, and signers and weights are made together
            Some(weights) => G2Projective::msm_unchecked(&keys, weights),
        };
        if key.is_zero() {
            return false;
        }
        let left = [signature.into_affine(), (-*message).into_affine()];
        Bn254::multi_pairing(left, [G2Affine::generator(), key.into_affine()])
            .0
            .is_one()
    }
}

/// For simulations: real signatures by secrets that everybody knows, checked by signing again. No pairing, a hundred
/// times cheaper, and no security whatsoever.
#[derive(Clone, Debug)]
pub struct KnownSecrets {
    members: usize,
}

impl KnownSecrets {
    /// For `members` that sign with the secrets of [`Self::secret`].
    pub fn new(members: usize) -> Self {
        Self { members }
    }

    /// The secret of the member at `place`: small, so that multiplying by it is cheap.
    pub fn secret(place: usize) -> Fr {
        Fr::from(place as u64 + 1)
    }
}

impl SignatureCheck for KnownSecrets {
    fn holds(
        &self,
        message: &G1Projective,
        signature: &G1Projective,
        signers: &[usize],
        weights: Option<&[Fr]>,
    ) -> bool {
        if signers.is_empty() || signers.iter().any(|&place| place >= self.members) {
            return false;
        }
        let secret: Fr = match weights {
            None => signers.iter().map(|&place| Self::secret(place)).sum(),
            Some(weights) => signers
                .iter()
                .zip(weights)
                .map(|(&place, weight)| Self::secret(place) * weight)
                .sum(),
        };
        *message * secret == *signature
    }
}
