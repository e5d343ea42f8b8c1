//! Hearing of new bundles the moment the relay has them, instead of asking again and again.
//!
//! crema's relay streams bundles as server-sent events (`GET api/state/stream`, event `bundle`). What arrives here only says
//! that there is news: the bundle itself is fetched and checked as ever, so that a stream can neither bring in anything
//! that polling could not, nor keep an update from happening. Relays without a stream are polled.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::source::{Source, join, reason, without_credentials};

/// The stream's route.
const ROUTE: &str = "api/state/stream";
/// Longest silence: the relay's keep-alives come more often.
const SILENCE: Duration = Duration::from_mins(1);
/// Longest life of one connection.
const LIFE: Duration = Duration::from_hours(6);
/// First pause after a broken connection; doubled each time.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, and the pause after hearing that there is no such stream.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// As much of a line as is kept: enough to know an event by its name.
const KEPT: usize = 32;

/// A subscription, for as long as it lives.
#[derive(Debug)]
pub struct News {
    bundles: watch::Receiver<u64>,
    task: Option<JoinHandle<()>>,
}

impl News {
    /// Subscribes in the background; a file has no news.
    pub fn of(relay: &Source, client: Client) -> Self {
        let (sender, bundles) = watch::channel(0);
        let task = match relay {
            Source::Http(base) => {
                let url = join(base, ROUTE);
                Some(tokio::spawn(async move { subscribe(client, url, sender).await }))
            }
            Source::File(_) | Source::Unusable(_) => None,
        };
        Self { bundles, task }
    }

    /// Resolves when there is a bundle that was not there at the last call; never without a stream.
    pub async fn arrive(&mut self) {
        if self.task.is_none() || self.bundles.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Forgets what has arrived until now.
    pub fn forget(&mut self) {
        self.bundles.mark_unchanged();
    }
}

impl Drop for News {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Why a connection is over.
enum End {
    /// The relay has no stream.
    NoStream(StatusCode),
    /// It broke, or fell silent.
    Broken(String),
}

async fn subscribe(client: Client, url: Url, sender: watch::Sender<u64>) {
    let shown = without_credentials(&url);
    let mut pause = PAUSE;
    loop {
        let before = *sender.borrow();
        let end = listen(&client, &url, &sender).await;
        if *sender.borrow() != before {
            pause = PAUSE;
        }
        match end {
            End::NoStream(status) => {
                tracing::info!(relay = shown, %status, "the relay streams no bundles; it is polled");
                pause = LONGEST_PAUSE;
            }
            End::Broken(problem) => {
                tracing::debug!(relay = shown, problem, "the stream of bundles broke off");
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn listen(client: &Client, url: &Url, sender: &watch::Sender<u64>) -> End {
    let request = client
        .get(url.clone())
        .header(header::ACCEPT, "text/event-stream")
        .timeout(LIFE);
    let mut response = match timeout(SILENCE, request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return End::Broken(reason(error)),
        Err(_) => return End::Broken("no answer in time".to_owned()),
    };
    let status = response.status();
    let is_stream = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    if !status.is_success() || !is_stream {
        return End::NoStream(status);
    }
    let mut events = Events::default();
    loop {
        match timeout(SILENCE, response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                let bundles = events.bundles_in(&piece);
                if bundles > 0 {
                    sender.send_modify(|count| *count = count.wrapping_add(bundles));
                }
            }
            Ok(Ok(None)) => return End::Broken("the relay ended it".to_owned()),
            Ok(Err(error)) => return End::Broken(reason(error)),
            Err(_) => return End::Broken("silence".to_owned()),
        }
    }
}

/// Counts events by their names, whatever their length, in constant memory.
#[derive(Debug, Default)]
struct Events {
    line: Vec<u8>,
    is_bundle: bool,
    has_data: bool,
}

impl Events {
    /// How many `bundle` events end in this piece.
    fn bundles_in(&mut self, piece: &[u8]) -> u64 {
        let mut count = 0;
        for byte in piece {
            if *byte != b'\n' {
                if self.line.len() < KEPT {
                    self.line.push(*byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if line.is_empty() {
                count += u64::from(self.is_bundle && self.has_data);
                (self.is_bundle, self.has_data) = (false, false);
            } else if let Some(name) = line.strip_prefix(b"event:") {
                self.is_bundle = name.trim_ascii() == b"bundle";
            } else if line.starts_with(b"data:") {
                self.has_data = true;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::update::source::http_client;

    #[test]
    fn events_are_counted_however_they_are_cut() {
        let text = b": hello\n\nevent: bundle\ndata: {\"a\":1}\n\nevent: other\ndata: x\n\nevent:bundle\r\ndata: 2\r\n\r\nevent: bundle\n\n";
        for size in 1..text.len() {
            let mut events = Events::default();
            let count: u64 = text.chunks(size).map(|piece| events.bundles_in(piece)).sum();
            assert_eq!(count, 2, "pieces of {size}");
        }
    }

    #[test]
    fn endless_lines_take_no_memory() {
        let mut events = Events::default();
        for _ in 0..1000 {
            assert_eq!(events.bundles_in(&[b'x'; 1000]), 0);
        }
        assert!(events.line.capacity() <= 2 * KEPT);
        assert_eq!(events.bundles_in(b"\n\nevent: bundle\ndata: 1\n\n"), 1);
    }

    #[tokio::test]
    async fn news_arrive_and_broken_streams_are_taken_up_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay: Source = format!("http://{}/base", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let mut news = News::of(&relay, http_client().unwrap());
        for _ in 0..2 {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = connection.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
            assert!(
                request.starts_with("get /base/api/state/stream ") && request.contains("text/event-stream")
            );
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: hi\n\nevent: bundle\ndata: {}\n\n";
            connection.write_all(answer.as_bytes()).await.unwrap();
            timeout(Duration::from_secs(10), news.arrive())
                .await
                .expect("no news");
            // and the connection breaks
        }
        news.forget();
        assert!(timeout(Duration::from_millis(50), news.arrive()).await.is_err());
    }

    #[tokio::test]
    async fn a_file_has_no_news() {
        let mut news = News::of(&Source::File("bundle.json".into()), http_client().unwrap());
        assert!(timeout(Duration::from_millis(20), news.arrive()).await.is_err());
    }
}
