//! Cases 26 and 27: what leaders keep to themselves, members that are gone, and answers that are wrong.

use std::time::Duration;

use crema_simulation::{Accident, Lie, Report, Scenario, Theme};

use super::{mishap, power_cut, well, with_liars};

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
fn case_26_payloads_come_back_from_shares_when_those_that_store_them_are_gone() {
    let mut scenario = Scenario::new(26, Theme::Calm, 7);
    // members 0 and 1 store payloads; member 6 misses most of the chain, and finds them gone when it comes back
    scenario.storing = 2;
    let end = scenario.storm.as_millis() as u64;
    scenario.mishaps = vec![
        mishap(1_500, [6], power_cut(60_000)),
        mishap(end - 300, [0, 1], Accident::Gone),
    ];
    // without them nothing new is stored, and so nothing decided; all that was must be had
    scenario.blocks_after = 0;
    scenario.all_serve = true;
    let report = well(&scenario);
    assert!(report.tally.ordered > 0, "nothing was ordered: {}", report.tally);
}

#[test]
fn case_26_payloads_come_back_from_shares_when_those_that_store_them_answer_nobody() {
    let mut scenario = Scenario::new(26, Theme::Calm, 7);
    scenario.storing = 2;
    scenario.liars = [(0, Lie::NoAnswers), (1, Lie::NoAnswers)].into();
    scenario.all_serve = true;
    let report = well(&scenario);
    assert!(report.tally.ordered > 0, "nothing was ordered: {}", report.tally);
}

/// Two of seven answer like this, and two others have missed a lot.
fn catch_up_from(lie: Lie) -> Report {
    let mut scenario = Scenario::new(27, Theme::Calm, 7);
    scenario.liars = [(2, lie), (5, lie)].into();
    scenario.storm = Duration::from_secs(13);
    // the quorum is five: the chain goes on while one is down
    scenario.mishaps = vec![
        mishap(1_500, [6], power_cut(5_000)),
        mishap(7_500, [4], power_cut(5_000)),
    ];
    well(&scenario)
}

#[test]
fn case_27_peers_answer_wrongly() {
    assert!(catch_up_from(Lie::WrongAnswers).tally.shunned > 0);
}

#[test]
fn case_27_peers_alter_accounts_configurations_and_lengths_of_chains() {
    assert!(catch_up_from(Lie::AlteredAnswers).tally.shunned > 0);
}

#[test]
fn case_27_peers_answer_with_megabytes() {
    assert!(catch_up_from(Lie::HugeAnswers).tally.shunned > 0);
}

#[test]
fn case_27_peers_never_answer() {
    catch_up_from(Lie::NoAnswers);
}
