//! Honest nodes send what they like; what they vote for is overheard.

use bytes::Bytes;
use commonware_codec::DecodeExt as _;
use commonware_consensus::Viewable as _;
use commonware_consensus::simplex::types::Vote;
use commonware_cryptography::sha256::Digest;
use commonware_p2p::Recipients;
use crema_consensus::message::Message;
use crema_consensus::{NetworkKey, Scheme, channel};

use super::{FINALIZE, NOTARIZE, NULLIFY, STORED, SharedLedger};
use crate::members::Crypto;
use crate::node::liar::Liar;
use crate::node::outbox::{Conduct, Passage};

/// Bytes of a vote that a payload is stored, and some more: longer messages need not be looked at.
const LARGEST_VOTE: usize = 256;

/// Writes the votes of an honest node to the ledger.
pub(crate) struct Overheard<C> {
    ledger: SharedLedger,
    node: usize,
    /// A sabotaged node lies although it is called honest.
    liar: Option<Liar<C>>,
}

impl<C: Crypto> Overheard<C> {
    pub fn new(ledger: SharedLedger, node: usize, liar: Option<Liar<C>>) -> Self {
        Self { ledger, node, liar }
    }

    fn vote(&self, bytes: &[u8]) {
        let Ok(vote) = Vote::<Scheme<C>, Digest>::decode(Bytes::copy_from_slice(bytes)) else {
            return;
        };
        let view = vote.view().get();
        let (kind, choice) = match vote {
            Vote::Notarize(vote) => (NOTARIZE, vote.proposal.payload.0),
            Vote::Nullify(_) => (NULLIFY, [0; 32]),
            Vote::Finalize(vote) => (FINALIZE, vote.proposal.payload.0),
        };
        self.ledger.lock().voted(self.node, view, kind, choice);
    }
}

impl<C: Crypto> Overheard<C> {
    fn overhear(&self, channel: u64, message: &[u8]) {
        match channel {
            channel::VOTES => self.vote(message),
            channel::DISPERSAL if message.len() <= LARGEST_VOTE => {
                if let Ok(Message::DaVote(vote)) = Message::decode(message) {
                    self.ledger
                        .lock()
                        .voted(self.node, vote.view.0, STORED, vote.payload.0);
                }
            }
            _ => {}
        }
    }
}

impl<C: Crypto> Conduct for Overheard<C> {
    fn pass(&self, channel: u64, recipients: &Recipients<NetworkKey>, message: &[u8]) -> Passage {
        let passage = self
            .liar
            .as_ref()
            .map_or(Passage::AsItIs, |liar| liar.pass(channel, recipients, message));
        match &passage {
            Passage::AsItIs => self.overhear(channel, message),
            Passage::Instead(messages) => {
                for (_, message) in messages {
                    self.overhear(channel, message);
                }
            }
        }
        passage
    }
}
