//! A running node.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use commonware_utils::channel::oneshot;
use crema_consensus::committee::CommitteeError;
use crema_consensus::mempool::{Mempool, MempoolError};
use crema_consensus::source::Observer;
use crema_consensus::{Committee, DecidedLeaf, Validator};
use crema_light_client::bundle::StateSignatureRequestBody;
use crema_types::genesis::GenesisError;
use crema_types::{Leaf, Payload, Transaction, TransactionHash};
use thiserror::Error;
use tokio::sync::watch;

use crate::config::Config;
use crate::relay::Outbox;
use crate::threads::{self, Start};

/// Why a node does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The members.
    #[error("committee: {0}")]
    Committee(#[from] CommitteeError),
    /// The genesis file.
    #[error("genesis: {0}")]
    Genesis(#[from] GenesisError),
    /// The validator.
    #[error(transparent)]
    Validator(#[from] crema_consensus::StartError),
    /// The client for the state relay.
    #[error("no HTTP client for the state relay: {0}")]
    Client(#[from] reqwest::Error),
    /// The thread.
    #[error("no thread for the node: {0}")]
    Thread(#[from] std::io::Error),
    /// The runtime.
    #[error("the node's runtime ended while it was starting; is its address free, its storage writable?")]
    Runtime,
}

/// A decided block as a node serves it.
#[derive(Clone, Debug)]
pub struct DecidedBlock {
    /// The leaf and its certificate.
    pub leaf: Arc<DecidedLeaf>,
    /// The payload, if this node has it.
    pub payload: Option<Payload>,
}

/// A running node. Dropping it stops it at once, as a crash would: whatever it has promised is on disk.
pub struct Node {
    validator: Arc<Validator>,
    mempool: Arc<Mempool>,
    genesis: Leaf,
    height: watch::Receiver<u64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Notes the newest decided height.
struct Heights(Mutex<watch::Sender<u64>>);

impl Observer for Heights {
    fn decided(&self, leaves: &[Arc<DecidedLeaf>]) {
        if let Some(newest) = leaves.last() {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .send_replace(newest.leaf.block_header.height);
        }
    }
}

impl Node {
    /// Starts a node where its storage left off. Returns when it takes part.
    ///
    /// # Errors
    /// When the configuration is not that of a member, or storage or address cannot be used.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let registrations: Vec<_> = config
            .peers
            .iter()
            .map(|peer| peer.registration.clone())
            .collect();
        let committee = Arc::new(Committee::register(&registrations)?);
        let genesis = Leaf::genesis(config.genesis.header(config.genesis_l1_block)?);
        let state = config.genesis.state()?;
        let mempool = Arc::new(Mempool::new(config.mempool, config.builder.clone()));
        let (heights, height) = watch::channel(0);
        // an earlier call in this process has chosen the same one
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().build()?;
        let (started, ready) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let start = Start {
            config,
            committee,
            genesis: (genesis.clone(), state),
            source: Arc::clone(&mempool) as Arc<_>,
            observer: Arc::new(Heights(Mutex::new(heights))),
            outbox: Arc::new(Outbox::default()),
            client,
            started,
            stop: stopped,
        };
        let thread = std::thread::Builder::new()
            .name("crema-node".into())
            .spawn(move || threads::run(start))?;
        let validator = ready.await.map_err(|_| StartError::Runtime)??;
        Ok(Self {
            validator: Arc::new(validator),
            mempool,
            genesis,
            height,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Hands in a transaction: it is in this node's mempool, and on its way to the others'.
    ///
    /// # Errors
    /// When the mempool is full or knows it already.
    pub fn submit(&self, transaction: Transaction) -> Result<TransactionHash, MempoolError> {
        let hash = self.mempool.push(transaction.clone())?;
        self.validator.submit(transaction);
        Ok(hash)
    }

    /// The first leaf, of height 0.
    pub fn genesis(&self) -> &Leaf {
        &self.genesis
    }

    /// The newest decided height; none when the node has stopped.
    pub async fn height(&self) -> Option<u64> {
        self.validator.height().await
    }

    /// The decided block of a height from 1 on, if it is decided here.
    pub async fn block(&self, height: u64) -> Option<DecidedBlock> {
        let leaf = self.validator.decided(height).await?;
        let payload = self.validator.payload(height).await;
        Some(DecidedBlock { leaf, payload })
    }

    /// The payload of a decided height, if this node has it.
    pub async fn payload(&self, height: u64) -> Option<Payload> {
        self.validator.payload(height).await
    }

    /// This node's signature on the light-client state of a height, if it is among the last hundred.
    pub async fn signature(&self, height: u64) -> Option<StateSignatureRequestBody> {
        self.validator.signature(height).await
    }

    /// All decided blocks from `height` on, those to come as well, without a gap: read from storage, so that a slow
    /// reader costs nothing.
    pub fn blocks(&self, height: u64) -> Blocks {
        Blocks {
            validator: Arc::clone(&self.validator),
            news: self.height.clone(),
            next: height.max(1),
        }
    }

    /// Stops the node, and waits until it has let go of address and storage.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // a panic in there has been reported by then
            let _ = thread.join();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end();
    }
}

/// Decided blocks, one after the other.
pub struct Blocks {
    validator: Arc<Validator>,
    news: watch::Receiver<u64>,
    next: u64,
}

impl Blocks {
    /// The next block; none when the node has stopped.
    pub async fn next(&mut self) -> Option<DecidedBlock> {
        loop {
            self.news.mark_unchanged();
            if let Some(leaf) = self.validator.decided(self.next).await {
                let payload = self.validator.payload(self.next).await;
                self.next += 1;
                return Some(DecidedBlock { leaf, payload });
            }
            self.news.changed().await.ok()?;
        }
    }
}
