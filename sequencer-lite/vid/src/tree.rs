//! The Merkle tree over all shares' evaluations: arity three, SHA-256, a missing subtree counts as zeros.

use ark_bn254::Fr;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::encoding::encode_scalars;

/// Children of a branch.
pub(crate) const ARITY: usize = 3;

/// A node's 32 bytes.
pub(crate) type Node = [u8; 32];

/// The children of one branch on the way from a leaf to the root; `None` stands for an empty subtree.
pub(crate) type Level = [Option<Node>; ARITY];

/// SHA-256 of the leaf's index (`u64 LE`) and its evaluations as a vector.
pub(crate) fn leaf(index: u64, evaluations: &[Fr]) -> Node {
    Sha256::new()
        .chain_update(index.to_le_bytes())
        .chain_update(encode_scalars(evaluations))
        .finalize()
        .into()
}

fn branch(children: &Level) -> Node {
    let mut hasher = Sha256::new();
    for child in children {
        hasher.update(child.unwrap_or_default());
    }
    hasher.finalize().into()
}

/// Levels of branches above `leaves` leaves.
pub(crate) fn height(leaves: usize) -> usize {
    let (mut height, mut capacity) = (0, 1);
    while capacity < leaves {
        capacity *= ARITY;
        height += 1;
    }
    height
}

/// A tree with all its nodes.
pub(crate) struct EvaluationTree {
    /// Leaves first, the root alone in the last level.
    levels: Vec<Vec<Node>>,
}

impl EvaluationTree {
    /// The tree over at least one vector of evaluations.
    pub(crate) fn new(evaluations: &[Vec<Fr>]) -> Self {
        let mut level: Vec<Node> = evaluations
            .par_iter()
            .enumerate()
            .map(|(index, evaluations)| leaf(index as u64, evaluations))
            .collect();
        let mut levels = Vec::with_capacity(height(evaluations.len()) + 1);
        while level.len() > 1 {
            let parents = level
                .chunks(ARITY)
                .map(|children| branch(&family(children)))
                .collect();
            levels.push(std::mem::replace(&mut level, parents));
        }
        levels.push(level);
        Self { levels }
    }

    pub(crate) fn root(&self) -> Node {
        self.levels[self.levels.len() - 1][0]
    }

    /// The branches above a leaf.
    pub(crate) fn path(&self, index: usize) -> Vec<Level> {
        let branches = &self.levels[..self.levels.len() - 1];
        branches
            .iter()
            .scan(index, |position, level| {
                *position /= ARITY;
                let start = *position * ARITY;
                Some(family(&level[start..level.len().min(start + ARITY)]))
            })
            .collect()
    }
}

fn family(children: &[Node]) -> Level {
    std::array::from_fn(|i| children.get(i).copied())
}

/// The root above a leaf, or `None` where a branch does not hold the digest that comes from below.
pub(crate) fn climb(index: u64, leaf: Node, path: &[Level]) -> Option<Node> {
    let (root, rest) = path.iter().try_fold((leaf, index), |(digest, index), level| {
        (level[(index % ARITY as u64) as usize] == Some(digest))
            .then(|| (branch(level), index / ARITY as u64))
    })?;
    (rest == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_the_root_and_no_other_index_does() {
        for leaves in [1, 2, 3, 4, 9, 10, 28] {
            let evaluations: Vec<Vec<Fr>> = (0..leaves).map(|i| vec![Fr::from(i)]).collect();
            let tree = EvaluationTree::new(&evaluations);
            for index in 0..leaves {
                let path = tree.path(index as usize);
                assert_eq!(path.len(), height(evaluations.len()));
                let digest = leaf(index, &evaluations[index as usize]);
                for other in 0..100 {
                    let reached = climb(other, digest, &path) == Some(tree.root());
                    assert_eq!(
                        reached,
                        other == index,
                        "{leaves} leaves, {index} climbed as {other}"
                    );
                }
            }
        }
    }
}
