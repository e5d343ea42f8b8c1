//! The invariants, checked whenever something happens to an honest node.
//!
//! What nodes are to one another is worked out here a second time: certificates are counted and added up by this
//! module's own arithmetic, links are followed by its own eyes. Nothing asks a node whether it did well.

mod certificate;
mod conduct;
mod evidence;
mod timing;
mod violation;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crema_consensus::ordering::Fault;
use crema_consensus::{Committee, DecidedLeaf};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::state::LightClientState;
use crema_types::{Commitment, Leaf};

pub(crate) use conduct::Overheard;
use timing::Timing;
pub use violation::Violation;
pub(crate) use witness::Witness;

/// What one honest node has shown of itself, over all its restarts.
#[derive(Default)]
struct Record {
    /// Names of the leaves it decided.
    decided: BTreeMap<u64, Commitment>,
    /// States it signed.
    states: BTreeMap<u64, LightClientState>,
    /// What it voted for, by view and kind.
    votes: BTreeMap<(u64, &'static str), [u8; 32]>,
    /// It is starting: what it signs rests on its disk, of which nothing is known here yet.
    starting: bool,
    /// States signed meanwhile.
    unexplained: Vec<LightClientState>,
    /// Leaves decided meanwhile.
    waiting: Vec<Arc<DecidedLeaf>>,
}

/// Everything that honest nodes have shown.
pub(crate) struct Ledger {
    committee: Arc<Committee>,
    genesis: Leaf,
    honest: BTreeSet<usize>,
    records: Vec<Record>,
    chain: BTreeMap<u64, Arc<DecidedLeaf>>,
    /// Members that were caught, and in which view.
    caught: BTreeSet<(usize, u64)>,
    timing: Timing,
    violations: Vec<Violation>,
}

impl Ledger {
    /// Nothing yet, of a committee whose members at `honest` are.
    pub fn new(committee: Arc<Committee>, genesis: Leaf, honest: BTreeSet<usize>) -> Self {
        let timing = Timing::new(committee.len());
        let records = (0..committee.len()).map(|_| Record::default()).collect();
        Self {
            committee,
            genesis,
            honest,
            records,
            chain: BTreeMap::new(),
            caught: BTreeSet::new(),
            timing,
            violations: Vec::new(),
        }
    }

    /// Whether the member at `place` is honest.
    pub fn is_honest(&self, place: usize) -> bool {
        self.honest.contains(&place)
    }

    /// The invariants that were broken, in this order.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// An invariant is broken.
    pub fn report(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// When what happened.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// To be told of more.
    pub fn timing_mut(&mut self) -> &mut Timing {
        &mut self.timing
    }

    /// What was decided, by height.
    pub fn chain(&self) -> &BTreeMap<u64, Arc<DecidedLeaf>> {
        &self.chain
    }

    /// How far a node has come.
    pub fn height(&self, node: usize) -> u64 {
        self.records[node]
            .decided
            .keys()
            .next_back()
            .copied()
            .unwrap_or(0)
    }

    /// Views in which honest nodes voted.
    pub fn views(&self) -> u64 {
        let last = |record: &Record| record.votes.keys().next_back().map_or(0, |(view, _)| *view);
        self.records.iter().map(last).max().unwrap_or(0)
    }

    /// A node decides a leaf.
    pub fn decided(&mut self, node: usize, decided: &Arc<DecidedLeaf>) {
        if !self.is_honest(node) {
            return;
        }
        if self.records[node].starting {
            self.records[node].waiting.push(Arc::clone(decided));
            return;
        }
        let leaf = &decided.leaf;
        let (height, name) = (leaf.block_header.height, leaf.commit());
        let before = self.height(node);
        if height != before + 1 {
            let reason = "it is not the next height";
            self.report(Violation::Unlinked { node, height, reason });
        }
        if let Some(reason) = self.unlinked(node, leaf) {
            self.report(Violation::Unlinked { node, height, reason });
        }
        if let Some(known) = self.chain.get(&height).map(|known| known.leaf.commit())
            && known != name
        {
            let found = name;
            self.report(Violation::Fork {
                node,
                height,
                found,
                known,
            });
        }
        let seen = self
            .chain
            .get(&height)
            .is_some_and(|known| known.certificate == decided.certificate);
        if !seen && let Err(reason) = certificate::check(&self.committee, decided) {
            self.report(Violation::Certificate { node, height, reason });
        }
        self.timing.decided(node, height);
        self.records[node].decided.insert(height, name);
        self.chain.entry(height).or_insert_with(|| Arc::clone(decided));
    }

    /// Why a leaf does not follow from the one that the node decided before.
    fn unlinked(&self, node: usize, leaf: &Leaf) -> Option<&'static str> {
        let height = leaf.block_header.height;
        let (name, view) = if height <= 1 {
            (self.genesis.commit(), self.genesis.view_number)
        } else {
            let name = *self.records[node].decided.get(&(height - 1))?;
            let parent = self.chain.get(&(height - 1))?;
            (name, parent.leaf.view_number)
        };
        if leaf.parent_commitment != name {
            return Some("its parent is another leaf");
        }
        if leaf.justify_qc.data.leaf_commit != name || leaf.justify_qc.view_number != view {
            return Some("it carries a certificate of another leaf than its parent");
        }
        (leaf.view_number <= view).then_some("its view is not above its parent's")
    }

    /// A node signs a state.
    pub fn signed(&mut self, node: usize, signature: &StateSignatureRequestBody) {
        if !self.is_honest(node) {
            return;
        }
        let height = signature.state.block_height;
        let own = self.committee.members()[node].state_key;
        if signature.key != own || signature.verify().is_err() {
            self.report(Violation::StateSignature { node, height });
        }
        let record = &mut self.records[node];
        let twice = record
            .states
            .insert(height, signature.state)
            .is_some_and(|before| before != signature.state);
        let starting = record.starting;
        if twice {
            self.report(Violation::TwoStates { node, height });
        }
        if self.explains(node, &signature.state) {
            return;
        }
        if starting {
            self.records[node].unexplained.push(signature.state);
        } else {
            self.report(Violation::UndecidedState { node, height });
        }
    }

    /// Whether a node has decided the leaf whose state this is.
    fn explains(&self, node: usize, state: &LightClientState) -> bool {
        let decided = self.records[node].decided.get(&state.block_height);
        let leaf = self.chain.get(&state.block_height);
        decided.is_some() && leaf.is_some_and(|decided| decided.leaf.light_client_state() == *state)
    }

    /// A node has caught a member signing two things that exclude each other.
    pub fn accused(&mut self, node: usize, fault: &Fault) {
        if !self.is_honest(node) {
            return;
        }
        let accused = fault.place;
        if self.is_honest(accused) {
            let view = fault.view;
            self.report(Violation::FalseAccusation { node, accused, view });
        } else if let Err(reason) = evidence::check(&self.committee, fault) {
            self.report(Violation::Evidence {
                node,
                accused,
                reason,
            });
        } else {
            self.caught.insert((accused, fault.view));
        }
    }

    /// Faults that honest nodes hold evidence of, by member and view.
    pub fn caught(&self) -> u64 {
        self.caught.len() as u64
    }

    /// A node begins to start.
    pub fn starting(&mut self, node: usize) {
        self.records[node].starting = true;
    }

    /// A node has started, and remembers to have decided up to a height; `recalled` are those of which it had not told.
    pub fn started(&mut self, node: usize, remembered: u64, recalled: &[Arc<DecidedLeaf>]) {
        self.records[node].starting = false;
        let decided = self.height(node);
        if self.is_honest(node) && remembered < decided {
            self.report(Violation::Forgotten {
                node,
                decided,
                remembered,
            });
        }
        for leaf in recalled {
            self.decided(node, leaf);
        }
        for leaf in std::mem::take(&mut self.records[node].waiting) {
            let height = leaf.leaf.block_header.height;
            let known = self.records[node].decided.get(&height);
            // among those recalled already
            if known != Some(&leaf.leaf.commit()) {
                self.decided(node, &leaf);
            }
        }
        for state in std::mem::take(&mut self.records[node].unexplained) {
            if !self.explains(node, &state) {
                let height = state.block_height;
                self.report(Violation::UndecidedState { node, height });
            }
        }
    }

    /// A node has lost power: what it was about to tell, it tells when it starts again.
    pub fn stopped(&mut self, node: usize) {
        let record = &mut self.records[node];
        record.starting = false;
        record.waiting.clear();
    }

    /// A node's vote leaves it.
    fn voted(&mut self, node: usize, view: u64, kind: &'static str, choice: [u8; 32]) {
        let record = &mut self.records[node];
        let before = *record.votes.entry((view, kind)).or_insert(choice);
        let has = |kind| record.votes.contains_key(&(view, kind));
        let contradicts = has(FINALIZE) && has(NULLIFY);
        if before != choice {
            self.report(Violation::TwoVotes { node, view, kind });
        }
        if contradicts && (kind == FINALIZE || kind == NULLIFY) {
            let kind = "finalize and nullify";
            self.report(Violation::TwoVotes { node, view, kind });
        }
    }
}

/// Kinds of votes.
pub(crate) const NOTARIZE: &str = "notarize";
pub(crate) const NULLIFY: &str = "nullify";
pub(crate) const FINALIZE: &str = "finalize";
pub(crate) const STORED: &str = "data-availability";

/// The ledger that all nodes of a simulation write to.
#[derive(Clone)]
pub(crate) struct SharedLedger(Arc<Mutex<Ledger>>);

impl SharedLedger {
    pub fn new(ledger: Ledger) -> Self {
        Self(Arc::new(Mutex::new(ledger)))
    }

    pub fn lock(&self) -> MutexGuard<'_, Ledger> {
        // a panic elsewhere ends the simulation anyway
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
