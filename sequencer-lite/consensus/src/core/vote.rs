//! Voting: when a leaf may be voted for, and when it can be built on.

use std::sync::Arc;

use commonware_p2p::{Blocker, Sender};
use crema_types::header::{self, HeaderError, HeaderVersion, L1Verdict, ProposalContext};
use crema_types::{Commitment, Leaf, ValidatedState};
use crema_vid::{Common, Share, Verifier};
use tracing::{debug, warn};

use super::events::Event;
use super::view::Checked;
use super::{Core, Runtime, deposits};
use crate::chain::{Parent, Unusable};
use crate::committee::NetworkKey;
use crate::ordering::{Answer, Round};
use crate::request::Request;
use crate::scheme::SignatureCheck;
use crate::store::{Basis, StoreError};

/// Whether a leaf may be voted for.
enum Verdict {
    /// Everything that the vote rests on is here.
    Vote(Box<Ballot>),
    /// It is on disk from before a restart.
    Again,
    /// Not yet.
    Wait,
    /// Never.
    No(String),
}

/// What a vote rests on.
struct Ballot {
    basis: Basis,
    share: (Common, Share),
    state: ValidatedState,
}

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// Simplex asks whether to vote for `leaf`.
    pub(super) async fn verify(
        &mut self,
        round: Round,
        leaf: Commitment,
        answer: Answer<bool>,
    ) -> Result<(), StoreError> {
        let number = round.view;
        self.reached(number);
        if let Some(view) = self.view(number) {
            view.verify = Some((round, leaf, answer));
            self.advance_verify(number).await?;
        }
        Ok(())
    }

    /// Answers simplex if the verdict is in. What the vote rests on is on disk before the answer is yes.
    pub(super) async fn advance_verify(&mut self, number: u64) -> Result<(), StoreError> {
        let Some((round, leaf, answer)) = self.views.get_mut(&number).and_then(|view| view.verify.take())
        else {
            return Ok(());
        };
        if answer.is_closed() {
            return Ok(());
        }
        let yes = match self.judge(&round, leaf).await? {
            Verdict::Vote(ballot) => {
                let Ballot { basis, share, state } = *ballot;
                let payload = basis.leaf.block_header.payload_commitment;
                self.store.put_share(number, payload, &share).await?;
                self.store.put_basis(leaf, &basis).await?;
                let Basis {
                    leaf: block,
                    certificate,
                } = basis;
                self.chain.insert(leaf, Arc::new(block), certificate, Some(state));
                true
            }
            Verdict::Again => true,
            Verdict::No(reason) => {
                warn!(view = number, %leaf, reason, "not voting");
                false
            }
            Verdict::Wait => {
                if let Some(view) = self.view(number) {
                    view.verify = Some((round, leaf, answer));
                }
                return Ok(());
            }
        };
        // simplex may have left the view
        let _ = answer.send(yes);
        self.advance_certify(number).await?;
        self.nudge();
        Ok(())
    }

    async fn judge(&mut self, round: &Round, name: Commitment) -> Result<Verdict, StoreError> {
        if let Some(basis) = self.store.basis(name).await?
            && self
                .store
                .has_share(basis.leaf.block_header.payload_commitment)
                .await?
        {
            return Ok(Verdict::Again);
        }
        let Some(offer) = self
            .views
            .get(&round.view)
            .and_then(|view| view.offers.get(&name))
        else {
            return Ok(Verdict::Wait);
        };
        let leaf = Arc::clone(&offer.leaf);
        let length = offer.common.payload_length();
        if let Err(reason) = follows(&leaf, round) {
            return Ok(Verdict::No(reason.into()));
        }
        let parent = match self.parent(round.parent) {
            Ok(parent) => parent,
            Err(Unusable::Missing(missing)) => {
                self.request(Request::Block(missing));
                return Ok(Verdict::Wait);
            }
            Err(Unusable::State(..)) => {
                self.retry_later();
                return Ok(Verdict::Wait);
            }
            Err(error @ Unusable::Abandoned(_)) => return Ok(Verdict::No(error.to_string())),
        };
        if let Err(reason) = self.check_certificate(&leaf, round.parent) {
            return Ok(Verdict::No(reason));
        }
        let state = match self.check_header(&leaf, &parent, length.into()) {
            Ok(Some(state)) => state,
            Ok(None) => {
                self.retry_later();
                return Ok(Verdict::Wait);
            }
            Err(reason) => return Ok(Verdict::No(reason)),
        };
        let payload = leaf.block_header.payload_commitment;
        if let Some(stored) = self.store.payload(payload).await?
            && (*stored.ns_table() != leaf.block_header.ns_table
                || stored.builder_commitment() != leaf.block_header.builder_commitment)
        {
            return Ok(Verdict::No("the header describes another payload".into()));
        }
        if self.check_share(round.view, name) != Checked::Good {
            return Ok(Verdict::Wait);
        }
        Ok(self.ballot(round.view, name, state))
    }

    /// All is well with the leaf: what is left to wait for is the certificate that its payload is stored.
    fn ballot(&self, view: u64, name: Commitment, state: ValidatedState) -> Verdict {
        let Some(view) = self.views.get(&view) else {
            return Verdict::Wait;
        };
        let Some(offer) = view.offers.get(&name) else {
            return Verdict::Wait;
        };
        let payload = offer.leaf.block_header.payload_commitment;
        let Some(certificate) = view.certificates.get(&payload) else {
            return Verdict::Wait;
        };
        Verdict::Vote(Box::new(Ballot {
            basis: Basis {
                leaf: Leaf::clone(&offer.leaf),
                certificate: certificate.clone(),
            },
            share: (offer.common.clone(), offer.share.clone()),
            state,
        }))
    }

    /// The parent's certificate in the leaf: a quorum's, or genesis'.
    fn check_certificate(&self, leaf: &Leaf, parent: Commitment) -> Result<(), String> {
        let certificate = &leaf.justify_qc;
        if self.certificate(parent) == Some(certificate) {
            return Ok(());
        }
        self.scheme
            .verify_quorum_certificate(certificate)
            .map_err(|error| error.to_string())
    }

    /// Whether the header follows from its parent. None: this node's clock or L1 is behind it.
    fn check_header(
        &self,
        leaf: &Leaf,
        parent: &Parent,
        payload_len: u64,
    ) -> Result<Option<ValidatedState>, String> {
        let (before, header) = (&parent.leaf.block_header, &leaf.block_header);
        match header::check_l1(header, before, &self.l1.snapshot(), |number| {
            self.l1.finalized(number)
        }) {
            L1Verdict::Agrees => {}
            L1Verdict::Behind { .. } | L1Verdict::Unknown { .. } => return Ok(None),
            L1Verdict::Disagrees(error) => return Err(error.to_string()),
        }
        let Some(deposits) = deposits(&*self.l1, before, header) else {
            return Ok(None);
        };
        let now = self.now();
        let context = ProposalContext {
            parent: before,
            state: &parent.state,
            version: HeaderVersion::V0_2,
            deposits: &deposits,
            payload_len,
            now,
        };
        match header::validate(header, &context) {
            Ok(state) => Ok(Some(state)),
            Err(HeaderError::TimestampDrift { found, .. }) if found > now => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Checks this node's share beside the loop, once.
    fn check_share(&mut self, view: u64, name: Commitment) -> Checked {
        let (nodes, place) = (self.committee.len() as u32, self.place as u32);
        let Some(offer) = self
            .views
            .get_mut(&view)
            .and_then(|view| view.offers.get_mut(&name))
        else {
            return Checked::Not;
        };
        let before = offer.checked;
        if before == Checked::Not {
            offer.checked = Checked::Running;
            let commitment = offer.leaf.block_header.payload_commitment;
            let (common, share) = (offer.common.clone(), offer.share.clone());
            self.beside("share", move || Event::ShareChecked {
                view,
                leaf: name,
                good: share.index() == place
                    && Verifier::for_nodes(nodes, commitment, common)
                        .is_ok_and(|verifier| verifier.verify_share(&share).is_ok()),
            });
        }
        before
    }

    /// A share has been checked. A leader that sends a wrong one gets no vote.
    pub(super) async fn share_checked(
        &mut self,
        number: u64,
        leaf: Commitment,
        good: bool,
    ) -> Result<(), StoreError> {
        let Some(view) = self.views.get_mut(&number) else {
            return Ok(());
        };
        if good {
            if let Some(offer) = view.offers.get_mut(&leaf) {
                offer.checked = Checked::Good;
            }
        } else {
            view.offers.remove(&leaf);
            self.block(self.committee.leader(number), "its share does not verify");
        }
        self.advance(number).await
    }

    /// Simplex asks whether `leaf`, which a quorum has voted for, can be built on.
    pub(super) async fn certify(
        &mut self,
        number: u64,
        leaf: Commitment,
        answer: Answer<bool>,
    ) -> Result<(), StoreError> {
        self.reached(number);
        match self.view(number) {
            Some(view) => {
                view.certify.push((leaf, answer));
                self.advance_certify(number).await
            }
            // decided already: whatever it is, nothing is built on it any more
            None => Ok(()),
        }
    }

    /// Answers simplex when leaf and DA certificate are here. At least one honest member has checked what it voted
    /// for, so nothing else can make the leaf unfit.
    pub(super) async fn advance_certify(&mut self, number: u64) -> Result<(), StoreError> {
        let Some(view) = self.views.get_mut(&number) else {
            return Ok(());
        };
        let asked = std::mem::take(&mut view.certify);
        for (leaf, answer) in asked {
            if answer.is_closed() {
                continue;
            }
            if self.chain.block(leaf).is_some() || self.adopt(number, leaf).await? {
                let _ = answer.send(true);
            } else {
                self.request(Request::Block(leaf));
                if let Some(view) = self.view(number) {
                    view.certify.push((leaf, answer));
                }
            }
        }
        Ok(())
    }

    /// Adds a leaf that others have voted for, from what the leader sent.
    async fn adopt(&mut self, number: u64, name: Commitment) -> Result<bool, StoreError> {
        let Some(view) = self.views.get(&number) else {
            return Ok(false);
        };
        let Some(offer) = view.offers.get(&name) else {
            return Ok(false);
        };
        let Some(certificate) = view.certificates.get(&offer.leaf.block_header.payload_commitment) else {
            return Ok(false);
        };
        let basis = Basis {
            leaf: Leaf::clone(&offer.leaf),
            certificate: certificate.clone(),
        };
        self.admit(name, basis).await?;
        Ok(true)
    }

    /// Remembers a leaf that a quorum has voted for.
    pub(super) async fn admit(&mut self, name: Commitment, basis: Basis) -> Result<(), StoreError> {
        debug!(leaf = %name, view = basis.leaf.view_number.0, "a leaf that others voted for");
        self.store.put_basis(name, &basis).await?;
        let Basis { leaf, certificate } = basis;
        self.chain.insert(name, Arc::new(leaf), certificate, None);
        self.nudge();
        Ok(())
    }
}

/// Whether the leaf is in the place that simplex gives it.
fn follows(leaf: &Leaf, round: &Round) -> Result<(), &'static str> {
    let certificate = &leaf.justify_qc;
    if leaf.view_number.0 != round.view {
        return Err("the leaf is of another view");
    }
    if leaf.parent_commitment != round.parent {
        return Err("the leaf has another parent");
    }
    if certificate.view_number.0 != round.parent_view || certificate.data.leaf_commit != round.parent {
        return Err("the leaf carries a certificate that is not its parent's");
    }
    if leaf.upgrade_certificate.is_some() || leaf.block_payload.is_some() {
        return Err("the leaf carries what no leaf of this version does");
    }
    Ok(())
}
