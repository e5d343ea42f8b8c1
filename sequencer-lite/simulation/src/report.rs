//! What came of a run.

use std::fmt;
use std::ops::AddAssign;

use crate::checks::Violation;
use crate::node::power::Change;

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
    /// Machines that stood still for a while.
    pub pauses: u64,
    /// Dishonest members.
    pub liars: u64,
    /// Dishonest members that somebody honest hung up on, by acts.
    pub shunned: u64,
    /// Double votes that somebody honest has evidence of.
    pub caught: u64,
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
        self.pauses += other.pauses;
        self.liars += other.liars;
        self.shunned += other.shunned;
        self.caught += other.caught;
        self.transactions += other.transactions;
        self.ordered += other.ordered;
        self.again += other.again;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} views, {} blocks, {} crashes, {} blackouts, {} partitions, {} pauses, {} liars ({} hung up on, {} double \
             votes proved), {} transactions submitted, {} ordered, {} of them again",
            self.views,
            self.blocks,
            self.crashes,
            self.blackouts,
            self.partitions,
            self.pauses,
            self.liars,
            self.shunned,
            self.caught,
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
    /// The changes to the watched member's disk while there was trouble, in each of its lives.
    pub changes: Vec<Vec<Change>>,
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
