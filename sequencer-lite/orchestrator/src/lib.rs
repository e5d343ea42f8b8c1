//! The orchestrator: registers a network's nodes and hands out its configuration, once, at the network's start.
//!
//! A node claims a slot with a [`claim::Claim`]: its keys, its address, a proof that it holds its BLS key, and that key's
//! signature over all of it and this orchestrator's name, so that nobody can claim a slot for another's keys, move
//! another's address, or use a claim on another network. When all slots are claimed everybody gets the same
//! configuration, every proof included: a node checks them all and need not trust the orchestrator.
//!
//! | module | holds |
//! |---|---|
//! | [`claim`] | what a node signs to take part |
//! | [`registry`] | slots and who has them; no I/O |
//! | [`key_list`] | the keys that alone may register |
//! | [`orchestrator`] | claims in, configurations out |
//! | [`rules`] | what the network agrees on, and the configuration made of it |
//! | [`store`] | the file that a restart goes on from |
//! | [`http`] | the service |
//! | [`client`] | the node's side |

pub mod claim;
pub mod client;
pub mod http;
pub mod key_list;
pub mod orchestrator;
pub mod registry;
pub mod rules;
pub mod store;
