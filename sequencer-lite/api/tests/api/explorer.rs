//! Lists and searches.

use serde_json::json;

use crate::service::{Service, fields, transaction};

#[tokio::test]
async fn blocks_and_transactions_are_listed_newest_first() {
    let service = Service::with_blocks(8).await;
    let found = service.json("/v0/explorer/block/7").await;
    let block = &found["block_detail"];
    assert_eq!(
        fields(block),
        [
            "block_reward",
            "fee_recipient",
            "hash",
            "height",
            "num_transactions",
            "proposer_id",
            "size",
            "time"
        ]
    );
    assert_eq!(block["time"], "1970-01-01T00:16:43Z");
    assert_eq!(block["block_reward"], json!(["ESP\u{a0}0"]));
    let heights = async |path: &str| {
        let found = service.json(&format!("/v0/explorer/{path}")).await;
        let list = found["block_summaries"].as_array().unwrap().clone();
        list.iter()
            .map(|block| block["height"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(heights("blocks/latest/3").await, [7, 6, 5]);
    assert_eq!(heights("blocks/4/100").await, [4, 3, 2, 1, 0]);

    let places = async |path: &str| {
        let found = service.json(&format!("/v0/explorer/transactions/{path}")).await;
        let list = found["transaction_summaries"].as_array().unwrap().clone();
        list.iter()
            .map(|entry| {
                (
                    entry["height"].as_u64().unwrap(),
                    entry["offset"].as_u64().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    let hash = transaction(7, 2).commit();
    assert_eq!(places("latest/4").await, [(7, 2), (7, 1), (7, 0), (6, 1)]);
    assert_eq!(places("latest/9/block/6").await, [(6, 1), (6, 0)]);
    assert_eq!(places("latest/2/namespace/7").await, [(7, 2), (6, 1)]);
    assert_eq!(places("from/6/0/2").await, [(6, 0), (5, 0)]);
    assert_eq!(places("from/7/1/9/block/7").await, [(7, 1), (7, 0)]);
    assert_eq!(places("from/7/1/2/namespace/1").await, [(7, 1), (7, 0)]);
    assert_eq!(places(&format!("hash/{hash}/2")).await, [(7, 1), (7, 0)]);
    assert_eq!(places(&format!("hash/{hash}/1/block/7")).await, [(7, 1)]);
    assert_eq!(
        places(&format!("hash/{hash}/2/namespace/7")).await,
        [(6, 1), (3, 2)]
    );
}

#[tokio::test]
async fn summaries_details_and_searches() {
    let service = Service::with_blocks(8).await;
    let found = service.json("/v0/explorer/explorer-summary").await;
    let summary = &found["explorer_summary"];
    assert_eq!(
        fields(summary),
        [
            "genesis_overview",
            "histograms",
            "latest_block",
            "latest_blocks",
            "latest_transactions"
        ]
    );
    assert_eq!(
        summary["genesis_overview"],
        json!({ "rollups": 2, "transactions": 12, "blocks": 8 })
    );
    let histograms = &summary["histograms"];
    assert_eq!(histograms["block_heights"], json!([1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(histograms["block_time"], json!([0, 1, 0, 1, 0, 1, 0]));
    assert_eq!(histograms["block_transactions"], json!([1, 2, 3, 0, 1, 2, 3]));

    let wanted = transaction(6, 1);
    let found = service
        .json(&format!("/v0/explorer/transaction/hash/{}", wanted.commit()))
        .await;
    assert_eq!(service.json("/v0/explorer/transaction/6/1").await, found);
    assert_eq!(found["transaction_detail"]["data"], json!([wanted]));
    assert_eq!(found["transaction_detail"]["details"]["block_confirmed"], true);

    let hash = service.blocks[5].leaf.block_header.commit();
    let found = service.json(&format!("/v0/explorer/search/{hash}")).await;
    assert_eq!(found["search_results"]["blocks"][0]["height"], 5);
    let found = service
        .json(&format!("/v0/explorer/search/{}", wanted.commit()))
        .await;
    assert_eq!(found["search_results"]["transactions"][0]["height"], 6);
    for (path, status, code) in [
        ("blocks/latest/0", 400, "INVALID_LIMIT"),
        ("blocks/latest/101", 400, "INVALID_LIMIT"),
        ("search/xyz", 400, "BAD_QUERY"),
        ("block/99", 404, "NOT_FOUND"),
    ] {
        let (found, error) = service.error(&format!("/v0/explorer/{path}")).await;
        assert_eq!(
            (found, &error["Explorer"]["source"]["code"]),
            (status, &json!(code)),
            "{path}"
        );
    }
}
