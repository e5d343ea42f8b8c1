//! Jobs that outlive crashes, stuck transactions and reorganisations: proved once, paid once.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use crema_plonk::Progress;
use crema_service::{
    jobs::{CrashPoint, Job, Jobs, Location, Phase, StoreError},
    update::{self, Outcome, Screen, UpdateError, stop},
};
use serde_json::json;

use crate::{
    chain::{Chain, PROVER_INDEX},
    key,
    services::{Services, new_folder, options, run},
    testing::{Network, state},
};

/// Counts the witnesses that are begun: one for each proof.
#[derive(Default)]
struct Counter(AtomicU32);

impl Progress for Counter {
    fn report(&self, phase: &str, fraction: f64) {
        if phase == "witness" && fraction == 0.0 {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Screen for Counter {}

/// A chain, its services and a folder for jobs, over several lives of a prover.
struct World {
    network: Network,
    chain: Chain,
    services: Services,
    folder: String,
    proofs: Arc<Counter>,
}

impl World {
    async fn new() -> Self {
        let network = Network::new(5, 1);
        let chain = Chain::start(&network).await;
        let services = Services::start().await;
        services.sequencer_config(&network.config());
        key::prover();
        Self {
            network,
            chain,
            services,
            folder: new_folder(),
            proofs: Arc::default(),
        }
    }

    fn sign(&self, view: u64, height: u64) {
        self.services
            .relay_bundle(&self.network.bundle(state(view, height), &[0, 1]));
    }

    async fn jobs(&self) -> Jobs {
        let path = format!("{}/jobs.sqlite", self.folder);
        Jobs::open(&Location::Sqlite(path.into())).await.unwrap()
    }

    /// One update of a process that ends with it.
    async fn live(&self, jobs: Jobs, more: &[&str]) -> Result<Outcome, UpdateError> {
        let options = options(
            &self.chain,
            &self.services,
            &[more, &["--data-dir", &self.folder]].concat(),
        );
        let (_stopper, stop) = stop::channel();
        let result = update::run_over(options, jobs.clone(), self.proofs.clone(), stop).await;
        jobs.close().await;
        result
    }

    async fn newest(&self) -> Job {
        let jobs = self.jobs().await;
        let newest = jobs.newest(1).await.unwrap().remove(0);
        jobs.close().await;
        newest
    }

    fn proofs(&self) -> u32 {
        self.proofs.0.load(Ordering::SeqCst)
    }
}

/// Case 9: killed before and after every write of a job's life. The next life finds out what was done, proves at most what
/// was not in the store, and pays once.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_write_neither_loses_nor_repeats_an_update() {
    let world = World::new().await;
    let mut point = 0;
    let mut spared = 0;
    loop {
        let (view, height) = (12 + u64::from(point), 10 + u64::from(point));
        world.sign(view, height);
        let (nonce, proofs) = (world.chain.nonce(PROVER_INDEX).await, world.proofs());
        let crash = Arc::new(CrashPoint::at(point));
        let first = world.live(world.jobs().await.crashing(crash.clone()), &[]).await;
        if !crash.is_reached() {
            assert!(matches!(first, Ok(Outcome::Updated(_))), "{first:?}");
            break;
        }
        let kept = {
            let jobs = world.jobs().await;
            let newest = jobs.newest(1).await.unwrap();
            let of_this = newest.into_iter().find(|job| job.state.block_height == height);
            jobs.close().await;
            of_this
        };
        let proved_before = world.proofs() - proofs;
        let was_proved = kept.as_ref().is_some_and(|job| job.phase != Phase::Collected);
        for _ in 0..3 {
            match world.live(world.jobs().await, &[]).await {
                Ok(_) => {}
                Err(error) => panic!("point {point}: {error}"),
            }
        }
        assert_eq!(world.chain.finalized().await, (view, height), "point {point}");
        assert_eq!(
            world.chain.nonce(PROVER_INDEX).await,
            nonce + 1,
            "point {point} was paid for twice"
        );
        assert_eq!(world.newest().await.phase, Phase::Confirmed, "point {point}");
        if was_proved {
            assert_eq!(
                world.proofs() - proofs,
                proved_before,
                "point {point} was proved twice"
            );
            spared += 1;
        }
        assert!(world.proofs() - proofs <= 2, "point {point}");
        point += 1;
    }
    println!("{point} crash points, {spared} of them with the proof in the store");
    assert!(
        point >= 14 && spared >= 4,
        "{point} crash points, {spared} spared"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_died_ends_the_update() {
    let world = World::new().await;
    world.sign(12, 10);
    let dead = world.jobs().await.crashing(Arc::new(CrashPoint::at(0)));
    let error = world.live(dead, &[]).await.unwrap_err();
    assert!(matches!(error, UpdateError::Store(StoreError::Crash)), "{error}");
    assert_eq!((world.proofs(), world.chain.nonce(PROVER_INDEX).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_waiting_is_found_again_by_the_next_process() {
    let world = World::new().await;
    world.sign(12, 10);
    world.chain.automine(false).await;
    let patience = ["--receipt-timeout", "300ms"];
    let error = world.live(world.jobs().await, &patience).await.unwrap_err();
    assert!(matches!(error, UpdateError::ReceiptTimeout { .. }), "{error}");
    assert_eq!(world.newest().await.phase, Phase::Sent);

    // the next process waits for it, and outbids it when that takes too long
    let error = world.live(world.jobs().await, &patience).await.unwrap_err();
    assert!(matches!(error, UpdateError::ReceiptTimeout { .. }), "{error}");
    assert_eq!(
        world.chain.waiting(PROVER_INDEX).await.len(),
        1,
        "two transactions for one state"
    );
    let job = world.newest().await;
    assert!(job.transactions.iter().all(|one| one.nonce == 0));

    world.chain.automine(true).await;
    world.chain.mine().await;
    let outcome = world.live(world.jobs().await, &[]).await.unwrap();
    assert!(matches!(outcome, Outcome::UpToDate(_)), "{outcome}");
    assert_eq!(world.chain.finalized().await, (12, 10));
    assert_eq!((world.chain.nonce(PROVER_INDEX).await, world.proofs()), (1, 1));
    let job = world.newest().await;
    assert_eq!(job.phase, Phase::Confirmed);
    assert!(job.hashes().contains(&job.receipt.unwrap().hash));
}

/// Case 13: the chain forgets the update.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_a_reorganisation_took_away_is_sent_again_with_the_same_proof() {
    let world = World::new().await;
    world.sign(12, 10);
    let snapshot = world.chain.ask("evm_snapshot", json!([])).await;
    let outcome = world.live(world.jobs().await, &[]).await.unwrap();
    assert!(matches!(outcome, Outcome::Updated(_)), "{outcome}");
    world.chain.ask("evm_revert", json!([snapshot])).await;
    assert_eq!(world.chain.finalized().await, (0, 0));

    let outcome = world.live(world.jobs().await, &[]).await.unwrap();
    assert!(matches!(outcome, Outcome::Updated(_)), "{outcome}");
    assert_eq!(world.chain.finalized().await, (12, 10));
    assert_eq!(world.proofs(), 1);
    assert_eq!(world.newest().await.phase, Phase::Confirmed);
}

/// Case 13 as well: it is taken away while its confirmations are awaited.
#[tokio::test(flavor = "multi_thread")]
async fn depth_is_waited_for() {
    let world = World::new().await;
    world.sign(12, 10);
    let more = ["--confirmations", "3", "--receipt-timeout", "700ms"];
    let error = world.live(world.jobs().await, &more).await.unwrap_err();
    assert!(matches!(error, UpdateError::ReceiptTimeout { .. }), "{error}");
    let job = world.newest().await;
    assert_eq!(job.phase, Phase::Mined);
    assert_eq!(world.chain.finalized().await, (12, 10));

    for _ in 0..2 {
        world.chain.mine().await;
    }
    let outcome = world.live(world.jobs().await, &more).await.unwrap();
    assert!(matches!(outcome, Outcome::UpToDate(_)), "{outcome}");
    let confirmed = world.newest().await;
    assert_eq!(
        (confirmed.phase, confirmed.receipt),
        (Phase::Confirmed, job.receipt)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_do_not_share_a_folder() {
    let world = World::new().await;
    world.sign(12, 10);
    let held = world.jobs().await;
    let more = ["--data-dir", &world.folder];
    let error = run(options(&world.chain, &world.services, &more))
        .await
        .unwrap_err();
    assert!(
        matches!(error, UpdateError::Store(StoreError::InUse { .. })),
        "{error}"
    );
    drop(held);
    run(options(&world.chain, &world.services, &more)).await.unwrap();
}
