//! Cases 23 and 24: who restarts when, and with what on its disk.

use std::time::Duration;

use crema_simulation::{Lie, Mishap, Scenario, Theme};

use super::{mishap, power_cut, well};

/// Four members, and nothing but these restarts.
fn restarts(mishaps: Vec<Mishap>) -> Scenario {
    Scenario {
        storing: 4,
        storm: Duration::from_secs(9),
        mishaps,
        ..Scenario::new(23, Theme::Calm, 4)
    }
}

#[test]
fn case_23_all_nodes_restart_at_once() {
    let mut scenario = Scenario::new(23, Theme::Blackouts, 4);
    scenario.blackouts = 4;
    assert_eq!(well(&scenario).tally.acts, 5);
}

#[test]
fn case_23_all_but_one_restart() {
    let turns = (0..4_u64).map(|spared| {
        let others = (0..4).filter(move |&place| place != spared as usize);
        mishap(2_000 + 2_000 * spared, others, power_cut(700))
    });
    assert_eq!(well(&restarts(turns.collect())).tally.crashes, 12);
}

#[test]
fn case_23_one_restarts_after_the_other() {
    // each is down when the next one goes: a quorum is there only now and then
    let turns = (0..12_u64).map(|turn| mishap(1_500 + 500 * turn, [turn as usize % 4], power_cut(800)));
    assert_eq!(well(&restarts(turns.collect())).tally.crashes, 12);
}

#[test]
fn case_23_all_restart_while_a_view_is_given_up() {
    // one view in four has no leader and takes two seconds to give up: restarts meet it at any of its stages
    let turns = (0..6).map(|turn| mishap(1_900 + 1_300 * turn, [0, 1, 3], power_cut(250)));
    let mut scenario = restarts(turns.collect());
    scenario.liars = [(2, Lie::Silence)].into();
    assert_eq!(well(&scenario).tally.crashes, 18);
}

#[test]
fn case_24_power_fails_in_the_middle_of_writes() {
    assert!(well(&Scenario::new(24, Theme::Crashes, 4)).tally.crashes > 0);
}
