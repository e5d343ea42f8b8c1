//! Decided payloads that this node does not have: from a member that stored them, or out of enough members' shares.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use commonware_p2p::{Blocker, Sender};
use commonware_resolver::Resolver as _;
use crema_types::{Leaf, NamespaceTable, Payload, VidCommitment};
use crema_vid::{Common, Share, Verifier};
use tracing::{debug, warn};

use super::catchup::decode;
use super::events::Event;
use super::{Core, Runtime};
use crate::committee::NetworkKey;
use crate::ordering::Answer;
use crate::request::Request;
use crate::scheme::SignatureCheck;
use crate::store::StoreError;

/// How long the members that store payloads have, before shares are gathered as well.
const PATIENCE: Duration = Duration::from_secs(2);

/// A payload that is being looked for.
pub(super) struct Retrieval {
    height: u64,
    view: u64,
    ns_table: NamespaceTable,
    /// Verified shares by place.
    shares: BTreeMap<u32, (Common, Share)>,
    /// Whether a recovery is running.
    recovering: bool,
}

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// Tells the source of a decided payload, or looks for it.
    pub(super) async fn look_for_payload(&mut self, leaf: &Leaf) -> Result<(), StoreError> {
        let header = &leaf.block_header;
        if header.ns_table.is_empty() {
            return Ok(());
        }
        let commitment = header.payload_commitment;
        if let Some(payload) = self.store.payload(commitment).await? {
            self.source.decided(&payload);
            return Ok(());
        }
        if self.retrievals.contains_key(&commitment) {
            return Ok(());
        }
        let mut shares = BTreeMap::new();
        if let Some(own) = self.store.share(commitment).await? {
            shares.insert(self.place as u32, own);
        }
        let retrieval = Retrieval {
            height: header.height,
            view: leaf.view_number.0,
            ns_table: header.ns_table.clone(),
            shares,
            recovering: false,
        };
        self.retrievals.insert(commitment, retrieval);
        let committee = Arc::clone(&self.committee);
        self.request_from(Request::Payload(commitment), committee.storing().iter().copied());
        self.after(PATIENCE, Event::GatherShares { commitment });
        Ok(())
    }

    /// Asks every member for its share.
    pub(super) fn gather_shares(&mut self, commitment: VidCommitment) {
        let Some(retrieval) = self.retrievals.get(&commitment) else {
            return;
        };
        debug!(payload = %commitment, height = retrieval.height, "gathering shares");
        for place in 0..self.committee.len() {
            self.request_from(Request::Share(commitment, place as u32), std::iter::once(place));
        }
        self.recover_payload(commitment);
    }

    /// A peer sends a whole payload, to be checked beside the loop.
    pub(super) fn payload_delivered(
        &mut self,
        commitment: VidCommitment,
        bytes: &[u8],
        verdict: Answer<bool>,
    ) {
        let Some(retrieval) = self.retrievals.get(&commitment) else {
            return;
        };
        let payload = decode::<Payload>(bytes).filter(|payload| *payload.ns_table() == retrieval.ns_table);
        let vid = Arc::clone(&self.vid);
        self.beside("payload", move || Event::Retrieved {
            commitment,
            payload: payload
                .filter(|payload| {
                    vid.commit(payload.as_bytes())
                        .is_ok_and(|found| found == commitment)
                })
                .map(Box::new),
            verdict: Some(verdict),
        });
    }

    /// A member sends its share, to be checked beside the loop.
    pub(super) fn share_delivered(
        &mut self,
        commitment: VidCommitment,
        place: u32,
        bytes: &[u8],
        verdict: Answer<bool>,
    ) {
        let share = decode::<(Common, Share)>(bytes);
        let nodes = self.committee.len() as u32;
        self.beside("share", move || Event::ShareFetched {
            commitment,
            place,
            share: share
                .filter(|(common, share)| {
                    share.index() == place
                        && Verifier::for_nodes(nodes, commitment, common.clone())
                            .is_ok_and(|verifier| verifier.verify_share(share).is_ok())
                })
                .map(Box::new),
            verdict,
        });
    }

    /// A fetched share has been checked.
    pub(super) fn share_fetched(
        &mut self,
        commitment: VidCommitment,
        place: u32,
        share: Option<Box<(Common, Share)>>,
        verdict: Answer<bool>,
    ) {
        let good = share.is_some();
        if let (Some(retrieval), Some(share)) = (self.retrievals.get_mut(&commitment), share) {
            retrieval.shares.insert(place, *share);
            self.requested.remove(&Request::Share(commitment, place));
            self.recover_payload(commitment);
        }
        let _ = verdict.send(good);
    }

    /// Recovers the payload beside the loop, once there are enough shares.
    fn recover_payload(&mut self, commitment: VidCommitment) {
        let threshold = self.vid.parameters().threshold();
        let nodes = self.committee.len() as u32;
        let Some(retrieval) = self.retrievals.get_mut(&commitment) else {
            return;
        };
        if retrieval.recovering || retrieval.shares.len() < threshold {
            return;
        }
        retrieval.recovering = true;
        let ns_table = retrieval.ns_table.clone();
        let shares: Vec<(Common, Share)> = retrieval.shares.values().cloned().collect();
        self.beside("recover", move || {
            let common = shares.first().map(|(common, _)| common.clone());
            let shares: Vec<Share> = shares.into_iter().map(|(_, share)| share).collect();
            let payload = common
                .and_then(|common| Verifier::for_nodes(nodes, commitment, common).ok())
                .and_then(|verifier| verifier.recover(&shares).ok());
            Event::Retrieved {
                commitment,
                payload: payload.map(|bytes| Box::new(Payload::from_parts(bytes, ns_table))),
                verdict: None,
            }
        });
    }

    /// A payload has been fetched or recovered, and checked.
    pub(super) async fn retrieved(
        &mut self,
        commitment: VidCommitment,
        payload: Option<Box<Payload>>,
        verdict: Option<Answer<bool>>,
    ) -> Result<(), StoreError> {
        let good = payload.is_some();
        match (payload, self.retrievals.remove(&commitment)) {
            (Some(payload), Some(retrieval)) => {
                debug!(payload = %commitment, height = retrieval.height, "a decided payload is here");
                self.store
                    .put_payload(retrieval.view, commitment, &payload)
                    .await?;
                self.source.decided(&payload);
                self.observer.retrieved(retrieval.height, &payload);
                self.requested.retain(|request| !request.is_for(commitment));
                self.resolver
                    .retain(move |request, ()| !request.is_for(commitment));
            }
            (None, Some(mut retrieval)) => {
                if verdict.is_none() {
                    // the leader committed to something that is no payload; its leaf was voted for by those who
                    // stored something else, which is what is asked for still
                    warn!(payload = %commitment, height = retrieval.height, "the shares give no payload");
                    retrieval.recovering = false;
                }
                self.retrievals.insert(commitment, retrieval);
            }
            (_, None) => {}
        }
        if let Some(verdict) = verdict {
            let _ = verdict.send(good);
        }
        Ok(())
    }

    /// The payload of a decided height, if it is here.
    pub(super) async fn payload_at(&mut self, height: u64) -> Result<Option<Payload>, StoreError> {
        let header = if height == 0 {
            return Ok(Some(Payload::default()));
        } else if let Some(decided) = self.store.decided(height).await? {
            decided.leaf.block_header
        } else {
            return Ok(None);
        };
        if header.ns_table.is_empty() {
            return Ok(Some(Payload::from_parts(Vec::new(), header.ns_table)));
        }
        self.store.payload(header.payload_commitment).await
    }
}
