//! Every change that a node makes to its disk is a point at which its power can fail: all of them, one run for each.

use std::time::Duration;

use crate::dice::Dice;
use crate::node::power::{Change, ChangeKind, Moment};
use crate::report::Report;
use crate::run::run;
use crate::scenario::{Cut, Scenario, Theme};

/// The member whose power fails. It stores payloads, votes, and leads one view in four.
const MEMBER: usize = 1;

/// A change to the disk, and a moment in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashPoint {
    /// What is being changed.
    pub change: Change,
    /// The failures of power that end there: one, or an earlier one and this while the node starts again.
    pub cuts: Vec<Cut>,
}

impl CrashPoint {
    /// The network in which power fails at these points.
    pub fn network(cuts: Vec<Cut>) -> Scenario {
        Scenario {
            storing: 3,
            storm: Duration::from_secs(4),
            blocks_after: 2,
            watched: Some(MEMBER),
            cuts,
            ..Scenario::new(24, Theme::Calm, 4)
        }
    }

    /// All points of a life of a few blocks, and all of the life after a crash in the middle of it: before each change,
    /// after it and, where bytes are written, with a part of them.
    ///
    /// # Errors
    /// With the report of the network that breaks an invariant before any of that.
    pub fn all() -> Result<Vec<Self>, Box<Report>> {
        let first = lives(Vec::new())?.into_iter().next().unwrap_or_default();
        let middle = Cut {
            member: MEMBER,
            life: 0,
            change: first.len() as u64 / 2,
            moment: Moment::After,
        };
        let second = lives(vec![middle])?.into_iter().nth(1).unwrap_or_default();
        let mut points = points(&first, 0, &[]);
        points.extend(self::points(&second, 1, &[middle]));
        Ok(points)
    }

    /// `number` of these points, spread over all and the same every time, kinds of change and moments mixed.
    pub fn sample(mut points: Vec<Self>, number: usize) -> Vec<Self> {
        let chosen = Dice::new(24, 24).choose(number, points.len());
        let mut index = 0;
        points.retain(|_| {
            index += 1;
            chosen.binary_search(&(index - 1)).is_ok()
        });
        points
    }

    /// Lets power fail here.
    ///
    /// # Errors
    /// With the invariants that break, or when power never failed.
    pub fn play(&self) -> Result<Report, String> {
        let report = run(&Self::network(self.cuts.clone()));
        let context = |verdict: String| format!("{}: {verdict}", self.change);
        report.verdict().map_err(context)?;
        if report.tally.crashes < self.cuts.len() as u64 {
            return Err(context(format!(
                "power never failed\nrepeat with: {}",
                report.command
            )));
        }
        Ok(report)
    }
}

/// What the member changes in each of its lives.
fn lives(cuts: Vec<Cut>) -> Result<Vec<Vec<Change>>, Box<Report>> {
    let report = run(&CrashPoint::network(cuts));
    if report.violations.is_empty() {
        Ok(report.changes)
    } else {
        Err(Box::new(report))
    }
}

fn points(changes: &[Change], life: u64, before: &[Cut]) -> Vec<CrashPoint> {
    let mut points = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let moments: &[Moment] = match change.kind {
            ChangeKind::Write => &[Moment::Before, Moment::Torn(128), Moment::After],
            _ => &[Moment::Before, Moment::After],
        };
        for &moment in moments {
            let cut = Cut {
                member: MEMBER,
                life,
                change: index as u64 + 1,
                moment,
            };
            let cuts = before.iter().copied().chain([cut]).collect();
            points.push(CrashPoint {
                change: change.clone(),
                cuts,
            });
        }
    }
    points
}
