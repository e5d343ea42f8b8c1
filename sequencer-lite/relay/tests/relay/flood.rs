//! Floods of all kinds: memory stays within bounds, and honest nodes are served.

use crema_light_client::bundle::Version;
use crema_relay::collector::KeyBytes;
use crema_relay::http::HttpLimits;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::network::{Caller, Running, state, table, vote};
use super::process::{Process, write_table};

/// Posts with keys that nobody has staked for.
async fn strangers(client: Caller, task: u64, posts: u64) {
    let (good, state) = (vote(0, state(5)), state(5));
    for number in 0..posts {
        let mut key = [0; 64];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key[8..16].copy_from_slice(&task.to_le_bytes());
        let body = json!({ "key": KeyBytes(key), "state": state, "signature": good.signature });
        let request = client.request(Method::POST, "api/state").json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        response.bytes().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded_and_honest_nodes_are_served() {
    let folder = TempDir::new().unwrap();
    let stakes = [1; 10];
    write_table(folder.path(), &table(&stakes));
    let process = Process::start(folder.path(), &["--pending-per-signer", "20"]).await;
    let client = &process.client;
    assert_eq!(client.post(&vote(1, state(5))).await.0, StatusCode::OK);
    strangers(client.clone(), 0, 500).await;
    let before = process.memory();

    let flood: Vec<_> = (1..=8)
        .map(|task| tokio::spawn(strangers(client.clone(), task, 1500)))
        .collect();
    // a staked node that signs what it likes, and an outsider in its name
    for height in 0..60 {
        assert_eq!(
            client.post(&vote(9, state(u64::MAX - 60 + height))).await.0,
            StatusCode::OK
        );
        let mut forged = vote(8, state(100 + height));
        forged.key = vote(7, state(1)).key;
        assert_eq!(client.post(&forged).await.0, StatusCode::BAD_REQUEST);
    }
    // honest nodes in the midst of it
    for node in 2..=4 {
        assert_eq!(client.post(&vote(node, state(5))).await.0, StatusCode::OK);
    }
    let bundle = client.bundle().await.unwrap();
    bundle.verify_against(&table(&stakes), Version::V1).unwrap();
    for task in flood {
        task.await.unwrap();
    }
    let votes = client.metric("state_relay_votes").await;
    assert!(
        votes <= 24,
        "4 honest votes and at most 20 of the other, found {votes}"
    );
    assert_eq!(
        client
            .metric("state_relay_posts_total{result=\"unknown_signer\"}")
            .await,
        12_500
    );
    let after = process.memory();
    println!("resident memory: {before:.1} MB before, {after:.1} MB after 12,000 posts by strangers");
    assert!(after - before < 24.0, "{before:.1} MB became {after:.1} MB");
    process.terminate();
}

#[tokio::test]
async fn posts_beyond_the_rate_are_put_off() {
    let limits = HttpLimits {
        posts_per_second: 10,
        ..HttpLimits::default()
    };
    let running = Running::with(&[1, 50], limits).await;
    let mut refused = 0;
    for height in 1..=60 {
        match running.client.post(&vote(0, state(height))).await {
            (StatusCode::OK, _) => {}
            (StatusCode::TOO_MANY_REQUESTS, message) => {
                assert!(message.contains("slow down"), "{message}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 0);
    // reading is not posting
    assert_eq!(
        running.client.get("api/state").await.status(),
        StatusCode::NOT_FOUND
    );
    running.stop().await;
}

#[tokio::test]
async fn bodies_that_never_come_take_no_more_than_their_places() {
    let limits = HttpLimits {
        posts_at_once: 4,
        ..HttpLimits::default()
    };
    let running = Running::with(&[1; 4], limits).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        let head = "POST /api/state HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        waiting.push(stream);
    }
    let busy =
        async { while running.client.post(&vote(9, state(5))).await.0 != StatusCode::TOO_MANY_REQUESTS {} };
    tokio::time::timeout(super::network::SOON, busy)
        .await
        .expect("all places are taken");
    drop(waiting);
    let free = async { while running.client.post(&vote(0, state(5))).await.0 != StatusCode::OK {} };
    tokio::time::timeout(super::network::SOON, free)
        .await
        .expect("places are given back");
    running.stop().await;
}
