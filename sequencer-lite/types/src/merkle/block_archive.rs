//! The tree of all headers with everything in memory, for those who prove membership.

use std::cmp::Ordering;

use super::block_tree::{ARITY, branch_digest, leaf_digest, membership_proof};
use super::{BLOCK_TREE_HEIGHT, Digest, EMPTY, MerkleCommitment, MerkleProof};
use crate::commitment::BlockHash;

/// Every header's hash and every finished subtree's digest: 80 bytes per header. Proves membership in the tree as it
/// is and as it was after any earlier header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockMerkleArchive {
    hashes: Vec<BlockHash>,
    /// Per level from the leaves up, the digests of the nodes whose subtrees are full.
    full: Vec<Vec<Digest>>,
}

impl BlockMerkleArchive {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of headers in the tree.
    pub fn num_leaves(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// Header number `index`.
    pub fn get(&self, index: u64) -> Option<BlockHash> {
        self.hashes.get(usize::try_from(index).ok()?).copied()
    }

    /// Appends a header's hash.
    pub fn push(&mut self, hash: BlockHash) {
        self.hashes.push(hash);
        let mut digest = leaf_digest(&hash);
        for level in 0.. {
            if self.full.len() == level {
                self.full.push(Vec::new());
            }
            let nodes = &mut self.full[level];
            nodes.push(digest);
            if !nodes.len().is_multiple_of(ARITY) {
                return;
            }
            digest = branch_digest(&nodes[nodes.len() - ARITY..]);
        }
    }

    /// The digest of node `number` on `level` in the tree of the first `size` headers.
    ///
    /// `edge` is the digest on that level of the one node that is begun and not full.
    fn node(&self, level: usize, number: u64, size: u64, edge: Digest) -> Digest {
        let width = (ARITY as u64).checked_pow(level as u32);
        let full = width.map_or(0, |width| size / width);
        match number.cmp(&full) {
            Ordering::Less => self
                .full
                .get(level)
                .and_then(|nodes| nodes.get(number as usize))
                .copied()
                .unwrap_or(EMPTY),
            Ordering::Equal => edge,
            Ordering::Greater => EMPTY,
        }
    }

    /// Per level, the children of the branch on the path to `index` in the tree of the first `size` headers.
    fn branches(&self, index: u64, size: u64) -> impl Iterator<Item = [Digest; ARITY]> + '_ {
        let (mut own, mut edge, mut begun) = (index, EMPTY, size);
        (0..BLOCK_TREE_HEIGHT).map(move |level| {
            let children = |parent: u64, edge: Digest| {
                std::array::from_fn(|child| {
                    self.node(level, parent * ARITY as u64 + child as u64, size, edge)
                })
            };
            own /= ARITY as u64;
            // the edge's parent has children left of the edge, or it is no edge
            let parent = begun / ARITY as u64;
            let siblings: [Digest; ARITY] = children(parent, edge);
            let branch = children(own, edge);
            edge = match siblings {
                [EMPTY, ..] => EMPTY,
                _ => branch_digest(&siblings),
            };
            begun = parent;
            branch
        })
    }

    /// The commitment after the first `size` headers; none when there were not so many.
    pub fn commitment_at(&self, size: u64) -> Option<MerkleCommitment> {
        if size > self.num_leaves() {
            return None;
        }
        let root = match size.checked_sub(1) {
            None => EMPTY,
            Some(last) => self
                .branches(last, size)
                .last()
                .map_or(EMPTY, |children| branch_digest(&children)),
        };
        Some(MerkleCommitment {
            root,
            height: BLOCK_TREE_HEIGHT as u64,
            num_leaves: size,
        })
    }

    /// The proof that header `index` is in the tree of the first `size` headers; none when it is not.
    pub fn prove(&self, index: u64, size: u64) -> Option<MerkleProof> {
        if index >= size || size > self.num_leaves() {
            return None;
        }
        let hash = self.get(index)?;
        Some(membership_proof(index, &hash, self.branches(index, size)))
    }
}
