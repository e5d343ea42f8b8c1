//! Case 25: clocks that are wrong or jump, and machines that stand still.

use std::time::Duration;

use crema_simulation::{Accident, Scenario, Theme};

use super::{mishap, pause, well};

#[test]
fn case_25_clocks_an_hour_off() {
    let mut scenario = Scenario::new(25, Theme::Calm, 7);
    scenario.skew = [(1, 3600), (4, -3600)].into();
    well(&scenario);
}

#[test]
fn case_25_clocks_that_jump() {
    let mut scenario = Scenario::new(25, Theme::Calm, 7);
    scenario.mishaps = vec![
        mishap(2_000, [1], Accident::ClockJump(3600)),
        mishap(3_000, [4], Accident::ClockJump(-3600)),
        mishap(5_000, [1], Accident::ClockJump(-7200)),
        // a leap second, and a time server that puts everybody right by an hour
        mishap(6_000, 0..7, Accident::ClockJump(-1)),
        mishap(7_000, 0..7, Accident::ClockJump(3600)),
    ];
    well(&scenario);
}

#[test]
fn case_25_a_machine_stands_still_for_a_minute() {
    let mut scenario = Scenario::new(25, Theme::Calm, 4);
    scenario.pace = Duration::from_millis(1_500);
    scenario.storm = Duration::from_secs(66);
    scenario.mishaps = vec![mishap(4_000, [1], pause(60))];
    assert_eq!(well(&scenario).tally.pauses, 1);
}

#[test]
fn case_25_all_machines_stand_still() {
    let mut scenario = Scenario::new(25, Theme::Calm, 4);
    scenario.mishaps = vec![mishap(2_000, 0..4, pause(3)), mishap(6_500, [0, 1, 3], pause(1))];
    assert_eq!(well(&scenario).tally.pauses, 7);
}
