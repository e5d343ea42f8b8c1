//! The decided tip, and what may follow it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crema_types::vote::{DaCertificate, QuorumCertificate};
use crema_types::{Commitment, FeeInfo, Leaf, ValidatedState};
use thiserror::Error;

/// A leaf whose payload is stored: one that a quorum may have voted for.
pub(crate) struct Block {
    pub leaf: Arc<Leaf>,
    pub certificate: DaCertificate,
    /// The state after it, once it was needed and its ancestors were there.
    state: Option<Arc<ValidatedState>>,
}

/// A leaf that can be built on.
#[derive(Clone)]
pub(crate) struct Parent {
    pub leaf: Arc<Leaf>,
    pub state: Arc<ValidatedState>,
}

/// Why a leaf cannot be built on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// This leaf has to be fetched first.
    #[error("leaf {0} is not here yet")]
    Missing(Commitment),
    /// It is not a descendant of the decided tip.
    #[error("leaf {0} is on a branch that was not decided")]
    Abandoned(Commitment),
    /// Deposits are not known yet, or its header does not follow from its parent.
    #[error("the state after leaf {0} cannot be computed: {1}")]
    State(Commitment, String),
}

/// The decided tip and the undecided leaves above it.
pub(crate) struct Chain {
    tip: Parent,
    tip_name: Commitment,
    /// Certifies the tip.
    tip_certificate: QuorumCertificate,
    blocks: BTreeMap<Commitment, Block>,
}

/// Finds the deposits that a header adds, given its parent's.
pub(crate) type Deposits<'a> = &'a (dyn Fn(&Leaf, &Leaf) -> Option<Vec<FeeInfo>> + Sync);

impl Chain {
    /// A chain whose newest decided leaf is `leaf`.
    pub fn new(leaf: Leaf, certificate: QuorumCertificate, state: ValidatedState) -> Self {
        Self {
            tip_name: leaf.commit(),
            tip: Parent {
                leaf: Arc::new(leaf),
                state: Arc::new(state),
            },
            tip_certificate: certificate,
            blocks: BTreeMap::new(),
        }
    }

    /// The newest decided leaf.
    pub fn tip(&self) -> &Parent {
        &self.tip
    }

    /// Its name.
    pub fn tip_name(&self) -> Commitment {
        self.tip_name
    }

    /// Certifies the newest decided leaf.
    pub fn tip_certificate(&self) -> &QuorumCertificate {
        &self.tip_certificate
    }

    /// An undecided leaf.
    pub fn block(&self, name: Commitment) -> Option<&Block> {
        self.blocks.get(&name)
    }

    /// Adds a leaf that can be voted for, with its state where it was computed already.
    pub fn insert(
        &mut self,
        name: Commitment,
        leaf: Arc<Leaf>,
        certificate: DaCertificate,
        state: Option<ValidatedState>,
    ) {
        if leaf.view_number <= self.tip.leaf.view_number {
            return;
        }
        let block = self.blocks.entry(name).or_insert(Block {
            leaf,
            certificate,
            state: None,
        });
        if block.state.is_none() {
            block.state = state.map(Arc::new);
        }
    }

    /// The undecided leaves from the tip's child to `name`.
    pub fn path(&self, name: Commitment) -> Result<Vec<Commitment>, Unusable> {
        let mut path = Vec::new();
        let mut next = name;
        while next != self.tip_name {
            let block = self.blocks.get(&next).ok_or(Unusable::Missing(next))?;
            path.push(next);
            next = block.leaf.parent_commitment;
            // views fall along the path, so what should be at or below the tip's view and is not the tip never will be
            if next != self.tip_name && block.leaf.justify_qc.view_number <= self.tip.leaf.view_number {
                return Err(Unusable::Abandoned(name));
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The leaf `name` with the state after it, computed from the last ancestor whose state is known.
    pub fn parent(&mut self, name: Commitment, deposits: Deposits<'_>) -> Result<Parent, Unusable> {
        let mut parent = self.tip.clone();
        for name in self.path(name)? {
            let Some(block) = self.blocks.get_mut(&name) else {
                return Err(Unusable::Missing(name));
            };
            let state = if let Some(state) = &block.state {
                Arc::clone(state)
            } else {
                let state = next_state(&parent, &block.leaf, deposits)
                    .map_err(|reason| Unusable::State(name, reason))?;
                Arc::clone(block.state.insert(Arc::new(state)))
            };
            parent = Parent {
                leaf: Arc::clone(&block.leaf),
                state,
            };
        }
        Ok(parent)
    }

    /// Makes `name`, an undecided leaf whose state is known, the tip. Leaves of views up to its own are forgotten.
    pub fn decide(&mut self, name: Commitment, parent: Parent, certificate: QuorumCertificate) {
        let view = parent.leaf.view_number;
        self.tip = parent;
        self.tip_name = name;
        self.tip_certificate = certificate;
        self.blocks.retain(|_, block| block.leaf.view_number > view);
    }
}

/// The state after a leaf that a quorum has voted for: its header's roots have to come out.
pub(crate) fn next_state(
    parent: &Parent,
    leaf: &Leaf,
    deposits: Deposits<'_>,
) -> Result<ValidatedState, String> {
    let header = &leaf.block_header;
    let deposits = deposits(&parent.leaf, leaf).ok_or("its L1 deposits are not known yet")?;
    let state = parent
        .state
        .next(parent.leaf.block_header.commit(), &deposits, header.fee_info)
        .map_err(|error| error.to_string())?;
    if state.block_merkle_tree.commitment() != header.block_merkle_tree_root {
        return Err("its block Merkle root is another".into());
    }
    if state.fee_merkle_tree.commitment() != header.fee_merkle_tree_root {
        return Err("its fee Merkle root is another".into());
    }
    Ok(state)
}
