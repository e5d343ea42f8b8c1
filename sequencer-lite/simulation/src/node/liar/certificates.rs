//! Certificates that are none.

use bytes::Bytes;
use commonware_codec::{Decode as _, Encode as _};
use commonware_consensus::simplex::types::{Certificate, Notarize, Subject};
use commonware_cryptography::certificate::{Scheme as _, Signers, Verifier as _};
use commonware_cryptography::sha256::Digest;
use commonware_p2p::Recipients;
use commonware_utils::Participant;
use crema_consensus::message::Message;
use crema_consensus::scheme::VoteCertificate;
use crema_consensus::{NetworkKey, Scheme};
use crema_types::vote::DaCertificate;

use super::Liar;
use crate::members::Crypto;
use crate::node::outbox::Passage;

impl<C: Crypto> Liar<C> {
    /// A certificate of simplex's goes out after a forged one, which would do harm if it were believed.
    pub(super) fn forge(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let config = self.scheme.certificate_codec_config();
        let read = Certificate::<Scheme<C>, Digest>::decode_cfg(Bytes::copy_from_slice(bytes), &config);
        let Ok(mut certificate) = read else {
            return Passage::AsItIs;
        };
        let kind = self.memory().dice.between(0, 3);
        match &mut certificate {
            Certificate::Notarization(notarization) if kind == 0 => notarization.proposal.payload.0[0] ^= 1,
            Certificate::Finalization(finalization) if kind == 0 => finalization.proposal.payload.0[0] ^= 1,
            Certificate::Notarization(notarization) => {
                let own = Notarize::<Scheme<C>, Digest>::sign(&self.scheme, notarization.proposal.clone());
                let own = own.map(|vote| vote.attestation);
                self.falsify(kind, &mut notarization.certificate, own.as_ref());
            }
            Certificate::Finalization(finalization) => {
                let subject = Subject::Finalize {
                    proposal: &finalization.proposal,
                };
                let own = self.scheme.sign::<Digest>(subject);
                self.falsify(kind, &mut finalization.certificate, own.as_ref());
            }
            Certificate::Nullification(nullification) => {
                let subject = Subject::Nullify {
                    round: nullification.round,
                };
                let own = self.scheme.sign::<Digest>(subject);
                self.falsify(kind, &mut nullification.certificate, own.as_ref());
            }
        }
        self.to_all(recipients, &[&certificate.encode(), bytes])
    }

    /// A signer less than a quorum, one signer more than have signed, or this member's signature a second time in the
    /// name of another.
    fn falsify(
        &self,
        kind: u64,
        certificate: &mut VoteCertificate,
        own: Option<&commonware_cryptography::certificate::Attestation<Scheme<C>>>,
    ) {
        let members = self.committee.len();
        let mut signers: Vec<Participant> = certificate.signers.iter().collect();
        let absent = (0..members)
            .map(Participant::from_usize)
            .find(|participant| !signers.contains(participant));
        match (kind, absent, own.and_then(|own| own.signature.get())) {
            (2, Some(absent), _) => signers.push(absent),
            (3, Some(absent), Some(own)) => {
                signers.push(absent);
                certificate.sum.vote = (certificate.sum.vote + own.vote).into();
                certificate.sum.binding = (certificate.sum.binding + own.binding).into();
            }
            _ => drop(signers.pop()),
        }
        if let Ok(signers) = Signers::new(members as u32, signers) {
            certificate.signers = signers;
        }
    }

    /// A certificate that a payload is stored goes out for another payload, for another view, and a signer short.
    pub(super) fn forge_availability(&self, recipients: &Recipients<NetworkKey>, bytes: &[u8]) -> Passage {
        let Ok(Message::DaCertificate(certificate)) = Message::decode(bytes) else {
            return Passage::AsItIs;
        };
        let mut forged = DaCertificate::clone(&certificate);
        match self.memory().dice.between(0, 2) {
            0 => forged.data.payload_commit.0[0] ^= 1,
            1 => forged.view_number.0 += self.committee.len() as u64,
            _ => {
                if let Some((_, signers)) = &mut forged.signatures {
                    let fewer =
                        signers
                            .iter()
                            .skip(1)
                            .fold(vec![false; signers.len()], |mut bits, signer| {
                                bits[signer] = true;
                                bits
                            });
                    *signers = fewer.into_iter().collect();
                }
            }
        }
        match Message::DaCertificate(Box::new(forged)).encode() {
            Ok(forged) => self.to_all(recipients, &[&forged, bytes]),
            Err(_) => Passage::AsItIs,
        }
    }
}
