//! A relay and a sequencer that answer what a test wants, and the prover's options for them.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use clap::Parser;
use crema_light_client::bundle::StateSignaturesBundle;
use crema_service::{
    cli::Cli,
    update::{self, Outcome, Screen, UpdateError, UpdateOptions, stop},
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    chain::{CAPACITY, Chain, MNEMONIC, PROVER_INDEX},
    testing::Network,
};

/// The reference string of the development contract's key; its secret is no secret.
pub const SRS: &str = "insecure-tau:0x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Where these tests keep their proving key between runs.
pub fn key_cache() -> String {
    format!("{}/update-keys", env!("CARGO_TARGET_TMPDIR"))
}

/// A folder for the job store of one run.
pub fn new_folder() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = format!(
        "{}/jobs/{}-{number}",
        env!("CARGO_TARGET_TMPDIR"),
        std::process::id()
    );
    // process ids come round again
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// An answer: status and body.
pub type Answer = (StatusCode, Vec<u8>);

/// What the services answer now.
#[derive(Clone, Default)]
struct Answers {
    relay: Arc<Mutex<Option<Answer>>>,
    sequencer: Arc<Mutex<Option<Answer>>>,
}

/// A relay and a sequencer at one address. Either answers 404 until it is given something.
pub struct Services {
    address: SocketAddr,
    answers: Answers,
}

impl Services {
    pub async fn start() -> Self {
        let answers = Answers::default();
        let router = Router::new()
            .route(
                "/api/state",
                get(|State(answers): State<Answers>| async move { respond(&answers.relay) }),
            )
            .route(
                "/v0/config/hotshot",
                get(|State(answers): State<Answers>| async move { respond(&answers.sequencer) }),
            )
            .with_state(answers.clone());
        let address = serve(router).await;
        Self { address, answers }
    }

    /// Services for a network, with a bundle.
    pub async fn of(network: &Network, bundle: &StateSignaturesBundle) -> Self {
        let services = Self::start().await;
        services.relay_bundle(bundle);
        services.sequencer_config(&network.config());
        services
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn relay_bundle(&self, bundle: &StateSignaturesBundle) {
        self.relay(StatusCode::OK, serde_json::to_vec(bundle).unwrap());
    }

    pub fn sequencer_config(&self, config: &Value) {
        self.sequencer(StatusCode::OK, config.to_string().into_bytes());
    }

    pub fn relay(&self, status: StatusCode, body: impl Into<Vec<u8>>) {
        *self.answers.relay.lock().unwrap() = Some((status, body.into()));
    }

    pub fn sequencer(&self, status: StatusCode, body: impl Into<Vec<u8>>) {
        *self.answers.sequencer.lock().unwrap() = Some((status, body.into()));
    }
}

fn respond(answer: &Mutex<Option<Answer>>) -> Response {
    let answer = answer.lock().unwrap().clone();
    let (status, body) = answer.unwrap_or((
        StatusCode::NOT_FOUND,
        br#"{"status":404,"message":"nothing here"}"#.to_vec(),
    ));
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Serves on a free port until the test ends.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The URL of a port on which nobody listens.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The command line of an update of `chain` from `services`. Later arguments take the place of earlier ones.
pub fn arguments(chain: &Chain, services: &Services, more: &[&str]) -> Vec<String> {
    let defaults = [
        ("--relay-server", services.url()),
        ("--sequencer-url", services.url()),
        ("--l1-provider", chain.url()),
        ("--light-client-address", chain.light_client.to_string()),
        ("--eth-mnemonic", MNEMONIC.to_owned()),
        ("--eth-account-index", PROVER_INDEX.to_string()),
        ("--stake-table-capacity", CAPACITY.to_string()),
        ("--srs", SRS.to_owned()),
        ("--key-cache", key_cache()),
        ("--data-dir", new_folder()),
    ];
    let mut arguments = vec!["state-prover".to_owned()];
    for (flag, value) in defaults {
        if !more.contains(&flag) {
            arguments.extend([flag.to_owned(), value]);
        }
    }
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    arguments
}

/// These options, parsed as the program does.
pub fn options(chain: &Chain, services: &Services, more: &[&str]) -> UpdateOptions {
    let mut arguments = arguments(chain, services, more);
    if !more.contains(&"--daemon") {
        // silences the lines for people
        arguments.push("--json".to_owned());
    }
    Cli::try_parse_from(arguments).unwrap().update
}

/// One update, or a daemon that nobody stops.
pub fn run(options: UpdateOptions) -> impl Future<Output = Result<Outcome, UpdateError>> {
    watched(options, Arc::new(()))
}

/// The same, watched by a screen.
pub async fn watched(options: UpdateOptions, screen: Arc<dyn Screen>) -> Result<Outcome, UpdateError> {
    let (_stopper, stop) = stop::channel();
    update::run(options, screen, stop).await
}

/// The error of an update that must fail.
pub async fn failure(chain: &Chain, services: &Services, more: &[&str]) -> UpdateError {
    let before = (chain.finalized().await, chain.nonce(PROVER_INDEX).await);
    let error = run(options(chain, services, more))
        .await
        .expect_err("the update must fail");
    let after = (chain.finalized().await, chain.nonce(PROVER_INDEX).await);
    assert_eq!(
        before, after,
        "an update that failed has left something on the chain"
    );
    error
}
