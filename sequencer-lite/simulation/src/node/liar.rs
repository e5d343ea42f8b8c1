//! Dishonest members: honest code behind a mouth that lies.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use commonware_codec::{DecodeExt as _, Encode as _};
use commonware_consensus::simplex::types::{Finalize, Notarize, Nullify, Vote};
use commonware_cryptography::sha256::Digest;
use commonware_p2p::Recipients;
use crema_consensus::message::{Message, Proposal};
use crema_consensus::{Committee, NetworkKey, Scheme, channel};
use crema_types::{Commitment, L1BlockInfo, Leaf};
use crema_vid::Share;

use super::outbox::{Conduct, Passage};
use crate::dice::Dice;
use crate::members::Crypto;

/// A way to be dishonest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Says nothing.
    Silence,
    /// As leader, proposes one leaf to one half and another, just as good, to the other.
    Equivocation,
    /// Votes for one thing to one half and for another to the other, and to skip what it finalizes.
    DoubleVotes,
    /// Signs nothing properly.
    BadSignatures,
    /// As leader, keeps two thirds of the shares to itself.
    WithheldShares,
    /// As leader, keeps the payload to itself.
    WithheldPayload,
    /// As leader, sends members the shares of others.
    WrongShares,
    /// As leader, proposes a header from the far future.
    FutureHeader,
    /// As leader, claims an L1 that nobody sees.
    InventedL1,
    /// Answers who has missed something with something else, or garbage.
    WrongAnswers,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Silence,
        Self::Equivocation,
        Self::DoubleVotes,
        Self::BadSignatures,
        Self::WithheldShares,
        Self::WithheldPayload,
        Self::WrongShares,
        Self::FutureHeader,
        Self::InventedL1,
        Self::WrongAnswers,
    ];
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A member that lies in one way.
pub(crate) struct Liar<C> {
    lie: Lie,
    committee: Arc<Committee>,
    place: usize,
    scheme: Scheme<C>,
    memory: Mutex<Memory>,
}

struct Memory {
    dice: Dice,
    /// What a leaf of its own was replaced by.
    replaced: HashMap<Commitment, Commitment>,
    /// A share that was somebody's.
    share: Option<Share>,
    /// The last answer that was given.
    answer: Vec<u8>,
}

impl<C: Crypto> Liar<C> {
    pub fn new(lie: Lie, committee: Arc<Committee>, place: usize, scheme: Scheme<C>, dice: Dice) -> Self {
        let memory = Memory {
            dice,
            replaced: HashMap::new(),
            share: None,
            answer: Vec::new(),
        };
        Self {
            lie,
            committee,
            place,
            scheme,
            memory: Mutex::new(memory),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recipients with their places.
    fn recipients(&self, recipients: &Recipients<NetworkKey>) -> Vec<(usize, NetworkKey)> {
        let keys: Vec<NetworkKey> = match recipients {
            Recipients::One(key) => vec![key.clone()],
            Recipients::Some(keys) => keys.clone(),
            Recipients::All => {
                let members = self.committee.members().iter();
                members.map(|member| member.network_key.clone()).collect()
            }
        };
        let places = keys.into_iter().filter_map(|key| {
            let place = self.committee.place(&key)?;
            (place != self.place).then_some((place, key))
        });
        places.collect()
    }

    /// Whether what a recipient gets is the lie.
    fn lies_to(&self, place: usize) -> bool {
        match self.lie {
            Lie::FutureHeader | Lie::InventedL1 => true,
            _ => place.is_multiple_of(2),
        }
    }

    /// Sends `message` to those who are told the truth, and `lie` to the others.
    fn split(&self, recipients: &Recipients<NetworkKey>, message: &[u8], lie: &[u8]) -> Passage {
        let messages = self.recipients(recipients).into_iter().map(|(place, key)| {
            let bytes = if self.lies_to(place) { lie } else { message };
            (key, bytes.to_vec())
        });
        Passage::Instead(messages.collect())
    }

    /// Another leaf in the place of one of its own.
    fn alter(&self, leaf: &Leaf) -> Leaf {
        let mut other = leaf.clone();
        let header = &mut other.block_header;
        match self.lie {
            Lie::FutureHeader => header.timestamp = u64::MAX,
            Lie::InventedL1 => {
                header.l1_head = u64::MAX;
                header.l1_finalized = Some(L1BlockInfo {
                    number: u64::MAX - 1,
                    ..L1BlockInfo::default()
                });
            }
            // within the drift that clocks may have
            _ => header.timestamp += 1,
        }
        other
    }

    fn dispersal(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let Ok(message) = Message::decode(bytes) else {
            return Passage::AsItIs;
        };
        match (self.lie, message) {
            (Lie::WithheldPayload, Message::Payload(_)) => Passage::Instead(Vec::new()),
            (Lie::WithheldShares, Message::Proposal(_)) => {
                let mut kept = self.recipients(recipients);
                kept.retain(|(place, _)| place.is_multiple_of(3));
                let messages = kept.into_iter().map(|(_, key)| (key, bytes.to_vec()));
                Passage::Instead(messages.collect())
            }
            (Lie::WrongShares, Message::Proposal(proposal)) => {
                let Proposal { leaf, common, share } = *proposal;
                let share = self.memory().share.replace(share.clone()).unwrap_or(share);
                self.replace(
                    recipients,
                    &Message::Proposal(Box::new(Proposal { leaf, common, share })),
                )
            }
            (Lie::Equivocation | Lie::FutureHeader | Lie::InventedL1, Message::Proposal(proposal)) => {
                let other = self.alter(&proposal.leaf);
                let names = (proposal.leaf.commit(), other.commit());
                self.memory().replaced.insert(names.0, names.1);
                let altered = Message::Proposal(Box::new(Proposal {
                    leaf: other,
                    ..*proposal
                }));
                match altered.encode() {
                    Ok(altered) => self.split(recipients, bytes, &altered),
                    Err(_) => Passage::AsItIs,
                }
            }
            _ => Passage::AsItIs,
        }
    }

    fn replace(&self, recipients: &Recipients<NetworkKey>, message: &Message) -> Passage {
        let Ok(bytes) = message.encode() else {
            return Passage::AsItIs;
        };
        let keys = self.recipients(recipients).into_iter();
        Passage::Instead(keys.map(|(_, key)| (key, bytes.clone())).collect())
    }

    fn vote(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
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
            Some(other) => self.split(recipients, bytes, &other.encode()),
            None => Passage::AsItIs,
        }
    }

    /// The same with some bit of its last bytes flipped: still a message, as often as not.
    fn garble(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let mut bytes = bytes.to_vec();
        let last = bytes.len().saturating_sub(1) as u64;
        let flipped = self.memory().dice.between(last / 2, last) as usize;
        if let Some(byte) = bytes.get_mut(flipped) {
            *byte ^= 4;
        }
        let keys = self.recipients(recipients).into_iter();
        Passage::Instead(keys.map(|(_, key)| (key, bytes.clone())).collect())
    }

    /// Answers carry the number of the question in their first eight bytes, and then a mark that they are one.
    fn answer(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        if bytes.get(8) != Some(&1) {
            return Passage::AsItIs;
        }
        let before = std::mem::replace(&mut self.memory().answer, bytes.to_vec());
        if before.is_empty() || self.memory().dice.once_in(2) {
            return self.garble(recipients, bytes);
        }
        let other: Vec<u8> = bytes[..8].iter().chain(&before[8..]).copied().collect();
        let keys = self.recipients(recipients).into_iter();
        Passage::Instead(keys.map(|(_, key)| (key, other.clone())).collect())
    }
}

impl<C: Crypto> Conduct for Liar<C> {
    fn pass(&self, channel: u64, recipients: &Recipients<NetworkKey>, message: &[u8]) -> Passage {
        match (self.lie, channel) {
            (Lie::Silence, _) => Passage::Instead(Vec::new()),
            (Lie::BadSignatures, channel::VOTES | channel::CERTIFICATES) => self.garble(recipients, message),
            (Lie::WrongAnswers, channel::REQUESTS | channel::RESOLVER) => self.answer(recipients, message),
            (_, channel::DISPERSAL) => self.dispersal(recipients, message),
            (_, channel::VOTES) => self.vote(recipients, message),
            _ => Passage::AsItIs,
        }
    }
}
