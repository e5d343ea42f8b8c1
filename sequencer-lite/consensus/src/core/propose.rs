//! Leading: a payload, its shares, the members that store it, and then the proposal.

use std::sync::Arc;

use commonware_p2p::{Blocker, Recipients, Sender};
use crema_types::header::{self, HeaderVersion};
use crema_types::vote::{DaCertificate, DaData, QuorumCertificate, ViewNumber};
use crema_types::{Commitment, Header, L1Snapshot, Leaf};
use crema_vid::Disperse;
use tracing::{debug, warn};

use super::events::Event;
use super::view::{Checked, Offer, Proposing};
use super::{Core, Runtime, deposits};
use crate::chain::{Parent, Unusable};
use crate::committee::NetworkKey;
use crate::message::{Message, PayloadProposal, Proposal};
use crate::ordering::{LeafAnswer, Round};
use crate::request::Request;
use crate::scheme::{DaVotes, SignatureCheck};
use crate::source::{BuildRequest, BuiltPayload};
use crate::store::{Basis, StoreError};

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// Simplex asks for a leaf.
    pub(super) async fn propose(&mut self, round: Round, answer: LeafAnswer) -> Result<(), StoreError> {
        let number = round.view;
        self.reached(number);
        // proposed before a restart: the same again, the members have their shares of it
        for basis in self.store.bases_of(number).await? {
            if basis.leaf.parent_commitment == round.parent {
                answer.propose(basis.leaf.commit());
                return Ok(());
            }
        }
        if let Some(view) = self.view(number) {
            view.proposing = Some(Proposing::Waiting { round, answer });
            self.advance_proposal(number).await?;
        }
        Ok(())
    }

    /// Starts building once the parent is there.
    pub(super) async fn advance_proposal(&mut self, number: u64) -> Result<(), StoreError> {
        let Some(view) = self.views.get_mut(&number) else {
            return Ok(());
        };
        let Some(Proposing::Waiting { .. }) = &view.proposing else {
            return Ok(());
        };
        let Some(Proposing::Waiting { round, answer }) = view.proposing.take() else {
            return Ok(());
        };
        if answer.is_late() {
            return Ok(());
        }
        let ready = self.parent(round.parent);
        let certified = self.certificate(round.parent).is_some();
        match ready {
            Ok(parent) if certified => {
                let request = self.build_request(&round, &parent).await?;
                self.build(number, request);
                self.set_proposing(number, Proposing::Building { round, answer });
            }
            Ok(_) => {
                self.request(Request::Certificate(round.parent));
                self.set_proposing(number, Proposing::Waiting { round, answer });
            }
            Err(Unusable::Missing(leaf)) => {
                self.request(Request::Block(leaf));
                self.set_proposing(number, Proposing::Waiting { round, answer });
            }
            Err(Unusable::State(..)) => {
                self.retry_later();
                self.set_proposing(number, Proposing::Waiting { round, answer });
            }
            // nobody can vote for its child
            Err(Unusable::Abandoned(_)) => {}
        }
        Ok(())
    }

    fn set_proposing(&mut self, number: u64, proposing: Proposing) {
        if let Some(view) = self.view(number) {
            view.proposing = Some(proposing);
        }
    }

    /// The leaf with its state, once it and its ancestors are here.
    pub(super) fn parent(&mut self, name: Commitment) -> Result<Parent, Unusable> {
        let l1 = Arc::clone(&self.l1);
        self.chain.parent(name, &|parent: &Leaf, leaf: &Leaf| {
            deposits(&*l1, &parent.block_header, &leaf.block_header)
        })
    }

    /// The certificate of a leaf that can be built on.
    pub(super) fn certificate(&self, name: Commitment) -> Option<&QuorumCertificate> {
        if name == self.chain.tip_name() {
            Some(self.chain.tip_certificate())
        } else {
            self.certificates.get(&name)
        }
    }

    async fn build_request(&mut self, round: &Round, parent: &Parent) -> Result<BuildRequest, StoreError> {
        let mut ancestors = Vec::new();
        for name in self
            .chain
            .path(round.parent)
            .unwrap_or_default()
            .into_iter()
            .rev()
        {
            if let Some(block) = self.chain.block(name) {
                let payload = block.leaf.block_header.payload_commitment;
                ancestors.extend(self.store.payload(payload).await?);
            }
        }
        Ok(BuildRequest {
            view: round.view,
            parent: parent.leaf.block_header.clone(),
            state: Arc::clone(&parent.state),
            ancestors,
        })
    }

    /// Gets a payload and disperses it, beside the loop.
    fn build(&self, number: u64, request: BuildRequest) {
        let (source, vid, mailbox) = (
            Arc::clone(&self.source),
            Arc::clone(&self.vid),
            self.mailbox.clone(),
        );
        let pace = self.pace;
        self.context
            .child("build")
            .shared(true)
            .spawn(move |context| async move {
                context.sleep(pace).await;
                let built = source.build(request).await.and_then(|built| {
                    let disperse = vid.disperse(built.payload.as_bytes());
                    disperse
                        .map(|disperse| Box::new((built, disperse)))
                        .inspect_err(|error| warn!(%error, "the payload cannot be dispersed"))
                        .ok()
                });
                mailbox.event(Event::Built { view: number, built });
            });
    }

    /// Makes the leaf, and hands out payload and shares.
    pub(super) async fn built(
        &mut self,
        number: u64,
        built: Option<Box<(BuiltPayload, Disperse)>>,
    ) -> Result<(), StoreError> {
        let Some(view) = self.views.get_mut(&number) else {
            return Ok(());
        };
        // without a payload the answer is dropped here, and the view passes
        let (Some(Proposing::Building { round, answer }), Some(built)) = (view.proposing.take(), built)
        else {
            return Ok(());
        };
        if answer.is_late() {
            return Ok(());
        }
        let (built, disperse) = *built;
        let Some((leaf, state)) = self.make_leaf(&round, &built, &disperse) else {
            return Ok(());
        };
        let name = leaf.commit();
        debug!(view = number, leaf = %name, height = leaf.block_header.height, "proposing");

        let data = DaData {
            payload_commit: disperse.commitment,
        };
        let mut votes = DaVotes::new(data, ViewNumber(number), self.committee.storing().len());
        let mut complete = None;
        if self.committee.storing().contains(&self.place)
            && let Some(vote) = self.store_and_vote(number, data, &built.payload).await?
        {
            complete = votes.add(&self.scheme, self.place, vote.signature);
        }
        let leaf = Arc::new(leaf);
        self.hand_out(&leaf, built, disperse).await?;
        self.states.insert(name, (Arc::clone(&leaf), state));
        self.set_proposing(
            number,
            Proposing::Storing {
                leaf: name,
                answer,
                votes,
            },
        );
        match complete {
            Some(certificate) => self.stored(number, certificate).await,
            None => Ok(()),
        }
    }

    fn make_leaf(
        &mut self,
        round: &Round,
        built: &BuiltPayload,
        disperse: &Disperse,
    ) -> Option<(Leaf, crema_types::ValidatedState)> {
        let parent = self.parent(round.parent).ok()?;
        let justify_qc = self.certificate(round.parent)?.clone();
        let before = &parent.leaf.block_header;
        let mut l1 = self.l1.snapshot();
        let seen = Header {
            l1_finalized: before.l1_after(&l1).1,
            ..before.clone()
        };
        // blocks whose deposits this node has not seen yet are left to a later leader
        let deposits = deposits(&*self.l1, before, &seen).unwrap_or_else(|| {
            l1 = L1Snapshot::default();
            Vec::new()
        });
        let block = header::Block {
            version: HeaderVersion::V0_2,
            payload: &built.payload,
            payload_commitment: disperse.commitment,
            fee_info: built.fee_info,
            builder_signature: built.builder_signature,
            l1,
            deposits: &deposits,
            now: self.now(),
        };
        let (block_header, state) = header::propose(before, &parent.state, &block)
            .inspect_err(|error| warn!(%error, "no header for the payload"))
            .ok()?;
        let leaf = Leaf {
            view_number: ViewNumber(round.view),
            justify_qc,
            parent_commitment: round.parent,
            block_header,
            upgrade_certificate: None,
            block_payload: None,
        };
        Some((leaf, state))
    }

    /// Sends the payload to those that store payloads, and everybody its share. Keeps this node's own.
    async fn hand_out(
        &mut self,
        leaf: &Arc<Leaf>,
        built: BuiltPayload,
        disperse: Disperse,
    ) -> Result<(), StoreError> {
        let Disperse {
            commitment,
            common,
            shares,
        } = disperse;
        let storing: Vec<NetworkKey> = self
            .committee
            .storing()
            .iter()
            .filter(|&&place| place != self.place)
            .map(|&place| self.committee.network_key(place).clone())
            .collect();
        if !storing.is_empty() {
            let payload = PayloadProposal {
                view: leaf.view_number,
                common: common.clone(),
                payload: built.payload,
            };
            self.send(Recipients::Some(storing), &Message::Payload(Box::new(payload)));
        }
        for (place, share) in shares.into_iter().enumerate() {
            if place == self.place {
                let own = (common.clone(), share);
                self.store.put_share(leaf.view_number.0, commitment, &own).await?;
                let (common, share) = own;
                if let Some(view) = self.view(leaf.view_number.0) {
                    let offer = Offer {
                        leaf: Arc::clone(leaf),
                        common,
                        share,
                        checked: Checked::Good,
                    };
                    view.offer(leaf.commit(), offer);
                }
                continue;
            }
            let proposal = Proposal {
                leaf: Leaf::clone(leaf),
                common: common.clone(),
                share,
            };
            self.send_to(place, &Message::Proposal(Box::new(proposal)));
        }
        Ok(())
    }

    /// The payload of this node's proposal is stored: now the leaf can be proposed.
    pub(super) async fn stored(&mut self, number: u64, certificate: DaCertificate) -> Result<(), StoreError> {
        let Some(view) = self.views.get_mut(&number) else {
            return Ok(());
        };
        let Some(Proposing::Storing { leaf, answer, .. }) = view.proposing.take() else {
            return Ok(());
        };
        view.certify(certificate.clone());
        let Some((block, state)) = self.states.remove(&leaf) else {
            return Ok(());
        };
        let basis = Basis {
            leaf: Leaf::clone(&block),
            certificate: certificate.clone(),
        };
        self.store.put_basis(leaf, &basis).await?;
        self.chain.insert(leaf, block, certificate, Some(state));
        answer.propose(leaf);
        self.nudge();
        self.advance(number).await
    }

    /// The proposer's vote is about to go out: everybody else needs the certificate to vote.
    pub(super) fn publish(&mut self, leaf: Commitment) {
        if let Some(block) = self.chain.block(leaf) {
            let message = Message::DaCertificate(Box::new(block.certificate.clone()));
            self.send(Recipients::All, &message);
        }
    }
}
