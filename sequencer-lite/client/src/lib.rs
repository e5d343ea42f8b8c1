//! A client of HotShot's HTTP APIs, for builders, tools, benchmarks and rollups.
//!
//! [`Client`] asks any service of the family in either encoding: JSON, or the versioned binary form (`vbs`) that
//! HotShot's Rust programs prefer. It follows redirects to versioned paths, bounds what it reads, and reads streams over
//! web-sockets. On top of it:
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | a sequencer's routes: submit, availability, node, config |
//! | [`answer`] | what those routes answer |
//! | [`stream`] | streams, and [`stream::Follow`], which reconnects where it left off |
//! | [`builder`] | a builder's routes, as the leader of a view asks them, with what is signed on both sides |

pub mod answer;
pub mod builder;
mod client;
mod error;
pub mod node;
pub mod stream;

pub use client::{Client, Encoding};
pub use error::ClientError;
