//! The block tree against a plain recomputation from all leaves.

use crema_types::merkle::{
    BLOCK_TREE_HEIGHT, BlockMerkleArchive, EMPTY, FieldBytes, FrontierError, MerkleChild, MerkleNode,
    ProofError, verify_block_proof,
};
use crema_types::{BlockHash, BlockMerkleTree, MerkleCommitment, MerkleProof};
use proptest::prelude::*;
use sha3::{Digest, Sha3_256};

fn hash(index: u64) -> BlockHash {
    BlockHash(Sha3_256::digest(index.to_le_bytes()).into())
}

/// The root of `size` leaves, level by level, with nothing cached.
fn naive_root(size: u64) -> [u8; 32] {
    let mut level: Vec<[u8; 32]> = (0..size)
        .map(|index| Sha3_256::digest(hash(index).0).into())
        .collect();
    for _ in 0..BLOCK_TREE_HEIGHT {
        level = level
            .chunks(3)
            .map(|children| {
                let mut bytes = [0; 96];
                for (slot, child) in bytes.chunks_mut(32).zip(children) {
                    slot.copy_from_slice(child);
                }
                Sha3_256::digest(bytes).into()
            })
            .collect();
    }
    level.first().copied().unwrap_or(EMPTY)
}

fn grown(size: u64) -> (BlockMerkleTree, BlockMerkleArchive) {
    let (mut tree, mut archive) = (BlockMerkleTree::new(), BlockMerkleArchive::new());
    for index in 0..size {
        tree.push(hash(index));
        archive.push(hash(index));
    }
    (tree, archive)
}

#[test]
fn every_size_up_to_a_hundred() {
    let (mut tree, mut archive) = grown(0);
    for size in 0..=100 {
        let commitment = tree.commitment();
        let expected = MerkleCommitment {
            root: naive_root(size),
            height: 32,
            num_leaves: size,
        };
        assert_eq!(commitment, expected);
        if let Some(frontier) = tree.to_frontier() {
            let restored = BlockMerkleTree::from_frontier(&commitment, &frontier).unwrap();
            assert_eq!(restored, tree, "{size}");
        }
        tree.push(hash(size));
        archive.push(hash(size));
    }
    assert_eq!(archive.commitment_at(102), None);
    assert_eq!(archive.get(100), Some(hash(100)));
    assert_eq!(archive.get(101), None);
}

#[test]
fn an_empty_tree_has_no_frontier() {
    let (tree, archive) = grown(0);
    assert_eq!(tree.to_frontier(), None);
    assert_eq!(archive.prove(0, 0), None);
    let frontier = grown(1).0.to_frontier().unwrap();
    assert_eq!(
        BlockMerkleTree::from_frontier(&tree.commitment(), &frontier),
        Err(FrontierError::Empty)
    );
    let fee_tree = MerkleCommitment {
        height: 20,
        ..grown(1).0.commitment()
    };
    assert_eq!(
        BlockMerkleTree::from_frontier(&fee_tree, &frontier),
        Err(FrontierError::Height {
            expected: 32,
            found: 20
        })
    );
}

#[test]
fn a_frontier_that_is_not_the_last_leafs_is_refused() {
    let (tree, archive) = grown(5);
    let earlier = archive.prove(3, 5).unwrap();
    assert_eq!(
        BlockMerkleTree::from_frontier(&tree.commitment(), &earlier),
        Err(ProofError::Index.into())
    );
    // even where somebody lies about the number of leaves, which the root does not bind
    let shorter = MerkleCommitment {
        num_leaves: 4,
        ..tree.commitment()
    };
    assert_eq!(
        BlockMerkleTree::from_frontier(&shorter, &earlier),
        Err(FrontierError::NotLast { level: 1 })
    );
}

fn altered(proof: &MerkleProof, change: impl FnOnce(&mut MerkleProof)) -> MerkleProof {
    let mut proof = proof.clone();
    change(&mut proof);
    proof
}

fn children(proof: &mut MerkleProof, level: usize) -> &mut Vec<MerkleChild> {
    match &mut proof.proof[level] {
        MerkleNode::Branch { children, .. } => children,
        node => panic!("no branch: {node:?}"),
    }
}

#[test]
fn every_alteration_of_a_proof_has_its_name() {
    let (tree, archive) = grown(7);
    let commitment = tree.commitment();
    let proof = archive.prove(4, 7).unwrap();
    let check = |proof: &MerkleProof| verify_block_proof(&commitment, 4, &hash(4), proof);
    assert_eq!(check(&proof), Ok(()));
    assert_eq!(
        verify_block_proof(&commitment, 5, &hash(4), &proof),
        Err(ProofError::Index)
    );
    assert_eq!(
        verify_block_proof(&commitment, 4, &hash(5), &proof),
        Err(ProofError::Element)
    );
    assert_eq!(
        verify_block_proof(&grown(8).0.commitment(), 4, &hash(4), &proof),
        Err(ProofError::Root)
    );
    let cases = [
        (
            altered(&proof, |p| p.pos = FieldBytes(vec![4])),
            ProofError::Index,
        ),
        (
            altered(&proof, |p| p.proof.clear()),
            ProofError::Length {
                expected: 33,
                found: 0,
            },
        ),
        (
            altered(&proof, |p| p.proof.truncate(32)),
            ProofError::Length {
                expected: 33,
                found: 32,
            },
        ),
        (
            altered(&proof, |p| p.proof[0] = MerkleNode::Empty),
            ProofError::Node {
                level: 0,
                expected: "a leaf",
                found: "empty",
            },
        ),
        (
            altered(&proof, |p| p.proof[5] = MerkleNode::Empty),
            ProofError::Node {
                level: 5,
                expected: "a branch",
                found: "empty",
            },
        ),
        (
            altered(&proof, |p| p.proof[5] = MerkleNode::Forgotten { value: [1; 32] }),
            ProofError::Node {
                level: 5,
                expected: "a branch",
                found: "forgotten",
            },
        ),
        (
            altered(&proof, |p| children(p, 2).truncate(2)),
            ProofError::Arity {
                level: 2,
                expected: 3,
                found: 2,
            },
        ),
        (
            altered(&proof, |p| children(p, 2)[1] = MerkleChild(None)),
            ProofError::Path { level: 2 },
        ),
        (
            altered(&proof, |p| children(p, 32)[2] = MerkleChild(Some([1; 32]))),
            ProofError::Root,
        ),
    ];
    for (proof, expected) in cases {
        assert_eq!(check(&proof), Err(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_header_is_proved_in_any_later_tree(size in 1u64..300, index: prop::sample::Index, at: prop::sample::Index) {
        let (tree, archive) = grown(size);
        let at = at.index(size as usize) as u64 + 1;
        let index = index.index(at as usize) as u64;
        let commitment = archive.commitment_at(at).unwrap();
        prop_assert_eq!(commitment, grown(at).0.commitment());
        let proof = archive.prove(index, at).unwrap();
        prop_assert_eq!(verify_block_proof(&commitment, index, &hash(index), &proof), Ok(()));
        if at < size {
            let other = verify_block_proof(&tree.commitment(), index, &hash(index), &proof);
            prop_assert_eq!(other, Err(ProofError::Root));
        }
    }
}
