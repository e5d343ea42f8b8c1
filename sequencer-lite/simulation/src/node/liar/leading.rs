//! Dishonest leaders: what they propose, and what they hand out with it.

use commonware_p2p::Recipients;
use crema_consensus::NetworkKey;
use crema_consensus::message::{Message, Proposal};
use crema_types::{L1BlockInfo, Leaf};

use super::{Liar, Lie};
use crate::members::Crypto;
use crate::node::outbox::Passage;

impl<C: Crypto> Liar<C> {
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

    /// What the others get of a proposal.
    pub(super) fn dispersal(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
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
                let proposal = Proposal { leaf, common, share };
                match Message::Proposal(Box::new(proposal)).encode() {
                    Ok(bytes) => self.to_all(recipients, &[&bytes]),
                    Err(_) => Passage::AsItIs,
                }
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
}
