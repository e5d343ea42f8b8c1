//! Many signatures on one message by one pairing, and bisection to those that are wrong.

use std::collections::BTreeSet;

use ark_bn254::{Fr, G1Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use commonware_cryptography::certificate::{Attestation, Verification};
use rand_core::CryptoRng;

use super::subject::{Messages, Mixer, random_factor};
use super::{Scheme, SignatureCheck};

/// A signature with its parts combined, and the weight that keeps it from cancelling another's error.
struct Claim<C: SignatureCheck> {
    attestation: Attestation<Scheme<C>>,
    place: usize,
    signature: G1Projective,
    weight: Fr,
}

/// Which attestations are good. One pairing if all are; each bad one costs twice the logarithm of their number more.
pub(super) fn verify<C: SignatureCheck, R: CryptoRng>(
    scheme: &Scheme<C>,
    rng: &mut R,
    messages: &Messages,
    attestations: impl IntoIterator<Item = Attestation<Scheme<C>>>,
) -> Verification<Scheme<C>> {
    let mut invalid = BTreeSet::new();
    let mut claims: Vec<Claim<C>> = Vec::new();
    let mixer = Mixer::new(rng, messages);
    for attestation in attestations {
        let place = scheme.0.committee.place_of(attestation.signer);
        let mixed = attestation
            .signature
            .get()
            .and_then(|signature| mixer.mix(signature));
        match (place, mixed) {
            (Some(place), Some(signature)) => claims.push(Claim {
                place,
                signature,
                weight: random_factor(rng),
                attestation,
            }),
            _ => {
                invalid.insert(attestation.signer);
            }
        }
    }
    let mut wrong = vec![false; claims.len()];
    bisect(&scheme.0.check, &mixer.message, &claims, &mut wrong);
    let mut verified = Vec::with_capacity(claims.len());
    for (claim, wrong) in claims.into_iter().zip(wrong) {
        if wrong {
            invalid.insert(claim.attestation.signer);
        } else {
            verified.push(claim.attestation);
        }
    }
    Verification::new(verified, invalid.into_iter().collect())
}

fn bisect<C: SignatureCheck>(check: &C, message: &G1Projective, claims: &[Claim<C>], wrong: &mut [bool]) {
    if claims.is_empty() {
        return;
    }
    let places: Vec<usize> = claims.iter().map(|claim| claim.place).collect();
    let weights: Vec<Fr> = claims.iter().map(|claim| claim.weight).collect();
    let signatures: Vec<G1Projective> = claims.iter().map(|claim| claim.signature).collect();
    let sum = G1Projective::msm_unchecked(&G1Projective::normalize_batch(&signatures), &weights);
    if check.holds(message, &sum, &places, Some(&weights)) {
        return;
    }
    if let [_] = claims {
        wrong[0] = true;
        return;
    }
    let half = claims.len() / 2;
    let (left, right) = wrong.split_at_mut(half);
    bisect(check, message, &claims[..half], left);
    bisect(check, message, &claims[half..], right);
}
