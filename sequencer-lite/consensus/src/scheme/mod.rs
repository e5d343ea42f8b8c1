//! BLS over BN254 as simplex's signature scheme, so that one key pair per node is its HotShot key.
//!
//! Certificates are multi-signatures: who signed, and the sum of their signatures. The certificate of a notarized leaf
//! contains HotShot's quorum certificate for it, see [`Scheme::quorum_certificate`].

mod batch;
mod check;
mod hotshot;
mod signature;
mod subject;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use ark_bn254::{G1Affine, G1Projective};
use ark_ec::CurveGroup;
use commonware_consensus::simplex::types::Subject;
use commonware_cryptography::Digest;
use commonware_cryptography::certificate::{
    self, AssemblyError, Attestation, Membership, Signers, Verification, Verifier,
};
use commonware_parallel::Strategy;
use commonware_utils::iter::NonEmpty;
use commonware_utils::ordered::Set;
use commonware_utils::{N3f1, Participant};
use crema_light_client::bls::SigningKey;
use rand_core::CryptoRng;

use crate::committee::{Committee, NetworkKey};

pub use check::{KnownSecrets, Pairing, SignatureCheck};
pub use hotshot::DaVotes;
pub use signature::{VoteCertificate, VoteSignature};
use subject::{Messages, Mixer};

/// A committee's votes, checked by `C`, and perhaps cast by one member.
pub struct Scheme<C = Pairing>(Arc<Inner<C>>);

struct Inner<C> {
    committee: Arc<Committee>,
    /// Names the network in messages of simplex's own.
    network: [u8; 32],
    check: C,
    signer: Option<(usize, SigningKey)>,
}

impl<C> Clone for Scheme<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for Scheme<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signer = self.0.signer.as_ref().map(|(place, _)| place);
        f.debug_struct("Scheme")
            .field("signer", &signer)
            .finish_non_exhaustive()
    }
}

impl Scheme {
    /// The scheme that secures a network. `network` names it, see [`crate::network_name`]; `key` makes its holder a
    /// signer, if it is one of the committee's.
    pub fn new(committee: Arc<Committee>, network: [u8; 32], key: Option<SigningKey>) -> Self {
        let check = Pairing::new(&committee);
        Self::with_check(committee, network, check, key)
    }
}

impl<C: SignatureCheck> Scheme<C> {
    /// As [`Scheme::new`], with signatures checked in another way.
    pub fn with_check(
        committee: Arc<Committee>,
        network: [u8; 32],
        check: C,
        key: Option<SigningKey>,
    ) -> Self {
        let signer = key.and_then(|key| {
            let public = key.verifying_key();
            let place = committee
                .members()
                .iter()
                .position(|member| member.stake_key == public)?;
            Some((place, key))
        });
        Self(Arc::new(Inner {
            committee,
            network,
            check,
            signer,
        }))
    }

    /// The committee.
    pub fn committee(&self) -> &Arc<Committee> {
        &self.0.committee
    }

    /// Place in the stake table of the member that signs, if any.
    pub fn place(&self) -> Option<usize> {
        self.0.signer.as_ref().map(|(place, _)| *place)
    }

    /// Whether one signature, or a sum of them, is what `signers` sign for `messages`.
    ///
    /// The two signatures of a notarize vote are checked at once, the second times a random factor.
    fn holds<R: CryptoRng>(
        &self,
        rng: &mut R,
        messages: &Messages,
        sum: &VoteSignature,
        signers: &[usize],
    ) -> bool {
        let mixer = Mixer::new(rng, messages);
        mixer
            .mix(sum)
            .is_some_and(|signature| self.0.check.holds(&mixer.message, &signature, signers, None))
    }

    fn sum_of_signers(signatures: impl Iterator<Item = VoteSignature>) -> VoteSignature {
        let (mut vote, mut binding) = (G1Projective::default(), G1Projective::default());
        for signature in signatures {
            vote += signature.vote;
            binding += signature.binding;
        }
        VoteSignature {
            vote: vote.into_affine(),
            binding: binding.into_affine(),
        }
    }
}

impl<C: SignatureCheck> Verifier for Scheme<C> {
    type Subject<'a, D: Digest> = Subject<'a, D>;
    type Faults = N3f1;
    type PublicKey = NetworkKey;
    type Certificate = VoteCertificate;

    fn verify_certificate<R: CryptoRng, D: Digest>(
        &self,
        rng: &mut R,
        subject: Self::Subject<'_, D>,
        certificate: &Self::Certificate,
        _: &impl Strategy,
    ) -> bool {
        let committee = &self.0.committee;
        if certificate.signers.len() != committee.len() || certificate.signers.count() < committee.quorum() {
            return false;
        }
        let signers: Option<Vec<usize>> = certificate
            .signers
            .iter()
            .map(|participant| committee.place_of(participant))
            .collect();
        let messages = Messages::of(&self.0.network, &subject);
        signers.is_some_and(|signers| self.holds(rng, &messages, &certificate.sum, &signers))
    }

    fn is_batchable() -> bool {
        true
    }

    fn max_certificate_size(participants: u32) -> usize {
        // the bitmap has a length of at most ten bytes in front
        10 + participants.div_ceil(8) as usize + <VoteSignature as commonware_codec::FixedSize>::SIZE
    }

    fn certificate_codec_config(&self) -> usize {
        self.0.committee.len()
    }

    fn certificate_codec_config_unbounded() -> usize {
        u32::MAX as usize
    }
}

impl<C: SignatureCheck> certificate::Scheme for Scheme<C> {
    type Signature = VoteSignature;

    fn me(&self) -> Option<Membership> {
        let place = self.place()?;
        Some(Membership::Signer(self.0.committee.participant_at(place)))
    }

    fn participants(&self) -> &Set<Self::PublicKey> {
        self.0.committee.participants()
    }

    fn sign<D: Digest>(&self, subject: Self::Subject<'_, D>) -> Option<Attestation<Self>> {
        let (place, key) = self.0.signer.as_ref()?;
        let messages = Messages::of(&self.0.network, &subject);
        let signature = VoteSignature {
            vote: key.sign(&messages.vote).0,
            binding: messages
                .binding
                .map_or(G1Affine::identity(), |binding| key.sign(&binding).0),
        };
        Some(Attestation {
            signer: self.0.committee.participant_at(*place),
            signature: signature.into(),
        })
    }

    fn verify_attestation<R: CryptoRng, D: Digest>(
        &self,
        rng: &mut R,
        subject: Self::Subject<'_, D>,
        attestation: &Attestation<Self>,
        _: &impl Strategy,
    ) -> bool {
        let place = self.0.committee.place_of(attestation.signer);
        let (Some(place), Some(signature)) = (place, attestation.signature.get()) else {
            return false;
        };
        let messages = Messages::of(&self.0.network, &subject);
        self.holds(rng, &messages, signature, &[place])
    }

    fn verify_attestations<R, D, I>(
        &self,
        rng: &mut R,
        subject: Self::Subject<'_, D>,
        attestations: I,
        _: &impl Strategy,
    ) -> Verification<Self>
    where
        R: CryptoRng,
        D: Digest,
        I: IntoIterator<Item = Attestation<Self>>,
        I::IntoIter: Send,
    {
        batch::verify(self, rng, &Messages::of(&self.0.network, &subject), attestations)
    }

    fn optimistic_assemble<'a, R, D, I, J>(
        &self,
        rng: &mut R,
        subject: Self::Subject<'_, D>,
        pending: I,
        verified: J,
        strategy: &impl Strategy,
    ) -> Result<Self::Certificate, Verification<Self>>
    where
        R: CryptoRng,
        D: Digest,
        I: IntoIterator<Item = Attestation<Self>>,
        I::IntoIter: ExactSizeIterator + Send,
        J: IntoIterator<Item = &'a Attestation<Self>>,
        J::IntoIter: Send,
    {
        // one pairing for the sum of all, and only if that fails one by one
        certificate::optimistic_assemble::<Self, _, D, _, _>(self, rng, subject, pending, verified, strategy)
    }

    fn assemble<I>(
        &self,
        attestations: NonEmpty<I>,
        _: &impl Strategy,
    ) -> Result<Self::Certificate, AssemblyError>
    where
        I: Iterator<Item = Attestation<Self>> + Send,
    {
        let mut participants: Vec<Participant> = Vec::new();
        let mut signatures: Vec<VoteSignature> = Vec::new();
        for Attestation { signer, signature } in attestations {
            let signature = signature.get().ok_or(AssemblyError::MalformedSignature(signer))?;
            participants.push(signer);
            signatures.push(signature.clone());
        }
        let committee = &self.0.committee;
        let signers = Signers::new(committee.len() as u32, participants)?;
        if signers.count() < committee.quorum() {
            return Err(AssemblyError::InsufficientAttestations(
                committee.quorum() as u32,
                signers.count() as u32,
            ));
        }
        Ok(VoteCertificate {
            signers,
            sum: Self::sum_of_signers(signatures.into_iter()),
        })
    }

    fn is_attributable() -> bool {
        true
    }
}
