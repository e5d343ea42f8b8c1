//! Espresso's HTTP API of a node, as axum routers over small traits.
//!
//! A program mounts the modules it wants and serves the router:
//!
//! ```text
//! let chain = Chain::new(store, news);
//! let router = Api::new()
//!     .mount(availability::module(&chain))
//!     .mount(node::module(&chain, stake_table))
//!     .mount(status::module(status))
//!     .mount(submit::module(mempool))
//!     .into_router(ApiLimits::default());
//! ```
//!
//! Every module is under `/v<N>/<module>`; without a version, the request is redirected to the newest one. Answers are
//! JSON, or HotShot's binary form where a request accepts `application/octet-stream`. Errors are in the same form.
//!
//! | module | answers | asks |
//! |---|---|---|
//! | [`availability`] | leaves, headers, blocks, payloads, dispersals, transactions, namespace proofs, streams | [`Chain`] |
//! | [`node`] | counts, own shares, windows of time, what is missing, the stake table | [`Chain`] |
//! | [`status`] | height, success rate, metrics | [`source::Status`] |
//! | [`submit`] | takes transactions | [`source::Submit`] |
//! | [`state_signature`] | the node's signatures on light-client states | [`source::Signatures`] |
//! | [`catchup`] | state for nodes that were away | [`source::States`], [`Chain`] |
//! | [`config`] | the network's configuration | [`source::Config`] |
//! | [`merklized_state`] | `block-state` and `fee-state`: Merkle proofs | [`source::States`], [`Chain`] |
//! | [`explorer`] | lists and searches for explorers | [`Chain`] |
//! | [`ui`] | an explorer for people, at `/ui` | [`Chain`], [`source::LightClient`] |
//! | [`hotshot_events`] | the stream of events that builders follow | [`source::Events`] |

mod api;
pub mod availability;
pub mod catchup;
mod chain;
pub mod config;
pub mod error;
pub mod explorer;
pub mod hotshot_events;
pub mod merklized_state;
mod module;
pub mod node;
mod openapi;
mod params;
pub mod source;
pub mod state_signature;
pub mod status;
mod stream;
pub mod submit;
pub mod ui;

pub use api::{Api, ApiLimits};
pub use chain::{Chain, PATIENCE};
pub use module::{Module, RouteDoc};
