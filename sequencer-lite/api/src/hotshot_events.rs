//! `hotshot-events`: the stream of events that builders follow. Espresso's nodes serve it on a port of its own: mount it
//! alone in another [`Api`](crate::Api) for that.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::timeout;

use crate::error::Error;
use crate::module::{Module, Routes};
use crate::source::Events;
use crate::stream::Upgrade;

/// Builders that follow.
const READERS: usize = 64;
/// Time for a builder to read an event.
const SEND_PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Stream {
    events: Arc<dyn Events>,
    readers: Arc<Semaphore>,
}

/// The module.
pub fn module(events: Arc<dyn Events>) -> Module {
    let routes = Routes::new()
        .get(
            "/events",
            "What happens in consensus, from now on (web-socket)",
            stream,
        )
        .get("/startup_info", "The stake table", startup_info);
    Module::v0(
        "hotshot-events",
        routes.with_state(Stream {
            events,
            readers: Arc::new(Semaphore::new(READERS)),
        }),
    )
}

async fn startup_info(State(stream): State<Stream>) -> Json<Value> {
    Json(json!({
        "known_node_with_stake": stream.events.stake_table(),
        "non_staked_node_count": 0,
    }))
}

async fn stream(State(stream): State<Stream>, upgrade: Upgrade) -> Response {
    let Ok(place) = stream.readers.try_acquire_owned() else {
        return Error::custom(
            StatusCode::TOO_MANY_REQUESTS,
            "too many readers follow the events",
        )
        .into_response();
    };
    let events = stream.events.subscribe();
    upgrade.serve(move |socket| async move {
        let _place = place;
        run(socket, events).await;
    })
}

async fn run(mut socket: WebSocket, mut events: broadcast::Receiver<Arc<Value>>) {
    loop {
        let message = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => Message::Text(event.to_string().into()),
                // as in Espresso's nodes, who is slow loses the oldest
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => Message::Close(Some(CloseFrame {
                    code: close_code::AWAY,
                    reason: Utf8Bytes::from_static("the node is stopping"),
                })),
            },
            received = socket.recv() => match received {
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return,
            },
        };
        let last = matches!(message, Message::Close(_));
        let sent = timeout(SEND_PATIENCE, socket.send(message)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}
