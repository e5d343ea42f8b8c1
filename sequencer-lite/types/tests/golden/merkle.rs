//! Both Merkle trees against the reference library's roots, frontiers and proofs.

use crema_types::merkle::{BlockMerkleArchive, verify_block_proof};
use crema_types::{Address, BlockHash, BlockMerkleTree, FeeMerkleTree, MerkleCommitment, MerkleProof};
use serde_json::Value;

use crate::vectors::{bytes, list, network, text};

fn leaf(index: u8) -> BlockHash {
    BlockHash([index + 1; 32])
}

#[test]
fn block_trees_of_up_to_five_headers() {
    let vectors = network();
    let commitments = list(&vectors["block_tree"]["commitments"]);
    let (mut tree, mut archive) = (BlockMerkleTree::new(), BlockMerkleArchive::new());
    for (index, commitment) in (0..).zip(commitments) {
        assert_eq!(tree.commitment().to_string(), *commitment, "{index} headers");
        assert_eq!(archive.commitment_at(index.into()), Some(tree.commitment()));
        if usize::from(index) + 1 < commitments.len() {
            tree.push(leaf(index));
            archive.push(leaf(index));
        }
    }
    assert_eq!(
        tree.commitment().to_bytes().to_vec(),
        bytes(&vectors["block_tree"]["commitment_hex_5"])
    );
}

fn five() -> (BlockMerkleTree, BlockMerkleArchive) {
    let (mut tree, mut archive) = (BlockMerkleTree::new(), BlockMerkleArchive::new());
    for index in 0..5 {
        tree.push(leaf(index));
        archive.push(leaf(index));
    }
    (tree, archive)
}

fn assert_starts_with(proof: &Value, head: &Value) {
    for (index, node) in list(head).iter().enumerate() {
        assert_eq!(proof["proof"][index], *node, "node {index}");
    }
}

#[test]
fn the_frontier_is_the_last_leafs_path() {
    let vectors = network();
    let vector = &vectors["block_tree"]["frontier_5"];
    let (tree, archive) = five();
    let frontier = tree.to_frontier().unwrap();
    let json = serde_json::to_value(&frontier).unwrap();
    assert_eq!(json["pos"], vector["pos"]);
    assert_eq!(list(&json["proof"]).len(), vector["nodes"]);
    assert_starts_with(&json, &vector["head"]);
    assert_eq!(archive.prove(4, 5), Some(frontier.clone()));
    assert_eq!(
        BlockMerkleTree::from_frontier(&tree.commitment(), &frontier),
        Ok(tree)
    );
}

#[test]
fn a_proof_of_the_second_header() {
    let vectors = network();
    let vector = &vectors["block_tree"]["proof_1_of_5"];
    let (tree, archive) = five();
    let proof = archive.prove(1, 5).unwrap();
    let json = serde_json::to_value(&proof).unwrap();
    assert_eq!(json["pos"], vector["pos"]);
    assert_starts_with(&json, &vector["head"]);
    assert_eq!(json["proof"][32], vector["last"]);
    assert_eq!(
        verify_block_proof(&tree.commitment(), 1, &leaf(1), &proof),
        Ok(())
    );
    assert_eq!(serde_json::from_value::<MerkleProof>(json).unwrap(), proof);
}

#[test]
fn fee_trees_of_none_and_one() {
    let vectors = network();
    let mut tree = FeeMerkleTree::new();
    assert_eq!(tree.commitment().to_string(), vectors["fee_tree"]["empty"]);
    let mut account = Address::default();
    (account.0[0], account.0[19]) = (1, 2);
    tree.set_balance(account, 42.into()).unwrap();
    assert_eq!(tree.commitment().to_string(), vectors["fee_tree"]["one"]);
    let read: MerkleCommitment = text(&vectors["fee_tree"]["one"]).parse().unwrap();
    assert_eq!(read, tree.commitment());
    tree.set_balance(account, 0.into()).unwrap();
    assert_eq!(tree, FeeMerkleTree::new());
}
