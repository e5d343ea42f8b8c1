//! Two instances of one member that do not know of one another, as in Twins (Bano and others 2020): both are honest, and
//! together they are every kind of double voter and equivocating leader that there is.
//!
//! The network shows each other member the first instance, the second, or both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use commonware_p2p::Recipients;
use commonware_p2p::simulated::SplitTarget;
use crema_consensus::{Committee, NetworkKey};

use super::outbox::{Conduct, Passage};
use crate::dice::Dice;

/// Which of two instances somebody deals with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    First,
    Second,
    Both,
}

impl Side {
    fn sees(self, instance: Self) -> bool {
        self == instance || self == Self::Both
    }
}

/// The sides of all members, for all twins alike.
#[derive(Clone, Debug)]
pub(crate) struct Sides(Arc<Mutex<Vec<Side>>>);

impl Sides {
    /// The members at `second` deal with the second instance, the others with the first.
    pub fn fixed(members: usize, second: &[usize]) -> Self {
        let side = |place| {
            if second.contains(&place) {
                Side::Second
            } else {
                Side::First
            }
        };
        Self(Arc::new(Mutex::new((0..members).map(side).collect())))
    }

    /// Draws all of them.
    pub fn draw(&self, dice: &mut Dice) {
        for side in self.sides().iter_mut() {
            *side = match dice.between(0, 4) {
                0 | 1 => Side::First,
                2 | 3 => Side::Second,
                _ => Side::Both,
            };
        }
    }

    fn sides(&self) -> MutexGuard<'_, Vec<Side>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who gets a message of the member at `place`.
    pub fn target(&self, place: Option<usize>) -> SplitTarget {
        match place.and_then(|place| self.sides().get(place).copied()) {
            Some(Side::First) => SplitTarget::Primary,
            Some(Side::Second) => SplitTarget::Secondary,
            Some(Side::Both) => SplitTarget::Both,
            None => SplitTarget::None,
        }
    }
}

/// Lets one instance speak to those on its side.
pub(crate) struct Twin {
    pub sides: Sides,
    pub instance: Side,
    pub committee: Arc<Committee>,
}

impl Conduct for Twin {
    fn pass(&self, _: u64, recipients: &Recipients<NetworkKey>, message: &[u8]) -> Passage {
        let all;
        let recipients: &[NetworkKey] = match recipients {
            Recipients::One(one) => std::slice::from_ref(one),
            Recipients::Some(some) => some,
            Recipients::All => {
                let members = self.committee.members().iter();
                all = members
                    .map(|member| member.network_key.clone())
                    .collect::<Vec<_>>();
                &all
            }
        };
        let sides = self.sides.sides();
        let sees = |key: &&NetworkKey| {
            let place = self.committee.place(key);
            place.is_some_and(|place| sides[place].sees(self.instance))
        };
        let messages = recipients
            .iter()
            .filter(sees)
            .map(|key| (key.clone(), message.to_vec()));
        Passage::Instead(messages.collect())
    }
}
