//! Evidence of double votes, read by whoever knows the stake table and HotShot's messages.

use bytes::{Buf, Bytes};
use commonware_codec::ReadExt as _;
use commonware_consensus::types::Round;
use commonware_cryptography::sha256::Digest;
use commonware_utils::Participant;
use crema_consensus::Committee;
use crema_consensus::ordering::{Fault, FaultKind};
use crema_consensus::scheme::VoteSignature;
use crema_light_client::bls;
use crema_types::Commitment;
use crema_types::vote::{QuorumData, ViewNumber, vote_commitment};

/// What a notarize or finalize vote says.
#[derive(PartialEq, Eq)]
struct Vote {
    view: u64,
    parent: u64,
    leaf: [u8; 32],
}

/// Whether the evidence shows two votes of the accused in the view that exclude each other. Signatures of notarize
/// votes, whose messages are HotShot's, are verified.
pub(super) fn check(committee: &Committee, fault: &Fault) -> Result<(), &'static str> {
    let mut bytes = Bytes::copy_from_slice(&fault.evidence);
    let accused = committee
        .members()
        .get(fault.place)
        .ok_or("the accused is no member")?;
    let first = match fault.kind {
        FaultKind::NullifyFinalize => Vote {
            view: round(&mut bytes)?.view().get(),
            parent: 0,
            leaf: [0; 32],
        },
        FaultKind::ConflictingNotarize | FaultKind::ConflictingFinalize => proposal(&mut bytes)?,
    };
    let signature = signed(committee, fault, &mut bytes)?;
    let second = proposal(&mut bytes)?;
    let other = signed(committee, fault, &mut bytes)?;
    if bytes.has_remaining() {
        return Err("something follows it");
    }
    if first == second {
        return Err("both votes are the same");
    }
    if first.view != fault.view || second.view != fault.view {
        return Err("the votes are of other views");
    }
    if fault.kind == FaultKind::ConflictingNotarize {
        for (vote, signature) in [(first, signature), (second, other)] {
            let data = QuorumData {
                leaf_commit: Commitment(vote.leaf),
            };
            let message = vote_commitment(&data, ViewNumber(vote.view));
            let signature = bls::Signature(signature.vote);
            let verified = accused.stake_key.verify(&message.0, &signature);
            verified.map_err(|_| "a signature does not verify")?;
        }
    }
    Ok(())
}

fn round(bytes: &mut Bytes) -> Result<Round, &'static str> {
    Round::read(bytes).map_err(|_| "it names no view")
}

/// A proposal: round, view of the parent, leaf.
fn proposal(bytes: &mut Bytes) -> Result<Vote, &'static str> {
    let view = round(bytes)?.view().get();
    let parent = commonware_consensus::types::View::read(bytes).map_err(|_| "it names no parent")?;
    let leaf = Digest::read(bytes).map_err(|_| "it names no leaf")?;
    Ok(Vote {
        view,
        parent: parent.get(),
        leaf: leaf.0,
    })
}

/// The signature of the accused.
fn signed(committee: &Committee, fault: &Fault, bytes: &mut Bytes) -> Result<VoteSignature, &'static str> {
    let signer = Participant::read(bytes).map_err(|_| "nobody signed a vote")?;
    // simplex numbers members in the order of their network keys
    let mut keys: Vec<_> = committee
        .members()
        .iter()
        .map(|member| &member.network_key)
        .collect();
    keys.sort_unstable();
    if keys.get(usize::from(signer)) != Some(&committee.network_key(fault.place)) {
        return Err("somebody else signed a vote");
    }
    VoteSignature::read(bytes).map_err(|_| "a vote carries no signature")
}
