//! The checkers bite: each defect of a node is found, and named with the command that shows it again.

use crema_simulation::{Report, Sabotage, Scenario, Theme, Violation, run};

fn sabotaged(sabotage: Sabotage) -> Report {
    let mut scenario = Scenario::new(1, Theme::Calm, 4);
    scenario.sabotage = Some(sabotage);
    let report = run(&scenario);
    let verdict = report.verdict().expect_err("a defect that nobody notices");
    assert!(
        verdict.contains("--seeds 1..2 --nodes 4 --scenario calm"),
        "{verdict}"
    );
    report
}

fn assert_finds(sabotage: Sabotage, is_it: impl Fn(&Violation) -> bool) {
    let report = sabotaged(sabotage);
    assert!(
        report.violations.iter().any(is_it),
        "{sabotage:?} is found as {:?}",
        report.violations
    );
}

#[test]
fn a_conflicting_block_is_found() {
    assert_finds(Sabotage::ConflictingBlock, |found| {
        matches!(found, Violation::Fork { height: 3, .. })
    });
}

#[test]
fn a_certificate_that_lacks_a_signer_is_found() {
    assert_finds(Sabotage::ThinCertificate, |found| {
        matches!(
            found,
            Violation::Certificate {
                node: 1,
                height: 3,
                ..
            }
        )
    });
}

#[test]
fn a_signature_on_an_undecided_state_is_found() {
    assert_finds(Sabotage::EarlyState, |found| {
        matches!(found, Violation::UndecidedState { node: 1, .. })
    });
}

#[test]
fn two_signed_states_of_one_height_are_found() {
    assert_finds(Sabotage::TwoStates, |found| {
        matches!(found, Violation::TwoStates { node: 1, .. })
    });
}

#[test]
fn two_votes_in_one_view_are_found() {
    assert_finds(Sabotage::DoubleVotes, |found| {
        matches!(found, Violation::TwoVotes { node: 1, .. })
    });
}

#[test]
fn a_lost_disk_is_found() {
    assert_finds(Sabotage::LostDisk, |found| {
        matches!(found, Violation::Forgotten { node: 1, .. })
    });
}

#[test]
fn a_network_without_quorum_is_found_stuck() {
    assert_finds(Sabotage::NoQuorum, |found| {
        matches!(found, Violation::Stuck { .. })
    });
}
