//! Power fails at a fixed sample of all changes of a disk; `simulate --crash-points` lets it fail at every one.

use std::collections::BTreeSet;

use crema_simulation::{CrashPoint, Tally};

/// How many of them.
const SAMPLE: usize = 24;

#[test]
fn case_24_power_fails_at_chosen_persistence_points() {
    let points =
        CrashPoint::all().unwrap_or_else(|report| panic!("without any crash: {:?}", report.verdict()));
    let all = points.len();
    let files: BTreeSet<String> = points.iter().map(|point| point.change.to_string()).collect();
    // votes, proposals, shares, payloads and decided leaves
    for what in ["votes", "proposals", "shares", "payloads", "leaves"] {
        assert!(
            files.iter().any(|file| file.contains(what)),
            "nothing is written to {what}: {files:?}"
        );
    }
    let mut total = Tally::default();
    for point in CrashPoint::sample(points, SAMPLE) {
        match point.play() {
            Ok(report) => total += report.tally,
            Err(verdict) => panic!("{verdict}"),
        }
    }
    println!("{SAMPLE} of {all} crash points: {total}");
}
