//! Streams over web-sockets: from a height on, one message per block, without end.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use crema_http::encoding::{self, Encoding};
use crema_storage::StoreError;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::chain::Chain;
use crate::error::Error;

/// Longest message from a client, who has nothing to say but pong and goodbye.
const MAX_MESSAGE: usize = 1024;
/// Pause between pings.
const PING: Duration = Duration::from_secs(15);
/// Time for a client to read a message.
const SEND_PATIENCE: Duration = Duration::from_secs(45);
/// Pings without any sign of life after which a client is given up.
const SILENT_PINGS: u32 = 3;

/// A request to become a web-socket, and the form of messages that it accepts.
pub(crate) struct Upgrade {
    upgrade: WebSocketUpgrade,
    form: Encoding,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let form = Encoding::accepted(&parts.headers);
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state)
            .await
            .map_err(|rejection| {
                Error::custom(
                    StatusCode::BAD_REQUEST,
                    format!("this route is a web-socket: {rejection}"),
                )
            })?;
        Ok(Self { upgrade, form })
    }
}

impl Upgrade {
    /// Runs `run` once the connection is a web-socket.
    pub(crate) fn serve<F>(self, run: impl FnOnce(WebSocket) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.upgrade
            .max_message_size(MAX_MESSAGE)
            .max_frame_size(MAX_MESSAGE)
            .on_upgrade(run)
    }
}

/// What a stream has at a height, if it is there.
pub(crate) type Next<T> = Pin<Box<dyn Future<Output = Result<Option<T>, StoreError>> + Send>>;

/// Streams what `next` finds at each height from `from` on.
pub(crate) fn serve<T, F>(upgrade: Upgrade, chain: Chain, from: u64, next: F) -> Response
where
    T: Serialize + Send + 'static,
    F: Fn(Chain, u64) -> Next<T> + Send + 'static,
{
    let Ok(place) = chain.streams.clone().try_acquire_owned() else {
        return Error::custom(
            StatusCode::TOO_MANY_REQUESTS,
            "too many streams are open; close some, or ask for heights one by one",
        )
        .into_response();
    };
    let form = upgrade.form;
    upgrade.serve(move |mut socket| async move {
        let _place = place;
        if let Err(error) = run(&mut socket, form, chain, from, next).await {
            tracing::debug!(%error, "stream ended");
            let goodbye = CloseFrame {
                code: close_code::ERROR,
                reason: Utf8Bytes::from_static("the stream cannot go on"),
            };
            // whoever has gone does not hear it
            let _ = send(&mut socket, Message::Close(Some(goodbye))).await;
        }
    })
}

async fn run<T, F>(
    socket: &mut WebSocket,
    form: Encoding,
    chain: Chain,
    from: u64,
    next: F,
) -> Result<(), axum::Error>
where
    T: Serialize + Send + 'static,
    F: Fn(Chain, u64) -> Next<T> + Send + 'static,
{
    let mut news = chain.news();
    let mut height = from;
    let mut pings = interval_at(Instant::now() + PING, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent = 0;
    loop {
        news.mark_unchanged();
        if let Some(item) = next(chain.clone(), height).await.map_err(axum::Error::new)? {
            send(socket, message(&item, form)?).await?;
            height += 1;
            continue;
        }
        tokio::select! {
            changed = news.changed() => {
                if changed.is_err() {
                    return send(socket, goodbye()).await;
                }
            }
            received = socket.recv() => match received {
                // pings are answered by the library
                Some(Ok(_)) => silent = 0,
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            _ = pings.tick() => {
                if silent == SILENT_PINGS {
                    return Ok(());
                }
                silent += 1;
                send(socket, Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

/// Sends, unless the client takes too long to read.
async fn send(socket: &mut WebSocket, message: Message) -> Result<(), axum::Error> {
    timeout(SEND_PATIENCE, socket.send(message))
        .await
        .map_err(axum::Error::new)?
}

fn message<T: Serialize>(item: &T, form: Encoding) -> Result<Message, axum::Error> {
    let bytes = Bytes::from(encoding::encode(item, form).map_err(axum::Error::new)?);
    Ok(match form {
        Encoding::Json => Message::Text(Utf8Bytes::try_from(bytes).map_err(axum::Error::new)?),
        Encoding::Binary => Message::Binary(bytes),
    })
}

fn goodbye() -> Message {
    Message::Close(Some(CloseFrame {
        code: close_code::AWAY,
        reason: Utf8Bytes::from_static("the node is stopping"),
    }))
}
