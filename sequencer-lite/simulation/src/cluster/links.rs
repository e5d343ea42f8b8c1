//! Links, good and bad, and partitions that come and go.

use std::time::{Duration, SystemTime};

use commonware_p2p::simulated::Link;
use commonware_runtime::Clock as _;
use commonware_utils::{Probability, probability};

use super::Cluster;
use crate::members::Crypto;
use crate::scenario::Scenario;

/// Links that are cut, from one place to another, until they are mended.
pub(super) struct Partition {
    until: SystemTime,
    cut: Vec<(usize, usize)>,
}

/// A link as good or bad as a scenario says.
pub(super) fn link(scenario: &Scenario) -> Link {
    let (latency, jitter) = scenario.latency;
    Link {
        latency,
        jitter,
        success_rate: Probability::new(100 - scenario.loss, 100).unwrap_or(probability!(1.0)),
    }
}

fn good_link() -> Link {
    Link {
        latency: Duration::from_millis(10),
        jitter: Duration::from_millis(2),
        success_rate: probability!(1.0),
    }
}

impl<C: Crypto> Cluster<'_, C> {
    /// Begins and ends partitions.
    pub(super) async fn move_partitions(&mut self) {
        let Some(mean) = self.scenario.partitions else {
            return;
        };
        let now = self.context.current();
        match self.partition.take() {
            Some(partition) if now >= partition.until => {
                for &(from, to) in &partition.cut {
                    self.connect(from, to, link(self.scenario)).await;
                }
            }
            Some(partition) => self.partition = Some(partition),
            None if now >= self.next_partition => {
                let cut = self.draw_partition();
                for &(from, to) in &cut {
                    self.disconnect(from, to).await;
                }
                let lasts = self.dice.between(500, 5_000);
                let until = now + Duration::from_millis(lasts);
                let pause = self.dice.between(0, 2 * mean.as_millis() as u64);
                self.next_partition = until + Duration::from_millis(pause);
                self.partition = Some(Partition { until, cut });
                self.tally.partitions += 1;
            }
            None => {}
        }
    }

    /// A minority, one half or any one, cut off in both directions or in one.
    fn draw_partition(&mut self) -> Vec<(usize, usize)> {
        let nodes = self.scenario.nodes;
        let apart = match self.dice.between(0, 2) {
            0 => 1,
            1 => nodes / 2,
            _ => (nodes - 1) / 3,
        };
        let side = self.dice.choose(apart.max(1), nodes);
        let directions = self.dice.between(0, 2);
        let mut cut = Vec::new();
        for &inside in &side {
            for outside in (0..nodes).filter(|place| !side.contains(place)) {
                if directions != 1 {
                    cut.push((inside, outside));
                }
                if directions != 2 {
                    cut.push((outside, inside));
                }
            }
        }
        cut
    }

    /// Makes all links good.
    pub(super) async fn repair_links(&mut self) {
        for from in 0..self.scenario.nodes {
            for to in (0..self.scenario.nodes).filter(|&to| to != from) {
                self.disconnect(from, to).await;
                self.connect(from, to, good_link()).await;
            }
        }
    }

    async fn connect(&self, from: usize, to: usize, link: Link) {
        let (from, to) = (self.committee.network_key(from), self.committee.network_key(to));
        // linked already is as good
        let _ = self.oracle.add_link(from.clone(), to.clone(), link).await;
    }

    async fn disconnect(&self, from: usize, to: usize) {
        let (from, to) = (self.committee.network_key(from), self.committee.network_key(to));
        // cut already is as good
        let _ = self.oracle.remove_link(from.clone(), to.clone()).await;
    }
}
