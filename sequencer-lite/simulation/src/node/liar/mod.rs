//! Dishonest members: honest code behind a mouth that lies.

mod answers;
mod certificates;
mod leading;
mod votes;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use commonware_p2p::Recipients;
use crema_consensus::{Committee, NetworkKey, Scheme, channel};
use crema_types::Commitment;
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
    /// Votes for one thing to some, for another to others and for both to the rest, and to skip what it finalizes.
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
    /// Hands on certificates that are no certificates: of a signer less than a quorum, with a signature counted twice,
    /// for another leaf or payload than was signed.
    ForgedCertificates,
    /// Answers who has missed something with something else, or garbage.
    WrongAnswers,
    /// Answers who has missed something with the right thing altered: another account's state, another chain's
    /// configuration, a shorter chain, a payload with a byte changed.
    AlteredAnswers,
    /// Answers with megabytes of nothing.
    HugeAnswers,
    /// Never answers.
    NoAnswers,
    /// Runs twice.
    Twins,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Silence,
        Self::Equivocation,
        Self::DoubleVotes,
        Self::BadSignatures,
        Self::WithheldShares,
        Self::WithheldPayload,
        Self::WrongShares,
        Self::FutureHeader,
        Self::InventedL1,
        Self::ForgedCertificates,
        Self::WrongAnswers,
        Self::AlteredAnswers,
        Self::HugeAnswers,
        Self::NoAnswers,
        Self::Twins,
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

    /// Sends these, one after the other, to each recipient.
    fn to_all(&self, recipients: &Recipients<NetworkKey>, messages: &[&[u8]]) -> Passage {
        let keys = self.recipients(recipients).into_iter();
        let each = keys.flat_map(|(_, key)| {
            messages
                .iter()
                .map(move |message| (key.clone(), message.to_vec()))
        });
        Passage::Instead(each.collect())
    }

    /// The same with some bit of its last bytes flipped: still a message, as often as not.
    fn garble(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let mut bytes = bytes.to_vec();
        let last = bytes.len().saturating_sub(1) as u64;
        let flipped = self.memory().dice.between(last / 2, last) as usize;
        if let Some(byte) = bytes.get_mut(flipped) {
            *byte ^= 4;
        }
        self.to_all(recipients, &[&bytes])
    }
}

impl<C: Crypto> Conduct for Liar<C> {
    fn pass(&self, channel: u64, recipients: &Recipients<NetworkKey>, message: &[u8]) -> Passage {
        match (self.lie, channel) {
            (Lie::Silence, _) => Passage::Instead(Vec::new()),
            (Lie::BadSignatures, channel::VOTES | channel::CERTIFICATES) => self.garble(recipients, message),
            (_, channel::REQUESTS | channel::RESOLVER) => self.answer(channel, recipients, message),
            (Lie::ForgedCertificates, channel::CERTIFICATES) => self.forge(recipients, message),
            (Lie::ForgedCertificates, channel::DISPERSAL) => self.forge_availability(recipients, message),
            (_, channel::DISPERSAL) => self.dispersal(recipients, message),
            (_, channel::VOTES) => self.vote(recipients, message),
            _ => Passage::AsItIs,
        }
    }
}
