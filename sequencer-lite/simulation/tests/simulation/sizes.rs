//! Networks of every size, once each.

use std::time::Duration;

use crema_simulation::{Scenario, Theme, run};

fn decides(theme: Theme, nodes: usize) {
    let mut scenario = Scenario::new(nodes as u64, theme, nodes);
    // a few blocks: what large networks are asked here is whether they work at all
    scenario.storm = Duration::from_secs(2);
    scenario.blocks_after = 1;
    scenario.pace = Duration::from_secs(1);
    let report = run(&scenario);
    if let Err(verdict) = report.verdict() {
        panic!("{verdict}");
    }
    println!("{nodes} nodes, {theme}: {}", report.tally);
    assert!(report.tally.blocks > 0);
}

#[test]
fn ten_nodes_with_liars_decide() {
    decides(Theme::Liars, 10);
}

#[test]
fn thirty_one_nodes_with_bad_links_decide() {
    decides(Theme::Loss, 31);
}

#[test]
fn a_hundred_nodes_decide() {
    decides(Theme::Calm, 100);
}
