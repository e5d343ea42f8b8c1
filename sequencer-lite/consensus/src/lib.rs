//! Ordering by commonware simplex with BLS over BN254, data availability, decided leaves.
//!
//! A [`Validator`] takes part in ordering: it proposes, votes, stores, decides, and catches up, over any of commonware's
//! runtimes and networks, so that the same code runs in production and in a deterministic simulation. What comes from
//! outside stands behind the traits of [`source`].
//!
//! | module | holds |
//! |---|---|
//! | [`committee`] | who orders, registered with proof of possession |
//! | [`scheme`] | BLS votes and certificates, which contain HotShot's quorum certificates |
//! | [`message`], [`request`] | what nodes tell and ask one another |
//! | [`ordering`] | the engine, behind an interface of our own |
//! | [`source`] | transactions, L1, clock, observers: the outside as trait objects |
//! | [`mempool`] | pending transactions, and blocks out of them |
//! | [`signer`] | light-client states of decided leaves |
//! | [`store`] | what is on disk before anybody hears of it |

mod chain;
pub mod committee;
mod core;
pub mod mempool;
pub mod message;
pub mod ordering;
pub mod request;
pub mod scheme;
pub mod signer;
pub mod source;
pub mod store;
mod validator;

pub use committee::{Committee, Member, NetworkKey, Registration};
pub use ordering::Timing;
pub use scheme::Scheme;
pub use store::DecidedLeaf;
pub use validator::{Config, Keys, Network, StartError, Validator, channel, max_message_size, network_name};
