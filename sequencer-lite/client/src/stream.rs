//! Streams over web-sockets: one message, one item.

use std::marker::PhantomData;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Method, StatusCode, Upgraded};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use crate::client::MAX_ANSWER;
use crate::{Client, ClientError, Encoding};

/// Silence after which the other side is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(15);
/// Pings without any answer after which a stream is given up.
const SILENT_PINGS: u32 = 3;
/// First pause before a stream is opened again; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// An open stream of `T`.
pub struct Items<T> {
    socket: WebSocketStream<Upgraded>,
    path: String,
    encoding: Encoding,
    items: PhantomData<fn() -> T>,
}

impl Client {
    /// Opens the stream at `path`. Redirects are followed, as for any other route.
    ///
    /// # Errors
    /// When nobody answers, or not with a web-socket.
    pub async fn stream<T: DeserializeOwned>(&self, path: &str) -> Result<Items<T>, ClientError> {
        let key = generate_key();
        let request = self
            .request(Method::GET, path)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let handshake = |reason: String| ClientError::Handshake {
            path: path.to_owned(),
            reason,
        };
        let open = async {
            let response = request.send().await.map_err(|error| self.unreachable(&error))?;
            match response.status() {
                StatusCode::SWITCHING_PROTOCOLS => {}
                status if status.is_success() => {
                    return Err(handshake(format!("it answers with status {status}")));
                }
                _ => return Err(self.refusal(path, response).await),
            }
            let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT);
            if accepted
                .is_none_or(|accepted| accepted.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes())
            {
                return Err(handshake(
                    "it does not prove that it read the handshake".to_owned(),
                ));
            }
            response.upgrade().await.map_err(|error| self.unreachable(&error))
        };
        let upgraded = timeout(self.waits(), open)
            .await
            .map_err(|_| handshake("no answer in time".to_owned()))??;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_ANSWER))
            .max_frame_size(Some(MAX_ANSWER));
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(Items {
            socket,
            path: path.to_owned(),
            encoding: self.answers_in(),
            items: PhantomData,
        })
    }
}

impl<T: DeserializeOwned> Items<T> {
    /// The next item; none when the service has closed the stream.
    ///
    /// # Errors
    /// When the stream breaks, falls silent, or carries something else.
    pub async fn next(&mut self) -> Result<Option<T>, ClientError> {
        let mut silent = 0;
        let mut deadline = Instant::now() + PING_AFTER;
        loop {
            let message = tokio::select! {
                message = self.socket.next() => message,
                () = sleep_until(deadline) => {
                    if silent == SILENT_PINGS {
                        return Err(ClientError::Silent { path: self.path.clone(), patience: (SILENT_PINGS + 1) * PING_AFTER });
                    }
                    silent += 1;
                    deadline = Instant::now() + PING_AFTER;
                    let ping = self.socket.send(Message::Ping(Vec::new().into())).await;
                    ping.map_err(|error| self.broken(&error))?;
                    continue;
                }
            };
            silent = 0;
            deadline = Instant::now() + PING_AFTER;
            match message {
                None | Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Err(error)) => return Err(self.broken(&error)),
                Some(Ok(Message::Text(text))) => {
                    return Encoding::Json.decode(&self.path, text.as_bytes()).map(Some);
                }
                Some(Ok(Message::Binary(bytes))) => {
                    return self.encoding.decode(&self.path, &bytes).map(Some);
                }
                // the library answers pings
                Some(Ok(_)) => {}
            }
        }
    }

    fn broken(&self, error: &dyn std::error::Error) -> ClientError {
        ClientError::Broken {
            path: self.path.clone(),
            reason: error.to_string(),
        }
    }
}

/// A stream of numbered items that goes on: where it breaks, it is opened again from the next number.
pub struct Follow<T> {
    clients: Vec<Client>,
    /// Which of them is asked.
    turn: usize,
    route: String,
    next: u64,
    open: Option<Items<T>>,
    pause: Duration,
}

impl<T: DeserializeOwned> Follow<T> {
    /// Items of `route` from `first` on, such as `availability/stream/headers`, to which the number is added.
    pub fn new(client: Client, route: impl Into<String>, first: u64) -> Self {
        Self::among(vec![client], route, first)
    }

    /// As [`Self::new`], from any of several services: where one fails, the next is asked.
    pub fn among(clients: Vec<Client>, route: impl Into<String>, first: u64) -> Self {
        Self {
            clients,
            turn: 0,
            route: route.into(),
            next: first,
            open: None,
            pause: FIRST_PAUSE,
        }
    }

    /// The number of the item that comes next.
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// The next item, however long that takes.
    pub async fn next(&mut self) -> T {
        loop {
            match self.attempt().await {
                Ok(Some(item)) => {
                    self.next += 1;
                    self.pause = FIRST_PAUSE;
                    return item;
                }
                Ok(None) => tracing::debug!(route = self.route, "the stream was closed"),
                Err(error) => tracing::warn!(%error, next = self.next, "opening the stream again"),
            }
            self.open = None;
            self.turn = self.turn.wrapping_add(1);
            tokio::time::sleep(self.pause).await;
            self.pause = (2 * self.pause).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&mut self) -> Result<Option<T>, ClientError> {
        let items = match &mut self.open {
            Some(items) => items,
            none => {
                let path = format!("{}/{}", self.route, self.next);
                let Some(client) = self.clients.get(self.turn % self.clients.len().max(1)) else {
                    return Ok(None);
                };
                none.insert(client.stream(&path).await?)
            }
        };
        items.next().await
    }
}
