//! Merkle proofs, and state for nodes that were away: every answer is checked as they check it.

use crema_types::merkle::{FeeAccountProof, FeeTreeSnapshot, verify_block_proof};
use crema_types::{Address, BlockMerkleTree, ChainConfig, FeeAmount, MerkleProof};
use serde_json::json;

use crate::service::{RICH, Service, fields};

#[tokio::test]
async fn headers_are_proved_to_later_ones() {
    let service = Service::with_blocks(8).await;
    let headers: Vec<_> = service
        .blocks
        .iter()
        .map(|block| &block.leaf.block_header)
        .collect();
    let root = &headers[6].block_merkle_tree_root;
    let proof: MerkleProof = service.binary("/v0/block-state/6/2").await;
    verify_block_proof(root, 2, &headers[2].commit(), &proof).unwrap();
    assert!(verify_block_proof(root, 2, &headers[3].commit(), &proof).is_err());
    let by_root = service.json(&format!("/v0/block-state/commit/{root}/2")).await;
    assert_eq!(by_root, serde_json::to_value(&proof).unwrap());
    assert_eq!(service.json("/v0/block-state/block-height").await, 7);
    let not_found = (
        404,
        json!({ "MerklizedState": { "source": { "Query": { "source": "NotFound" } } } }),
    );
    for path in ["6/6", "8/2", "99/2"] {
        assert_eq!(service.error(&format!("/v0/block-state/{path}")).await, not_found);
    }
}

#[tokio::test]
async fn balances_are_proved_to_headers() {
    let service = Service::with_blocks(4).await;
    let header = &service.blocks[3].leaf.block_header;
    let view = service.blocks[3].leaf.view_number;
    let answer = service
        .json(&format!("/v0/catchup/3/{}/account/{RICH}", view.0))
        .await;
    assert_eq!(fields(&answer), ["balance", "proof"]);
    assert_eq!(answer["balance"], "0x3e8");
    let proof: FeeAccountProof = serde_json::from_value(answer["proof"].clone()).unwrap();
    assert_eq!(
        proof.verify(&header.fee_merkle_tree_root).unwrap(),
        FeeAmount::from(1000)
    );
    let path: MerkleProof = service.binary(&format!("/v0/fee-state/3/{RICH}")).await;
    assert_eq!(path.pos.0, RICH.0);
    let poor = Address([9; 20]);
    let answer = service.json(&format!("/v0/catchup/3/6/account/{poor}")).await;
    let proof: FeeAccountProof = serde_json::from_value(answer["proof"].clone()).unwrap();
    assert_eq!(
        proof.verify(&header.fee_merkle_tree_root).unwrap(),
        FeeAmount::default()
    );
    let latest = format!("/v0/fee-state/fee-balance/latest/{RICH}");
    assert_eq!(service.json(&latest).await, "1000");

    let body = serde_json::to_vec(&[RICH, poor]).unwrap();
    let answer = service
        .post("/v0/catchup/3/6/accounts", "application/json", body)
        .await;
    let snapshot: FeeTreeSnapshot = serde_json::from_value(answer.json()).unwrap();
    let tree = snapshot.into_tree(&header.fee_merkle_tree_root).unwrap();
    assert_eq!(tree.balance(&RICH).unwrap(), FeeAmount::from(1000));
    assert_eq!(tree.balance(&poor).unwrap(), FeeAmount::default());
    let (status, _) = service.error(&format!("/v0/catchup/9/9/account/{RICH}")).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn nodes_that_were_away_get_what_they_need() {
    let service = Service::with_blocks(8).await;
    let header = &service.blocks[5].leaf.block_header;
    let frontier: MerkleProof = service.binary("/v0/catchup/5/8/blocks").await;
    BlockMerkleTree::from_frontier(&header.block_merkle_tree_root, &frontier).unwrap();
    let config = header.chain_config.resolve().unwrap();
    let found: ChainConfig = service
        .binary(&format!("/v0/catchup/chain-config/{}", config.commit()))
        .await;
    assert_eq!(found, *config);
    let leaves = service.json("/v0/catchup/3/leafchain").await;
    let heights: Vec<_> = leaves
        .as_array()
        .unwrap()
        .iter()
        .map(|leaf| leaf["block_header"]["fields"]["height"].as_u64().unwrap())
        .collect();
    assert_eq!(heights, [3, 4, 5, 6]);
}
