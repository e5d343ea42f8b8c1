//! Making the next header.

use thiserror::Error;

use super::validity::least_fee;
use super::{Header, HeaderVersion};
use crate::chain_config::ResolvableChainConfig;
use crate::commitment::VidCommitment;
use crate::ethereum::{EthereumSigningKey, SignatureError};
use crate::fee::{BuilderSignature, FeeInfo, fee_message};
use crate::l1::{L1BlockInfo, L1Snapshot};
use crate::merkle::FeeTreeError;
use crate::payload::Payload;
use crate::state::ValidatedState;

/// A block for which a leader makes a header.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Its version, that of the view.
    pub version: HeaderVersion,
    /// The payload.
    pub payload: &'a Payload,
    /// Commits to the payload.
    pub payload_commitment: VidCommitment,
    /// Who pays, and how much.
    pub fee_info: FeeInfo,
    /// The payer's signature on [`fee_message`].
    pub builder_signature: BuilderSignature,
    /// The leader's view of the L1, of which [`Header::l1_after`] takes what does not go back.
    pub l1: L1Snapshot,
    /// Deposits in the L1 blocks that become final with this block.
    pub deposits: &'a [FeeInfo],
    /// The leader's clock, in seconds since 1970.
    pub now: u64,
}

/// Why no header can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProposalError {
    /// The payer has too little, or its balance is not in memory.
    #[error("balances: {0}")]
    Balance(#[from] FeeTreeError),
    /// More blocks than 64 bits count.
    #[error("the chain is full at height {height}")]
    Height {
        /// The parent's height.
        height: u64,
    },
}

impl Header {
    /// What the child of this header says of the L1 when its leader sees `snapshot`: never less than this header does.
    pub fn l1_after(&self, snapshot: &L1Snapshot) -> (u64, Option<L1BlockInfo>) {
        let finalized = match (self.l1_finalized, snapshot.finalized) {
            (Some(before), Some(block)) if block.number <= before.number => Some(before),
            (before, block) => block.or(before),
        };
        (snapshot.head.max(self.l1_head), finalized)
    }
}

/// The header of the block after `parent`, and the state after it. [`super::validate`] accepts it as long as the fee
/// suffices, the payer signed it and the clocks agree.
///
/// # Errors
/// When the fee cannot be paid.
pub fn propose(
    parent: &Header,
    state: &ValidatedState,
    block: &Block<'_>,
) -> Result<(Header, ValidatedState), ProposalError> {
    let height = parent.height.checked_add(1).ok_or(ProposalError::Height {
        height: parent.height,
    })?;
    let next = state.next(parent.commit(), block.deposits, block.fee_info)?;
    let (l1_head, l1_finalized) = parent.l1_after(&block.l1);
    let header = Header {
        version: block.version,
        chain_config: ResolvableChainConfig::Full(state.chain_config),
        height,
        timestamp: block.now.max(parent.timestamp),
        l1_head,
        l1_finalized,
        payload_commitment: block.payload_commitment,
        builder_commitment: block.payload.builder_commitment(),
        ns_table: block.payload.ns_table().clone(),
        block_merkle_tree_root: next.block_merkle_tree.commitment(),
        fee_merkle_tree_root: next.fee_merkle_tree.commitment(),
        fee_info: block.fee_info,
        builder_signature: Some(block.builder_signature),
    };
    Ok((header, next))
}

/// The fee that `payload` costs at least, paid and signed by `key`.
///
/// # Errors
/// When the fee does not fit the 64 bits that builders sign ([`SignatureError::Range`]).
pub fn sign_least_fee(
    key: &EthereumSigningKey,
    state: &ValidatedState,
    payload: &Payload,
) -> Result<(FeeInfo, BuilderSignature), SignatureError> {
    let amount = least_fee(state.chain_config.base_fee, payload.as_bytes().len() as u64)
        .ok_or(SignatureError::Range)?;
    let message = fee_message(&amount, payload.ns_table()).ok_or(SignatureError::Range)?;
    let fee = FeeInfo {
        account: key.address(),
        amount,
    };
    Ok((fee, key.sign(&message)?))
}
