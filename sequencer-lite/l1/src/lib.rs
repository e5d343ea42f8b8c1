//! Watches the L1 for a sequencer.
//!
//! A [`Watcher`] polls one of several providers for the newest and the newest finalized block and reads the fee
//! contract's deposits up to the latter, in bounded chunks. What it has read answers [`L1View`]'s questions from memory,
//! as consensus needs it. Only finalized blocks count for anything but the head, so a reorganisation changes nothing
//! that was answered; a provider that contradicts what was final before is not believed.
//!
//! | module | holds |
//! |---|---|
//! | [`options`] | Espresso's flags and environment variables |
//! | [`provider`] | several endpoints as one, failing over |
//! | [`reader`] | what is asked of the L1 |
//! | [`memory`] | what is known, without I/O |
//!
//! [`L1View`]: crema_consensus::source::L1View

pub mod memory;
pub mod options;
pub mod provider;
pub mod reader;
mod watcher;

pub use options::L1Options;
pub use reader::{L1Error, Reader};
pub use watcher::Watcher;
