//! A membership proof as the contracts take it.

use crema_types::{MerkleProof, merkle::MerkleNode};

/// The digests beside the path, two for each branch.
pub fn siblings(proof: &MerkleProof, index: u64) -> Vec<[u8; 32]> {
    let mut rest = index;
    let mut siblings = Vec::new();
    for node in &proof.proof[1..] {
        if let MerkleNode::Branch { children, .. } = node {
            let on_path = (rest % 3) as usize;
            let beside = children.iter().enumerate().filter(|(i, _)| *i != on_path);
            siblings.extend(beside.map(|(_, child)| child.digest()));
        }
        rest /= 3;
    }
    siblings
}
