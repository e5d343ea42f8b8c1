//! Whether a proposed header may be voted for: the checks that need nothing but the parent, its state and a clock.

use super::{Header, HeaderError, HeaderVersion};
use crate::fee::{FeeAmount, FeeInfo, fee_message};
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
/// the L1 by [`super::check_l1`].
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
