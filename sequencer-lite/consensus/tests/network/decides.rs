//! Blocks are decided, by all, the same ones.

use commonware_runtime::{Runner as _, Supervisor as _};
use crema_consensus::scheme::{KnownSecrets, Pairing};
use crema_types::{Payload, Transaction};

use crate::cluster::{Cluster, committee, good_link, runner, transaction};

#[test]
fn five_nodes_decide_the_same_blocks() {
    let run = |seed| {
        runner(seed).start(|context| async move {
            let mut cluster = Cluster::new(
                context.child("cluster"),
                committee(5, 4),
                KnownSecrets::new(5),
                good_link(),
            )
            .await;
            cluster.start_all().await;
            for number in 0..20 {
                cluster.nodes[number % 5]
                    .as_ref()
                    .unwrap()
                    .submit(transaction(number as u32));
            }
            cluster.reach(&[0, 1, 2, 3, 4], 20).await;
            cluster.check_chains();

            // every transaction is ordered
            let mut ordered: Vec<Transaction> = Vec::new();
            for height in 1..=20 {
                let payload: Payload = cluster.nodes[0].as_ref().unwrap().payload(height).await.unwrap();
                ordered.extend(payload.transactions().map(|(_, transaction)| transaction));
            }
            for number in 0..20 {
                assert!(
                    ordered.contains(&transaction(number)),
                    "transaction {number} is lost"
                );
            }
            context.auditor().state()
        })
    };
    let first = run(1);
    assert_eq!(first, run(1), "the same seed, the same run");
    assert_ne!(first, run(2));
}

#[test]
fn real_signatures_decide() {
    runner(9).start(|context| async move {
        let committee = committee(4, 3);
        let check = Pairing::new(&committee);
        let mut cluster = Cluster::new(context.child("cluster"), committee, check, good_link()).await;
        cluster.start_all().await;
        cluster.reach(&[0, 1, 2, 3], 5).await;
        cluster.check_chains();
    });
}
