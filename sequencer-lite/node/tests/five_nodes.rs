//! Five nodes over sockets, in one process.
#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers may panic as its tests do; clippy exempts only the latter"
)]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crema_consensus::Timing;
use crema_consensus::mempool::Limits;
use crema_consensus::source::NoL1;
use crema_light_client::{bls, schnorr};
use crema_node::{Config, Node, NodeKeys, Peer};
use crema_types::{FeeInfo, Genesis, NamespaceId, Transaction};

const GENESIS: &str = r#"
base_version = "0.2"
upgrade_version = "0.2"
[stake_table]
capacity = 10
[chain_config]
chain_id = 35353
base_fee = 0
max_block_size = 1000000
fee_recipient = "0x0000000000000000000000000000000000000000"
[header]
timestamp = "1970-01-01T00:00:00Z"
"#;

fn keys(place: u8) -> NodeKeys {
    NodeKeys {
        stake: bls::SigningKey::from_seed(&[place; 32]),
        state: schnorr::SigningKey::from_seed(&[place; 32]),
    }
}

/// Addresses that nobody listens on.
fn addresses(number: usize) -> Vec<SocketAddr> {
    let listeners: Vec<TcpListener> = (0..number)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    listeners
        .iter()
        .map(|listener| listener.local_addr().unwrap())
        .collect()
}

fn config(place: u8, addresses: &[SocketAddr], storage: &Path) -> Config {
    let peers = addresses.iter().zip(0..).map(|(&address, place)| Peer {
        // four of five store payloads, as in the demo network
        registration: keys(place).register(place < 4),
        address,
    });
    Config {
        keys: keys(place),
        peers: peers.collect(),
        genesis: Genesis::from_toml(GENESIS).unwrap(),
        genesis_l1_block: None,
        listen: addresses[usize::from(place)],
        storage: storage.join(place.to_string()),
        threads: 1,
        timing: Timing::default(),
        mempool: Limits::default(),
        builder: FeeInfo::null_builder_key().unwrap(),
        l1: Arc::new(NoL1),
        relay: None,
    }
}

async fn reach(node: &Node, height: u64) {
    let start = Instant::now();
    while node.height().await.unwrap() < height {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "no height {height} after a minute"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_decide_and_a_killed_one_comes_back() {
    let storage = tempfile::tempdir().unwrap();
    let addresses = addresses(5);
    let mut nodes = Vec::new();
    for place in 0..5 {
        nodes.push(
            Node::start(config(place, &addresses, storage.path()))
                .await
                .unwrap(),
        );
    }
    let transaction = Transaction {
        namespace: NamespaceId(7),
        payload: b"a rollup's transaction".to_vec(),
    };
    nodes[4].submit(transaction.clone()).unwrap();

    // every node streams the block with the transaction, also the one that does not store payloads
    let mut found = Vec::new();
    for node in &nodes {
        let mut blocks = node.blocks(1);
        let height = loop {
            let block = blocks.next().await.unwrap();
            let header = &block.leaf.leaf.block_header;
            if !header.ns_table.is_empty() {
                break header.height;
            }
            assert!(header.height < 50, "the transaction is not ordered");
        };
        found.push((height, node.block(height).await.unwrap().leaf.leaf.commit()));
    }
    assert!(found.iter().all(|block| *block == found[0]), "{found:?}");
    let (height, _) = found[0];
    let payload = nodes[0].payload(height).await.unwrap();
    assert_eq!(payload.namespace_transactions(NamespaceId(7)), [transaction]);

    // one is killed, the others go on; it comes back and catches up
    let before = nodes[2].height().await.unwrap();
    drop(nodes.remove(2));
    reach(&nodes[0], before + 5).await;
    let node = Node::start(config(2, &addresses, storage.path())).await.unwrap();
    assert!(
        node.height().await.unwrap() >= before,
        "it has forgotten what it decided"
    );
    let target = nodes[0].height().await.unwrap();
    reach(&node, target).await;
    for height in 1..=target {
        let (one, other) = (
            node.block(height).await.unwrap(),
            nodes[0].block(height).await.unwrap(),
        );
        assert_eq!(one.leaf.leaf, other.leaf.leaf);
    }
    assert!(node.signature(target).await.is_some() || node.height().await.unwrap() > target);
}
