//! The daemon: goes on through errors, serves its routes, stops when asked.

use std::{sync::Arc, time::Duration};

use crema_service::update::source::http_client;
use crema_service::update::{self, Outcome, stop};
use serde_json::Value;
use tokio::{net::TcpListener, time::timeout};

use crate::{
    chain::{Chain, PROVER_INDEX},
    key,
    services::{Services, options},
    testing::{Network, state},
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A port that was free a moment ago.
async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

async fn get(url: &str) -> Value {
    let response = http_client().unwrap().get(url).send().await.unwrap();
    assert!(response.status().is_success(), "{url}: {}", response.status());
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    response.json().await.unwrap()
}

async fn until_height(chain: &Chain, height: u64) {
    let arrived = async {
        while chain.finalized().await.1 != height {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, arrived)
        .await
        .unwrap_or_else(|_| panic!("the contract did not reach height {height}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_outlives_errors_serves_and_stops() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::start().await;
    key::prover();
    let port = free_port().await;
    let port_text = port.to_string();
    let more = [
        "--daemon",
        "--port",
        &port_text,
        "--freq",
        "200ms",
        "--retry-freq",
        "50ms",
    ];
    let (stopper, stop) = stop::channel();
    let daemon = tokio::spawn(update::run(options(&chain, &services, &more), Arc::new(()), stop));

    // no bundle, then one without a stake table to it: errors, all of them tried again
    tokio::time::sleep(Duration::from_millis(300)).await;
    services.relay_bundle(&network.bundle(state(12, 10), &[0, 1]));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!daemon.is_finished());
    services.sequencer_config(&network.config());
    until_height(&chain, 10).await;
    services.relay_bundle(&network.bundle(state(13, 11), &[3, 4]));
    until_height(&chain, 11).await;

    let url = format!("http://127.0.0.1:{port}");
    let contract = format!("{:#x}", chain.light_client);
    assert_eq!(get(&format!("{url}/api/lightclient_contract")).await, contract);
    assert_eq!(get(&format!("{url}/v0/api/lightclient_contract")).await, contract);
    assert_eq!(get(&format!("{url}/healthcheck")).await["status"], "available");
    assert!(get(&format!("{url}/version")).await["modules"]["api"][0]["api_version"].is_string());

    stopper.stop();
    let outcome = timeout(PATIENCE, daemon)
        .await
        .expect("the daemon stops when asked")
        .unwrap()
        .unwrap();
    assert!(matches!(outcome, Outcome::Stopped));
    assert!(
        http_client()
            .unwrap()
            .get(format!("{url}/healthcheck"))
            .send()
            .await
            .is_err(),
        "the service still answers"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_at_once() {
    let chain = Chain::start(&Network::new(5, 1)).await;
    let services = Services::start().await;
    let taken = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (_stopper, stop) = stop::channel();
    let result = update::run(
        options(&chain, &services, &["--daemon", "--port", &port]),
        Arc::new(()),
        stop,
    )
    .await;
    assert!(matches!(result, Err(update::UpdateError::Listen { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_transaction_is_paid_for_once() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(12, 10), &[0, 1])).await;
    key::prover();
    chain.automine(false).await;
    let more = [
        "--daemon",
        "--freq",
        "200ms",
        "--retry-freq",
        "50ms",
        "--receipt-timeout",
        "300ms",
    ];
    let (stopper, stop) = stop::channel();
    let daemon = tokio::spawn(update::run(options(&chain, &services, &more), Arc::new(()), stop));

    // sent, given up, and replaced at least once
    let replaced = async {
        let mut hashes = std::collections::BTreeSet::new();
        while hashes.len() < 2 {
            hashes.extend(chain.waiting(PROVER_INDEX).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, replaced)
        .await
        .expect("the stuck transaction is not replaced");
    assert_eq!(
        chain.waiting(PROVER_INDEX).await.len(),
        1,
        "two transactions for one state"
    );
    services.relay_bundle(&network.bundle(state(13, 11), &[0, 1]));
    chain.automine(true).await;
    chain.mine().await;
    until_height(&chain, 11).await;
    assert_eq!(chain.nonce(PROVER_INDEX).await, 2);
    stopper.stop();
    timeout(PATIENCE, daemon)
        .await
        .expect("the daemon stops when asked")
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_upgraded_to_another_key_gets_no_more_proofs() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(12, 10), &[0, 1])).await;
    key::prover();
    let more = [
        "--daemon",
        "--freq",
        "100ms",
        "--retry-freq",
        "50ms",
        "--circuit",
        "v1-canonical",
    ];
    let (stopper, stop) = stop::channel();
    let daemon = tokio::spawn(update::run(options(&chain, &services, &more), Arc::new(()), stop));
    until_height(&chain, 10).await;

    let code = chain.code(chain.implementation).await;
    let coordinate = key::prover().verifying_key().coordinates()[0];
    let at = code
        .windows(32)
        .position(|window| window == coordinate)
        .expect("the contract's code holds its key");
    let mut other = code.clone();
    other[at] ^= 1;
    chain.set_code(chain.implementation, &other).await;
    services.relay_bundle(&network.bundle(state(13, 11), &[0, 1]));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!daemon.is_finished());
    assert_eq!(
        (chain.finalized().await, chain.nonce(PROVER_INDEX).await),
        ((12, 10), 1)
    );

    chain.set_code(chain.implementation, &code).await;
    until_height(&chain, 11).await;
    stopper.stop();
    timeout(PATIENCE, daemon)
        .await
        .expect("the daemon stops when asked")
        .unwrap()
        .unwrap();
}
