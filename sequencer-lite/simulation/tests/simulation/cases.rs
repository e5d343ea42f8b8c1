//! The cases of fault and attack that concern ordering and availability, each by its number.

use crema_simulation::{Lie, Report, Scenario, Theme, run};

fn well(scenario: &Scenario) -> Report {
    let report = run(scenario);
    if let Err(verdict) = report.verdict() {
        panic!("{verdict}");
    }
    report
}

/// Seven members, of which two lie like this.
fn with_liars(seed: u64, lie: Lie) -> Report {
    let mut scenario = Scenario::new(seed, Theme::Calm, 7);
    scenario.liars = [(2, lie), (5, lie)].into();
    well(&scenario)
}

#[test]
fn case_19_equivocating_leaders() {
    with_liars(19, Lie::Equivocation);
}

#[test]
fn case_19_double_voters() {
    with_liars(19, Lie::DoubleVotes);
}

#[test]
fn case_20_certificates_and_votes_that_do_not_verify() {
    with_liars(20, Lie::BadSignatures);
}

#[test]
fn case_22_partitions_that_heal() {
    assert!(well(&Scenario::new(22, Theme::Partitions, 7)).tally.partitions > 0);
}

#[test]
fn case_22_a_third_is_silent() {
    with_liars(22, Lie::Silence);
}

#[test]
fn case_22_loss_reordering_and_duplicates() {
    let mut scenario = Scenario::new(22, Theme::Loss, 4);
    (scenario.loss, scenario.doubled) = (30, 3);
    well(&scenario);
}

#[test]
fn case_23_all_nodes_restart_at_once() {
    let mut scenario = Scenario::new(23, Theme::Blackouts, 4);
    scenario.blackouts = 4;
    assert_eq!(well(&scenario).tally.acts, 5);
}

#[test]
fn case_24_power_fails_in_the_middle_of_writes() {
    assert!(well(&Scenario::new(24, Theme::Crashes, 4)).tally.crashes > 0);
}

#[test]
fn case_25_clocks_an_hour_off() {
    let mut scenario = Scenario::new(25, Theme::Calm, 7);
    scenario.skew = [(1, 3600), (4, -3600)].into();
    well(&scenario);
}

#[test]
fn case_26_leaders_withhold_shares() {
    with_liars(26, Lie::WithheldShares);
}

#[test]
fn case_26_leaders_withhold_the_payload() {
    with_liars(26, Lie::WithheldPayload);
}

#[test]
fn case_26_leaders_send_wrong_shares() {
    with_liars(26, Lie::WrongShares);
}

#[test]
fn case_27_peers_answer_wrongly() {
    let mut scenario = Scenario::new(27, Theme::Crashes, 7);
    scenario.liars = [(2, Lie::WrongAnswers), (5, Lie::WrongAnswers)].into();
    well(&scenario);
}

#[test]
fn case_28_headers_from_the_far_future() {
    with_liars(28, Lie::FutureHeader);
}

#[test]
fn case_28_headers_that_invent_an_l1() {
    with_liars(28, Lie::InventedL1);
}
