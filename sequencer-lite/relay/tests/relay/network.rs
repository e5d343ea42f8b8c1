//! Nodes that sign, and a relay that they post to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crema_light_client::bls;
use crema_light_client::bundle::{StateSignatureRequestBody, StateSignaturesBundle};
use crema_light_client::config::PeerConfig;
use crema_light_client::schnorr::SigningKey;
use crema_light_client::stake_table::{StakeTable, StakeTableEntry};
use crema_light_client::state::LightClientState;
use crema_light_client::u256::U256;
use crema_relay::OpenStore;
use crema_relay::collector::Limits;
use crema_relay::http::{HttpLimits, Server};
use crema_relay::relay::{Relay, Worker};
use crema_relay::stop::{self, Stopper};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A node's state key.
pub fn key(node: u8) -> SigningKey {
    SigningKey::from_seed(&[node; 32])
}

/// Nodes with these stakes.
pub fn table(stakes: &[u64]) -> StakeTable {
    let entry = |(node, &stake): (usize, &u64)| StakeTableEntry {
        bls_key: bls::SigningKey::from_seed(&[node as u8; 32]).verifying_key(),
        schnorr_key: key(node as u8).verifying_key(),
        amount: U256::from(stake),
    };
    StakeTable::new(stakes.iter().enumerate().map(entry).collect()).unwrap()
}

/// What `GET v0/config/hotshot` answers.
pub fn config(table: &StakeTable) -> Value {
    let peers: Vec<PeerConfig> = table.entries().iter().map(PeerConfig::from).collect();
    json!({ "config": { "known_nodes_with_stake": peers } })
}

pub fn state(height: u64) -> LightClientState {
    LightClientState {
        view_number: height.wrapping_mul(2),
        block_height: height,
        block_comm_root: height.wrapping_mul(7).into(),
    }
}

/// What a node posts for a state.
pub fn vote(node: u8, state: LightClientState) -> StateSignatureRequestBody {
    let key = key(node);
    StateSignatureRequestBody {
        key: key.verifying_key(),
        state,
        signature: key.sign(&state.message()),
    }
}

/// Patience with anything that should not take long.
pub const SOON: Duration = Duration::from_secs(20);

/// A relay in this process, and a client of it.
pub struct Running {
    pub relay: Relay,
    pub client: Caller,
    pub address: SocketAddr,
    stopper: Stopper,
    service: JoinHandle<()>,
    worker: Worker,
    _folder: TempDir,
}

impl Running {
    pub async fn start(stakes: &[u64]) -> Self {
        Self::with(stakes, HttpLimits::default()).await
    }

    pub async fn with(stakes: &[u64], limits: HttpLimits) -> Self {
        let folder = TempDir::new().unwrap();
        let path: PathBuf = folder.path().to_owned();
        Self::on(path, stakes, limits, folder).await
    }

    pub async fn on(place: impl OpenStore, stakes: &[u64], limits: HttpLimits, folder: TempDir) -> Self {
        let (relay, worker) = Relay::start(place, Limits::default()).unwrap();
        if !stakes.is_empty() {
            relay.use_stake_table(table(stakes)).await.unwrap();
        }
        let (stopper, stop) = stop::channel();
        let server = Server::bind(([127, 0, 0, 1], 0).into(), relay.clone(), limits, stop);
        let server = server.unwrap();
        let address = server.local_address().unwrap();
        Self {
            client: Caller::new(format!("http://{address}")),
            service: tokio::spawn(server.run()),
            relay,
            address,
            stopper,
            worker,
            _folder: folder,
        }
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) {
        self.stopper.stop();
        tokio::time::timeout(SOON, self.service)
            .await
            .expect("it stops")
            .unwrap();
        self.relay.stop().await;
        self.worker.join();
    }

    pub fn ask_to_stop(&self) {
        self.stopper.stop();
    }
}

/// A client of a relay somewhere.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    base: String,
}

impl Caller {
    pub fn new(base: String) -> Self {
        // an error says that there is a provider already, which is as good
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            http: Client::builder().build().unwrap(),
            base,
        }
    }

    pub fn request(&self, method: reqwest::Method, route: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/{route}", self.base))
    }

    pub async fn get(&self, route: &str) -> Response {
        self.request(reqwest::Method::GET, route).send().await.unwrap()
    }

    /// Posts JSON; gives status and message, which is empty where there is none.
    pub async fn post(&self, vote: &StateSignatureRequestBody) -> (StatusCode, String) {
        self.try_post(vote).await.unwrap()
    }

    pub async fn try_post(
        &self,
        vote: &StateSignatureRequestBody,
    ) -> Result<(StatusCode, String), reqwest::Error> {
        let request = self.request(reqwest::Method::POST, "api/state");
        let response = request.json(vote).send().await?;
        let status = response.status();
        let body: Value = response.json().await?;
        if status == StatusCode::OK {
            assert_eq!(body, Value::Null);
            return Ok((status, String::new()));
        }
        assert_eq!(body["status"], status.as_u16());
        Ok((status, body["message"].as_str().unwrap().to_owned()))
    }

    /// The newest bundle, as the prover reads it.
    pub async fn bundle(&self) -> Option<StateSignaturesBundle> {
        let response = self.get("api/state").await;
        if response.status() == StatusCode::NOT_FOUND {
            return None;
        }
        assert_eq!(response.status(), StatusCode::OK);
        Some(StateSignaturesBundle::from_json(&response.bytes().await.unwrap()).unwrap())
    }

    /// The value of a metric.
    pub async fn metric(&self, name: &str) -> u64 {
        let text = self.get("metrics").await.text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("{name} is not in\n{text}"));
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    }
}
