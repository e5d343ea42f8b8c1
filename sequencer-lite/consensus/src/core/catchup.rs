//! Asking peers for what was missed, and answering them. Every answer is checked before it counts; a peer whose answer
//! is wrong is hung up on.

use std::sync::Arc;

use bytes::Bytes;
use commonware_p2p::{Blocker, Sender};
use commonware_resolver::{Resolver as _, TargetedResolver as _};
use commonware_utils::channel::oneshot;
use commonware_utils::vec::NonEmptyVec;
use crema_types::vote::{DaCertificate, QuorumCertificate};
use crema_types::{Commitment, Leaf, Version, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::debug;

use super::{Core, Runtime, deposits};
use crate::chain::{Parent, next_state};
use crate::committee::NetworkKey;
use crate::ordering::{Answer, simplex};
use crate::request::Request;
use crate::scheme::SignatureCheck;
use crate::store::{Basis, DecidedLeaf, StoreError};

/// Decided leaves in one answer, unless it takes more to reach one that is proved final.
const ROW: usize = 64;
/// Most decided leaves in one answer.
const LONGEST_ROW: usize = 1024;
/// Bytes after which an answer takes no more leaves than it has to.
const ROW_BYTES: usize = 1 << 19;

impl<E, C, B, S> Core<E, C, B, S>
where
    E: Runtime,
    C: SignatureCheck,
    B: Blocker<PublicKey = NetworkKey>,
    S: Sender<PublicKey = NetworkKey>,
{
    /// Asks peers until one answers well, or the request is forgotten.
    pub(super) fn request(&mut self, request: Request) {
        if self.requested.insert(request) {
            debug!(%request, "asking peers");
            self.resolver.fetch(request);
        }
    }

    /// Asks the members at `places` until one answers well.
    pub(super) fn request_from(&mut self, request: Request, places: impl Iterator<Item = usize>) {
        let peers: Vec<NetworkKey> = places
            .filter(|&place| place != self.place)
            .map(|place| self.committee.network_key(place).clone())
            .collect();
        if let Ok(peers) = NonEmptyVec::try_from(peers)
            && self.requested.insert(request)
        {
            debug!(%request, "asking members");
            self.resolver.fetch_targeted(request, peers);
        }
    }

    /// A peer answers.
    pub(super) async fn delivered(
        &mut self,
        request: Request,
        bytes: &[u8],
        verdict: Answer<bool>,
    ) -> Result<(), StoreError> {
        if !self.requested.contains(&request) {
            // forgotten in the meantime; dropping the verdict blames nobody
            return Ok(());
        }
        let good = match request {
            Request::Block(name) => self.block_delivered(name, bytes).await?,
            Request::Certificate(name) => self.certificate_delivered(name, bytes),
            Request::Decided(height) => self.decided_delivered(height, bytes).await?,
            Request::Payload(payload) => {
                self.payload_delivered(payload, bytes, verdict);
                return Ok(());
            }
            Request::Share(payload, place) => {
                self.share_delivered(payload, place, bytes, verdict);
                return Ok(());
            }
        };
        if good {
            self.requested.remove(&request);
            self.nudge();
        }
        // the resolver has ended with the node
        let _ = verdict.send(good);
        Ok(())
    }

    async fn block_delivered(&mut self, name: Commitment, bytes: &[u8]) -> Result<bool, StoreError> {
        let Some(basis) = decode::<Basis>(bytes) else {
            return Ok(false);
        };
        let header = &basis.leaf.block_header;
        let good = basis.leaf.commit() == name
            && stored(&basis.certificate, &basis.leaf)
            && self.scheme.verify_da_certificate(&basis.certificate).is_ok();
        debug!(leaf = %name, height = header.height, good, "a peer sends a leaf");
        if good {
            self.admit(name, basis).await?;
        }
        Ok(good)
    }

    fn certificate_delivered(&mut self, name: Commitment, bytes: &[u8]) -> bool {
        let Some(certificate) = decode::<QuorumCertificate>(bytes) else {
            return false;
        };
        let good = certificate.data.leaf_commit == name
            && self.scheme.verify_quorum_certificate(&certificate).is_ok();
        if good && certificate.view_number > self.chain.tip().leaf.view_number {
            self.certificates.insert(name, certificate);
        }
        good
    }

    async fn decided_delivered(&mut self, height: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        let Some(row) = decode::<Vec<DecidedLeaf>>(bytes) else {
            return Ok(false);
        };
        if height != self.chain.tip().leaf.block_header.height + 1 {
            // decided here while the answer was on its way
            return Ok(true);
        }
        match self.follow(row) {
            Some((row, last)) => {
                self.settle(row, last).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Checks a row of decided leaves: linked to the tip, every header following from the last, the newest proved
    /// final. Certificates are those that the leaves carry for their parents; the newest's is checked by itself.
    fn follow(&mut self, mut row: Vec<DecidedLeaf>) -> Option<(Vec<DecidedLeaf>, Parent)> {
        let (mut parent, mut name) = (self.chain.tip().clone(), self.chain.tip_name());
        let newest = row.len().checked_sub(1)?;
        for index in 0..row.len() {
            let leaf = Arc::new(row[index].leaf.clone());
            if leaf.parent_commitment != name || leaf.justify_qc.data.leaf_commit != name {
                return None;
            }
            if leaf.block_header.height != parent.leaf.block_header.height + 1 {
                return None;
            }
            if let Some(before) = index.checked_sub(1) {
                row[before].certificate = leaf.justify_qc.clone();
                row[before].finality = None;
            }
            let l1 = Arc::clone(&self.l1);
            let state = next_state(&parent, &leaf, &|parent: &Leaf, leaf: &Leaf| {
                deposits(&*l1, &parent.block_header, &leaf.block_header)
            });
            let state = Arc::new(
                state
                    .inspect_err(|reason| debug!(reason, "a decided row is wrong"))
                    .ok()?,
            );
            name = leaf.commit();
            parent = Parent { leaf, state };
        }
        let DecidedLeaf {
            leaf,
            certificate,
            finality,
        } = &row[newest];
        let final_leaf = simplex::verify_finality(&mut *self.context, &self.scheme, finality.as_ref()?)?;
        let good = final_leaf == (leaf.view_number.0, name)
            && certificate.data.leaf_commit == name
            && certificate.view_number == leaf.view_number
            && self.scheme.verify_quorum_certificate(certificate).is_ok();
        good.then_some((row, parent))
    }

    /// A peer asks. No answer says that this node does not have it.
    pub(super) async fn produce(
        &mut self,
        request: Request,
        answer: oneshot::Sender<Bytes>,
    ) -> Result<(), StoreError> {
        let bytes = match request {
            Request::Block(name) => encode(self.store.basis(name).await?),
            Request::Certificate(name) => {
                if let Some(certificate) = self.certificate(name) {
                    encode(Some(certificate))
                } else {
                    let decided = self.store.decided_named(name).await?;
                    encode(decided.map(|decided| decided.certificate))
                }
            }
            Request::Decided(height) => self.decided_row(height).await?,
            Request::Payload(payload) => encode(self.store.payload(payload).await?),
            Request::Share(payload, place) if place as usize == self.place => {
                encode(self.store.share(payload).await?)
            }
            Request::Share(..) => None,
        };
        if let Some(bytes) = bytes {
            // whoever asked may have left
            let _ = answer.send(bytes);
        }
        Ok(())
    }

    /// Decided leaves from `height` on, up to the last in a row that is proved final.
    async fn decided_row(&mut self, height: u64) -> Result<Option<Bytes>, StoreError> {
        let mut row: Vec<DecidedLeaf> = Vec::new();
        let (mut proved, mut bytes) = (0, 0);
        for height in (height.max(1)..).take(LONGEST_ROW) {
            if proved > 0 && (row.len() >= ROW || bytes >= ROW_BYTES) {
                break;
            }
            let Some(decided) = self.store.decided(height).await? else {
                break;
            };
            bytes += wire::encode_unversioned(&decided).map_or(0, |bytes| bytes.len());
            let is_proved = decided.finality.is_some();
            row.push(decided);
            if is_proved {
                proved = row.len();
            }
        }
        row.truncate(proved);
        Ok(encode((proved > 0).then_some(row)))
    }
}

/// Whether the certificate says that the leaf's payload is stored.
fn stored(certificate: &DaCertificate, leaf: &Leaf) -> bool {
    certificate.view_number == leaf.view_number
        && certificate.data.payload_commit == leaf.block_header.payload_commitment
}

fn encode<T: Serialize>(value: Option<T>) -> Option<Bytes> {
    wire::encode(Version::V0_2, &value?).ok().map(Bytes::from)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    wire::decode(Version::V0_2, bytes).ok()
}
