//! Up to a third is dishonest: cases 19, 20, 22 and 28.

use crema_simulation::{Lie, Scenario, Theme};

use super::{well, with_liars};

#[test]
fn case_19_equivocating_leaders() {
    with_liars(19, Lie::Equivocation);
}

#[test]
fn case_19_double_voters_are_caught() {
    let report = with_liars(19, Lie::DoubleVotes);
    assert!(report.tally.caught > 0, "nobody has evidence: {}", report.tally);
    assert!(report.tally.shunned > 0, "nobody hangs up: {}", report.tally);
}

#[test]
fn case_20_certificates_and_votes_that_do_not_verify() {
    with_liars(20, Lie::BadSignatures);
}

#[test]
fn case_20_certificates_short_of_a_quorum_doubly_signed_or_for_something_else() {
    let report = with_liars(20, Lie::ForgedCertificates);
    assert!(report.tally.shunned > 0, "nobody hangs up: {}", report.tally);
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
fn case_28_headers_from_the_far_future() {
    with_liars(28, Lie::FutureHeader);
}

#[test]
fn case_28_headers_that_invent_an_l1() {
    with_liars(28, Lie::InventedL1);
}
