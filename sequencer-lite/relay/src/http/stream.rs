//! `GET /api/state/stream`: server-sent events, or a web-socket when asked to upgrade.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::App;
use super::error::ApiError;
use super::feed::Feed;
use super::web_socket;
use crate::published::Published;
use crema_http::encoding::Encoding;
use crema_http::origin::Origin;

/// The height of the bundle that a reader has seen last.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// When readers should come back after the stream has broken.
const RECONNECT: Duration = Duration::from_secs(2);

pub(super) async fn stream(
    State(app): State<App>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let place = app
        .streams
        .take(origin)
        .ok_or_else(|| ApiError::too_many("too many streams are open; close some, or poll GET /api/state"))?;
    let last = headers
        .get(LAST_EVENT_ID)
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let feed = Feed::new(app.relay.subscribe(), last, app.stop.clone(), place);
    match upgrade {
        Ok(upgrade) => {
            let encoding = Encoding::accepted(&headers);
            Ok(web_socket::serve(upgrade, feed, encoding, app.limits.keep_alive))
        }
        Err(rejection) if headers.contains_key(header::UPGRADE) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            format!("not a web-socket handshake: {rejection}"),
        )),
        Err(_) => Ok(events(feed, app.limits.keep_alive)),
    }
}

fn events(feed: Feed, keep_alive: Duration) -> Response {
    let events = stream::unfold(feed, async |mut feed| {
        let bundle = feed.next().await?;
        event(&bundle).map(|event| (Ok::<_, Infallible>(event), feed))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(keep_alive));
    // proxies must not wait for more
    ([(HeaderName::from_static("x-accel-buffering"), "no")], events).into_response()
}

fn event(bundle: &Published) -> Option<Event> {
    let json = bundle.encoded(Encoding::Json).ok()?;
    let json = std::str::from_utf8(&json).ok()?;
    Some(
        Event::default()
            .event("bundle")
            .id(bundle.height().to_string())
            .retry(RECONNECT)
            .data(json),
    )
}
