//! Block headers.

mod error;
mod form;
mod l1_view;
mod proposal;
mod validity;

use crema_light_client::state::{LightClientState, block_comm_root_from_merkle};

use crate::chain_config::ResolvableChainConfig;
use crate::commitment::{BlockHash, BuilderCommitment, CommitmentBuilder, VidCommitment};
use crate::fee::{BuilderSignature, FeeInfo};
use crate::l1::L1BlockInfo;
use crate::merkle::MerkleCommitment;
use crate::namespace::NamespaceTable;
use crate::version::Version;
use crate::vote::ViewNumber;

pub use error::HeaderError;
pub use l1_view::{L1Verdict, check_l1};
pub use proposal::{Block, ProposalError, propose, sign_least_fee};
pub use validity::{MAX_CLOCK_DRIFT, ProposalContext, validate};

/// The versions of headers that are known here. They differ in their encoding and in what their hash covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeaderVersion {
    /// Without a version of its own.
    V0_1,
    /// "Fee".
    #[default]
    V0_2,
    /// Chain configurations name a stake-table contract.
    V0_3,
}

impl From<HeaderVersion> for Version {
    fn from(version: HeaderVersion) -> Self {
        match version {
            HeaderVersion::V0_1 => Self::V0_1,
            HeaderVersion::V0_2 => Self::V0_2,
            HeaderVersion::V0_3 => Self::V0_3,
        }
    }
}

impl TryFrom<Version> for HeaderVersion {
    type Error = UnknownVersion;

    fn try_from(version: Version) -> Result<Self, UnknownVersion> {
        match version {
            Version::V0_1 => Ok(Self::V0_1),
            Version::V0_2 => Ok(Self::V0_2),
            Version::V0_3 => Ok(Self::V0_3),
            found => Err(UnknownVersion { found }),
        }
    }
}

/// A version whose headers are not known here.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("headers of version {found} are not supported; expected 0.1, 0.2 or 0.3")]
pub struct UnknownVersion {
    /// The version.
    pub found: Version,
}

/// What a block says of itself, its parent's chain and the L1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Decides encoding and hash.
    pub version: HeaderVersion,
    /// The parameters in force.
    pub chain_config: ResolvableChainConfig,
    /// Number of blocks before this one.
    pub height: u64,
    /// When it was proposed, in seconds since 1970.
    pub timestamp: u64,
    /// Number of the newest L1 block that the leader saw.
    pub l1_head: u64,
    /// The newest finalized L1 block that the leader saw.
    pub l1_finalized: Option<L1BlockInfo>,
    /// Commits to the payload.
    pub payload_commitment: VidCommitment,
    /// Commits to payload and table, for the builder.
    pub builder_commitment: BuilderCommitment,
    /// Finds namespaces in the payload.
    pub ns_table: NamespaceTable,
    /// All earlier headers.
    pub block_merkle_tree_root: MerkleCommitment,
    /// All fee balances after this block.
    pub fee_merkle_tree_root: MerkleCommitment,
    /// Who pays for the block, and how much.
    pub fee_info: FeeInfo,
    /// The payer's signature. Not part of the hash.
    pub builder_signature: Option<BuilderSignature>,
}

impl Header {
    /// What a light client learns when this header is decided, as part of the leaf of `view`: all headers before it.
    pub fn light_client_state(&self, view: ViewNumber) -> LightClientState {
        LightClientState {
            view_number: view.0,
            block_height: self.height,
            block_comm_root: block_comm_root_from_merkle(&self.block_merkle_tree_root.to_bytes()),
        }
    }

    /// The block's hash.
    pub fn commit(&self) -> BlockHash {
        let fields = CommitmentBuilder::new("BLOCK")
            .fixed_field("chain_config", &self.chain_config.commit().0)
            .u64_field("height", self.height)
            .u64_field("timestamp", self.timestamp)
            .u64_field("l1_head", self.l1_head)
            .optional_field("l1_finalized", self.l1_finalized.map(|block| block.commit().0))
            .fixed_field("payload_commitment", &self.payload_commitment.0)
            .fixed_field("builder_commitment", &self.builder_commitment.0)
            .fixed_field("ns_table", &self.ns_table.commit().0)
            .bytes_field("block_merkle_tree_root", &self.block_merkle_tree_root.to_bytes())
            .bytes_field("fee_merkle_tree_root", &self.fee_merkle_tree_root.to_bytes())
            .fixed_field("fee_info", &self.fee_info.commit().0)
            .finish();
        let version = match self.version {
            HeaderVersion::V0_1 => return BlockHash(fields),
            version => Version::from(version),
        };
        BlockHash(
            CommitmentBuilder::new("BLOCK")
                .u64_field("version_major", version.major.into())
                .u64_field("version_minor", version.minor.into())
                .fixed_field("fields", &fields)
                .finish(),
        )
    }
}
