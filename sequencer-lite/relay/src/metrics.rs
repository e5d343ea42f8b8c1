//! Counters, and their Prometheus text.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::collector::Refusal;

/// What can become of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostResult {
    /// Stored and counted.
    Accepted,
    /// Here already.
    Duplicate,
    /// Another state than the signer's first at that height.
    Contradiction,
    /// Older than the newest bundle.
    Old,
    /// A key without stake.
    UnknownSigner,
    /// A signature that does not verify.
    BadSignature,
    /// A body that is no vote.
    Malformed,
    /// More than one signer or address may have.
    Throttled,
    /// No stake table, or no storage.
    Unavailable,
}

const POST_RESULTS: [(PostResult, &str); 9] = [
    (PostResult::Accepted, "accepted"),
    (PostResult::Duplicate, "duplicate"),
    (PostResult::Contradiction, "contradiction"),
    (PostResult::Old, "old"),
    (PostResult::UnknownSigner, "unknown_signer"),
    (PostResult::BadSignature, "bad_signature"),
    (PostResult::Malformed, "malformed"),
    (PostResult::Throttled, "throttled"),
    (PostResult::Unavailable, "unavailable"),
];

impl From<&Refusal> for PostResult {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NoStakeTable => Self::Unavailable,
            Refusal::UnknownSigner => Self::UnknownSigner,
            Refusal::BadSignature(_) => Self::BadSignature,
            Refusal::Duplicate { .. } => Self::Duplicate,
            Refusal::Contradiction { .. } => Self::Contradiction,
            Refusal::Old { .. } => Self::Old,
            Refusal::TooManyPending { .. } => Self::Throttled,
        }
    }
}

/// Upper bounds of the commit histogram's buckets, in microseconds.
const COMMIT_BOUNDS: [u64; 7] = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];

/// What has happened since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    posts: [AtomicU64; POST_RESULTS.len()],
    commits: [AtomicU64; COMMIT_BOUNDS.len() + 1],
    commit_micros: AtomicU64,
    failed_commits: AtomicU64,
    connections_refused: AtomicU64,
}

/// What is so at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauges {
    /// Height of the newest bundle.
    pub height: Option<u64>,
    /// Signatures in it.
    pub bundle_signatures: usize,
    /// Votes that are kept.
    pub votes: usize,
    /// Contradictions that are kept.
    pub evidence: usize,
    /// Entries in the stake table.
    pub signers: usize,
    /// Streams that are open.
    pub streams: usize,
    /// Connections that are open.
    pub connections: usize,
}

fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Metrics {
    /// Counts a post.
    pub fn posted(&self, result: PostResult) {
        add(&self.posts[result as usize], 1);
    }

    /// Counts a commit.
    pub fn committed(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = COMMIT_BOUNDS.partition_point(|bound| *bound < micros);
        add(&self.commits[bucket], 1);
        add(&self.commit_micros, micros);
    }

    /// Counts a commit that failed.
    pub fn commit_failed(&self) {
        add(&self.failed_commits, 1);
    }

    /// Counts a connection that was closed at once.
    pub fn connection_refused(&self) {
        add(&self.connections_refused, 1);
    }

    /// All of it, as Prometheus reads it.
    pub fn render(&self, now: &Gauges) -> String {
        let mut text = String::with_capacity(4096);
        // writing to a String cannot fail
        let _ = self.write(&mut text, now);
        text
    }

    fn write(&self, text: &mut String, now: &Gauges) -> std::fmt::Result {
        head(
            text,
            "state_relay_posts_total",
            "counter",
            "Votes posted, by result",
        )?;
        for (result, name) in POST_RESULTS {
            let count = read(&self.posts[result as usize]);
            writeln!(text, "state_relay_posts_total{{result=\"{name}\"}} {count}")?;
        }
        head(
            text,
            "state_relay_commit_seconds",
            "histogram",
            "Time to store a batch of votes",
        )?;
        let mut count = 0;
        for (bucket, commits) in self.commits.iter().enumerate() {
            count += read(commits);
            let bound = COMMIT_BOUNDS
                .get(bucket)
                .map_or("+Inf".to_owned(), |&bound| seconds(bound));
            writeln!(
                text,
                "state_relay_commit_seconds_bucket{{le=\"{bound}\"}} {count}"
            )?;
        }
        let sum = seconds(read(&self.commit_micros));
        writeln!(
            text,
            "state_relay_commit_seconds_sum {sum}\nstate_relay_commit_seconds_count {count}"
        )?;
        let counters = [
            (
                "state_relay_failed_commits_total",
                "Commits that failed",
                &self.failed_commits,
            ),
            (
                "state_relay_refused_connections_total",
                "Connections closed because of too many",
                &self.connections_refused,
            ),
        ];
        for (name, help, counter) in counters {
            head(text, name, "counter", help)?;
            writeln!(text, "{name} {}", read(counter))?;
        }
        if let Some(height) = now.height {
            head(
                text,
                "state_relay_bundle_height",
                "gauge",
                "Height of the newest bundle",
            )?;
            writeln!(text, "state_relay_bundle_height {height}")?;
        }
        for (name, help, value) in [
            (
                "state_relay_bundle_signatures",
                "Signatures in the newest bundle",
                now.bundle_signatures,
            ),
            ("state_relay_votes", "Votes that are kept", now.votes),
            (
                "state_relay_evidence",
                "Contradictions that are kept",
                now.evidence,
            ),
            ("state_relay_signers", "Entries in the stake table", now.signers),
            ("state_relay_streams", "Open streams", now.streams),
            ("state_relay_connections", "Open connections", now.connections),
        ] {
            head(text, name, "gauge", help)?;
            writeln!(text, "{name} {value}")?;
        }
        Ok(())
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}.\n# TYPE {name} {kind}")
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_listed_in_their_own_order() {
        for (index, (result, _)) in POST_RESULTS.iter().enumerate() {
            assert_eq!(*result as usize, index);
        }
    }

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::default();
        metrics.posted(PostResult::Accepted);
        metrics.posted(PostResult::Accepted);
        metrics.posted(PostResult::Old);
        metrics.committed(Duration::from_millis(2));
        metrics.committed(Duration::from_secs(5));
        let text = metrics.render(&Gauges {
            height: Some(7),
            streams: 3,
            ..Gauges::default()
        });
        for line in [
            "state_relay_posts_total{result=\"accepted\"} 2",
            "state_relay_posts_total{result=\"old\"} 1",
            "state_relay_posts_total{result=\"malformed\"} 0",
            "state_relay_commit_seconds_bucket{le=\"0.001000\"} 0",
            "state_relay_commit_seconds_bucket{le=\"0.003000\"} 1",
            "state_relay_commit_seconds_bucket{le=\"1.000000\"} 1",
            "state_relay_commit_seconds_bucket{le=\"+Inf\"} 2",
            "state_relay_commit_seconds_sum 5.002000",
            "state_relay_bundle_height 7",
            "state_relay_streams 3",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(
            !Metrics::default()
                .render(&Gauges::default())
                .contains("bundle_height")
        );
    }
}
