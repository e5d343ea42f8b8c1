//! Several JSON-RPC endpoints of one chain as one, which cannot make the caller use more memory or time than it gives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use alloy::rpc::json_rpc::{RequestPacket, ResponsePacket};
use alloy::transports::{TransportError, TransportErrorKind, TransportFut, TransportResult};
use reqwest::{Client, Url};
use tower::Service;

use crate::options::L1Options;

/// Longest answer: the deposits of ten thousand blocks, were there five in each.
const MAX_ANSWER: usize = 1 << 26;
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The endpoints. One of them is asked until it fails too often; then the next one is.
///
/// The questions that belong together go to one endpoint: compare [`Self::turn`] before and after.
#[derive(Clone, Debug)]
pub struct Endpoints {
    client: Client,
    urls: Arc<[Url]>,
    consecutive: u32,
    frequent: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Number of changes from one endpoint to the next.
    turn: u64,
    /// Failures of this endpoint since it last answered.
    failures: u32,
    last_failure: Option<Instant>,
}

impl Endpoints {
    /// The endpoints that the options name.
    pub fn new(client: Client, options: &L1Options) -> Self {
        Self {
            client,
            urls: options.providers.as_slice().into(),
            consecutive: options.consecutive_failure_tolerance,
            frequent: options.frequent_failure_tolerance,
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // every change is complete when the lock is let go
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes whenever another endpoint is asked.
    pub fn turn(&self) -> u64 {
        self.state().turn
    }

    /// Asks the next endpoint from now on: this one answers, but cannot be used.
    pub fn give_up(&self, turn: u64) {
        let mut state = self.state();
        if state.turn == turn {
            *state = State {
                turn: turn.wrapping_add(1),
                ..State::default()
            };
        }
    }

    fn failed(&self, turn: u64, now: Instant) {
        let mut state = self.state();
        if state.turn != turn {
            return;
        }
        state.failures += 1;
        let frequent = state
            .last_failure
            .is_some_and(|last| now.saturating_duration_since(last) < self.frequent);
        state.last_failure = Some(now);
        let exhausted = frequent || state.failures >= self.consecutive;
        drop(state);
        if exhausted && self.urls.len() > 1 {
            tracing::warn!("an L1 provider fails too often; asking the next one");
            self.give_up(turn);
        }
    }

    async fn request(self, packet: RequestPacket) -> TransportResult<ResponsePacket> {
        let turn = self.turn();
        let index = usize::try_from(turn % self.urls.len().max(1) as u64).unwrap_or_default();
        let Some(url) = self.urls.get(index) else {
            return Err(TransportErrorKind::custom_str("no L1 provider is configured"));
        };
        let answer = self.ask(url, &packet).await;
        match &answer {
            Ok(_) => self.state().failures = 0,
            Err(_) => self.failed(turn, Instant::now()),
        }
        answer
    }

    async fn ask(&self, url: &Url, packet: &RequestPacket) -> TransportResult<ResponsePacket> {
        let failed = |problem: &str| {
            let origin = url.origin().ascii_serialization();
            TransportErrorKind::custom_str(&format!("{origin}: {problem}"))
        };
        let mut response = self
            .client
            .post(url.clone())
            .timeout(PATIENCE)
            .json(packet)
            .send()
            .await
            .map_err(|error| failed(&reason(&error)))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&reason(&error)))? {
            if chunk.len() > MAX_ANSWER - body.len() {
                return Err(failed(
                    "an answer that is too long; lower --l1-events-max-block-range",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        // nodes report errors of the chain with any status; what is no JSON-RPC comes from a proxy before them
        match serde_json::from_slice::<ResponsePacket>(&body) {
            Ok(response) if status.is_success() || response.is_error() => Ok(response),
            _ if !status.is_success() => {
                let origin = url.origin().ascii_serialization();
                Err(TransportErrorKind::http_error(status.as_u16(), origin))
            }
            _ => Err(failed("an answer that is not JSON-RPC")),
        }
    }
}

/// The innermost reason: the outer ones repeat the URL, which holds providers' keys.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut innermost: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(source) = innermost.and_then(std::error::Error::source) {
        innermost = Some(source);
    }
    innermost.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

impl Service<RequestPacket> for Endpoints {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        Box::pin(self.clone().request(packet))
    }
}
