//! Whole networks of validators in one thread, from a seed: faults, liars, and the invariants that must hold.
//!
//! The validators are those of [`crema_consensus`], unchanged, on commonware's deterministic runtime and simulated network.
//! A [`Scenario`] says what happens to them; [`run`] lets it happen, then lets it stop, and checks:
//!
//! | invariant | meaning |
//! |---|---|
//! | S1 | no two honest nodes decide different blocks at one height |
//! | S2 | decided chains are linked, views rise, nothing decided is forgotten |
//! | S3 | no honest key signs two votes of one kind in one view, restarts or not |
//! | S4 | every certificate that a leaf is decided with is a quorum's, by HotShot's rule |
//! | S6 | every decided payload is served by some honest node, and is the one committed to |
//! | S11 | honest nodes sign the states of what they have decided, and one per height |
//! | L1 | after all faults new blocks are decided in bounded time, with the transactions then submitted |
//! | L2 | every honest node catches up |
//!
//! [`CrashPoint`] enumerates every change that a node makes to its disk, and lets its power fail at each.
//!
//! Beside the invariants: evidence of double votes convinces, and accuses nobody honest; honest nodes never hang up on one another, always start again, and never stop by themselves; nothing is
//! ordered that nobody submitted. One seed gives one run, to the last bit: [`Report::hash`].

mod checks;
mod cluster;
mod crash_points;
mod dice;
mod members;
mod node;
mod report;
mod run;
mod scenario;
mod throughput;

pub use checks::Violation;
pub use crash_points::CrashPoint;
pub use node::liar::Lie;
pub use node::power::{Change, ChangeKind, Moment, UnknownMoment};
pub use report::{Report, Tally};
pub use run::run;
pub use scenario::{Accident, Cut, Mishap, NoCut, Sabotage, Scenario, Theme, Traffic, UnknownTheme};
pub use throughput::{Load, Throughput, throughput};
