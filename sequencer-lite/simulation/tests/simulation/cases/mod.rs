//! The cases of fault and attack that concern ordering and availability, each by its number.

mod availability;
mod liars;
mod restarts;
mod time;
mod twins;

use std::time::Duration;

use crema_simulation::{Accident, Lie, Mishap, Report, Scenario, Theme, run};

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
    scenario.storing = 7;
    well(&scenario)
}

/// At so many milliseconds, to these members.
fn mishap(at: u64, members: impl IntoIterator<Item = usize>, accident: Accident) -> Mishap {
    Mishap {
        at: Duration::from_millis(at),
        members: members.into_iter().collect(),
        accident,
    }
}

fn power_cut(milliseconds: u64) -> Accident {
    Accident::PowerCut(Duration::from_millis(milliseconds))
}

fn pause(seconds: u64) -> Accident {
    Accident::Pause(Duration::from_secs(seconds))
}
