//! What nodes vote on, the votes, and the certificates made of them.

mod certificate;
mod data;
mod signers;
mod view;

pub use certificate::{
    Certificate, CertificateError, DaCertificate, QuorumCertificate, QuorumCertificate2, TimeoutCertificate,
    TimeoutCertificate2, UpgradeCertificate, ViewChangeEvidence, ViewSyncCommitCertificate,
    ViewSyncFinalizeCertificate, ViewSyncFinalizeCertificate2, ViewSyncPreCommitCertificate, Vote,
};
pub use data::{
    DaData, NextEpochQuorumData2, QuorumData, QuorumData2, TimeoutData, TimeoutData2, UpgradeData,
    ViewSyncCommitData, ViewSyncFinalizeData, ViewSyncFinalizeData2, ViewSyncPreCommitData, VoteData,
    vote_commitment,
};
pub use signers::Signers;
pub use view::ViewNumber;
