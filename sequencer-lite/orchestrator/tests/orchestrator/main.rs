//! The orchestrator over HTTP: a whole network registers, restarts change nothing, and strangers get nowhere.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

mod hostile;
mod joining;
mod restart;
mod service;
