//! What a vote on each kind of subject signs.

use ark_bn254::{Fr, G1Projective};
use ark_ec::AffineRepr;
use commonware_consensus::simplex::types::{Proposal, Subject};
use commonware_consensus::types::Round;
use commonware_cryptography::Digest;
use crema_light_client::bls::hash_to_curve;
use crema_types::Commitment;
use crema_types::commitment::CommitmentBuilder;
use crema_types::vote::{QuorumData, ViewNumber, vote_commitment};
use rand_core::CryptoRng;

use super::VoteSignature;

/// A subject's one or two messages.
pub(super) struct Messages {
    /// What [`VoteSignature::vote`] signs.
    pub vote: [u8; 32],
    /// What [`VoteSignature::binding`] signs, for notarize votes.
    pub binding: Option<[u8; 32]>,
}

impl Messages {
    /// For a subject in the network called `network`.
    ///
    /// Notarize votes sign HotShot's vote on the leaf, so that their sum is a HotShot quorum certificate, and the whole
    /// proposal. Everything else has a tag of its own: no signature means two things.
    pub fn of<D: Digest>(network: &[u8; 32], subject: &Subject<'_, D>) -> Self {
        match subject {
            Subject::Notarize { proposal } => Self {
                vote: leaf_vote(proposal),
                binding: Some(whole("crema simplex notarize", network, proposal)),
            },
            Subject::Finalize { proposal } => Self {
                vote: whole("crema simplex finalize", network, proposal),
                binding: None,
            },
            Subject::Nullify { round } => Self {
                vote: named("crema simplex nullify", network, *round).finish(),
                binding: None,
            },
        }
    }
}

/// Makes one claim of a signature's two: the binding part is mixed in with a factor that nobody knew when it was made.
pub(super) struct Mixer {
    /// The message of the one claim.
    pub message: G1Projective,
    factor: Option<Fr>,
}

impl Mixer {
    /// A mixer for signatures on `messages`.
    pub fn new<R: CryptoRng>(rng: &mut R, messages: &Messages) -> Self {
        let vote = G1Projective::from(hash_to_curve(&messages.vote));
        let Some(binding) = &messages.binding else {
            return Self {
                message: vote,
                factor: None,
            };
        };
        let factor = random_factor(rng);
        Self {
            message: vote + hash_to_curve(binding) * factor,
            factor: Some(factor),
        }
    }

    /// The signature on [`Self::message`], unless a part is missing or too many.
    pub fn mix(&self, signature: &VoteSignature) -> Option<G1Projective> {
        if signature.vote.is_zero() || signature.binding.is_zero() == self.factor.is_some() {
            return None;
        }
        Some(match self.factor {
            Some(factor) => signature.binding * factor + signature.vote,
            None => signature.vote.into(),
        })
    }
}

/// 128 bits: enough to catch a forged sum, half as dear as a whole scalar.
pub(super) fn random_factor<R: CryptoRng>(rng: &mut R) -> Fr {
    let (high, low) = (rng.next_u64(), rng.next_u64());
    Fr::from(u128::from(high) << 64 | u128::from(low))
}

/// HotShot's versioned vote data: the commitment to the leaf, in the view. Digests are leaf commitments.
fn leaf_vote<D: Digest>(proposal: &Proposal<D>) -> [u8; 32] {
    let mut leaf_commit = Commitment::default();
    // a digest of another length is none of ours; it gets a message that no leaf has
    if let Ok(bytes) = proposal.payload.as_ref().try_into() {
        leaf_commit = Commitment(bytes);
    }
    vote_commitment(
        &QuorumData { leaf_commit },
        ViewNumber(proposal.round.view().get()),
    )
    .0
}

fn named(tag: &str, network: &[u8; 32], round: Round) -> CommitmentBuilder {
    CommitmentBuilder::new(tag)
        .fixed_field("network", network)
        .u64_field("epoch", round.epoch().get())
        .u64_field("view", round.view().get())
}

fn whole<D: Digest>(tag: &str, network: &[u8; 32], proposal: &Proposal<D>) -> [u8; 32] {
    named(tag, network, proposal.round)
        .u64_field("parent view", proposal.parent.get())
        .fixed_field("leaf", proposal.payload.as_ref())
        .finish()
}
