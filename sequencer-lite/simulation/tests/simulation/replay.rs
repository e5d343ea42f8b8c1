//! One seed is one run.

use crema_simulation::{Scenario, Theme, run};

#[test]
fn the_same_seed_is_the_same_run() {
    let once = |seed| run(&Scenario::new(seed, Theme::Storm, 4));
    let first = once(7);
    assert_eq!(first, once(7), "the same seed, another run");
    assert_ne!(first.hash, once(8).hash, "another seed, the same run");
}
