//! Leaves: the links of the chain, each certified by a quorum and naming its parent's certificate.

use crema_light_client::bls;
use crema_light_client::state::LightClientState;
use serde::{Deserialize, Serialize};

use crate::commitment::{Commitment, CommitmentBuilder};
use crate::header::Header;
use crate::payload::Payload;
use crate::vote::{
    Certificate, NextEpochQuorumData2, QuorumCertificate, QuorumCertificate2, QuorumData, UpgradeCertificate,
    ViewChangeEvidence, ViewNumber, VoteData, vote_commitment,
};

/// A leaf as versions before epochs know it; API version 0 serves this shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The view in which it was proposed.
    pub view_number: ViewNumber,
    /// Certifies the parent.
    pub justify_qc: QuorumCertificate,
    /// The parent.
    pub parent_commitment: Commitment,
    /// The block.
    pub block_header: Header,
    /// A change of version, while one is under way.
    pub upgrade_certificate: Option<UpgradeCertificate>,
    /// The block's transactions, where they are known. Not part of the commitment: the header is.
    pub block_payload: Option<Payload>,
}

/// A leaf in the shape that knows epochs; API version 1 serves it, with the epochs' fields empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf2 {
    /// The view in which it was proposed.
    pub view_number: ViewNumber,
    /// Certifies the parent.
    pub justify_qc: QuorumCertificate2,
    /// Certifies the parent by the next epoch's nodes.
    pub next_epoch_justify_qc: Option<Certificate<NextEpochQuorumData2>>,
    /// The parent.
    pub parent_commitment: Commitment,
    /// The block.
    pub block_header: Header,
    /// A change of version, while one is under way.
    pub upgrade_certificate: Option<UpgradeCertificate>,
    /// The block's transactions, where they are known. Not part of the commitment: the header is.
    pub block_payload: Option<Payload>,
    /// Why views between the parent's and this one were skipped. Not part of the commitment.
    pub view_change_evidence: Option<ViewChangeEvidence>,
    /// Randomness for the next epoch.
    #[serde(with = "drb_result")]
    pub next_drb_result: Option<[u8; 32]>,
    /// Whether epochs are in force.
    pub with_epoch: bool,
}

impl Leaf {
    /// The leaf that every chain starts with: view 0, no parent, and a certificate that nobody signed.
    pub fn genesis(block_header: Header) -> Self {
        let null = QuorumData::default();
        Self {
            view_number: ViewNumber::GENESIS,
            justify_qc: Certificate::unsigned(null, ViewNumber::GENESIS, null.commit()),
            parent_commitment: null.leaf_commit,
            block_header,
            upgrade_certificate: None,
            block_payload: Some(Payload::default()),
        }
    }

    /// What a light client learns when this leaf is decided, and nodes sign for it.
    pub fn light_client_state(&self) -> LightClientState {
        self.block_header.light_client_state(self.view_number)
    }

    /// The certificate for this leaf that stands in the first leaf after genesis.
    pub fn genesis_certificate(&self) -> QuorumCertificate {
        let data = QuorumData {
            leaf_commit: self.commit(),
        };
        let vote = vote_commitment(&data, ViewNumber::GENESIS);
        Certificate::unsigned(data, ViewNumber::GENESIS, vote)
    }

    /// The leaf's commitment, the same in both shapes. What quorum votes are for.
    pub fn commit(&self) -> Commitment {
        Commitment(
            commitment_start(
                self.view_number,
                self.parent_commitment,
                &self.block_header,
                self.justify_qc.commit(),
                self.upgrade_certificate.as_ref(),
            )
            .finish(),
        )
    }
}

/// What both shapes commit to.
fn commitment_start(
    view: ViewNumber,
    parent: Commitment,
    header: &Header,
    justify: Commitment,
    upgrade: Option<&UpgradeCertificate>,
) -> CommitmentBuilder {
    CommitmentBuilder::new("leaf commitment")
        .u64_field("view number", view.0)
        .fixed_field("parent leaf commitment", &parent.0)
        .fixed_field("block header", &header.commit().0)
        .fixed_field("justify qc", &justify.0)
        .optional_field(
            "upgrade certificate",
            upgrade.map(|certificate| certificate.commit().0),
        )
}

impl Leaf2 {
    /// The leaf's commitment, the same in both shapes unless epochs are in force.
    pub fn commit(&self) -> Commitment {
        let mut builder = commitment_start(
            self.view_number,
            self.parent_commitment,
            &self.block_header,
            self.justify_qc.commit(),
            self.upgrade_certificate.as_ref(),
        );
        if self.with_epoch {
            let next = self.next_epoch_justify_qc.as_ref();
            builder = builder.text("with_epoch").optional_field(
                "next_epoch_justify_qc",
                next.map(|certificate| certificate.commit().0),
            );
            if let Some(result) = &self.next_drb_result {
                builder = builder.fixed_field("next_drb_result", result);
            }
        }
        Commitment(builder.finish())
    }
}

impl From<Leaf> for Leaf2 {
    fn from(leaf: Leaf) -> Self {
        Self {
            view_number: leaf.view_number,
            justify_qc: leaf.justify_qc.into(),
            next_epoch_justify_qc: None,
            parent_commitment: leaf.parent_commitment,
            block_header: leaf.block_header,
            upgrade_certificate: leaf.upgrade_certificate,
            block_payload: leaf.block_payload,
            view_change_evidence: None,
            next_drb_result: None,
            with_epoch: false,
        }
    }
}

/// `Option<[u8; 32]>` as an optional byte string: numbers in a list in JSON, a length and bytes in binary.
mod drb_result {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    struct Bytes<'a>(&'a [u8]);

    impl Serialize for Bytes<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }

    #[expect(clippy::ref_option, reason = "serde passes the field by reference")]
    pub fn serialize<S: Serializer>(result: &Option<[u8; 32]>, serializer: S) -> Result<S::Ok, S::Error> {
        result.as_ref().map(|bytes| Bytes(bytes)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[u8; 32]>, D::Error> {
        let Some(bytes) = Option::<Vec<u8>>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let found = bytes.len();
        bytes
            .try_into()
            .map(Some)
            .map_err(|_| D::Error::custom(format_args!("a DRB result has 32 bytes, found {found}")))
    }
}

/// What a leader signs to propose a leaf, and what its signature is checked against: the leaf's commitment.
///
/// # Errors
/// When the signature is not the leader's.
pub fn verify_proposal_signature(
    leaf: &Commitment,
    leader: &bls::VerifyingKey,
    signature: &bls::Signature,
) -> Result<(), bls::Error> {
    leader.verify(&leaf.0, signature)
}
