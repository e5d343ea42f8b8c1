//! Blocks, leaves, payloads and proofs.

use crema_api::availability::{LARGE_RANGE, SMALL_RANGE};
use crema_types::{Header, Leaf, Leaf2, NamespaceId, Payload, QuorumCertificate, Transaction, Version, wire};
use crema_vid::{Common, NamespaceProof, Verifier};
use serde_json::{Value, json};

use crate::service::{Service, fields, lone_block, transaction};

const VECTORS: &str = include_str!("vectors/block.json");

/// The reference header goes in as it is and comes out as it was, under the name that the reference gives it.
#[tokio::test]
async fn the_reference_block_is_served_as_the_reference_has_it() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let header: Header = serde_json::from_value(vectors["header"].clone()).unwrap();
    let payload: Payload = serde_json::from_value(vectors["payload"].clone()).unwrap();
    let (height, hash) = (header.height, vectors["hash"].as_str().unwrap());
    let commitment = header.payload_commitment;
    let service = Service::with_blocks(1).await;
    service
        .store
        .store_blocks(&[lone_block(header, payload.clone())])
        .await
        .unwrap();

    for path in [
        format!("header/{height}"),
        format!("header/hash/{hash}"),
        format!("header/payload-hash/{commitment}"),
    ] {
        for version in ["v0", "v1"] {
            let found = service.json(&format!("/{version}/availability/{path}")).await;
            assert_eq!(found, vectors["header"], "{path}");
        }
    }
    let binary = service
        .get_as(
            &format!("/v0/availability/header/{height}"),
            "application/octet-stream",
        )
        .await
        .body;
    assert_eq!(binary[..4], [0, 0, 1, 0], "the API's version stands in front");
    assert_eq!(vectors["header_binary_bytes"], binary.len());

    let block = service.json(&format!("/v0/availability/block/hash/{hash}")).await;
    assert_eq!(
        fields(&block),
        ["hash", "header", "num_transactions", "payload", "size"]
    );
    assert_eq!(
        (&block["header"], &block["payload"]),
        (&vectors["header"], &vectors["payload"])
    );
    assert_eq!(block["hash"], hash);
    assert_eq!(block["size"], payload.as_bytes().len());
    assert_eq!(block["num_transactions"], payload.num_transactions());

    let found = service
        .json(&format!("/v0/availability/payload/hash/{commitment}"))
        .await;
    assert_eq!(fields(&found), ["block_hash", "data", "hash", "height", "size"]);
    assert_eq!(found["data"], vectors["payload"]);
    assert_eq!(
        (&found["block_hash"], &found["height"]),
        (&json!(hash), &json!(height))
    );
}

#[tokio::test]
async fn leaves_have_the_shape_of_their_version() {
    let service = Service::with_blocks(6).await;
    let block = &service.blocks[4];
    let (leaf, qc) = (&block.leaf, &block.certificate);
    for path in ["leaf/4".to_owned(), format!("leaf/hash/{}", leaf.commit())] {
        let old = service.json(&format!("/v0/availability/{path}")).await;
        assert_eq!(old, json!({ "leaf": leaf, "qc": qc }));
        let new = service.json(&format!("/v1/availability/{path}")).await;
        assert_eq!(new["leaf"], json!(Leaf2::from(leaf.clone())));
        assert_eq!(fields(&new), ["leaf", "qc"]);
    }
    let (found, certificate): (Leaf, QuorumCertificate) = service.binary("/v0/availability/leaf/4").await;
    assert_eq!((&found, &certificate), (leaf, qc));
    let range = service.json("/v0/availability/leaf/2/5").await;
    assert_eq!(range.as_array().unwrap().len(), 3);
    assert_eq!(range[2]["leaf"], json!(leaf));
}

/// What a rollup does: takes the proof, and trusts the header alone.
#[tokio::test]
async fn namespace_proofs_verify() {
    let service = Service::with_blocks(8).await;
    let header: Header = service.binary("/v0/availability/header/7").await;
    let common = service.json("/v0/availability/vid/common/7").await;
    assert_eq!(
        fields(&common),
        ["block_hash", "common", "height", "payload_hash"]
    );
    let common: Common = serde_json::from_value(common["common"].clone()).unwrap();
    let verifier = Verifier::for_nodes(5, header.payload_commitment, common).unwrap();
    let answer = service.json("/v0/availability/block/7/namespace/1").await;
    assert_eq!(fields(&answer), ["proof", "transactions"]);
    let proof: NamespaceProof = serde_json::from_value(answer["proof"].clone()).unwrap();
    let proved = verifier
        .verify_namespace(&header.ns_table, NamespaceId(1), Some(&proof))
        .unwrap();
    assert_eq!(proved, [transaction(7, 0), transaction(7, 2)]);
    assert_eq!(answer["transactions"], json!(proved));
    let (binary, transactions): (Option<NamespaceProof>, Vec<Transaction>) =
        service.binary("/v0/availability/block/7/namespace/1").await;
    assert_eq!((binary, transactions), (Some(proof), proved));

    let nothing = json!({ "proof": null, "transactions": [] });
    assert_eq!(
        service.json("/v0/availability/block/7/namespace/99").await,
        nothing
    );
    assert_eq!(
        service.json("/v0/availability/block/4/namespace/1").await,
        nothing
    );
}

#[tokio::test]
async fn transactions_are_found_by_place_and_hash() {
    let service = Service::with_blocks(8).await;
    let wanted = transaction(7, 1);
    let hash = wanted.commit();
    for path in ["transaction/7/2".to_owned(), format!("transaction/hash/{hash}")] {
        let found = service.json(&format!("/v0/availability/{path}")).await;
        assert_eq!(
            fields(&found),
            [
                "block_hash",
                "block_height",
                "hash",
                "index",
                "proof",
                "transaction"
            ]
        );
        assert_eq!(found["transaction"], json!(wanted));
        assert_eq!((&found["hash"], &found["index"]), (&json!(hash), &json!(2)));
        assert_eq!(
            found["block_hash"],
            json!(service.blocks[7].leaf.block_header.commit())
        );
    }
    assert_eq!(
        service.error("/v0/availability/transaction/7/3").await,
        (
            404,
            json!({ "Availability": { "source": { "InvalidTransactionIndex": { "height": 7, "index": 3 } } } })
        )
    );
}

#[tokio::test]
async fn ranges_and_summaries() {
    let service = Service::with_blocks(8).await;
    for (path, length) in [
        ("header/2/6", 4),
        ("block/0/8", 8),
        ("payload/7/8", 1),
        ("block/summaries/1/3", 2),
        ("leaf/3/3", 0),
        ("leaf/5/3", 0),
    ] {
        let found = service.json(&format!("/v0/availability/{path}")).await;
        assert_eq!(found.as_array().unwrap().len(), length, "{path}");
    }
    let summary = service.json("/v0/availability/block/summary/7").await;
    assert_eq!(fields(&summary), ["hash", "header", "num_transactions", "size"]);
    assert_eq!(
        service.json("/v0/availability/limits").await,
        json!({ "small_object_range_limit": SMALL_RANGE, "large_object_range_limit": LARGE_RANGE })
    );
    assert_eq!(
        service.error("/v0/availability/header/3/104").await,
        (
            400,
            json!({ "Availability": { "source": { "RangeLimit": { "from": 3, "until": 104, "limit": 100 } } } })
        )
    );
}

#[tokio::test]
async fn what_is_not_there_is_waited_for_and_then_an_error() {
    let service = Service::with_blocks(3).await;
    let (blocks, _) = crate::service::chain(4);
    let request = service.get("/v0/availability/block/3");
    let arrival = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        service.store.store_blocks(&blocks[3..]).await.unwrap();
        service.news.send_replace(4);
    };
    let (answer, ()) = tokio::join!(request, arrival);
    assert_eq!(answer.status.as_u16(), 200, "it has come in time");

    let error = |kind: &str, resource: &str| {
        (
            404,
            json!({ "Availability": { "source": { kind: { "resource": resource } } } }),
        )
    };
    assert_eq!(
        service.error("/v0/availability/leaf/17").await,
        error("FetchLeaf", "17")
    );
    assert_eq!(
        service.error("/v0/availability/header/17").await,
        error("FetchHeader", "17")
    );
    assert_eq!(
        service.error("/v0/availability/block/2/9").await,
        error("FetchBlock", "2..9")
    );
    let hash = transaction(99, 0).commit().to_string();
    assert_eq!(
        service
            .error(&format!("/v0/availability/transaction/hash/{hash}"))
            .await,
        error("FetchTransaction", &hash)
    );
    // a value with the error's variant numbers: Availability, FetchLeaf
    let binary = service
        .get_as("/v0/availability/leaf/17", "application/octet-stream")
        .await
        .body;
    let expected = wire::encode(Version::V0_1, &(0u32, 1u32, "17")).unwrap();
    assert_eq!(binary, expected);
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let service = Service::with_blocks(1).await;
    let request = async |path: &str| {
        let (status, error) = service.error(&format!("/v0/availability/{path}")).await;
        assert_eq!(status, 400, "{path}");
        error["Availability"]["source"]["Request"]["source"].clone()
    };
    assert_eq!(fields(&request("leaf/x").await), ["InvalidParam"]);
    assert_eq!(request("leaf/99999999999999999999").await, "IntegerOverflow");
    assert_eq!(request("block/1/namespace/4294967296").await, "IntegerOverflow");
    let hash = transaction(1, 0).commit();
    assert_eq!(
        fields(&request(&format!("header/hash/{hash}")).await),
        ["TagMismatch"]
    );
    assert_eq!(fields(&request("header/hash/BLOCK~AAAA").await), ["TaggedBase64"]);
}
