//! Leaders take turns in the order of the stake table, as in HotShot.

use std::marker::PhantomData;
use std::sync::Arc;

use commonware_consensus::simplex::elector::{Config, Elector, Scheduled, Terms};
use commonware_consensus::types::Round;
use commonware_cryptography::certificate::Scheme;
use commonware_utils::Participant;
use commonware_utils::ordered::Set;

use crate::committee::Committee;

/// Leader of view v: entry `v mod n` of the stake table.
#[derive(Clone)]
pub(super) struct TableOrder<S> {
    committee: Arc<Committee>,
    scheme: PhantomData<fn() -> S>,
}

impl<S> TableOrder<S> {
    pub fn new(committee: Arc<Committee>) -> Self {
        Self {
            committee,
            scheme: PhantomData,
        }
    }
}

impl<S: Scheme> Config<S> for TableOrder<S> {
    type Elector = Self;

    fn build(self, _: &Set<S::PublicKey>) -> Self {
        self
    }
}

impl<S: Scheme> Elector<S> for TableOrder<S> {
    type Mode = Scheduled;

    fn terms(&self) -> Terms {
        Terms::rotating()
    }

    fn elect(&self, round: Round, (): ()) -> Participant {
        self.committee
            .participant_at(self.committee.leader(round.view().get()))
    }
}
