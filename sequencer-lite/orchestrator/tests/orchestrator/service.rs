//! An orchestrator in this process, and nodes to register.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use commonware_cryptography::{Signer as _, ed25519};
use crema_consensus::{Member, Registration};
use crema_http::stop::{self, Stopper};
use crema_light_client::{bls, schnorr};
use crema_orchestrator::claim::{Claim, NetworkId};
use crema_orchestrator::http;
use crema_orchestrator::orchestrator::Orchestrator;
use crema_orchestrator::registry::Admission;
use crema_orchestrator::rules::Rules;
use crema_orchestrator::store::{Store, StoreError};
use reqwest::{Client, StatusCode, Url};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinHandle;

/// How long anything in here may take on a machine that is busy.
pub const SOON: Duration = Duration::from_mins(1);

pub fn rules() -> Rules {
    Rules {
        start_threshold: "8:10".parse().unwrap(),
        start_delay: Duration::ZERO,
        next_view_timeout: Duration::from_secs(12),
        seed: [7; 32],
        builder_urls: vec!["http://localhost:31003".into()],
        builder_timeout: Duration::from_secs(2),
        manual_start: false,
    }
}

/// An orchestrator that serves.
pub struct Service {
    pub url: Url,
    pub client: Client,
    stopper: Stopper,
    task: JoinHandle<()>,
}

pub fn open(folder: &Path, admission: Admission, password: Option<&str>) -> Result<Orchestrator, StoreError> {
    let store = Store::open(folder)?;
    Orchestrator::open(store, admission, rules(), password.map(str::to_owned))
}

impl Service {
    pub fn start(folder: &Path, admission: Admission, password: Option<&str>) -> Self {
        let orchestrator = open(folder, admission, password).unwrap();
        let listener = http::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stopper, stop) = stop::channel();
        let task = tokio::spawn(http::serve(listener, Arc::new(orchestrator), stop));
        Self {
            url: url.parse().unwrap(),
            client: client(),
            stopper,
            task,
        }
    }

    /// Ends it; what it said is on disk.
    pub async fn stop(self) {
        self.stopper.stop();
        self.task.await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self
            .client
            .get(self.url.join(path).unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &impl Serialize) -> (StatusCode, Value) {
        let request = self.client.post(self.url.join(path).unwrap()).json(body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap())
    }

    pub async fn network(&self) -> NetworkId {
        serde_json::from_value(self.get("api/network").await).unwrap()
    }

    /// Registers a node as it does itself, claim by claim.
    pub async fn claim(&self, node: &Node, issued_at: u64) -> (StatusCode, Value) {
        let claim = node.claim(&self.network().await, issued_at);
        self.post(&format!("api/pop/{}", node.seed), &claim).await
    }
}

pub fn client() -> Client {
    // the first call in this process chooses
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// A node that wants to take part.
pub struct Node {
    pub seed: u8,
    pub key: bls::SigningKey,
    pub registration: Registration,
}

pub fn node(seed: u8) -> Node {
    let key = bls::SigningKey::from_seed(&[seed; 32]);
    let member = Member {
        stake_key: key.verifying_key(),
        state_key: schnorr::SigningKey::from_seed(&[seed; 32]).verifying_key(),
        network_key: ed25519::PrivateKey::from_seed(seed.into()).public_key(),
        stores_payloads: seed != 4,
    };
    Node {
        seed,
        registration: member.register(&key),
        key,
    }
}

impl Node {
    pub fn claim(&self, network: &NetworkId, issued_at: u64) -> Claim {
        let address = format!("node{}:1769", self.seed);
        Claim::sign(&self.registration, address, issued_at, network, &self.key)
    }
}
