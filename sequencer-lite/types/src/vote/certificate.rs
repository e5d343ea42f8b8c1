//! Votes, and certificates: aggregates of enough of them.

use std::marker::PhantomData;

use crema_light_client::bls;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    DaData, QuorumData, QuorumData2, Signers, TimeoutData, TimeoutData2, UpgradeData, ViewNumber,
    ViewSyncCommitData, ViewSyncFinalizeData, ViewSyncFinalizeData2, ViewSyncPreCommitData, VoteData,
    vote_commitment,
};
use crate::commitment::{Commitment, CommitmentBuilder};
use crate::wire;

/// One node's vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote<D> {
    /// Who votes, and its signature on [`vote_commitment`].
    pub signature: (bls::VerifyingKey, bls::Signature),
    /// What it says yes to.
    pub data: D,
    /// The view that it votes in.
    pub view_number: ViewNumber,
}

impl<D: VoteData> Vote<D> {
    /// Signs `data` in `view`.
    pub fn sign(key: &bls::SigningKey, data: D, view: ViewNumber) -> Self {
        let signature = key.sign(&vote_commitment(&data, view).0);
        Self {
            signature: (key.verifying_key(), signature),
            data,
            view_number: view,
        }
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// When it does not verify.
    pub fn verify(&self) -> Result<(), bls::Error> {
        let (key, signature) = &self.signature;
        key.verify(&vote_commitment(&self.data, self.view_number).0, signature)
    }
}

/// Votes of many nodes on the same data in the same view, aggregated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate<D> {
    /// What was voted on.
    pub data: D,
    /// What was signed.
    pub vote_commitment: Commitment,
    /// The view of the votes.
    pub view_number: ViewNumber,
    /// The sum of the signatures, and whose they are by their order in the stake table. None at genesis only.
    pub signatures: Option<(bls::Signature, Signers)>,
    _pd: PhantomData<()>,
}

/// Certifies a leaf.
pub type QuorumCertificate = Certificate<QuorumData>;
/// Certifies a leaf, in the shape that knows epochs.
pub type QuorumCertificate2 = Certificate<QuorumData2>;
/// Certifies that a payload is stored.
pub type DaCertificate = Certificate<DaData>;
/// Certifies that a view timed out.
pub type TimeoutCertificate = Certificate<TimeoutData>;
/// Certifies that a view timed out, in the shape that knows epochs.
pub type TimeoutCertificate2 = Certificate<TimeoutData2>;
/// Certifies the first phase of view synchronization.
pub type ViewSyncPreCommitCertificate = Certificate<ViewSyncPreCommitData>;
/// Certifies the second phase of view synchronization.
pub type ViewSyncCommitCertificate = Certificate<ViewSyncCommitData>;
/// Certifies the third phase of view synchronization.
pub type ViewSyncFinalizeCertificate = Certificate<ViewSyncFinalizeData>;
/// Certifies the third phase of view synchronization, in the shape that knows epochs.
pub type ViewSyncFinalizeCertificate2 = Certificate<ViewSyncFinalizeData2>;
/// Certifies a change of version.
pub type UpgradeCertificate = Certificate<UpgradeData>;

/// Why a proposal may skip views: they timed out, or the nodes met in a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewChangeEvidence {
    /// The view before timed out.
    Timeout(TimeoutCertificate2),
    /// The nodes synchronized to this view.
    ViewSync(ViewSyncFinalizeCertificate2),
}

/// Why a certificate is not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CertificateError {
    /// No signatures.
    #[error("the certificate of view {view} carries no signatures; only genesis needs none")]
    Unsigned {
        /// Its view.
        view: ViewNumber,
    },
    /// Says that something else was signed than its data in its view.
    #[error("the certificate names vote commitment {found}, its data and view give {expected}")]
    VoteCommitment {
        /// Computed from data and view.
        expected: Commitment,
        /// The one in the certificate.
        found: Commitment,
    },
    /// Made for another stake table.
    #[error("the certificate has {found} signer bits, the stake table {expected} entries")]
    Table {
        /// Entries in the stake table.
        expected: usize,
        /// Bits in the certificate.
        found: usize,
    },
    /// Too few signers.
    #[error("{found} signers do not reach the threshold of {threshold}")]
    Threshold {
        /// Signers needed.
        threshold: usize,
        /// Signers found.
        found: usize,
    },
    /// The aggregate signature.
    #[error(transparent)]
    Signature(#[from] bls::Error),
}

impl<D: VoteData> Certificate<D> {
    /// The certificate that these signatures on [`vote_commitment`] make.
    pub fn new(data: D, view: ViewNumber, signature: bls::Signature, signers: Signers) -> Self {
        Self {
            vote_commitment: vote_commitment(&data, view),
            data,
            view_number: view,
            signatures: Some((signature, signers)),
            _pd: PhantomData,
        }
    }

    /// A certificate that nobody signed, as genesis has it. `vote_commitment` is taken as given: the null certificate
    /// in the genesis leaf has its data's commitment there.
    pub fn unsigned(data: D, view: ViewNumber, vote_commitment: Commitment) -> Self {
        Self {
            data,
            vote_commitment,
            view_number: view,
            signatures: None,
            _pd: PhantomData,
        }
    }

    /// Whether this stands for the votes that nobody casts on genesis. Callers compare its data with their genesis.
    pub fn is_genesis(&self) -> bool {
        self.view_number == ViewNumber::GENESIS && self.signatures.is_none()
    }

    /// Checks that at least `threshold` of `keys`, the stake table in its order, signed the data in the view.
    ///
    /// # Errors
    /// When they did not, and for certificates without signatures, genesis included.
    pub fn verify(&self, keys: &[bls::VerifyingKey], threshold: usize) -> Result<(), CertificateError> {
        let expected = vote_commitment(&self.data, self.view_number);
        if self.vote_commitment != expected {
            return Err(CertificateError::VoteCommitment {
                expected,
                found: self.vote_commitment,
            });
        }
        let Some((signature, signers)) = &self.signatures else {
            return Err(CertificateError::Unsigned {
                view: self.view_number,
            });
        };
        if signers.len() != keys.len() {
            return Err(CertificateError::Table {
                expected: keys.len(),
                found: signers.len(),
            });
        }
        if signers.count() < threshold {
            return Err(CertificateError::Threshold {
                threshold,
                found: signers.count(),
            });
        }
        let signed_by: Vec<_> = signers.iter().map(|index| keys[index]).collect();
        Ok(bls::verify_same_message(&signed_by, &expected.0, signature)?)
    }

    /// Commits to the certificate, signatures included.
    pub fn commit(&self) -> Commitment {
        Commitment(
            CommitmentBuilder::new("Certificate")
                .fixed_field("data", &self.data.commit().0)
                .fixed_field("vote_commitment", &self.vote_commitment.0)
                .fixed_field("view number", &self.view_number.commit().0)
                .bytes_field("signatures", &self.signature_bytes())
                .finish(),
        )
    }

    /// The signatures as the commitment hashes them.
    fn signature_bytes(&self) -> Vec<u8> {
        let Some((signature, signers)) = &self.signatures else {
            return Vec::new();
        };
        let binary = "strings, integers and byte strings all have a binary form";
        [
            b"Yesbitvec proof".as_slice(),
            &wire::encode_unversioned(signers).expect(binary),
            b"aggregated signature",
            &wire::encode_unversioned(signature).expect(binary),
        ]
        .concat()
    }
}

impl From<QuorumCertificate> for QuorumCertificate2 {
    fn from(certificate: QuorumCertificate) -> Self {
        Self {
            data: QuorumData2 {
                leaf_commit: certificate.data.leaf_commit,
                epoch: None,
            },
            vote_commitment: certificate.vote_commitment,
            view_number: certificate.view_number,
            signatures: certificate.signatures,
            _pd: PhantomData,
        }
    }
}

impl From<QuorumCertificate2> for QuorumCertificate {
    /// Drops the epoch, which no version below 0.100 has.
    fn from(certificate: QuorumCertificate2) -> Self {
        Self {
            data: QuorumData {
                leaf_commit: certificate.data.leaf_commit,
            },
            vote_commitment: certificate.vote_commitment,
            view_number: certificate.view_number,
            signatures: certificate.signatures,
            _pd: PhantomData,
        }
    }
}
