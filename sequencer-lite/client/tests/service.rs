//! The client against a service that behaves, and one that does not.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use crema_client::stream::Follow;
use crema_client::{Client, ClientError, Encoding};
use crema_types::{NamespaceId, Transaction, TransactionHash, Version, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;

const BINARY: &str = "application/octet-stream";

fn is_binary(headers: &HeaderMap, name: header::HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value == BINARY)
}

fn answer<T: Serialize>(headers: &HeaderMap, value: &T) -> Response {
    if is_binary(headers, header::ACCEPT) {
        (
            [(header::CONTENT_TYPE, BINARY)],
            wire::encode(Version::V0_1, value).unwrap(),
        )
            .into_response()
    } else {
        serde_json::to_vec(value).unwrap().into_response()
    }
}

fn body<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> T {
    if is_binary(headers, header::CONTENT_TYPE) {
        wire::decode(Version::V0_1, bytes).unwrap()
    } else {
        serde_json::from_slice(bytes).unwrap()
    }
}

async fn submit(headers: HeaderMap, bytes: Bytes) -> Response {
    let transaction: Transaction = body(&headers, &bytes);
    answer(&headers, &transaction.commit())
}

/// Three numbers, then goodbye; the second connection breaks off without one.
async fn numbers(
    State(connections): State<Arc<AtomicU64>>,
    Path(first): Path<u64>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let connection = connections.fetch_add(1, Ordering::SeqCst);
    let binary = is_binary(&headers, header::ACCEPT);
    upgrade.on_upgrade(async move |mut socket| {
        for number in first..first + 3 {
            let message = if binary {
                Message::Binary(wire::encode(Version::V0_1, &number).unwrap().into())
            } else {
                Message::Text(number.to_string().into())
            };
            if socket.send(message).await.is_err() {
                return;
            }
        }
        if connection != 1 {
            // the client may have gone
            let _ = socket.send(Message::Close(None)).await;
        }
    })
}

async fn service() -> SocketAddr {
    let router = Router::new()
        .route("/v0/submit/submit", post(submit))
        .route(
            "/node/block-height",
            get(async || Redirect::temporary("/v0/node/block-height")),
        )
        .route(
            "/v0/node/block-height",
            get(async |headers: HeaderMap| answer(&headers, &7u64)),
        )
        .route("/v0/numbers/{first}", any(numbers))
        .route(
            "/numbers/{first}",
            any(async |Path(first): Path<u64>| Redirect::temporary(&format!("/v0/numbers/{first}"))),
        )
        .route("/long", get(async || vec![b' '; 5000]))
        .route(
            "/slow",
            get(async || tokio::time::sleep(Duration::from_secs(30)).await),
        )
        .route(
            "/busy",
            get(async || {
                (
                    StatusCode::TOO_MANY_REQUESTS,
                    r#"{"status":429,"message":"later"}"#,
                )
            }),
        )
        .route("/other", get(async || r#"{"a":1}"#))
        .with_state(Arc::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn both_encodings_say_the_same() {
    let json = Client::new(&format!("http://{}/", service().await)).unwrap();
    let transaction = Transaction {
        namespace: NamespaceId(7),
        payload: b"hello".to_vec(),
    };
    for client in [json.clone(), json.encoding(Encoding::Binary)] {
        assert_eq!(client.submit(&transaction).await.unwrap(), transaction.commit());
        assert_eq!(client.block_height().await.unwrap(), 7);
        // through a redirect
        assert_eq!(client.get::<u64>("node/block-height").await.unwrap(), 7);
    }
}

#[tokio::test]
async fn errors_say_what_happened() {
    let client = Client::new(&format!("http://{}", service().await)).unwrap();
    let error = client.get::<u64>("busy").await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(error.to_string(), "busy is refused with status 429: later");
    let error = client.get::<u64>("nowhere").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let error = client.get::<TransactionHash>("other").await.unwrap_err();
    assert!(matches!(error, ClientError::Json { .. }), "{error}");
    let bounded = client.clone().max_answer(4999);
    let error = bounded.get::<u64>("long").await.unwrap_err();
    assert!(matches!(error, ClientError::TooLong { max: 4999, .. }), "{error}");
    let hasty = client.clone().patience(Duration::from_millis(50));
    let error = hasty.get::<u64>("slow").await.unwrap_err();
    assert!(
        matches!(&error, ClientError::Unreachable { reason, .. } if reason == "no answer in time"),
        "{error}"
    );
    let error = client.stream::<u64>("other").await.err().unwrap();
    assert!(matches!(error, ClientError::Handshake { .. }), "{error}");

    // nobody listens there any more
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://secret:password@{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::new(&url).unwrap().block_height().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    for wrong in ["", "localhost:24000", "ftp://host", "http://"] {
        assert!(
            matches!(Client::new(wrong), Err(ClientError::Url { .. })),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn streams_go_on_where_they_broke() {
    let json = Client::new(&format!("http://{}", service().await)).unwrap();
    let mut items = json.stream::<u64>("v0/numbers/5").await.unwrap();
    for expected in [Some(5), Some(6), Some(7), None] {
        assert_eq!(items.next().await.unwrap(), expected);
    }
    for client in [json.clone(), json.encoding(Encoding::Binary)] {
        let mut follow = Follow::<u64>::new(client, "numbers", 10);
        for expected in 10..20 {
            assert_eq!(follow.next().await, expected);
        }
        assert_eq!(follow.next_number(), 20);
    }
}
