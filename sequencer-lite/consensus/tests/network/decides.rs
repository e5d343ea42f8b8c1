//! Blocks are decided, by all, the same ones.

use std::time::Duration;

use commonware_runtime::{Runner as _, Supervisor as _, deterministic};
use crema_consensus::scheme::KnownSecrets;
use crema_types::{NamespaceId, Transaction};

use crate::cluster::{Cluster, committee, good_link};

fn runner(seed: u64) -> deterministic::Runner {
    let config = deterministic::Config::new()
        .with_seed(seed)
        .with_timeout(Some(Duration::from_secs(600)));
    deterministic::Runner::new(config)
}

fn transaction(number: u32) -> Transaction {
    Transaction {
        namespace: NamespaceId(number % 3),
        payload: number.to_le_bytes().repeat(100),
    }
}

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
        })
    };
    run(1);
}
