//! What a node knows of one undecided view.

use std::collections::BTreeMap;
use std::sync::Arc;

use crema_types::vote::DaCertificate;
use crema_types::{Commitment, Leaf, VidCommitment};
use crema_vid::{Common, Share};

use crate::ordering::{Answer, LeafAnswer, Round};
use crate::scheme::DaVotes;

/// Leaves kept per view: an honest leader proposes one, or another one after a restart.
const MAX_OFFERS: usize = 3;

/// One undecided view.
#[derive(Default)]
pub(super) struct View {
    /// Proposed leaves by name, with this node's share of each one's payload.
    pub offers: BTreeMap<Commitment, Offer>,
    /// Certificates that payloads are stored.
    pub certificates: BTreeMap<VidCommitment, DaCertificate>,
    /// Simplex asks whether to vote for a leaf.
    pub verify: Option<(Round, Commitment, Answer<bool>)>,
    /// Simplex asks whether a leaf can be built on.
    pub certify: Vec<(Commitment, Answer<bool>)>,
    /// This node leads, and makes its proposal.
    pub proposing: Option<Proposing>,
    /// Whether a payload of this view has been taken for checking. Each leader gets one look.
    pub payload_seen: bool,
}

/// A proposed leaf.
pub(super) struct Offer {
    pub leaf: Arc<Leaf>,
    pub common: Common,
    pub share: Share,
    pub checked: Checked,
}

/// How far the check of a share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    Not,
    Running,
    Good,
}

/// A proposal in the making.
pub(super) enum Proposing {
    /// Waits for the parent.
    Waiting { round: Round, answer: LeafAnswer },
    /// Asks for a payload and disperses it.
    Building { round: Round, answer: LeafAnswer },
    /// Waits for the members that store the payload.
    Storing {
        leaf: Commitment,
        answer: LeafAnswer,
        votes: DaVotes,
    },
}

impl View {
    /// Keeps a proposed leaf, if there are not too many already.
    pub fn offer(&mut self, name: Commitment, offer: Offer) -> bool {
        if self.offers.len() >= MAX_OFFERS || self.offers.contains_key(&name) {
            return false;
        }
        self.offers.insert(name, offer);
        true
    }

    /// Keeps a verified certificate.
    pub fn certify(&mut self, certificate: DaCertificate) {
        if self.certificates.len() < MAX_OFFERS {
            self.certificates
                .insert(certificate.data.payload_commit, certificate);
        }
    }
}
