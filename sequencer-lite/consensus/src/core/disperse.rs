//! What peers send: proposals and shares, payloads to store, votes that they are stored, transactions.

use std::sync::Arc;

use commonware_p2p::{Blocker, Sender};
use crema_types::vote::{DaCertificate, DaData, ViewNumber};
use crema_types::{Payload, VidCommitment};
use crema_vid::Verifier;
use tracing::debug;

use super::events::Event;
use super::view::{Checked, Offer, Proposing};
use super::{Core, Runtime};
use crate::committee::NetworkKey;
use crate::message::{DaVote, Message, PayloadProposal, Proposal};
use crate::scheme::SignatureCheck;
use crate::store::StoreError;

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// A message has arrived.
    pub(super) async fn receive(&mut self, sender: NetworkKey, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(place) = self.committee.place(&sender) else {
            return Ok(());
        };
        match Message::decode(bytes) {
            Ok(Message::Proposal(proposal)) => self.proposal(place, *proposal).await,
            Ok(Message::Payload(payload)) => {
                self.payload(place, *payload);
                Ok(())
            }
            Ok(Message::DaVote(vote)) => self.da_vote(place, vote).await,
            Ok(Message::DaCertificate(certificate)) => self.da_certificate(place, *certificate).await,
            Ok(Message::Transaction(transaction)) => {
                self.source.received(transaction);
                Ok(())
            }
            Err(error) => {
                self.block(place, &error.to_string());
                Ok(())
            }
        }
    }

    async fn proposal(&mut self, place: usize, proposal: Proposal) -> Result<(), StoreError> {
        let number = proposal.leaf.view_number.0;
        if self.committee.leader(number) != place {
            self.block(place, "it proposes out of turn");
            return Ok(());
        }
        let Some(view) = self.view(number) else {
            return Ok(());
        };
        let Proposal { leaf, common, share } = proposal;
        let offer = Offer {
            common,
            share,
            checked: Checked::Not,
            leaf: Arc::new(leaf),
        };
        if view.offer(offer.leaf.commit(), offer) {
            self.advance(number).await?;
        }
        Ok(())
    }

    /// A leader's payload, to be checked beside the loop.
    fn payload(&mut self, place: usize, proposal: PayloadProposal) {
        let number = proposal.view.0;
        if self.committee.leader(number) != place || !self.committee.storing().contains(&self.place) {
            self.block(place, "it sends a payload that is not its to send");
            return;
        }
        let limit = self.chain.tip().state.chain_config.max_block_size.0;
        let nodes = self.committee.len() as u32;
        let Some(view) = self.view(number) else { return };
        if view.payload_seen {
            return;
        }
        view.payload_seen = true;
        self.beside("payload", move || {
            let PayloadProposal { common, payload, .. } = proposal;
            let commitment = common.commitment();
            let length = payload.as_bytes().len() as u64;
            let good = length <= limit
                && payload.ns_table().validate(length).is_ok()
                && Verifier::for_nodes(nodes, commitment, common)
                    .is_ok_and(|verifier| verifier.verify_payload(payload.as_bytes()).is_ok());
            Event::PayloadChecked {
                view: number,
                commitment,
                payload: good.then(|| Box::new(payload)),
            }
        });
    }

    /// Stores a leader's payload, and says so.
    pub(super) async fn payload_checked(
        &mut self,
        view: u64,
        commitment: VidCommitment,
        payload: Option<Box<Payload>>,
    ) -> Result<(), StoreError> {
        let leader = self.committee.leader(view);
        let Some(payload) = payload else {
            self.block(leader, "its payload is not what its commitment says");
            return Ok(());
        };
        let data = DaData {
            payload_commit: commitment,
        };
        if let Some(vote) = self.store_and_vote(view, data, &payload).await? {
            self.send_to(leader, &Message::DaVote(vote));
        }
        self.advance(view).await
    }

    /// Stores a payload and votes that it is stored; no vote when another one was stored in the same view.
    pub(super) async fn store_and_vote(
        &mut self,
        view: u64,
        data: DaData,
        payload: &Payload,
    ) -> Result<Option<DaVote>, StoreError> {
        if self.store.has_other_payload(view, data.payload_commit).await? {
            return Ok(None);
        }
        self.store.put_payload(view, data.payload_commit, payload).await?;
        let signature = self.scheme.sign_vote(&data, ViewNumber(view));
        Ok(signature.map(|signature| DaVote {
            view: ViewNumber(view),
            payload: data.payload_commit,
            signature,
        }))
    }

    async fn da_vote(&mut self, place: usize, vote: DaVote) -> Result<(), StoreError> {
        let scheme = self.scheme.clone();
        let Some(view) = self.views.get_mut(&vote.view.0) else {
            return Ok(());
        };
        let Some(Proposing::Storing { votes, .. }) = &mut view.proposing else {
            return Ok(());
        };
        if votes.payload() != vote.payload {
            return Ok(());
        }
        match votes.add(&scheme, place, vote.signature) {
            Some(certificate) => self.stored(vote.view.0, certificate).await,
            None => Ok(()),
        }
    }

    async fn da_certificate(&mut self, place: usize, certificate: DaCertificate) -> Result<(), StoreError> {
        let scheme = self.scheme.clone();
        let number = certificate.view_number.0;
        let Some(view) = self.view(number) else {
            return Ok(());
        };
        if view.certificates.contains_key(&certificate.data.payload_commit) {
            return Ok(());
        }
        if let Err(error) = scheme.verify_da_certificate(&certificate) {
            debug!(view = number, %error, "a DA certificate does not verify");
            self.block(place, "its DA certificate does not verify");
            return Ok(());
        }
        view.certify(certificate);
        self.advance(number).await
    }
}
