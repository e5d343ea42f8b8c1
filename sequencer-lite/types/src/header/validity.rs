//! Whether a proposed header may be voted for: the checks that need nothing but the parent, its state and a clock, and
//! those against this node's own view of the L1.

use thiserror::Error;

use super::{Header, HeaderVersion};
use crate::commitment::{ChainConfigCommitment, L1BlockCommitment};
use crate::ethereum::{Address, SignatureError};
use crate::fee::{FeeAmount, FeeInfo, fee_message};
use crate::l1::{L1BlockInfo, L1Snapshot};
use crate::merkle::{FeeTreeError, MerkleCommitment};
use crate::namespace::NamespaceTableError;
use crate::state::ValidatedState;

/// How far a header's time may be from the voter's clock, in seconds.
pub const MAX_CLOCK_DRIFT: u64 = 12;

/// What a proposed header is checked against.
#[derive(Clone, Copy, Debug)]
pub struct ProposalContext<'a> {
    /// The parent's header.
    pub parent: &'a Header,
    /// The state after the parent.
    pub state: &'a ValidatedState,
    /// The version in force in the proposal's view.
    pub version: HeaderVersion,
    /// Deposits in the L1 blocks that this header finalizes and its parent does not, see [`Header::new_l1_blocks`].
    pub deposits: &'a [FeeInfo],
    /// Bytes of the payload.
    pub payload_len: u64,
    /// This node's clock, in seconds since 1970.
    pub now: u64,
}

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

impl Header {
    /// The L1 blocks that this header finalizes and `parent` does not: those whose deposits it adds.
    pub fn new_l1_blocks(&self, parent: &Self) -> Option<std::ops::RangeInclusive<u64>> {
        let last = self.l1_finalized?.number;
        let first = match parent.l1_finalized {
            Some(block) => block.number.checked_add(1)?,
            None => 0,
        };
        (first <= last).then_some(first..=last)
    }

    /// Checks that who pays the fee signed for it.
    ///
    /// # Errors
    /// When there is no signature or it is another's.
    pub fn verify_builder_signature(&self) -> Result<(), HeaderError> {
        let FeeInfo { account, amount } = self.fee_info;
        let signature = self
            .builder_signature
            .as_ref()
            .ok_or(HeaderError::BuilderSignatureMissing)?;
        let message = fee_message(&amount, &self.ns_table).ok_or(HeaderError::FeeUnsignable { amount })?;
        let signer = signature.recover(&message)?;
        if signer == account {
            Ok(())
        } else {
            Err(HeaderError::BuilderSigner { account, signer })
        }
    }
}

/// Checks all of a proposed header that needs no I/O, and returns the state after it.
///
/// What the payload commitments stand for is checked by those who hold the payload or a share; what the header says of
/// the L1 by [`check_l1`].
///
/// # Errors
/// On the first check that fails, in the order of the reference.
pub fn validate(header: &Header, context: &ProposalContext<'_>) -> Result<ValidatedState, HeaderError> {
    if header.version != context.version {
        return Err(HeaderError::Version {
            expected: context.version,
            found: header.version,
        });
    }
    check_timestamp(header, context)?;
    header.verify_builder_signature()?;
    let expected = context.parent.height.saturating_add(1);
    if header.height != expected || expected == u64::MAX {
        return Err(HeaderError::Height {
            expected,
            found: header.height,
        });
    }
    check_parameters(header, context)?;

    let next = context
        .state
        .next(context.parent.commit(), context.deposits, header.fee_info)?;
    let expected = next.fee_merkle_tree.commitment();
    if header.fee_merkle_tree_root != expected {
        return Err(HeaderError::FeeMerkleRoot {
            expected,
            found: header.fee_merkle_tree_root,
        });
    }
    let expected = next.block_merkle_tree.commitment();
    if header.block_merkle_tree_root != expected {
        return Err(HeaderError::BlockMerkleRoot {
            expected,
            found: header.block_merkle_tree_root,
        });
    }
    check_l1_progress(header, context.parent)?;
    header.ns_table.validate(context.payload_len)?;
    Ok(next)
}

fn check_timestamp(header: &Header, context: &ProposalContext<'_>) -> Result<(), HeaderError> {
    let found = header.timestamp;
    if found < context.parent.timestamp {
        return Err(HeaderError::TimestampBeforeParent {
            parent: context.parent.timestamp,
            found,
        });
    }
    if found.abs_diff(context.now) > MAX_CLOCK_DRIFT {
        return Err(HeaderError::TimestampDrift {
            now: context.now,
            found,
        });
    }
    Ok(())
}

/// The chain configuration, and the limits that it sets.
fn check_parameters(header: &Header, context: &ProposalContext<'_>) -> Result<(), HeaderError> {
    let config = &context.state.chain_config;
    let (expected, found) = (config.commit(), header.chain_config.commit());
    if found != expected {
        return Err(HeaderError::ChainConfig { expected, found });
    }
    let payload_len = context.payload_len;
    if payload_len > config.max_block_size.0 {
        return Err(HeaderError::BlockSize {
            max: config.max_block_size.0,
            found: payload_len,
        });
    }
    let base_fee = config.base_fee;
    let expected = least_fee(base_fee, payload_len).ok_or(HeaderError::FeeOverflow {
        base_fee,
        payload_len,
    })?;
    let found = header.fee_info.amount;
    if found < expected {
        return Err(HeaderError::Fee {
            expected,
            found,
            payload_len,
        });
    }
    Ok(())
}

/// The least fee of a payload; none at 2^256 wei and above.
pub(super) fn least_fee(base_fee: FeeAmount, payload_len: u64) -> Option<FeeAmount> {
    base_fee.0.checked_mul(payload_len).map(FeeAmount)
}

/// That the header's view of the L1 does not go back behind its parent's.
fn check_l1_progress(header: &Header, parent: &Header) -> Result<(), HeaderError> {
    if let Some(before) = parent.l1_finalized {
        match header.l1_finalized {
            Some(block) if block.number > before.number => {}
            Some(block) if block == before => {}
            Some(block) if block.number == before.number => {
                return Err(HeaderError::L1FinalizedChanged { number: block.number });
            }
            block => {
                return Err(HeaderError::L1FinalizedDecreased {
                    parent: before.number,
                    found: block.map(|block| block.number),
                });
            }
        }
    }
    if header.l1_head < parent.l1_head {
        return Err(HeaderError::L1HeadDecreased {
            parent: parent.l1_head,
            found: header.l1_head,
        });
    }
    Ok(())
}

/// What a node's own view of the L1 says of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum L1Verdict {
    /// The same L1.
    Agrees,
    /// This node's L1 has not got that far: vote when it has, if the view still lasts.
    Behind {
        /// The number that the L1's head has to reach.
        head: u64,
        /// The number that has to be finalized.
        finalized: u64,
    },
    /// Ask the L1 for this block, which is finalized, and check again.
    Unknown {
        /// The block's number.
        number: u64,
    },
    /// Another L1: do not vote.
    Disagrees(HeaderError),
}

/// Compares what a header says of the L1 with this node's own view. `block` is asked for a finalized block by number.
///
/// A leader can claim any L1 block. A node votes only for one that its own L1 has finalized, so that an invented one
/// is never agreed on.
pub fn check_l1(
    header: &Header,
    parent: &Header,
    snapshot: &L1Snapshot,
    block: impl FnOnce(u64) -> Option<L1BlockInfo>,
) -> L1Verdict {
    let Some(found) = header.l1_finalized else {
        return behind_or_agrees(header, 0, snapshot);
    };
    // agreed on with the parent
    if parent.l1_finalized == Some(found) {
        return behind_or_agrees(header, 0, snapshot);
    }
    if found.number > header.l1_head {
        return L1Verdict::Disagrees(HeaderError::L1FinalizedAboveHead {
            finalized: found.number,
            head: header.l1_head,
        });
    }
    let verdict = behind_or_agrees(header, found.number, snapshot);
    if verdict != L1Verdict::Agrees {
        return verdict;
    }
    let known = match snapshot.finalized {
        Some(own) if own.number == found.number => Some(own),
        _ => block(found.number),
    };
    match known {
        None => L1Verdict::Unknown { number: found.number },
        Some(expected) if expected == found => L1Verdict::Agrees,
        Some(expected) => L1Verdict::Disagrees(HeaderError::L1Finalized {
            number: found.number,
            expected: expected.commit(),
            found: found.commit(),
        }),
    }
}

/// Whether this node's L1 has reached the header's head and has finalized block `finalized`.
fn behind_or_agrees(header: &Header, finalized: u64, snapshot: &L1Snapshot) -> L1Verdict {
    let own = snapshot.finalized.map_or(0, |block| block.number);
    if header.l1_head > snapshot.head || finalized > own {
        L1Verdict::Behind {
            head: header.l1_head,
            finalized,
        }
    } else {
        L1Verdict::Agrees
    }
}
