//! Proofs of fee balances.

use serde::{Deserialize, Serialize};

use super::fee_tree::{ARITY, branch_digest, leaf_digest};
use super::proof::{MerkleNode, MerkleProof, ProofError};
use super::{EMPTY, FEE_TREE_HEIGHT, MerkleCommitment};
use crate::ethereum::Address;
use crate::fee::FeeAmount;

/// Shows what an account has, or that it has nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeAccountProof {
    /// The account.
    pub account: Address,
    /// The path.
    pub proof: FeeProofKind,
}

/// The two kinds of proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeeProofKind {
    /// A path to the balance.
    Presence(MerkleProof),
    /// A path to where a balance would be.
    Absence(MerkleProof),
}

impl FeeAccountProof {
    /// The nodes on the path, from the leaf to the root.
    pub(super) fn nodes(&self) -> &[MerkleNode] {
        let (FeeProofKind::Presence(path) | FeeProofKind::Absence(path)) = &self.proof;
        &path.proof
    }

    /// The balance that this proves in the tree with this commitment.
    ///
    /// # Errors
    /// When it proves nothing there.
    pub fn verify(&self, commitment: &MerkleCommitment) -> Result<FeeAmount, ProofError> {
        let (FeeProofKind::Presence(path) | FeeProofKind::Absence(path)) = &self.proof;
        if path.pos.0 != self.account.0 || commitment.height != FEE_TREE_HEIGHT as u64 {
            return Err(ProofError::Index);
        }
        let node = path.proof.first().ok_or(ProofError::Length {
            expected: FEE_TREE_HEIGHT + 1,
            found: 0,
        })?;
        let (amount, leaf) = match (&self.proof, node) {
            (FeeProofKind::Presence(_), MerkleNode::Leaf { value, pos, elem }) => {
                let bytes = elem.0.as_slice().try_into().map_err(|_| ProofError::Element)?;
                let amount = FeeAmount::from_le_bytes(bytes);
                let leaf = leaf_digest(&amount);
                if pos.0 != self.account.0 || *value != leaf {
                    return Err(ProofError::Element);
                }
                (amount, leaf)
            }
            (FeeProofKind::Absence(_), MerkleNode::Empty) => (FeeAmount::default(), EMPTY),
            (FeeProofKind::Presence(_), node) => {
                return Err(ProofError::Node {
                    level: 0,
                    expected: "a leaf",
                    found: node.kind(),
                });
            }
            (FeeProofKind::Absence(_), node) => {
                return Err(ProofError::Node {
                    level: 0,
                    expected: "empty",
                    found: node.kind(),
                });
            }
        };
        let numbers = self.account.0.iter().map(|&number| usize::from(number));
        let root = path.root_from(leaf, numbers, ARITY, branch_digest)?;
        if root == commitment.root {
            Ok(amount)
        } else {
            Err(ProofError::Root)
        }
    }
}
