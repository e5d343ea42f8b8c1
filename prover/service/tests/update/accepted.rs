//! Bundles that become the contract's state.

use std::sync::{Arc, Mutex};

use crema_light_client::field;
use crema_plonk::Progress;
use crema_service::update::{Outcome, Screen, UpdateError};
use tokio::sync::oneshot;

use crate::{
    chain::{Chain, PROVER_INDEX},
    key,
    services::{Services, nobody, options, run, watched},
    testing::{Network, state},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_becomes_the_contracts_state() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    chain.permit(chain.account(PROVER_INDEX)).await;
    let first = state(12, 10);
    let services = Services::of(&network, &network.bundle(first, &[0, 2, 4])).await;
    key::prover();

    let outcome = run(options(&chain, &services, &[])).await.unwrap();
    let Outcome::Updated(update) = outcome else {
        panic!("{outcome}")
    };
    assert_eq!(chain.finalized().await, (12, 10));
    assert_eq!(
        chain.finalized_root().await,
        field::to_hex(&first.block_comm_root)
    );
    assert_eq!(update.state.0, first);
    assert_eq!(
        (update.previous.0.view_number, update.previous.0.block_height),
        (0, 0)
    );
    assert_eq!(
        (update.circuit.as_str(), update.sound, update.capacity),
        ("v1-canonical", true, 10)
    );
    assert_eq!(update.account, chain.account(PROVER_INDEX));
    assert_eq!(
        (update.chain_id, update.contract, update.signers),
        (31337, chain.light_client, 3)
    );
    assert!(
        (300_000..700_000).contains(&update.gas_used),
        "{} gas",
        update.gas_used
    );
    let steps: Vec<_> = update.steps.iter().map(|step| step.step).collect();
    let expected = [
        "relay",
        "contract",
        "stake table",
        "check",
        "account",
        "key",
        "witness",
        "prove",
        "verify",
        "simulate",
        "send",
        "receipt",
    ];
    assert_eq!(steps, expected);
    assert!(
        update
            .steps
            .iter()
            .all(|step| step.seconds >= 0.0 && step.seconds <= update.total_seconds)
    );

    // the same bundle again is no news, whatever else is down
    let outcome = run(options(&chain, &services, &["--sequencer-url", &nobody().await]))
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::UpToDate(_)), "{outcome}");
    assert_eq!(chain.nonce(PROVER_INDEX).await, 1);

    // the next one, from files, with a stranger's signature in it
    let folder = tempfile::tempdir().unwrap();
    let mut bundle = network.bundle(state(20, 15), &[1, 3]);
    bundle
        .signatures
        .extend(Network::new(9, 1).bundle(bundle.state, &[8]).signatures);
    let bundle_file = folder.path().join("bundle.json");
    let config_file = folder.path().join("config.json");
    std::fs::write(&bundle_file, serde_json::to_vec(&bundle).unwrap()).unwrap();
    std::fs::write(&config_file, network.config().to_string()).unwrap();
    let relay = format!("file:{}", bundle_file.display());
    let config = config_file.to_str().unwrap();
    let outcome = run(options(
        &chain,
        &services,
        &["--relay-server", &relay, "--sequencer-url", config],
    ))
    .await
    .unwrap();
    assert!(matches!(outcome, Outcome::Updated(_)), "{outcome}");
    assert_eq!(chain.finalized().await, (20, 15));
}

/// Stops at the first sign of proving until it is told to go on.
struct Gate {
    reached: Mutex<Option<oneshot::Sender<()>>>,
    go_on: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Progress for Gate {
    fn report(&self, phase: &'static str, _: f64) {
        // keys are loaded before; of proving every phase will do
        if phase.contains("key") || phase.contains("SRS") || phase.contains("circuit") {
            return;
        }
        if let Some(reached) = self.reached.lock().unwrap().take() {
            reached.send(()).unwrap();
            let go_on = self.go_on.lock().unwrap().take().unwrap();
            go_on.blocking_recv().unwrap();
        }
    }
}

impl Screen for Gate {}

#[tokio::test(flavor = "multi_thread")]
async fn a_faster_prover_costs_nothing() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(12, 10), &[0, 1])).await;
    key::prover();
    let (reached, proving) = oneshot::channel();
    let (go_on, gate) = oneshot::channel();
    let screen = Arc::new(Gate {
        reached: Mutex::new(Some(reached)),
        go_on: Mutex::new(Some(gate)),
    });
    let update = tokio::spawn(watched(options(&chain, &services, &[]), screen));
    proving.await.expect("the prover reports its progress");
    chain.finalize(&state(13, 11)).await;
    go_on.send(()).unwrap();
    let outcome = update.await.unwrap().unwrap();
    assert!(
        matches!(&outcome, Outcome::Overtaken(standing) if standing.finalized.0 == state(13, 11)),
        "{outcome}"
    );
    assert_eq!(chain.nonce(PROVER_INDEX).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_waits_to_be_mined_is_not_paid_for_twice() {
    let network = Network::new(5, 1);
    let chain = Chain::start(&network).await;
    let services = Services::of(&network, &network.bundle(state(12, 10), &[0, 1])).await;
    key::prover();
    chain.automine(false).await;
    let impatient = ["--receipt-timeout", "100ms"];
    let error = run(options(&chain, &services, &impatient)).await.unwrap_err();
    assert!(matches!(error, UpdateError::ReceiptTimeout { .. }), "{error}");
    // started anew, the program knows nothing of the first transaction
    let error = run(options(&chain, &services, &impatient)).await.unwrap_err();
    assert!(matches!(error, UpdateError::Awaited), "{error}");
    assert_eq!(chain.waiting(PROVER_INDEX).await.len(), 1);
    chain.mine().await;
    let outcome = run(options(&chain, &services, &impatient)).await.unwrap();
    assert!(matches!(outcome, Outcome::UpToDate(_)), "{outcome}");
}
