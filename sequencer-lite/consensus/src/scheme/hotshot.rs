//! HotShot's certificates, out of votes and checked by HotShot's rule.

use ark_bn254::G1Projective;
use ark_ec::{AffineRepr, CurveGroup};
use commonware_consensus::simplex::types::Proposal;
use commonware_cryptography::Digest;
use crema_light_client::bls::{self, hash_to_curve};
use crema_types::vote::{
    Certificate, CertificateError, DaCertificate, DaData, QuorumCertificate, QuorumData, Signers, ViewNumber,
    VoteData, vote_commitment,
};
use crema_types::{Commitment, VidCommitment};

use super::{Scheme, SignatureCheck, VoteCertificate};

impl<C: SignatureCheck> Scheme<C> {
    /// HotShot's quorum certificate for the leaf that a notarization is for: the same votes, with the signers in the
    /// order of the stake table.
    pub fn quorum_certificate<D: Digest>(
        &self,
        proposal: &Proposal<D>,
        certificate: &VoteCertificate,
    ) -> Option<QuorumCertificate> {
        let leaf_commit = Commitment(proposal.payload.as_ref().try_into().ok()?);
        let committee = self.committee();
        let mut signers = Signers::new(committee.len());
        for participant in certificate.signers.iter() {
            signers.insert(committee.place_of(participant)?);
        }
        let view = ViewNumber(proposal.round.view().get());
        let signature = bls::Signature(certificate.sum.vote);
        Some(Certificate::new(
            QuorumData { leaf_commit },
            view,
            signature,
            signers,
        ))
    }

    /// Checks that a quorum of the committee signed `certificate`, bit i being entry i of the stake table.
    ///
    /// # Errors
    /// When it did not; also for the certificate of genesis, which nobody signs.
    pub fn verify_quorum_certificate(&self, certificate: &QuorumCertificate) -> Result<(), CertificateError> {
        let everybody: Vec<usize> = (0..self.committee().len()).collect();
        self.verify_signed(certificate, &everybody, self.committee().quorum())
    }

    /// Checks that more than two thirds of the members that store payloads signed `certificate`, bit i being the i-th
    /// of them in the order of the stake table.
    ///
    /// # Errors
    /// When they did not.
    pub fn verify_da_certificate(&self, certificate: &DaCertificate) -> Result<(), CertificateError> {
        let committee = self.committee();
        self.verify_signed(certificate, committee.storing(), committee.storing_quorum())
    }

    fn verify_signed<D: VoteData>(
        &self,
        certificate: &Certificate<D>,
        table: &[usize],
        threshold: usize,
    ) -> Result<(), CertificateError> {
        let expected = vote_commitment(&certificate.data, certificate.view_number);
        if certificate.vote_commitment != expected {
            return Err(CertificateError::VoteCommitment {
                expected,
                found: certificate.vote_commitment,
            });
        }
        let Some((signature, signers)) = &certificate.signatures else {
            return Err(CertificateError::Unsigned {
                view: certificate.view_number,
            });
        };
        if signers.len() != table.len() {
            return Err(CertificateError::Table {
                expected: table.len(),
                found: signers.len(),
            });
        }
        if signers.count() < threshold {
            return Err(CertificateError::Threshold {
                threshold,
                found: signers.count(),
            });
        }
        let places: Vec<usize> = signers.iter().map(|index| table[index]).collect();
        Ok(self.verify_votes(&expected, signature, &places)?)
    }

    /// Checks the sum of the signatures that the members at `places` made on a vote.
    fn verify_votes(
        &self,
        vote: &Commitment,
        sum: &bls::Signature,
        places: &[usize],
    ) -> Result<(), bls::Error> {
        let message = G1Projective::from(hash_to_curve(&vote.0));
        if !sum.0.is_zero() && self.0.check.holds(&message, &sum.0.into(), places, None) {
            Ok(())
        } else {
            Err(bls::Error::Invalid)
        }
    }

    /// This member's signature on a vote, if it is a member.
    pub(crate) fn sign_vote<D: VoteData>(&self, data: &D, view: ViewNumber) -> Option<bls::Signature> {
        let (_, key) = self.0.signer.as_ref()?;
        Some(key.sign(&vote_commitment(data, view).0))
    }
}

/// Collects the votes for one payload until they certify that it is stored.
#[derive(Debug)]
pub struct DaVotes {
    data: DaData,
    view: ViewNumber,
    /// One vote per member that stores, by its place among them.
    votes: Vec<Option<bls::Signature>>,
}

impl DaVotes {
    /// No votes yet for `data` in `view`, of `storing` members.
    pub fn new(data: DaData, view: ViewNumber, storing: usize) -> Self {
        Self {
            data,
            view,
            votes: vec![None; storing],
        }
    }

    /// The payload that is voted on.
    pub fn payload(&self) -> VidCommitment {
        self.data.payload_commit
    }

    /// Takes the vote of the member at `place`, and makes the certificate if it completes one. A second vote of one
    /// member counts no more than the first; wrong votes are found when the sum does not verify, and dropped.
    pub fn add<C: SignatureCheck>(
        &mut self,
        scheme: &Scheme<C>,
        place: usize,
        signature: bls::Signature,
    ) -> Option<DaCertificate> {
        let storing = scheme.committee().storing();
        let slot = self.votes.get_mut(storing.binary_search(&place).ok()?)?;
        slot.get_or_insert(signature);
        if self.count() < scheme.committee().storing_quorum() {
            return None;
        }
        let vote = vote_commitment(&self.data, self.view);
        let (places, sum) = self.sum(storing);
        if scheme.verify_votes(&vote, &sum, &places).is_err() {
            for (slot, &place) in self.votes.iter_mut().zip(storing) {
                if slot.is_some_and(|signature| scheme.verify_votes(&vote, &signature, &[place]).is_err()) {
                    *slot = None;
                }
            }
            if self.count() < scheme.committee().storing_quorum() {
                return None;
            }
        }
        let (_, sum) = self.sum(storing);
        let signers = self.votes.iter().map(Option::is_some).collect();
        Some(Certificate::new(self.data, self.view, sum, signers))
    }

    fn count(&self) -> usize {
        self.votes.iter().flatten().count()
    }

    fn sum(&self, storing: &[usize]) -> (Vec<usize>, bls::Signature) {
        let mut places = Vec::new();
        let mut sum = G1Projective::default();
        for (vote, &place) in self.votes.iter().zip(storing) {
            if let Some(signature) = vote {
                places.push(place);
                sum += signature.0;
            }
        }
        (places, bls::Signature(sum.into_affine()))
    }
}
