//! Posts signatures on light-client states to a state relay, until it has them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crema_consensus::source::StateSignatureSink;
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::{Version, wire};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::Notify;
use tracing::{debug, warn};

/// Signatures kept for a relay that does not answer; the oldest go first.
const KEPT: usize = 100;
/// First pause after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a post may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Signatures on their way to a relay.
#[derive(Default)]
pub struct Outbox {
    waiting: Mutex<VecDeque<StateSignatureRequestBody>>,
    news: Notify,
}

impl Outbox {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<StateSignatureRequestBody>> {
        // every change is complete when the lock is let go
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest signature, when there is one.
    async fn oldest(&self) -> StateSignatureRequestBody {
        loop {
            let news = self.news.notified();
            if let Some(oldest) = self.waiting().front() {
                return oldest.clone();
            }
            news.await;
        }
    }

    /// Done with the signature on `height`.
    fn done(&self, height: u64) {
        self.waiting().retain(|body| body.state.block_height != height);
    }
}

impl StateSignatureSink for Outbox {
    fn post(&self, signature: StateSignatureRequestBody) {
        let mut waiting = self.waiting();
        waiting.push_back(signature);
        while waiting.len() > KEPT {
            waiting.pop_front();
        }
        drop(waiting);
        self.news.notify_one();
    }
}

/// What came of a post.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// The relay has it, or never will take it.
    Settled,
    /// It may take it later.
    Later(String),
}

/// Posts what is in `outbox` to the relay at `url`, oldest first, for ever.
pub async fn deliver(outbox: Arc<Outbox>, url: String, client: reqwest::Client) {
    let url = format!("{}/api/state", url.trim_end_matches('/'));
    let mut pause = FIRST_PAUSE;
    loop {
        let body = outbox.oldest().await;
        let height = body.state.block_height;
        match post(&client, &url, &body).await {
            Outcome::Settled => {
                outbox.done(height);
                pause = FIRST_PAUSE;
            }
            Outcome::Later(reason) => {
                warn!(
                    height,
                    reason,
                    ?pause,
                    "the state relay has not taken a signature"
                );
                tokio::time::sleep(pause).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn post(client: &reqwest::Client, url: &str, body: &StateSignatureRequestBody) -> Outcome {
    let bytes = match wire::encode(Version::V0_1, body) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Later(error.to_string()),
    };
    let answer = client
        .post(url)
        .header(CONTENT_TYPE, "application/octet-stream")
        .timeout(PATIENCE)
        .body(bytes)
        .send()
        .await;
    match answer {
        Ok(answer) if answer.status().is_success() => Outcome::Settled,
        // a duplicate, or a height that the relay is done with: posting again changes nothing
        Ok(answer) if answer.status() == StatusCode::BAD_REQUEST => {
            debug!(
                height = body.state.block_height,
                "the state relay refuses a signature"
            );
            Outcome::Settled
        }
        Ok(answer) => Outcome::Later(format!("it answers {}", answer.status())),
        Err(error) => Outcome::Later(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use crema_light_client::schnorr::SigningKey;
    use crema_light_client::state::LightClientState;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    fn signature(height: u64) -> StateSignatureRequestBody {
        let key = SigningKey::from_seed(&[1; 32]);
        let state = LightClientState {
            view_number: height,
            block_height: height,
            ..LightClientState::default()
        };
        StateSignatureRequestBody {
            key: key.verifying_key(),
            state,
            signature: key.sign(&state.message()),
        }
    }

    /// Reads one request and returns its body.
    async fn answer(listener: &TcpListener, status: &str) -> Vec<u8> {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let (body_at, length) = loop {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8(request[..end].to_vec()).unwrap().to_lowercase();
            assert!(head.starts_with("post /api/state http/1.1"), "{head}");
            assert!(head.contains("content-type: application/octet-stream"), "{head}");
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            break (end + 4, length);
        };
        while request.len() < body_at + length {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        request.split_off(body_at)
    }

    #[tokio::test]
    async fn signatures_are_posted_until_the_relay_has_them() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let outbox = Arc::new(Outbox::default());
        for height in 1..=2 {
            outbox.post(signature(height));
        }
        let task = tokio::spawn(deliver(Arc::clone(&outbox), url, reqwest::Client::new()));
        let mut posted = Vec::new();
        for status in ["503 Busy", "200 OK", "400 Duplicate", "200 OK"] {
            if posted.len() == 3 {
                outbox.post(signature(3));
            }
            let body = answer(&listener, status).await;
            let body: StateSignatureRequestBody = wire::decode(Version::V0_1, &body).unwrap();
            body.verify().unwrap();
            posted.push(body.state.block_height);
        }
        assert_eq!(posted, [1, 1, 2, 3]);
        task.abort();
    }

    #[test]
    fn a_relay_that_is_away_does_not_fill_the_memory() {
        let outbox = Outbox::default();
        for height in 1..=250 {
            outbox.post(signature(height));
        }
        let waiting = outbox.waiting();
        assert_eq!(waiting.len(), KEPT);
        assert_eq!(waiting.front().unwrap().state.block_height, 151);
    }
}
