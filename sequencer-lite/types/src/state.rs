//! The state after a block: what the next header's roots are computed from.

use thiserror::Error;

use crate::chain_config::ChainConfig;
use crate::commitment::BlockHash;
use crate::ethereum::Address;
use crate::fee::{FeeAmount, FeeInfo};
use crate::header::Header;
use crate::merkle::{BlockMerkleTree, FeeMerkleTree, FeeTreeError, FrontierError};

/// Parameters, earlier headers and balances after a block. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidatedState {
    /// The parameters in force.
    pub chain_config: ChainConfig,
    /// The headers before the block.
    pub block_merkle_tree: BlockMerkleTree,
    /// The balances after the block.
    pub fee_merkle_tree: FeeMerkleTree,
}

/// Why a header's state cannot be restored.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StateError {
    /// Only the commitment is known.
    #[error("the header names its chain configuration by commitment only; fetch it from a peer first")]
    ChainConfigUnknown,
    /// The frontier is that of another tree.
    #[error("frontier of the block Merkle tree: {0}")]
    Frontier(#[from] FrontierError),
    /// The fee tree's commitment.
    #[error("fee Merkle tree: {0}")]
    Fees(#[from] FeeTreeError),
}

impl ValidatedState {
    /// The state that a chain starts with.
    ///
    /// # Errors
    /// None in practice: a new tree has no forgotten balances, and every account is set once.
    pub fn genesis(
        chain_config: ChainConfig,
        accounts: impl IntoIterator<Item = (Address, FeeAmount)>,
    ) -> Result<Self, FeeTreeError> {
        let mut fee_merkle_tree = FeeMerkleTree::new();
        for (account, balance) in accounts {
            fee_merkle_tree.set_balance(account, balance)?;
        }
        Ok(Self {
            chain_config,
            block_merkle_tree: BlockMerkleTree::new(),
            fee_merkle_tree,
        })
    }

    /// The state after `header` as far as the header tells: with the frontier that a peer sent, and balances yet to be
    /// remembered.
    ///
    /// # Errors
    /// When the frontier is not that of the header's tree, or the header names its parameters by commitment only.
    pub fn from_header(
        header: &Header,
        frontier: Option<&crate::merkle::MerkleProof>,
    ) -> Result<Self, StateError> {
        let chain_config = *header
            .chain_config
            .resolve()
            .ok_or(StateError::ChainConfigUnknown)?;
        let root = &header.block_merkle_tree_root;
        let block_merkle_tree = match frontier {
            Some(frontier) => BlockMerkleTree::from_frontier(root, frontier)?,
            None if *root == BlockMerkleTree::new().commitment() => BlockMerkleTree::new(),
            None => return Err(FrontierError::Empty.into()),
        };
        Ok(Self {
            chain_config,
            block_merkle_tree,
            fee_merkle_tree: FeeMerkleTree::from_commitment(&header.fee_merkle_tree_root)?,
        })
    }

    /// The state after the next block: its parent becomes an earlier header, deposits arrive, the fee is paid.
    ///
    /// # Errors
    /// When a balance is forgotten, too small or too large.
    pub fn next(&self, parent: BlockHash, deposits: &[FeeInfo], fee: FeeInfo) -> Result<Self, FeeTreeError> {
        let mut next = self.clone();
        next.block_merkle_tree.push(parent);
        for deposit in deposits {
            next.fee_merkle_tree.credit(*deposit)?;
        }
        next.fee_merkle_tree
            .charge(fee, self.chain_config.fee_recipient)?;
        Ok(next)
    }
}
