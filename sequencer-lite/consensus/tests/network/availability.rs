//! Decided payloads can be had: from whoever stored them, or out of shares.

use commonware_runtime::{Runner as _, Supervisor as _};
use crema_consensus::scheme::KnownSecrets;
use crema_types::NamespaceId;

use crate::cluster::{Cluster, committee, good_link, runner, transaction};

#[test]
fn a_member_that_stores_nothing_fetches_payloads() {
    runner(6).start(|context| async move {
        let mut cluster = Cluster::new(
            context.child("cluster"),
            committee(5, 4),
            KnownSecrets::new(5),
            good_link(),
        )
        .await;
        cluster.start_all().await;
        cluster.nodes[1].as_ref().unwrap().submit(transaction(1));
        let payload = cluster.payload_at(4).await;
        assert_eq!(payload.namespace_transactions(NamespaceId(1)), [transaction(1)]);
        cluster.check_chains();
    });
}

#[test]
fn payloads_come_back_from_any_k_shares() {
    runner(7).start(|context| async move {
        // only member 0 stores payloads, and member 4 never hears from it: it has its own share and those of 1, 2, 3
        let mut cluster = Cluster::new(
            context.child("cluster"),
            committee(5, 1),
            KnownSecrets::new(5),
            good_link(),
        )
        .await;
        cluster.cut(0, 4).await;
        cluster.start_all().await;
        cluster.nodes[1].as_ref().unwrap().submit(transaction(2));
        let payload = cluster.payload_at(4).await;
        assert_eq!(payload.namespace_transactions(NamespaceId(2)), [transaction(2)]);
        cluster.check_chains();
    });
}
