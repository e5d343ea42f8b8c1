//! The API over a real store, as its clients see it.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

mod availability;
mod explorer;
mod node;
mod routes;
mod service;
mod states;
mod streams;
mod ui;
