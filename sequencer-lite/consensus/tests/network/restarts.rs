//! Nodes stop as in a crash, and start again from their disks.

use std::time::Duration;

use commonware_p2p::simulated::Link;
use commonware_runtime::{Runner as _, Supervisor as _};
use commonware_utils::probability;
use crema_consensus::scheme::KnownSecrets;

use crate::cluster::{Cluster, committee, good_link, runner};

#[test]
fn a_node_resumes_and_catches_up() {
    runner(3).start(|context| async move {
        let mut cluster = Cluster::new(
            context.child("cluster"),
            committee(5, 4),
            KnownSecrets::new(5),
            good_link(),
        )
        .await;
        cluster.start_all().await;
        cluster.reach(&[0, 1, 2, 3, 4], 5).await;
        cluster.stop(3);
        let stopped_at = cluster.height(3);
        // far enough for rows of decided leaves
        cluster.reach(&[0, 1, 2, 4], stopped_at + 80).await;
        cluster.start(3).await;
        let resumed_at = cluster.nodes[3].as_ref().unwrap().height().await.unwrap();
        assert!(
            resumed_at >= stopped_at,
            "decided {stopped_at}, remembers {resumed_at}"
        );
        let target = cluster.height(0);
        cluster.reach(&[3], target).await;
        // and it takes part: without node 1 the others need it
        cluster.stop(1);
        let target = cluster.height(0) + 10;
        cluster.reach(&[0, 2, 3, 4], target).await;
        cluster.check_chains();
    });
}

#[test]
fn all_nodes_restart_at_once_and_again() {
    runner(4).start(|context| async move {
        let mut cluster = Cluster::new(
            context.child("cluster"),
            committee(4, 3),
            KnownSecrets::new(4),
            good_link(),
        )
        .await;
        for round in 1..6 {
            cluster.start_all().await;
            cluster.reach(&[0, 1, 2, 3], 4 * round).await;
            for place in 0..4 {
                cluster.stop(place);
            }
        }
        cluster.check_chains();
    });
}

#[test]
fn lost_messages_are_made_up_for() {
    let link = Link {
        latency: Duration::from_millis(30),
        jitter: Duration::from_millis(20),
        success_rate: probability!(0.85),
    };
    runner(5).start(|context| async move {
        let mut cluster = Cluster::new(
            context.child("cluster"),
            committee(5, 4),
            KnownSecrets::new(5),
            link,
        )
        .await;
        cluster.start_all().await;
        cluster.reach(&[0, 1, 2, 3, 4], 10).await;
        cluster.check_chains();
    });
}
