//! Web-sockets over a connection.

use std::sync::Arc;
use std::time::Duration;

use crema_types::{Header, Version, wire};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::service::{Service, chain};

/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// The router of `service` at an address.
async fn listen(service: &Service) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = service.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn open(address: &str, path: &str, accept: &'static str) -> WebSocketStream<TcpStream> {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    request.headers_mut().insert("accept", accept.parse().unwrap());
    let stream = TcpStream::connect(address).await.unwrap();
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    socket
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Message {
    timeout(SOON, socket.next()).await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn a_stream_begins_in_the_past_and_goes_on() {
    let service = Service::with_blocks(4).await;
    let address = listen(&service).await;
    let mut json_reader = open(&address, "/v1/availability/stream/headers/2", "application/json").await;
    let mut binary_reader = open(
        &address,
        "/availability/stream/headers/3",
        "application/octet-stream",
    )
    .await;
    let (blocks, _) = chain(6);
    let header = |height: usize| &blocks[height].leaf.block_header;
    for height in 2..4 {
        let text = next(&mut json_reader).await.into_text().unwrap();
        assert_eq!(serde_json::from_str::<Header>(&text).unwrap(), *header(height));
    }
    service.store.store_blocks(&blocks[4..]).await.unwrap();
    service.news.send_replace(6);
    for height in 4..6 {
        let text = next(&mut json_reader).await.into_text().unwrap();
        assert_eq!(serde_json::from_str::<Header>(&text).unwrap(), *header(height));
    }
    for height in 3..6 {
        let Message::Binary(bytes) = next(&mut binary_reader).await else {
            panic!("a binary message")
        };
        assert_eq!(
            wire::decode::<Header>(Version::V0_1, &bytes).unwrap(),
            *header(height)
        );
    }
    for path in ["leaves", "blocks", "payloads", "vid/common"] {
        let path = format!("/v0/availability/stream/{path}/5");
        let mut socket = open(&address, &path, "application/json").await;
        assert!(matches!(next(&mut socket).await, Message::Text(_)), "{path}");
    }
    json_reader.send(Message::Close(None)).await.unwrap();
    assert!(matches!(next(&mut json_reader).await, Message::Close(_)));
}

#[tokio::test]
async fn events_reach_every_reader() {
    let service = Service::with_blocks(1).await;
    let address = listen(&service).await;
    let mut readers = Vec::new();
    for _ in 0..2 {
        readers.push(open(&address, "/v0/hotshot-events/events", "application/json").await);
    }
    while service.events.receiver_count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let event = json!({ "view_number": 5, "event": { "Transactions": { "transactions": [] } } });
    service.events.send(Arc::new(event.clone())).unwrap();
    for reader in &mut readers {
        let text = next(reader).await.into_text().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), event);
    }
}

#[tokio::test]
async fn a_stream_needs_a_web_socket() {
    let service = Service::with_blocks(1).await;
    let (status, error) = service.error("/v0/availability/stream/headers/0").await;
    assert_eq!(status, 400);
    assert!(
        error["Custom"]["message"]
            .as_str()
            .unwrap()
            .contains("web-socket")
    );
}
