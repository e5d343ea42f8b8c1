//! What came of a run.

use std::fmt;
use std::ops::AddAssign;

use crate::checks::Violation;

/// What happened, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs from one blackout to the next.
    pub acts: u64,
    /// The highest view that somebody voted in.
    pub views: u64,
    /// Decided blocks.
    pub blocks: u64,
    /// Failures of power at one node.
    pub crashes: u64,
    /// Failures of power at all nodes.
    pub blackouts: u64,
    /// Partitions.
    pub partitions: u64,
    /// Dishonest members.
    pub liars: u64,
    /// Transactions submitted.
    pub transactions: u64,
    /// Transactions ordered.
    pub ordered: u64,
    /// Transactions ordered once more.
    pub again: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.acts += other.acts;
        self.views += other.views;
        self.blocks += other.blocks;
        self.crashes += other.crashes;
        self.blackouts += other.blackouts;
        self.partitions += other.partitions;
        self.liars += other.liars;
        self.transactions += other.transactions;
        self.ordered += other.ordered;
        self.again += other.again;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} views, {} blocks, {} crashes, {} blackouts, {} partitions, {} liars, {} transactions submitted, {} \
             ordered, {} of them again",
            self.views,
            self.blocks,
            self.crashes,
            self.blackouts,
            self.partitions,
            self.liars,
            self.transactions,
            self.ordered,
            self.again,
        )
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The runtime's hash over everything that happened, in its order.
    pub hash: String,
    /// What happened, counted.
    pub tally: Tally,
    /// Invariants that were broken; the run ends soon after the first.
    pub violations: Vec<Violation>,
    /// The command that repeats the run.
    pub command: String,
}

impl Report {
    /// All went well, or what went wrong and how to see it again.
    ///
    /// # Errors
    /// With the broken invariants and the command.
    pub fn verdict(&self) -> Result<(), String> {
        if self.violations.is_empty() {
            return Ok(());
        }
        let violations: Vec<String> = self.violations.iter().map(ToString::to_string).collect();
        Err(format!(
            "{}\nrepeat with: {}",
            violations.join("\n"),
            self.command
        ))
    }
}
