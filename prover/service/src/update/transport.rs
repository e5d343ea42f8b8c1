//! JSON-RPC over HTTP that cannot be made to use more memory or time than it is given, with fail-over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use alloy::{
    rpc::json_rpc::{RequestPacket, ResponsePacket},
    transports::{TransportError, TransportErrorKind, TransportFut, TransportResult},
};
use reqwest::{Client, Url};
use tower::Service;

use super::source::{BodyError, read_body, reason};

/// Longest answer: code is at most 48 KiB of hex, receipts a few kilobytes.
const MAX_BODY: usize = 1 << 20;

/// The endpoints of one chain, the preferred one first.
///
/// A request goes to the endpoint that answered last; where it cannot be reached or is overloaded, the others are tried
/// in turn. An error that a node reports is an answer.
#[derive(Clone, Debug)]
pub struct Endpoints {
    client: Client,
    urls: Arc<[Url]>,
    current: Arc<AtomicUsize>,
}

impl Endpoints {
    /// Endpoints that are asked with `client`.
    pub fn new(client: Client, urls: &[Url]) -> Self {
        Self {
            client,
            urls: urls.into(),
            current: Arc::default(),
        }
    }

    async fn request(self, packet: RequestPacket) -> TransportResult<ResponsePacket> {
        let first = self.current.load(Ordering::Relaxed);
        let mut failure = TransportErrorKind::custom_str("no endpoint is configured");
        for attempt in 0..self.urls.len() {
            let index = (first + attempt) % self.urls.len();
            match self.ask(&self.urls[index], &packet).await {
                Ok(response) => {
                    self.current.store(index, Ordering::Relaxed);
                    return Ok(response);
                }
                Err(error) => {
                    tracing::debug!(endpoint = origin(&self.urls[index]), %error, "L1 endpoint failed");
                    failure = error;
                }
            }
        }
        Err(failure)
    }

    async fn ask(&self, url: &Url, packet: &RequestPacket) -> TransportResult<ResponsePacket> {
        let failed = |problem: String| TransportErrorKind::custom_str(&format!("{}: {problem}", origin(url)));
        let response = self
            .client
            .post(url.clone())
            .json(packet)
            .send()
            .await
            .map_err(|e| failed(reason(e)))?;
        let status = response.status();
        let body = read_body(response, MAX_BODY).await.map_err(|error| match error {
            BodyError::TooLarge => failed(format!("an answer of more than {MAX_BODY} bytes")),
            BodyError::Broken(error) => failed(reason(error)),
        })?;
        // nodes report errors of the chain with any status; what is no JSON-RPC comes from a proxy before them
        match serde_json::from_slice::<ResponsePacket>(&body) {
            Ok(response) if status.is_success() || response.is_error() => Ok(response),
            _ if !status.is_success() => Err(failed(format!("HTTP status {status}"))),
            _ => Err(failed("an answer that is not JSON-RPC".to_owned())),
        }
    }
}

/// The part of an endpoint's URL that is no secret: providers put keys into paths, queries and user names.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_urls_are_not_shown() {
        let url = Url::parse("https://user:pass@mainnet.example.org:8443/v3/0123secret?key=secret").unwrap();
        assert_eq!(origin(&url), "https://mainnet.example.org:8443");
    }
}
