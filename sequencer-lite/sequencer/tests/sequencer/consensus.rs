//! Five processes on sockets.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use crate::network::{Network, Node};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_processes_decide_and_a_killed_one_comes_back() {
    let network = Network::new(5);
    // nodes wait for an orchestrator that is late
    let mut nodes: Vec<Node> = (0..5).map(|index| network.start(index)).collect();
    let orchestrator = network.serve_orchestrator();
    nodes.iter_mut().for_each(Node::wait);

    // everybody serves the same stake table, in the order of the list
    let (_, config) = nodes[0].get("v0/config/hotshot").await;
    let known = config["config"]["known_nodes_with_stake"].as_array().unwrap();
    let list = std::fs::read_to_string(network.folder.path().join("keys/public-keys.toml")).unwrap();
    let places = known.iter().map(|node| {
        let key = node["stake_table_entry"]["stake_key"].as_str().unwrap();
        list.find(key).unwrap()
    });
    assert_eq!(known.len(), 5);
    assert!(places.is_sorted());
    assert_eq!(config["config"]["known_da_nodes"].as_array().unwrap().len(), 4);

    // a transaction handed to the node that stores no payloads is decided
    let transaction = json!({"namespace": 7, "payload": "YSByb2xsdXAncw=="});
    let (status, hash) = nodes[4].post("v0/submit/submit", &transaction).await;
    assert_eq!(status, StatusCode::OK, "{hash}");
    assert!(hash.as_str().unwrap().starts_with("TX~"));
    nodes[0].reach(10).await;

    // the orchestrator is needed no more; a node is killed and the others go on
    orchestrator.stop();
    let before = nodes[2].height().await;
    drop(nodes.remove(2));
    nodes[0].reach(before + 10).await;
    let mut back = network.start(2);
    back.wait();
    assert!(back.height().await >= before, "it has forgotten what it decided");
    let target = nodes[0].height().await;
    back.reach(target).await;
    let mut ordered = 0;
    for height in 1..target {
        let (one, other) = (back.leaf(height).await, nodes[3].leaf(height).await);
        // each has a certificate of its own making for the newest leaves
        assert_eq!(one["leaf"], other["leaf"], "a fork at height {height}");
        let table = &one["leaf"]["block_header"]["fields"]["ns_table"]["bytes"];
        ordered += u32::from(table != "AAAAAA==");
    }
    assert_eq!(ordered, 1, "blocks with the transaction");

    // no second process works on the same files
    let mut second = network
        .command(2)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    tokio::time::timeout(Duration::from_secs(30), async {
        while second.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("it ends at once");
    let said = std::io::read_to_string(second.stderr.take().unwrap()).unwrap();
    assert!(said.contains("in use by another process"), "{said}");
    back.process.terminate();
}
