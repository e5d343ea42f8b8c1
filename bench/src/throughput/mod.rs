//! `bench throughput`: what the sequencer's nodes do per second, and how long one waits for it.
//!
//! Availability is arithmetic and measured alone, at any number of nodes. Ordering is measured on whole nodes over real
//! connections, as many as a machine has room for.

mod availability;
mod error;
#[cfg(feature = "ordering")]
mod ordering;

use clap::Subcommand;

use error::ThroughputError;

/// What of the nodes to measure.
#[derive(Clone, Debug, Subcommand)]
pub enum Throughput {
    /// Dispersing payloads, checking shares and stored payloads, recovering payloads from shares.
    Availability(availability::AvailabilityOptions),
    /// Whole nodes in this process over connections on this machine: time from submission to decision, blocks and bytes
    /// per second, processor time.
    #[cfg(feature = "ordering")]
    Ordering(ordering::OrderingOptions),
}

/// Measures, prints a table and keeps the results.
///
/// # Errors
/// [`ThroughputError`].
pub fn run(what: &Throughput) -> Result<(), ThroughputError> {
    match what {
        Throughput::Availability(options) => availability::run(options),
        #[cfg(feature = "ordering")]
        Throughput::Ordering(options) => ordering::run(options),
    }
}
