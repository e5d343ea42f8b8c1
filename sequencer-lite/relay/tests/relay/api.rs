//! Espresso's routes, in both encodings, and ours.

use crema_light_client::bundle::{StateSignaturesBundle, Version};
use crema_light_client::schnorr::{Signature, VerifyingKey};
use crema_light_client::tagged;
use crema_relay::collector::Evidence;
use crema_types::wire;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::network::{Running, state, table, vote};

const BINARY: &str = "application/octet-stream";

#[tokio::test]
async fn nodes_post_and_provers_read() {
    let running = Running::start(&[1; 5]).await;
    let client = &running.client;
    assert_eq!(client.bundle().await, None);
    assert_eq!(client.post(&vote(0, state(5))).await.0, StatusCode::OK);
    assert_eq!(client.bundle().await, None);
    assert_eq!(client.post(&vote(1, state(5))).await.0, StatusCode::OK);
    // what the prover does with it
    let bundle = client.bundle().await.unwrap();
    bundle.verify_against(&table(&[1; 5]), Version::V1).unwrap();
    assert_eq!((bundle.state, bundle.signatures.len()), (state(5), 2));

    // beyond the threshold, and the parts of the answer by name
    assert_eq!(client.post(&vote(4, state(5))).await.0, StatusCode::OK);
    let bundle: Value = client.get("v0/api/state").await.json().await.unwrap();
    assert_eq!(bundle["accumulated_weight"], "0x3");
    assert_eq!(bundle["state"], state(5).to_string());
    assert_eq!(bundle["signatures"].as_object().unwrap().len(), 3);
    assert_eq!(bundle.as_object().unwrap().len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn refusals_are_polite() {
    let running = Running::start(&[1; 4]).await;
    let client = &running.client;
    for node in [0, 1] {
        assert_eq!(client.post(&vote(node, state(5))).await.0, StatusCode::OK);
    }
    let mut forged = vote(2, state(5));
    forged.state = state(6);
    for (vote, reason) in [
        (vote(0, state(5)), "is here already"),
        (vote(2, state(4)), "is older than the newest bundle, at height 5"),
        (vote(9, state(6)), "not in the stake table"),
        (forged, "bad signature"),
    ] {
        let (status, message) = client.post(&vote).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(message.contains(reason), "{message}");
    }
    for (kind, body, status) in [
        ("application/json", "{}".to_owned(), StatusCode::BAD_REQUEST),
        (BINARY, "{}".to_owned(), StatusCode::BAD_REQUEST),
        ("text/plain", "{}".to_owned(), StatusCode::BAD_REQUEST),
        (
            "application/json",
            " ".repeat(5000),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let request = client
            .request(Method::POST, "api/state")
            .header("content-type", kind);
        let response = request.body(body).send().await.unwrap();
        assert_eq!(response.status(), status);
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["status"], status.as_u16());
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    let nowhere: Value = client.get("api/nothing").await.json().await.unwrap();
    assert_eq!(nowhere, json!({ "status": 404, "message": "no such route" }));
    let response = client.request(Method::DELETE, "api/state").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    running.stop().await;
}

/// A tagged value as bincode has it: a byte string.
fn byte_string(frame: &[u8]) -> Vec<u8> {
    [&(frame.len() as u64).to_le_bytes()[..], frame].concat()
}

#[tokio::test]
async fn rust_clients_speak_binary() {
    let running = Running::start(&[1; 3]).await;
    let client = &running.client;
    for node in [0, 1] {
        // put together by hand: version 0.1, then three byte strings
        let vote = vote(node, state(5));
        let frames = [
            tagged::to_frame(&vote.key),
            tagged::to_frame(&vote.state),
            tagged::to_frame(&vote.signature),
        ];
        let mut body = vec![0, 0, 1, 0];
        body.extend(frames.iter().flat_map(|frame| byte_string(frame)));
        assert_eq!(body, wire::encode(crema_types::Version::V0_1, &vote).unwrap());
        let request = client
            .request(Method::POST, "api/state")
            .header("content-type", BINARY);
        let response = request.header("accept", BINARY).body(body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.bytes().await.unwrap(), [0, 0, 1, 0][..]);
    }
    let request = client.request(Method::GET, "api/state").header("accept", BINARY);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], BINARY);
    let bytes = response.bytes().await.unwrap();
    let bundle: StateSignaturesBundle = wire::decode(crema_types::Version::V0_1, &bytes).unwrap();
    assert_eq!(Some(&bundle), client.bundle().await.as_ref());

    // and by hand: state, number of signers, signers with signatures, weight as text
    let mut expected = vec![0, 0, 1, 0];
    expected.extend(byte_string(&tagged::to_frame(&state(5))));
    expected.extend(2u64.to_le_bytes());
    let signatures: Vec<(&VerifyingKey, &Signature)> = bundle.signatures.iter().collect();
    for (key, signature) in signatures {
        expected.extend(byte_string(&tagged::to_frame(key)));
        expected.extend(byte_string(&tagged::to_frame(signature)));
    }
    expected.extend(byte_string(b"0x2"));
    assert_eq!(bytes, expected);

    let request = client
        .request(Method::GET, "api/nothing")
        .header("accept", BINARY);
    let error = request.send().await.unwrap().bytes().await.unwrap();
    let error: (u16, String) = wire::decode(crema_types::Version::V0_1, &error).unwrap();
    assert_eq!(error, (404, "no such route".to_owned()));
    running.stop().await;
}

#[tokio::test]
async fn contradictions_can_be_read_and_proved() {
    let running = Running::start(&[1; 4]).await;
    let client = &running.client;
    assert_eq!(
        client
            .get("api/state/evidence")
            .await
            .json::<Value>()
            .await
            .unwrap(),
        json!([])
    );
    client.post(&vote(0, state(5))).await;
    let mut other = state(5);
    other.block_comm_root = 99.into();
    let (status, message) = client.post(&vote(0, other)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message.contains("another state"), "{message}");
    let evidence: Vec<Evidence> = client.get("api/state/evidence").await.json().await.unwrap();
    let [evidence] = &evidence[..] else {
        panic!("{evidence:?}")
    };
    assert!(evidence.is_proof());
    assert_eq!(evidence.key, vote(0, state(5)).key);
    assert_eq!((evidence.first.state, evidence.second.state), (state(5), other));
    running.stop().await;
}

#[tokio::test]
async fn the_service_tells_about_itself() {
    let running = Running::start(&[]).await;
    let client = &running.client;
    let health: Value = client.get("healthcheck").await.json().await.unwrap();
    assert_eq!(
        health,
        json!({ "status": "available", "modules": { "api": { "0": 200 } } })
    );
    assert_eq!(
        client.get("api/healthcheck").await.json::<Value>().await.unwrap(),
        "available"
    );
    let version: Value = client.get("version").await.json().await.unwrap();
    assert_eq!(version["modules"]["api"][0]["api_version"], "0.1.0");
    assert_eq!(client.metric("state_relay_signers").await, 0);
    let (status, message) = client.post(&vote(0, state(5))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(message.contains("stake table is not known yet"), "{message}");

    running.relay.use_stake_table(table(&[1; 3])).await.unwrap();
    assert_eq!(client.post(&vote(0, state(5))).await.0, StatusCode::OK);
    assert_eq!(client.metric("state_relay_signers").await, 3);
    assert_eq!(
        client
            .metric("state_relay_posts_total{result=\"accepted\"}")
            .await,
        1
    );
    assert_eq!(
        client
            .metric("state_relay_posts_total{result=\"unavailable\"}")
            .await,
        1
    );
    let response = client.request(Method::OPTIONS, "api/state").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    running.stop().await;
}
