//! Deciding: leaves become history, oldest first, each on disk before anybody hears of it.

use std::sync::Arc;

use commonware_p2p::{Blocker, Sender};
use commonware_resolver::Resolver as _;
use commonware_storage::Context;
use crema_types::vote::QuorumCertificate;
use crema_types::{Leaf, ValidatedState};
use tracing::{debug, error, info};

use super::{Core, Runtime};
use crate::chain::{Chain, Deposits, Parent, Unusable, next_state};
use crate::committee::NetworkKey;
use crate::ordering::Finality;
use crate::request::Request;
use crate::scheme::SignatureCheck;
use crate::store::{DecidedLeaf, Store, StoreError};

/// Views behind from which on decided leaves are fetched in rows instead of one by one.
const FAR_BEHIND: u64 = 8;

/// Heights below the tip whose payloads are looked for again after a restart.
const PAYLOADS_RESUMED: u64 = 64;

/// The chain that the store remembers, or the one that starts with genesis.
pub(super) async fn recover<E: Context>(
    store: &Store<E>,
    genesis: (Leaf, ValidatedState),
    deposits: Deposits<'_>,
) -> Result<Chain, StoreError> {
    let (leaf, state) = genesis;
    let certificate = leaf.genesis_certificate();
    let mut chain = Chain::new(leaf, certificate, state);
    let Some(last) = store.decided_height()? else {
        return Ok(chain);
    };
    for height in 1..=last {
        let decided = store
            .decided(height)
            .await?
            .ok_or(StoreError::Missing { height })?;
        let name = decided.leaf.commit();
        if decided.leaf.parent_commitment != chain.tip_name() {
            return Err(StoreError::Unlinked { height });
        }
        let state = next_state(chain.tip(), &decided.leaf, deposits)
            .map_err(|reason| StoreError::State { height, reason })?;
        let parent = Parent {
            leaf: Arc::new(decided.leaf),
            state: Arc::new(state),
        };
        chain.decide(name, parent, decided.certificate);
    }
    info!(height = last, "resuming");
    Ok(chain)
}

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// Takes up what was on disk but not decided when the node stopped.
    pub(super) async fn recall(&mut self) -> Result<(), StoreError> {
        let tip = self.chain.tip().leaf.clone();
        for basis in self.store.bases_after(tip.view_number.0).await? {
            let name = basis.leaf.commit();
            self.reached(basis.leaf.view_number.0);
            self.chain
                .insert(name, Arc::new(basis.leaf), basis.certificate, None);
        }
        let height = tip.block_header.height;
        if height == 0 {
            return Ok(());
        }
        // the relay may have missed it
        self.signer.decided(&tip);
        for height in height.saturating_sub(PAYLOADS_RESUMED).max(1)..=height {
            if let Some(decided) = self.store.decided(height).await? {
                self.look_for_payload(&decided.leaf).await?;
            }
        }
        Ok(())
    }

    /// A quorum certificate for some leaf.
    pub(super) fn certified(&mut self, certificate: QuorumCertificate) {
        self.reached(certificate.view_number.0);
        if certificate.view_number > self.chain.tip().leaf.view_number {
            self.certificates
                .entry(certificate.data.leaf_commit)
                .or_insert(certificate);
            self.nudge();
        }
    }

    /// A leaf is final.
    pub(super) async fn finalized(&mut self, finality: Finality) -> Result<(), StoreError> {
        self.reached(finality.view);
        let higher = self
            .target
            .as_ref()
            .is_none_or(|target| target.view < finality.view);
        if higher {
            self.target = Some(finality);
        }
        self.decide().await
    }

    /// Decides the highest final leaf with its ancestors, if all are here; asks for what is missing.
    pub(super) async fn decide(&mut self) -> Result<(), StoreError> {
        let Some(target) = self.target.clone() else {
            return Ok(());
        };
        let tip = &self.chain.tip().leaf;
        let (height, view) = (tip.block_header.height, tip.view_number.0);
        if target.view <= view {
            self.target = None;
            return Ok(());
        }
        let path = match self.chain.path(target.leaf) {
            Ok(path) => path,
            Err(Unusable::Missing(leaf)) => {
                if target.view - view > FAR_BEHIND {
                    self.request(Request::Decided(height + 1));
                }
                self.request(Request::Block(leaf));
                return Ok(());
            }
            Err(error) => {
                // two final leaves on two branches: more than a third of the members are dishonest
                error!(%error, leaf = %target.leaf, view = target.view, "the chain has forked");
                return Ok(());
            }
        };
        let parent = match self.parent(target.leaf) {
            Ok(parent) => parent,
            Err(error) => {
                debug!(%error, "cannot decide yet");
                self.retry_later();
                return Ok(());
            }
        };
        let Some(certificate) = self.certificates.get(&target.leaf).cloned() else {
            self.request(Request::Certificate(target.leaf));
            return Ok(());
        };
        let leaves: Vec<Arc<Leaf>> = path
            .iter()
            .filter_map(|name| self.chain.block(*name))
            .map(|block| Arc::clone(&block.leaf))
            .collect();
        let mut decided: Vec<DecidedLeaf> = Vec::with_capacity(leaves.len());
        for (index, leaf) in leaves.iter().enumerate() {
            let child = leaves.get(index + 1);
            decided.push(DecidedLeaf {
                leaf: Leaf::clone(leaf),
                certificate: child.map_or_else(|| certificate.clone(), |child| child.justify_qc.clone()),
                finality: child.is_none().then(|| target.proof.clone()),
            });
        }
        self.settle(decided, parent).await
    }

    /// Makes `leaves`, a row of children from the tip's on, history. `last` is the newest, with the state after it.
    pub(super) async fn settle(&mut self, leaves: Vec<DecidedLeaf>, last: Parent) -> Result<(), StoreError> {
        let Some(newest) = leaves.last() else {
            return Ok(());
        };
        let (name, certificate) = (newest.leaf.commit(), newest.certificate.clone());
        for decided in &leaves {
            self.store.put_decided(decided.leaf.commit(), decided).await?;
        }
        let view = last.leaf.view_number.0;
        debug!(
            height = last.leaf.block_header.height,
            view,
            leaves = leaves.len(),
            "decided"
        );
        self.reached(view);
        self.chain.decide(name, last, certificate);
        self.views.retain(|&number, _| number > view);
        self.certificates
            .retain(|_, certificate| certificate.view_number.0 > view);
        self.states.retain(|_, (leaf, _)| leaf.view_number.0 > view);
        self.forget_requests();

        let leaves: Vec<Arc<DecidedLeaf>> = leaves.into_iter().map(Arc::new).collect();
        self.observer.decided(&leaves);
        let newest = Arc::clone(&self.chain.tip().leaf);
        self.signer.decided(&newest);
        for decided in &leaves {
            self.look_for_payload(&decided.leaf).await?;
        }
        self.store.forget_before(view).await?;
        self.nudge();
        Ok(())
    }

    /// Drops requests for leaves: what is still missing is asked for again.
    fn forget_requests(&mut self) {
        let before = self.requested.len();
        self.requested.retain(Request::is_for_payload);
        if self.requested.len() < before {
            self.resolver.retain(|request, ()| request.is_for_payload());
        }
    }
}
