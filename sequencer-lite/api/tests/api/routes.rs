//! What all modules have in common: versions, redirects, health, documents, small modules, limits.

use axum::body::Body;
use axum::http::{Method, Request};
use crema_api::{Api, ApiLimits};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::{TransactionHash, Version, wire};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service::{Service, transaction};

#[tokio::test]
async fn requests_without_version_are_sent_to_the_newest() {
    let service = Service::with_blocks(2).await;
    for (path, target) in [
        ("/availability/header/1?x=y", "/v1/availability/header/1?x=y"),
        ("/node/block-height", "/v0/node/block-height"),
    ] {
        let answer = service.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.location.as_str()), (307, target));
    }
    let answer = service.post("/submit/submit", "application/json", "{}").await;
    assert_eq!(
        (answer.status.as_u16(), answer.location.as_str()),
        (307, "/v0/submit/submit")
    );
}

#[tokio::test]
async fn health_and_versions_of_all_modules() {
    let service = Service::with_blocks(1).await;
    let health = service.json("/healthcheck").await;
    assert_eq!(health["status"], "available");
    assert_eq!(health["modules"]["availability"], json!({ "0": 200, "1": 200 }));
    assert_eq!(health["modules"]["status"], json!({ "0": 200 }));
    assert_eq!(service.json("/v1/availability/healthcheck").await, "available");
    let version = service.json("/version").await;
    assert_eq!(
        version["modules"]["availability"][1],
        json!({ "api_version": "1.0.0", "spec_version": "0.1.0" })
    );
    assert_eq!(version["disco_version"], "0.9.3");
}

/// Every documented route is there, and says so in JSON whatever is asked of it.
#[tokio::test]
async fn the_document_lists_routes_that_exist() {
    let service = Service::with_blocks(3).await;
    let document = service.json("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 100, "{} routes", paths.len());
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            // a parameter that every route refuses or does not find, and none waits for
            let concrete: String = path.split('/').skip(1).fold(String::new(), |path, part| {
                let part = if part.starts_with('{') { "x" } else { part };
                path + "/" + part
            });
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let request = Request::builder()
                .method(method)
                .uri(&concrete)
                .body(Body::empty())
                .unwrap();
            let answer = service.call(request).await;
            let text = String::from_utf8_lossy(&answer.body);
            assert!(!text.contains("no route"), "{path}: {text}");
            assert_ne!(answer.status.as_u16(), 405, "{path}");
        }
    }
    let overview = service.get("/").await;
    assert!(String::from_utf8_lossy(&overview.body).contains("/v1/availability/leaf/{height}"));
    let (status, error) = service.error("/v0/availability/nonsense/1/2/3").await;
    assert_eq!(status, 404);
    assert_eq!(error["Custom"]["status"], 404);
    assert_eq!(
        service
            .post("/v0/node/limits", "application/json", "")
            .await
            .status
            .as_u16(),
        405
    );
}

#[tokio::test]
async fn status_config_and_signatures() {
    let service = Service::with_blocks(4).await;
    assert_eq!(service.json("/v0/status/block-height").await, 17);
    assert_eq!(service.json("/v0/status/success-rate").await, 0.75);
    assert_eq!(service.json("/v0/status/time-since-last-decide").await, 2);
    let metrics = service.get("/v0/status/metrics").await;
    assert!(metrics.content_type.starts_with("text/plain"));
    assert!(String::from_utf8_lossy(&metrics.body).contains("consensus_current_view 21"));
    let config = service.json("/v0/config/hotshot").await;
    assert!(config["config"]["known_nodes_with_stake"].is_array());
    assert_eq!(service.json("/v0/config/env").await, json!(["RUST_LOG=info"]));

    let signature: StateSignatureRequestBody = service.binary("/v0/state-signature/block/3").await;
    signature.verify().unwrap();
    assert_eq!(
        service.json("/v0/state-signature/block/3").await,
        serde_json::to_value(&signature).unwrap()
    );
    assert_eq!(
        service.error("/v0/state-signature/block/2").await,
        (
            404,
            json!({ "Custom": { "message": "Signature not found.", "status": 404 } })
        )
    );
    let info = service.json("/v0/hotshot-events/startup_info").await;
    assert_eq!(info["non_staked_node_count"], 0);
}

#[tokio::test]
async fn transactions_are_taken_in_both_forms() {
    let service = Service::with_blocks(1).await;
    let (first, second) = (transaction(1, 0), transaction(1, 1));
    let body = serde_json::to_vec(&first).unwrap();
    let answer = service
        .post("/v0/submit/submit", "application/json", body.clone())
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!(first.commit()))
    );
    let answer = service
        .post(
            "/v0/submit/submit",
            "application/octet-stream",
            wire::encode(Version::V0_1, &second).unwrap(),
        )
        .await;
    assert_eq!(answer.json(), json!(second.commit()));
    assert_eq!(*service.mock.submitted.lock().unwrap(), [first, second.clone()]);
    let _: TransactionHash = serde_json::from_value(answer.json()).unwrap();

    let refused = async |content_type: &str, body: Vec<u8>| {
        let answer = service.post("/v0/submit/submit", content_type, body).await;
        let error: Value = answer.json();
        assert_eq!(error["Custom"]["status"], answer.status.as_u16());
        answer.status.as_u16()
    };
    assert_eq!(refused("application/json", body.clone()).await, 409);
    assert_eq!(refused("text/plain", body).await, 400);
    assert_eq!(
        refused("application/json", b"{\"namespace\":1}".to_vec()).await,
        400
    );
    assert_eq!(
        refused("application/octet-stream", vec![0, 0, 1, 0, 255]).await,
        400
    );
    assert_eq!(refused("application/json", vec![b' '; 5000]).await, 413);
    let large = crema_types::Transaction {
        payload: vec![0; 1001],
        ..second
    };
    assert_eq!(
        refused("application/json", serde_json::to_vec(&large).unwrap()).await,
        500
    );
}

#[tokio::test]
async fn too_many_requests_are_told_so() {
    let limits = ApiLimits {
        requests: 0,
        ..ApiLimits::default()
    };
    let router = Api::new().into_router(limits);
    let request = Request::get("/healthcheck").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 429);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert!(response.headers().contains_key("retry-after"));
}
