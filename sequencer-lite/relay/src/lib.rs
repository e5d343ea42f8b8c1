//! The state relay: collects the signatures that nodes put under light-client states, and streams bundles of them to
//! provers.
//!
//! It speaks Espresso's relay API, and does what that relay leaves out: it knows the stake table, answers a post only
//! when the signature is on disk, goes on collecting after the threshold, remembers signers that contradict
//! themselves, and keeps every use of memory within limits.
//!
//! | module | holds |
//! |---|---|
//! | [`collector`] | the rules, without I/O |
//! | [`store`] | what survives a restart |
//! | [`relay`] | the two together: posts in, bundles out |
//! | [`http`] | the service |
//! | [`stake_table`] | where the stake table comes from |
//! | [`metrics`], [`published`], [`stop`] | counters, the newest bundle's forms, being asked to stop |

pub mod collector;
pub mod http;
pub mod metrics;
pub mod published;
mod recorder;
pub mod relay;
pub mod stake_table;
pub mod store;

pub use crema_http::stop;
pub use recorder::OpenStore;
