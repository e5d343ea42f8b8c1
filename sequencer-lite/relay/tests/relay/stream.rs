//! Bundles as they come: server-sent events, web-sockets, readers that are slow, gone, or back again.

use std::time::Duration;

use crema_light_client::bundle::{StateSignaturesBundle, Version};
use crema_relay::http::HttpLimits;
use crema_types::wire;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::network::{Caller, Running, SOON, state, table, vote};

/// Reads server-sent events.
struct Events {
    response: Response,
    text: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    bundle: StateSignaturesBundle,
}

impl Events {
    async fn open(client: &Caller, last: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, "api/state/stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next block of lines; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let piece = timeout(SOON, self.response.chunk())
                .await
                .expect("something comes");
            self.text.push_str(std::str::from_utf8(&piece.unwrap()?).unwrap());
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let prefix = format!("{name}: ");
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(&prefix))
                    .map(str::to_owned)
            };
            // else a keep-alive
            if let Some(data) = field("data") {
                return Some(Event {
                    name: field("event").unwrap(),
                    id: field("id").unwrap(),
                    bundle: StateSignaturesBundle::from_json(data.as_bytes()).unwrap(),
                });
            }
        }
    }
}

async fn finish(client: &Caller, height: u64) {
    for node in [0, 1] {
        assert_eq!(client.post(&vote(node, state(height))).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn events_carry_each_new_bundle() {
    let running = Running::start(&[1; 4]).await;
    let client = &running.client;
    let mut early = Events::open(client, None).await;
    finish(client, 5).await;
    let event = early.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("bundle", "5"));
    event.bundle.verify_against(&table(&[1; 4]), Version::V1).unwrap();

    // who comes later gets the newest at once, unless it is the one he has
    let mut late = Events::open(client, None).await;
    assert_eq!(late.next().await.unwrap().id, "5");
    let mut back_again = Events::open(client, Some("5")).await;
    let mut from_elsewhere = Events::open(client, Some("77")).await;
    assert_eq!(from_elsewhere.next().await.unwrap().id, "5");
    // one more signature is no new bundle
    assert_eq!(client.post(&vote(2, state(5))).await.0, StatusCode::OK);
    finish(client, 9).await;
    for reader in [&mut early, &mut late, &mut back_again] {
        assert_eq!(reader.next().await.unwrap().id, "9");
    }
    // streams end with the relay, which does not wait for their readers
    running.ask_to_stop();
    assert!(early.next().await.is_none());
    running.stop().await;
}

#[tokio::test]
async fn silence_is_filled() {
    let limits = HttpLimits {
        keep_alive: Duration::from_millis(50),
        ..HttpLimits::default()
    };
    let running = Running::with(&[1; 4], limits).await;
    let mut events = Events::open(&running.client, None).await;
    for _ in 0..3 {
        assert!(events.block().await.unwrap().starts_with(':'));
    }
    running.stop().await;
}

async fn socket(running: &Running, accept: Option<&'static str>) -> WebSocketStream<TcpStream> {
    let url = format!("ws://{}/api/state/stream", running.address);
    let mut request = url.into_client_request().unwrap();
    if let Some(accept) = accept {
        request.headers_mut().insert("accept", accept.parse().unwrap());
    }
    let stream = TcpStream::connect(running.address).await.unwrap();
    tokio_tungstenite::client_async(request, stream).await.unwrap().0
}

#[tokio::test]
async fn web_sockets_carry_the_same() {
    let limits = HttpLimits {
        keep_alive: Duration::from_millis(100),
        ..HttpLimits::default()
    };
    let running = Running::with(&[1; 4], limits).await;
    finish(&running.client, 5).await;
    let mut json = socket(&running, None).await;
    let mut binary = socket(&running, Some("application/octet-stream")).await;
    assert_eq!(running.client.metric("state_relay_streams").await, 2);
    for height in [5, 6] {
        let text = loop {
            match timeout(SOON, json.next()).await.unwrap().unwrap().unwrap() {
                Message::Text(text) => break text,
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        };
        let bundle = StateSignaturesBundle::from_json(text.as_bytes()).unwrap();
        assert_eq!(bundle.state, state(height));
        let bytes = loop {
            match timeout(SOON, binary.next()).await.unwrap().unwrap().unwrap() {
                Message::Binary(bytes) => break bytes,
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            wire::decode::<StateSignaturesBundle>(crema_types::Version::V0_1, &bytes).unwrap(),
            bundle
        );
        finish(&running.client, height + 1).await;
    }
    // who is pinged and does not answer is given up; who talks too much, too
    json.send(Message::Text("x".repeat(5000).into())).await.unwrap();
    let silent = binary;
    let gone = async {
        while running.client.metric("state_relay_streams").await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(SOON, gone).await.expect("both are closed");
    drop(silent);

    let mut last = socket(&running, None).await;
    running.ask_to_stop();
    let farewell = loop {
        if let Message::Close(farewell) = timeout(SOON, last.next()).await.unwrap().unwrap().unwrap() {
            break farewell.unwrap();
        }
    };
    assert_eq!(farewell.code, CloseCode::Away);
    running.stop().await;
}

/// Asks for the stream and never reads what comes.
async fn deaf_reader(running: &Running) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // else the system takes some megabytes in on the reader's behalf
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(running.address).await.unwrap();
    let request = format!(
        "GET /api/state/stream HTTP/1.1\r\nhost: {}\r\n\r\n",
        running.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn readers_that_do_not_read_are_dropped_and_delay_nobody() {
    let limits = HttpLimits {
        keep_alive: Duration::from_millis(100),
        patience: Duration::from_secs(1),
        streams_per_origin: 21,
        ..HttpLimits::default()
    };
    let running = Running::with(&[1; 60], limits).await;
    let client = &running.client;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(deaf_reader(&running).await);
    }
    let mut attentive = Events::open(client, None).await;
    let refused = client.get("api/state/stream").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);

    // bundles of some six kilobytes, until what the system buffers for a connection is full and a second has passed
    let begun = std::time::Instant::now();
    let mut height = 0;
    while client.metric("state_relay_streams").await > 1 {
        height += 1;
        // together, so that they share commits
        let mut posts = JoinSet::new();
        for node in 0..21 {
            let client = client.clone();
            posts.spawn(async move { client.post(&vote(node, state(height))).await.0 });
        }
        assert_eq!(posts.join_all().await, [StatusCode::OK; 21]);
        assert_eq!(attentive.next().await.unwrap().bundle.state, state(height));
        assert!(
            begun.elapsed() < 3 * SOON,
            "deaf readers are still there at height {height}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_does_not_end_is_not_waited_for() {
    let limits = HttpLimits {
        patience: Duration::from_millis(300),
        connections_per_origin: 3,
        ..HttpLimits::default()
    };
    let running = Running::with(&[1; 4], limits).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream
            .write_all(b"POST /api/state HTTP/1.1\r\nhost: x\r\n")
            .await
            .unwrap();
        slow.push(stream);
    }
    // the fourth connection is closed at once
    let mut fourth = TcpStream::connect(running.address).await.unwrap();
    let answer = timeout(SOON, fourth.read(&mut [0; 16]))
        .await
        .expect("closed at once");
    assert!(matches!(answer, Ok(0) | Err(_)));
    // and so are the others, when they have had their time
    for mut stream in slow {
        let mut rest = Vec::new();
        let _ = timeout(SOON, stream.read_to_end(&mut rest))
            .await
            .expect("closed in time");
    }
    assert_eq!(running.client.post(&vote(0, state(1))).await.0, StatusCode::OK);
    assert_eq!(
        running
            .client
            .metric("state_relay_refused_connections_total")
            .await,
        1
    );
    running.stop().await;
}
