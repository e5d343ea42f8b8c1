//! Bundles over a web-socket: one message each, text with JSON, or binary for clients that accept only that.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::feed::Feed;
use crate::published::Published;
use crema_http::encoding::Encoding;

/// Longest message from a client, who has nothing to say but pong and goodbye.
const MAX_MESSAGE: usize = 1024;
/// Pings without any sign of life after which a client is given up.
const SILENT_PINGS: u32 = 3;

pub(super) fn serve(upgrade: WebSocketUpgrade, feed: Feed, encoding: Encoding, ping: Duration) -> Response {
    upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| async move {
            if let Err(error) = run(socket, feed, encoding, ping).await {
                tracing::debug!(%error, "web-socket ended");
            }
        })
}

async fn run(
    mut socket: WebSocket,
    mut feed: Feed,
    encoding: Encoding,
    ping: Duration,
) -> Result<(), axum::Error> {
    let mut pings = interval_at(Instant::now() + ping, ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent = 0;
    loop {
        let message = tokio::select! {
            bundle = feed.next() => match bundle {
                Some(bundle) => message(&bundle, encoding)?,
                None => return send(&mut socket, goodbye(), ping).await,
            },
            received = socket.recv() => match received {
                // pings are answered by the library
                Some(Ok(_)) => {
                    silent = 0;
                    continue;
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            _ = pings.tick() => {
                if silent == SILENT_PINGS {
                    return Ok(());
                }
                silent += 1;
                Message::Ping(Bytes::new())
            },
        };
        send(&mut socket, message, ping * SILENT_PINGS).await?;
    }
}

/// Sends, unless the client takes too long to read.
async fn send(socket: &mut WebSocket, message: Message, patience: Duration) -> Result<(), axum::Error> {
    timeout(patience, socket.send(message))
        .await
        .map_err(axum::Error::new)?
}

fn message(bundle: &Published, encoding: Encoding) -> Result<Message, axum::Error> {
    let bytes = bundle.encoded(encoding).map_err(axum::Error::new)?;
    Ok(match encoding {
        Encoding::Json => Message::Text(Utf8Bytes::try_from(bytes).map_err(axum::Error::new)?),
        Encoding::Binary => Message::Binary(bytes),
    })
}

fn goodbye() -> Message {
    Message::Close(Some(CloseFrame {
        code: close_code::AWAY,
        reason: Utf8Bytes::from_static("the relay is stopping"),
    }))
}
