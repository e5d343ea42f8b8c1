//! A sequencer node as a library: consensus, availability and state signing over sockets.
//!
//! [`Node::start`] runs a [`crema_consensus::Validator`] on commonware's tokio runtime and authenticated connections, in
//! threads of its own. The [`Node`] it returns hands in transactions, answers questions about what was decided, and
//! streams decided blocks without gaps. Signatures on light-client states go to a state relay, see [`relay`].

mod config;
pub mod keys;
mod node;
pub mod relay;
mod threads;

pub use config::{Config, Peer};
pub use keys::NodeKeys;
pub use node::{Blocks, DecidedBlock, Node, StartError};
