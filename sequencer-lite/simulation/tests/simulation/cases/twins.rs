//! Case 19: a member runs twice.

use std::time::Duration;

use crema_simulation::{Lie, Scenario, Theme};

use super::well;

/// Four members, one of which runs twice; these of the others deal with its second instance.
fn with_twin(second_side: Vec<usize>) {
    let mut scenario = Scenario::new(19, Theme::Calm, 4);
    scenario.liars = [(1, Lie::Twins)].into();
    scenario.second_side = Some(second_side);
    scenario.storm = Duration::from_secs(3);
    scenario.blocks_after = 2;
    well(&scenario);
}

#[test]
fn case_19_twins_between_every_two_sides() {
    // which of the two instances is the second changes nothing: half of the eight ways to cut three members in two
    for second in [vec![], vec![0], vec![2], vec![3]] {
        with_twin(second);
    }
}

#[test]
fn case_19_twins_whose_sides_change_are_caught() {
    // in this seed some members come to deal with both instances when these vote for different leaves
    let report = well(&Scenario::new(2, Theme::Twins, 7));
    assert!(report.tally.caught > 0, "nobody has evidence: {}", report.tally);
}
