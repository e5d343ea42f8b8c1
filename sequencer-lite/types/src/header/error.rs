//! Why headers are refused.

use thiserror::Error;

use super::{HeaderVersion, MAX_CLOCK_DRIFT};
use crate::commitment::{ChainConfigCommitment, L1BlockCommitment};
use crate::ethereum::{Address, SignatureError};
use crate::fee::FeeAmount;
use crate::merkle::{FeeTreeError, MerkleCommitment};
use crate::namespace::NamespaceTableError;

/// Why a proposed header is not voted for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// Made by another version's rules.
    #[error("expected a header of version {expected:?}, found {found:?}")]
    Version {
        /// The version in force.
        expected: HeaderVersion,
        /// The header's.
        found: HeaderVersion,
    },
    /// Before its parent.
    #[error("timestamp {found} is before the parent's, {parent}")]
    TimestampBeforeParent {
        /// The parent's time.
        parent: u64,
        /// The header's.
        found: u64,
    },
    /// Too far from the voter's clock.
    #[error("timestamp {found} is more than {MAX_CLOCK_DRIFT} s away from this node's clock, {now}")]
    TimestampDrift {
        /// The voter's clock.
        now: u64,
        /// The header's time.
        found: u64,
    },
    /// No signature of the builder.
    #[error("the header carries no builder signature")]
    BuilderSignatureMissing,
    /// The builder's signature leads to nobody.
    #[error("builder signature: {0}")]
    BuilderSignature(#[from] SignatureError),
    /// Somebody else signed.
    #[error("the fee of {account} was signed by {signer}")]
    BuilderSigner {
        /// Who is to pay.
        account: Address,
        /// Who signed.
        signer: Address,
    },
    /// More than signatures can express.
    #[error("a fee of {amount} wei does not fit the 64 bits that builders sign")]
    FeeUnsignable {
        /// The fee.
        amount: FeeAmount,
    },
    /// Not the parent's child.
    #[error("expected height {expected}, found {found}")]
    Height {
        /// The parent's height plus one.
        expected: u64,
        /// The header's.
        found: u64,
    },
    /// Other parameters than those in force.
    #[error("expected chain configuration {expected}, found {found}")]
    ChainConfig {
        /// The commitment to the parameters in force.
        expected: ChainConfigCommitment,
        /// The header's.
        found: ChainConfigCommitment,
    },
    /// Too large a block.
    #[error("a payload of {found} bytes exceeds the limit of {max}")]
    BlockSize {
        /// The limit.
        max: u64,
        /// Bytes of the payload.
        found: u64,
    },
    /// Too small a fee.
    #[error("a fee of {found} wei is below {expected}, the base fee of {payload_len} bytes")]
    Fee {
        /// The least fee.
        expected: FeeAmount,
        /// The header's.
        found: FeeAmount,
        /// Bytes of the payload.
        payload_len: u64,
    },
    /// A base fee so large that no fee can reach it.
    #[error("the base fee of {base_fee} wei for {payload_len} bytes exceeds 256 bits")]
    FeeOverflow {
        /// Wei per byte.
        base_fee: FeeAmount,
        /// Bytes of the payload.
        payload_len: u64,
    },
    /// The fee cannot be paid, or a deposit not be added.
    #[error("balances: {0}")]
    Balance(#[from] FeeTreeError),
    /// Other balances.
    #[error("expected fee Merkle root {expected}, found {found}")]
    FeeMerkleRoot {
        /// Computed here.
        expected: MerkleCommitment,
        /// The header's.
        found: MerkleCommitment,
    },
    /// Other earlier headers.
    #[error("expected block Merkle root {expected}, found {found}")]
    BlockMerkleRoot {
        /// Computed here.
        expected: MerkleCommitment,
        /// The header's.
        found: MerkleCommitment,
    },
    /// The L1 forgot what it had finalized.
    #[error("the finalized L1 block goes back from {parent} to {found:?}")]
    L1FinalizedDecreased {
        /// Number of the parent's finalized L1 block.
        parent: u64,
        /// The header's.
        found: Option<u64>,
    },
    /// One L1 block with two contents.
    #[error("the finalized L1 block {number} differs from the parent's")]
    L1FinalizedChanged {
        /// Its number.
        number: u64,
    },
    /// The L1 shrank.
    #[error("the L1 head goes back from {parent} to {found}")]
    L1HeadDecreased {
        /// The parent's L1 head.
        parent: u64,
        /// The header's.
        found: u64,
    },
    /// Not the payload's table.
    #[error("namespace table: {0}")]
    NamespaceTable(#[from] NamespaceTableError),
    /// A finalized L1 block above the newest.
    #[error("the finalized L1 block {finalized} is above the L1 head {head}")]
    L1FinalizedAboveHead {
        /// Number of the finalized block.
        finalized: u64,
        /// The header's L1 head.
        head: u64,
    },
    /// Another L1 than this node's.
    #[error("the finalized L1 block {number} is {found}, this node's is {expected}")]
    L1Finalized {
        /// Its number.
        number: u64,
        /// What this node sees under that number.
        expected: L1BlockCommitment,
        /// The header's.
        found: L1BlockCommitment,
    },
}
