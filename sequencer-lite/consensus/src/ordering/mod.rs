//! The engine that orders blocks, as the rest of this crate sees it: leaves by their commitments, views, and two
//! kinds of news.
//!
//! Behind it is commonware's simplex, in `simplex`; nothing of that shows here, so that another engine, or the next
//! release of this one, changes one module.

mod elector;
pub(crate) mod simplex;

use crema_types::Commitment;
use crema_types::vote::QuorumCertificate;

use crate::committee::NetworkKey;

pub use simplex::Timing;

/// What a proposal builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The view.
    pub view: u64,
    /// The view of the parent.
    pub parent_view: u64,
    /// The parent, which a quorum has voted for.
    pub parent: Commitment,
    /// Who proposes.
    pub leader: NetworkKey,
}

/// A leaf that every honest node will decide, with all its ancestors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finality {
    /// Its view.
    pub view: u64,
    /// The leaf.
    pub leaf: Commitment,
    /// Convinces whoever knows the committee, see `simplex::verify_finality`.
    pub proof: Vec<u8>,
}

/// A member caught signing two things that exclude each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Place of the member.
    pub place: usize,
    /// The view.
    pub view: u64,
    /// What it did.
    pub kind: FaultKind,
    /// Both signed votes, as simplex encodes them.
    pub evidence: Vec<u8>,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Notarize votes for two leaves in one view.
    ConflictingNotarize,
    /// Finalize votes for two leaves in one view.
    ConflictingFinalize,
    /// A vote to finalize and one to skip the same view.
    NullifyFinalize,
}

/// The answer to a question of the engine, later. Dropping it says that there will be none.
pub type Answer<T> = commonware_utils::channel::oneshot::Sender<T>;

/// The answer to a request for a leaf.
pub struct LeafAnswer(Answer<simplex::Digest>);

impl LeafAnswer {
    /// Proposes `leaf`.
    pub fn propose(self, leaf: Commitment) {
        // nobody listens any more when the view is over
        let _ = self.0.send(commonware_cryptography::sha256::Digest(leaf.0));
    }

    /// Whether the engine has given up waiting.
    pub fn is_late(&self) -> bool {
        self.0.is_closed()
    }
}

/// What the engine orders blocks for. Calls return at once; answers come when they are known.
pub trait Ordered: Clone + Send + 'static {
    /// This node leads: a leaf for `round`, please.
    fn propose(&mut self, round: Round, answer: LeafAnswer);

    /// May this node vote for `leaf`? An answer of `false` is final, and so is dropping it; while the verdict can
    /// still change there is none.
    fn verify(&mut self, round: Round, leaf: Commitment, answer: Answer<bool>);

    /// A quorum has voted for `leaf`. Is everything here that building on it takes?
    fn certify(&mut self, view: u64, leaf: Commitment, answer: Answer<bool>);

    /// The leaf proposed last is about to be voted for: tell everybody what they need for it.
    fn publish(&mut self, leaf: Commitment);

    /// A quorum has voted for a leaf. Comes in any order, and again after a restart.
    fn certified(&mut self, certificate: QuorumCertificate);

    /// A leaf is final. Comes in any order, and again after a restart.
    fn finalized(&mut self, finality: Finality);

    /// A member is caught.
    fn fault(&mut self, fault: Fault);
}
