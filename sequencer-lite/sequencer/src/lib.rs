//! The sequencer as a program: options, keys, the network's configuration, a node, and its HTTP modules.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | the command line, split at `--` into the node's options and those of its modules |
//! | [`keys`] | secrets, from the environment or a file as `keygen` writes it |
//! | [`storage`] | the node's folder, and what it keeps of the network |
//! | [`network`] | where the network's configuration comes from, and where its nodes are |
//! | [`service`] | the HTTP modules |
//! | [`program`] | everything together, until it is told to stop |

pub mod keys;
pub mod network;
pub mod options;
pub mod program;
mod proofs;
pub mod service;
pub mod storage;
