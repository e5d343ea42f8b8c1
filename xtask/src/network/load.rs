//! Transactions, again and again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::http;

/// Pause between transactions.
const PAUSE: Duration = Duration::from_millis(200);
/// Namespaces, as Espresso's load generator uses them.
const NAMESPACES: (u64, u64) = (10_000, 10);

/// A load generator in a thread of its own.
pub struct Load {
    accepted: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Load {
    /// Hands transactions to the node whose API is at `port`.
    pub fn start(port: u16) -> Self {
        let (accepted, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&accepted), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            for number in 0_u64.. {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                // distinct, and of many lengths
                let payload = format!("transaction {number} ").repeat(1 + (number % 40) as usize);
                let transaction = json!({
                    "namespace": NAMESPACES.0 + number % NAMESPACES.1,
                    "payload": STANDARD.encode(payload),
                });
                // a node that is down, as in a storm, takes the next one
                if http::post(port, "/v0/submit/submit", &transaction).is_ok() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                thread::sleep(PAUSE);
            }
        });
        Self {
            accepted,
            stop,
            thread: Some(thread),
        }
    }

    /// Transactions that the node has taken.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // it has nothing that could panic
            let _ = thread.join();
        }
    }
}
