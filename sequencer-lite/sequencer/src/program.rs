//! Everything together, until the program is told to stop.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crema_consensus::mempool::Limits;
use crema_consensus::source::NoL1;
use crema_http::connection;
use crema_http::stop::{self, Stop, Stopper};
use crema_node::{Config, Node, NodeKeys, StartError};
use crema_types::ethereum::SignatureError;
use crema_types::genesis::GenesisError;
use crema_types::network_config::NetworkConfig;
use crema_types::{FeeInfo, Genesis, Leaf};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::keys::{self, KeyError};
use crate::network::{self, NetworkError};
use crate::options::Command;
use crate::service::{self, App};
use crate::storage::{Storage, StorageError};

/// Why the program ends by itself.
#[derive(Debug, Error)]
pub enum Failure {
    /// A module that is not there.
    #[error("module {0} is not served by this release yet; start the node without it")]
    Unserved(&'static str),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The genesis file cannot be read.
    #[error("cannot read the genesis file {path}: {source}; name one with --genesis-file")]
    GenesisFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is none.
    #[error("genesis file: {0}")]
    Genesis(#[from] GenesisError),
    /// The folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The key that pays for blocks.
    #[error("the key that signs blocks: {0}")]
    Builder(#[from] SignatureError),
    /// The node.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The proofs.
    #[error("payloads cannot be dispersed among the network's nodes: {0}")]
    Dispersal(#[from] crema_vid::Error),
    /// The port.
    #[error("cannot listen at {address}: {source}; is another program there? Choose another --port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The node has ended.
    #[error("the node has stopped; its log says why")]
    Ended,
}

/// Runs until told to stop by a signal.
///
/// # Errors
/// As [`Failure`] lists.
pub async fn run(command: Command) -> Result<(), Failure> {
    tokio::select! {
        name = stop::signal() => {
            tracing::info!(signal = name, "stopping before the start");
            Ok(())
        }
        started = Running::start(&command) => started?.until_told().await,
    }
}

/// A node at work.
struct Running {
    node: Arc<Node>,
    stopper: Stopper,
    service: Option<JoinHandle<()>>,
    _storage: Storage,
}

impl Running {
    async fn start(command: &Command) -> Result<Self, Failure> {
        if let Some(module) = command.modules.unserved() {
            return Err(Failure::Unserved(module));
        }
        let options = &command.node;
        let keys = keys::read(options)?;
        let text = tokio::fs::read_to_string(&options.genesis_file)
            .await
            .map_err(|source| Failure::GenesisFile {
                path: options.genesis_file.clone(),
                source,
            })?;
        let genesis = Genesis::from_toml(&text)?;
        let storage = Storage::open(&command.modules.folder())?;
        let registration = keys.register(options.is_da);
        let leaf = Leaf::genesis(genesis.header(None)?);
        let own = (&registration, &keys.stake);
        let network = network::configuration(options, &storage, leaf.commit(), own).await?;
        let app_limit = usize::try_from(genesis.chain_config.max_block_size.0).unwrap_or(usize::MAX);
        let config = node_config(command, keys, genesis, &network, &storage).await?;
        let node = Arc::new(Node::start(config).await?);
        tracing::info!(index = network.node_index, height = ?node.height().await, "the node is up");
        let (stopper, stop) = stop::channel();
        let app = App {
            node: Arc::clone(&node),
            scheme: Arc::new(crema_vid::Scheme::new(network.peers.len() as u32)?),
            config: Arc::new(network),
            max_transaction: app_limit,
        };
        let service = listen(command, app, stop)?;
        Ok(Self {
            node,
            stopper,
            service,
            _storage: storage,
        })
    }

    /// Runs until a signal comes or the node ends.
    async fn until_told(self) -> Result<(), Failure> {
        // a node that runs has an end of blocks only when it stops
        let mut blocks = self.node.blocks(u64::MAX);
        let result = tokio::select! {
            name = stop::signal() => {
                tracing::info!(signal = name, "stopping; a second signal ends the program at once");
                Ok(())
            }
            _ = blocks.next() => Err(Failure::Ended),
        };
        drop(blocks);
        self.stopper.stop();
        let ending = async {
            if let Some(service) = self.service {
                // a panic in there has been reported
                let _ = service.await;
            }
            let node = self.node;
            // waits for the node's thread
            let _ = tokio::task::spawn_blocking(move || drop(node)).await;
        };
        tokio::select! {
            () = ending => {}
            _ = stop::signal() => std::process::exit(130),
        }
        result
    }
}

async fn node_config(
    command: &Command,
    keys: NodeKeys,
    genesis: Genesis,
    network: &NetworkConfig,
    storage: &Storage,
) -> Result<Config, Failure> {
    let options = &command.node;
    Ok(Config {
        keys,
        peers: network::peers(network).await?,
        genesis,
        genesis_l1_block: None,
        listen: network::resolve(&options.bind_address).await?,
        storage: storage.consensus(),
        threads: options.threads.into(),
        timing: network::timing(network),
        mempool: Limits::default(),
        builder: FeeInfo::null_builder_key()?,
        l1: Arc::new(NoL1),
        relay: Some(options.state_relay_server_url.to_string()),
    })
}

/// Starts the HTTP service, if there is one, and prints where.
fn listen(command: &Command, app: App, stop: Stop) -> Result<Option<JoinHandle<()>>, Failure> {
    let Some(http) = &command.modules.http else {
        return Ok(None);
    };
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, http.port));
    let failed = |source| Failure::Listen { address, source };
    let listener = connection::listen(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    // one line that a script can read: the address with the port that was picked
    let _ = writeln!(std::io::stdout(), "http://{address}");
    tracing::info!(%address, "listening");
    let modules = command.modules.clone();
    Ok(Some(tokio::spawn(async move {
        service::serve(listener, &modules, app, stop).await;
    })))
}
