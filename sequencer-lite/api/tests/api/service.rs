//! A service with all modules over a store in a folder of its own, called without a network in between.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use crema_api::source::{
    Config, Events, Later, LightClient, Signatures, States, Status, Submit, SubmitError,
};
use crema_api::{
    Api, ApiLimits, Chain, availability, catchup, config, explorer, hotshot_events, merklized_state, node,
    state_signature, status, submit, ui,
};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_light_client::schnorr;
use crema_storage::{Settings, SqlStore, StoredBlock};
use crema_types::payload::PayloadBuilder;
use crema_types::vote::{QuorumData, vote_commitment};
use crema_types::{
    Address, ChainConfig, ChainConfigCommitment, FeeAmount, FeeInfo, Genesis, Header, Leaf, NamespaceId,
    Payload, QuorumCertificate, Transaction, TransactionHash, ValidatedState, ViewNumber,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};
use tower::ServiceExt as _;

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
timestamp = "1970-01-01T00:16:40Z"
"#;

/// Who has money from the first block on.
pub const RICH: Address = Address([7; 20]);

fn certificate(leaf: &Leaf) -> QuorumCertificate {
    let data = QuorumData {
        leaf_commit: leaf.commit(),
    };
    QuorumCertificate::unsigned(data, leaf.view_number, vote_commitment(&data, leaf.view_number))
}

/// A block that nobody voted for, with any header.
pub fn lone_block(header: Header, payload: Payload) -> StoredBlock {
    let mut leaf = Leaf::genesis(header);
    leaf.block_payload = None;
    StoredBlock {
        certificate: certificate(&leaf),
        leaf,
        payload: Some(payload),
        common: None,
        share: None,
    }
}

pub fn transaction(height: u64, number: u64) -> Transaction {
    Transaction {
        namespace: NamespaceId([1, 7][(number % 2) as usize]),
        payload: format!("transaction {number} of block {height}").into_bytes(),
    }
}

/// `length` blocks whose roots, dispersals and transactions are real, and the states after them.
pub fn chain(length: u64) -> (Vec<StoredBlock>, Vec<Arc<ValidatedState>>) {
    let genesis = Genesis::from_toml(GENESIS).unwrap();
    let mut state = genesis.state().unwrap();
    let first = genesis.header(None).unwrap();
    state
        .fee_merkle_tree
        .set_balance(RICH, FeeAmount::from(1000))
        .unwrap();
    let mut blocks = vec![StoredBlock::genesis(Leaf::genesis(first)).unwrap()];
    blocks[0].leaf.block_payload = None;
    let mut states = vec![Arc::new(state.clone())];
    let scheme = crema_vid::Scheme::new(5).unwrap();
    for height in 1..length {
        let parent = &blocks[blocks.len() - 1];
        state = state
            .next(parent.leaf.block_header.commit(), &[], FeeInfo::null())
            .unwrap();
        let mut builder = PayloadBuilder::new(1_000_000);
        for number in 0..height % 4 {
            builder.push(&transaction(height, number)).unwrap();
        }
        let payload = builder.finish();
        let disperse = scheme.disperse(payload.as_bytes()).unwrap();
        let leaf = Leaf {
            view_number: ViewNumber(height + 3),
            justify_qc: parent.certificate.clone(),
            parent_commitment: parent.leaf.commit(),
            block_header: Header {
                height,
                timestamp: 1000 + height / 2,
                ns_table: payload.ns_table().clone(),
                payload_commitment: disperse.commitment,
                block_merkle_tree_root: state.block_merkle_tree.commitment(),
                fee_merkle_tree_root: state.fee_merkle_tree.commitment(),
                ..parent.leaf.block_header.clone()
            },
            upgrade_certificate: None,
            block_payload: None,
        };
        states.push(Arc::new(state.clone()));
        blocks.push(StoredBlock {
            certificate: certificate(&leaf),
            leaf,
            payload: Some(payload),
            common: Some(disperse.common),
            share: disperse.shares.into_iter().next(),
        });
    }
    (blocks, states)
}

/// A node in a few lines: it remembers what was submitted, and has the states that it was given.
#[derive(Default)]
pub struct Mock {
    pub submitted: Mutex<Vec<Transaction>>,
    pub states: Vec<Arc<ValidatedState>>,
    pub events: Option<broadcast::Sender<Arc<Value>>>,
}

impl Status for Mock {
    fn block_height(&self) -> u64 {
        17
    }

    fn success_rate(&self) -> f64 {
        0.75
    }

    fn time_since_last_decide(&self) -> Duration {
        Duration::from_millis(2700)
    }

    fn metrics(&self) -> String {
        "# TYPE consensus_current_view gauge\nconsensus_current_view 21\n".into()
    }
}

impl Submit for Mock {
    fn submit(&self, transaction: Transaction) -> Result<TransactionHash, SubmitError> {
        let mut submitted = self.submitted.lock().unwrap();
        if submitted.contains(&transaction) {
            return Err(SubmitError::Known);
        }
        let hash = transaction.commit();
        submitted.push(transaction);
        Ok(hash)
    }

    fn max_size(&self) -> u64 {
        1000
    }
}

impl Signatures for Mock {
    fn signature(&self, height: u64) -> Later<'_, Option<StateSignatureRequestBody>> {
        let key = schnorr::SigningKey::from_seed(&[1; 32]);
        let state = chain(4).0.pop().unwrap().leaf.light_client_state();
        let body = StateSignatureRequestBody {
            key: key.verifying_key(),
            signature: key.sign(&state.message()),
            state,
        };
        Box::pin(async move { (height == 3).then_some(body) })
    }
}

impl States for Mock {
    fn at(&self, height: u64) -> Later<'_, Option<Arc<ValidatedState>>> {
        Box::pin(async move { self.states.get(height as usize).cloned() })
    }

    fn newest_balance(&self, account: Address) -> Later<'_, Option<FeeAmount>> {
        Box::pin(async move { self.states.last()?.fee_merkle_tree.balance(&account).ok() })
    }

    fn chain_config(&self, commitment: ChainConfigCommitment) -> Later<'_, Option<ChainConfig>> {
        Box::pin(async move {
            let config = self.states.last()?.chain_config;
            (config.commit() == commitment).then_some(config)
        })
    }
}

impl Config for Mock {
    fn hotshot(&self) -> Option<Value> {
        Some(json!({ "config": { "known_nodes_with_stake": [{ "stake_table_entry": {} }] } }))
    }

    fn env(&self) -> Vec<String> {
        vec!["RUST_LOG=info".into()]
    }
}

impl LightClient for Mock {
    fn finalized_height(&self) -> Later<'_, Option<u64>> {
        Box::pin(async { Some(5) })
    }
}

impl Events for Mock {
    fn subscribe(&self) -> broadcast::Receiver<Arc<Value>> {
        self.events.as_ref().unwrap().subscribe()
    }

    fn stake_table(&self) -> Value {
        json!([{ "stake_table_entry": {} }])
    }
}

/// The service.
pub struct Service {
    pub router: Router,
    pub store: SqlStore,
    pub blocks: Vec<StoredBlock>,
    pub mock: Arc<Mock>,
    pub news: watch::Sender<u64>,
    pub events: broadcast::Sender<Arc<Value>>,
    _folder: TempDir,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    pub location: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

impl Service {
    /// A service with `length` blocks.
    pub async fn with_blocks(length: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&Settings::sqlite(folder.path().join("database")))
            .await
            .unwrap();
        let (blocks, states) = chain(length);
        store.store_blocks(&blocks).await.unwrap();
        let (news, watched) = watch::channel(0);
        let (events, _) = broadcast::channel(8);
        let mock = Arc::new(Mock {
            states,
            events: Some(events.clone()),
            ..Mock::default()
        });
        let chain = Chain::new(Arc::new(store.clone()), watched);
        let router = Api::new()
            .mount(availability::module(&chain))
            .mount(node::module(&chain, mock.clone()))
            .mount(status::module(mock.clone()))
            .mount(submit::module(mock.clone()))
            .mount(state_signature::module(mock.clone()))
            .mount(config::module(mock.clone()))
            .mount(catchup::module(mock.clone(), &chain))
            .mount(merklized_state::block_state(&chain))
            .mount(merklized_state::fee_state(mock.clone(), &chain))
            .mount(explorer::module(&chain))
            .mount(hotshot_events::module(mock.clone()))
            .mount_pages("/ui", ui::pages(&chain, Some(mock.clone())))
            .into_router(ApiLimits::default());
        Self {
            router,
            store,
            blocks,
            mock,
            news,
            events,
            _folder: folder,
        }
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name);
            value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        Answer {
            status: response.status(),
            content_type: text(header::CONTENT_TYPE),
            location: text(header::LOCATION),
            body: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// `GET`, as `accept`.
    pub async fn get_as(&self, path: &str, accept: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, accept);
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// `GET`, without saying what is accepted.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The JSON of an answer with status 200.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {body}");
        assert_eq!(answer.content_type, "application/json", "{path}");
        answer.json()
    }

    /// The value in the binary form of an answer with status 200.
    pub async fn binary<T: serde::de::DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.get_as(path, "application/octet-stream").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.content_type, "application/octet-stream", "{path}");
        crema_types::wire::decode(crema_types::Version::V0_1, &answer.body).unwrap()
    }

    /// Status and JSON of an answer that is an error.
    pub async fn error(&self, path: &str) -> (u16, Value) {
        let answer = self.get(path).await;
        (answer.status.as_u16(), answer.json())
    }

    pub async fn post(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, content_type);
        self.call(request.body(body.into()).unwrap()).await
    }
}

/// The names of an object's fields, sorted.
pub fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
