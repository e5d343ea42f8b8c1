//! The tree of all headers' hashes: append-only, three children per branch, 32 levels. A light client's commitment to
//! the chain is a commitment to this tree.

use sha3::{Digest as _, Sha3_256};
use thiserror::Error;

use super::proof::{FieldBytes, MerkleChild, MerkleNode, MerkleProof, ProofError};
use super::{Digest, EMPTY, MerkleCommitment};
use crate::commitment::BlockHash;

/// Children per branch.
pub(super) const ARITY: usize = 3;

/// Levels below the root: more blocks than anybody will make.
pub const BLOCK_TREE_HEIGHT: usize = 32;

/// The tree with only its right-most path in memory, which is all that appending takes: two kilobytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockMerkleTree {
    num_leaves: u64,
    last: BlockHash,
    /// Per level, the digests of the children left of the path to the last leaf.
    left: [[Digest; ARITY - 1]; BLOCK_TREE_HEIGHT],
}

/// Why a frontier is not that of the tree asked for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FrontierError {
    /// Not a block Merkle tree.
    #[error("a block Merkle tree has height {expected}, found {found}")]
    Height {
        /// The height.
        expected: u64,
        /// The height in the commitment.
        found: u64,
    },
    /// An empty tree has no last leaf.
    #[error("the frontier of an empty tree is not sent; start with an empty tree")]
    Empty,
    /// Children right of the last leaf.
    #[error("node {level} of the frontier has something right of the last leaf")]
    NotLast {
        /// Counted from the leaf.
        level: usize,
    },
    /// The path itself.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// The digest of a header's leaf.
pub(super) fn leaf_digest(hash: &BlockHash) -> Digest {
    Sha3_256::digest(hash.0).into()
}

/// The digest of a branch. One whose children are all empty is empty itself.
pub(super) fn branch_digest(children: &[Digest]) -> Digest {
    let mut hasher = Sha3_256::new();
    for child in children {
        hasher.update(child);
    }
    hasher.finalize().into()
}

/// The child numbers on the path to leaf `index`, from the bottom: its digits in base three.
pub(super) fn path(index: u64) -> impl ExactSizeIterator<Item = usize> {
    let mut rest = index;
    (0..BLOCK_TREE_HEIGHT).map(move |_| {
        let digit = rest % ARITY as u64;
        rest /= ARITY as u64;
        digit as usize
    })
}

impl BlockMerkleTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of headers in the tree.
    pub fn num_leaves(&self) -> u64 {
        self.num_leaves
    }

    /// Appends a header's hash.
    pub fn push(&mut self, hash: BlockHash) {
        if let Some(last) = self.num_leaves.checked_sub(1) {
            // where the path to the next leaf leaves that to the last, all below becomes a finished left child
            let mut digest = leaf_digest(&self.last);
            for (left, digit) in self.left.iter_mut().zip(path(last)) {
                if digit + 1 < ARITY {
                    left[digit] = digest;
                    break;
                }
                digest = branch_digest(&[left[0], left[1], digest]);
                *left = [EMPTY; ARITY - 1];
            }
        }
        self.last = hash;
        self.num_leaves += 1;
    }

    /// The children of each branch on the path to the last leaf, from the bottom.
    fn frontier(&self) -> impl Iterator<Item = [Digest; ARITY]> + '_ {
        let mut below = leaf_digest(&self.last);
        self.left
            .iter()
            .zip(path(self.num_leaves.saturating_sub(1)))
            .map(move |(left, digit)| {
                let mut children = [EMPTY; ARITY];
                children[..digit].copy_from_slice(&left[..digit]);
                children[digit] = below;
                below = branch_digest(&children);
                children
            })
    }

    /// Commits to all headers and their order.
    pub fn commitment(&self) -> MerkleCommitment {
        let root = match self.num_leaves {
            0 => EMPTY,
            _ => self
                .frontier()
                .last()
                .map_or(EMPTY, |children| branch_digest(&children)),
        };
        MerkleCommitment {
            root,
            height: BLOCK_TREE_HEIGHT as u64,
            num_leaves: self.num_leaves,
        }
    }

    /// The path of the last leaf, from which [`Self::from_frontier`] restores the tree; none when it is empty.
    pub fn to_frontier(&self) -> Option<MerkleProof> {
        let index = self.num_leaves.checked_sub(1)?;
        Some(membership_proof(index, &self.last, self.frontier()))
    }

    /// The tree with this commitment, from a frontier sent by somebody who need not be trusted.
    ///
    /// # Errors
    /// When it is not the frontier of that tree.
    pub fn from_frontier(
        commitment: &MerkleCommitment,
        frontier: &MerkleProof,
    ) -> Result<Self, FrontierError> {
        if commitment.height != BLOCK_TREE_HEIGHT as u64 {
            return Err(FrontierError::Height {
                expected: BLOCK_TREE_HEIGHT as u64,
                found: commitment.height,
            });
        }
        let index = commitment.num_leaves.checked_sub(1).ok_or(FrontierError::Empty)?;
        let last = element(frontier)?;
        verify_block_proof(commitment, index, &last, frontier)?;
        let mut left = [[EMPTY; ARITY - 1]; BLOCK_TREE_HEIGHT];
        let nodes = frontier.proof.iter().enumerate().skip(1);
        for (((level, node), digit), left) in nodes.zip(path(index)).zip(&mut left) {
            let MerkleNode::Branch { children, .. } = node else {
                continue;
            };
            for (number, child) in children.iter().enumerate() {
                if number < digit {
                    left[number] = child.digest();
                } else if number > digit && child.digest() != EMPTY {
                    return Err(FrontierError::NotLast { level });
                }
            }
        }
        Ok(Self {
            num_leaves: commitment.num_leaves,
            last,
            left,
        })
    }
}

/// The header hash that a proof's leaf holds.
fn element(proof: &MerkleProof) -> Result<BlockHash, ProofError> {
    match proof.proof.first() {
        Some(MerkleNode::Leaf { elem, .. }) => elem
            .0
            .as_slice()
            .try_into()
            .map(BlockHash)
            .map_err(|_| ProofError::Element),
        Some(node) => Err(ProofError::Node {
            level: 0,
            expected: "a leaf",
            found: node.kind(),
        }),
        None => Err(ProofError::Length {
            expected: BLOCK_TREE_HEIGHT + 1,
            found: 0,
        }),
    }
}

/// The proof of leaf `index` with the branches above it, from the bottom.
pub(super) fn membership_proof(
    index: u64,
    hash: &BlockHash,
    branches: impl Iterator<Item = [Digest; ARITY]>,
) -> MerkleProof {
    let pos = FieldBytes(index.to_le_bytes().to_vec());
    let leaf = MerkleNode::Leaf {
        value: leaf_digest(hash),
        pos: pos.clone(),
        elem: FieldBytes(hash.0.to_vec()),
    };
    let branches = branches.map(|children| MerkleNode::Branch {
        value: EMPTY,
        children: children.map(MerkleChild::from_digest).to_vec(),
    });
    MerkleProof {
        pos,
        proof: std::iter::once(leaf).chain(branches).collect(),
    }
}

/// Checks that header `hash` is number `index` in the tree with this commitment.
///
/// # Errors
/// When the proof does not show that.
pub fn verify_block_proof(
    commitment: &MerkleCommitment,
    index: u64,
    hash: &BlockHash,
    proof: &MerkleProof,
) -> Result<(), ProofError> {
    let bytes = index.to_le_bytes();
    if proof.pos.0 != bytes || index >= commitment.num_leaves {
        return Err(ProofError::Index);
    }
    if element(proof)? != *hash {
        return Err(ProofError::Element);
    }
    if let Some(MerkleNode::Leaf { value, pos, .. }) = proof.proof.first()
        && (pos.0 != bytes || *value != leaf_digest(hash))
    {
        return Err(ProofError::Index);
    }
    let root = proof.root_from(leaf_digest(hash), path(index), ARITY, branch_digest)?;
    if root == commitment.root && commitment.height == BLOCK_TREE_HEIGHT as u64 {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}
