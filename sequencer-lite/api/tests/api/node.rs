//! Counts, shares, windows.

use crema_types::Header;
use crema_vid::Verifier;
use serde_json::json;

use crate::service::{Service, fields};

#[tokio::test]
async fn counts_add_up() {
    let service = Service::with_blocks(10).await;
    // height % 4 transactions in each block
    for (path, expected) in [
        ("block-height", 10),
        ("transactions/count", 13),
        ("transactions/count/3", 6),
        ("transactions/count/2/3", 5),
        ("transactions/count/0", 0),
    ] {
        assert_eq!(
            service.json(&format!("/v0/node/{path}")).await,
            expected,
            "{path}"
        );
    }
    let sizes: Vec<usize> = service
        .blocks
        .iter()
        .map(|block| block.payload.as_ref().unwrap().as_bytes().len())
        .collect();
    let all: usize = sizes.iter().sum();
    assert_eq!(service.json("/v0/node/payloads/size").await, all);
    assert_eq!(service.json("/v0/node/payloads/total-size").await, all);
    assert_eq!(
        service.json("/v0/node/payloads/size/2/5").await,
        sizes[2..=5].iter().sum::<usize>()
    );
    assert_eq!(
        service.error("/v0/node/transactions/count/10").await,
        (
            404,
            json!({ "Node": { "source": { "Query": { "source": "NotFound" } } } })
        )
    );
}

#[tokio::test]
async fn shares_verify() {
    let service = Service::with_blocks(4).await;
    let block = &service.blocks[3];
    let header: &Header = &block.leaf.block_header;
    let share = service.json("/v0/node/vid/share/3").await;
    assert_eq!(fields(&share), ["V0"]);
    assert_eq!(
        fields(&share["V0"]),
        ["aggregate_proofs", "evals", "evals_proof", "index"]
    );
    for path in [
        format!("hash/{}", header.commit()),
        format!("payload-hash/{}", header.payload_commitment),
    ] {
        assert_eq!(service.json(&format!("/v0/node/vid/share/{path}")).await, share);
    }
    let verifier = Verifier::for_nodes(5, header.payload_commitment, block.common.clone().unwrap()).unwrap();
    let share = serde_json::from_value(share["V0"].clone()).unwrap();
    verifier.verify_share(&share).unwrap();
    assert_eq!(
        service.error("/v0/node/vid/share/9").await,
        (
            404,
            json!({ "Node": { "source": { "QueryVid": { "source": "NotFound", "block": "9" } } } })
        )
    );
}

#[tokio::test]
async fn windows_and_what_is_missing() {
    let service = Service::with_blocks(10).await;
    let window = service.json("/v0/node/header/window/1001/1003").await;
    assert_eq!(fields(&window), ["next", "prev", "window"]);
    let header = |height: usize| json!(service.blocks[height].leaf.block_header);
    assert_eq!(
        window["window"],
        json!([header(2), header(3), header(4), header(5)])
    );
    assert_eq!((&window["prev"], &window["next"]), (&header(1), &header(6)));
    let hash = service.blocks[2].leaf.block_header.commit();
    for start in ["from/2".to_owned(), format!("from/hash/{hash}")] {
        assert_eq!(
            service
                .json(&format!("/v0/node/header/window/{start}/1003"))
                .await,
            window
        );
    }
    let (status, error) = service.error("/v0/node/header/window/2000/3000").await;
    assert_eq!(status, 404);
    assert_eq!(
        error,
        json!({ "Node": { "source": { "QueryWindow": { "source": "NotFound", "start": "2000", "end": 3000 } } } })
    );
    assert_eq!(
        service.json("/v0/node/limits").await,
        json!({ "window_limit": 500 })
    );
    assert_eq!(
        service.json("/v0/node/sync-status").await,
        json!({
            "missing_blocks": 0,
            "missing_leaves": 0,
            "missing_vid_common": 0,
            "missing_vid_shares": 0,
            "pruned_height": null,
        })
    );
    let table = json!([{ "stake_table_entry": {} }]);
    assert_eq!(service.json("/v0/node/stake-table/current").await, table);
    assert_eq!(service.json("/v0/node/stake-table/3").await, table);
}
