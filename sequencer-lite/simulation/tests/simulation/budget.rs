//! A fixed number of seeds of every kind, with what they contained.

use crema_simulation::{Scenario, Tally, Theme, run};

/// Seeds of each theme with four nodes.
const SMALL: u64 = 2;

fn play(total: &mut Tally, scenario: &Scenario) {
    let report = run(scenario);
    if let Err(verdict) = report.verdict() {
        panic!("{verdict}");
    }
    *total += report.tally;
}

#[test]
fn seeds_of_every_theme_keep_the_invariants() {
    let (mut total, mut seeds) = (Tally::default(), 0);
    for theme in Theme::ALL {
        for seed in 0..SMALL {
            play(&mut total, &Scenario::new(seed, theme, 4));
            seeds += 1;
        }
        play(&mut total, &Scenario::new(SMALL, theme, 7));
        seeds += 1;
    }
    println!("{seeds} seeds: {total}");
    assert!(total.crashes > 0 && total.partitions > 0 && total.blackouts > 0 && total.liars > 0);
    assert!(total.ordered > 0 && total.blocks > 0);
}

#[test]
fn real_signatures_keep_the_invariants() {
    let mut total = Tally::default();
    for (seed, theme) in [(0, Theme::Calm), (1, Theme::Storm)] {
        let mut scenario = Scenario::new(seed, theme, 4);
        scenario.real_crypto = true;
        play(&mut total, &scenario);
    }
    println!("2 seeds with pairings: {total}");
}
