//! Dishonest voters.

use bytes::Bytes;
use commonware_codec::{DecodeExt as _, Encode as _};
use commonware_consensus::simplex::types::{Finalize, Notarize, Nullify, Vote};
use commonware_cryptography::sha256::Digest;
use commonware_p2p::Recipients;
use crema_consensus::{NetworkKey, Scheme};
use crema_types::Commitment;

use super::{Liar, Lie};
use crate::members::Crypto;
use crate::node::outbox::Passage;

impl<C: Crypto> Liar<C> {
    /// What the others get of a vote.
    pub(super) fn vote(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let Ok(vote) = Vote::<Scheme<C>, Digest>::decode(Bytes::copy_from_slice(bytes)) else {
            return Passage::AsItIs;
        };
        let other = match (self.lie, vote) {
            (Lie::Equivocation | Lie::FutureHeader | Lie::InventedL1, Vote::Notarize(vote)) => {
                let mut proposal = vote.proposal;
                let Some(name) = self
                    .memory()
                    .replaced
                    .get(&Commitment(proposal.payload.0))
                    .copied()
                else {
                    return Passage::AsItIs;
                };
                proposal.payload = Digest(name.0);
                Notarize::sign(&self.scheme, proposal).map(Vote::Notarize)
            }
            (Lie::DoubleVotes, Vote::Notarize(vote)) => {
                let mut proposal = vote.proposal;
                proposal.payload.0[0] ^= 1;
                Notarize::sign(&self.scheme, proposal).map(Vote::Notarize)
            }
            (Lie::DoubleVotes, Vote::Finalize(vote)) => {
                if self.memory().dice.once_in(2) {
                    Nullify::sign::<Digest>(&self.scheme, vote.proposal.round).map(Vote::Nullify)
                } else {
                    let mut proposal = vote.proposal;
                    proposal.payload.0[0] ^= 1;
                    Finalize::sign(&self.scheme, proposal).map(Vote::Finalize)
                }
            }
            _ => None,
        };
        match other {
            Some(other) if self.lie == Lie::DoubleVotes => self.tell_both(recipients, bytes, &other.encode()),
            Some(other) => self.split(recipients, bytes, &other.encode()),
            None => Passage::AsItIs,
        }
    }

    /// One third gets the one, one third the other, and one third both.
    fn tell_both(&self, recipients: &Recipients<NetworkKey>, one: &[u8], other: &[u8]) -> Passage {
        let messages = self.recipients(recipients).into_iter().flat_map(|(place, key)| {
            let told: &[&[u8]] = match place % 3 {
                0 => &[one, other],
                1 => &[one],
                _ => &[other],
            };
            told.iter()
                .map(|vote| (key.clone(), vote.to_vec()))
                .collect::<Vec<_>>()
        });
        Passage::Instead(messages.collect())
    }
}
