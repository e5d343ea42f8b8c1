//! Nodes over connections on this machine.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
};

use crema_consensus::{Timing, mempool::Limits, source::NoL1};
use crema_light_client::{bls, schnorr};
use crema_node::{Config, Node, NodeKeys, Peer};
use crema_types::{FeeInfo, Genesis};
use tempfile::TempDir;

use super::record::Task;
use crate::throughput::error::ThroughputError;

/// Running nodes, and where they keep what they must.
pub struct Network {
    /// The nodes in the order of the stake table.
    pub nodes: Vec<Node>,
    /// Dropped after the nodes.
    _storage: TempDir,
}

impl Network {
    /// Starts all nodes, each with its own keys, address and folder.
    ///
    /// # Errors
    /// [`ThroughputError::Setup`], [`ThroughputError::Genesis`], [`ThroughputError::Start`].
    pub async fn start(task: &Task, storage: Option<&Path>) -> Result<Self, ThroughputError> {
        let setup = |what| move |source| ThroughputError::Setup { what, source };
        let mut folder = tempfile::Builder::new();
        folder.prefix("bench-throughput-");
        let storage = match storage {
            Some(parent) => folder.tempdir_in(parent),
            None => folder.tempdir(),
        };
        let storage = storage.map_err(setup("the nodes' storage"))?;
        let addresses = free_addresses(task.nodes).map_err(setup("the nodes' addresses"))?;
        let genesis = Genesis::from_toml(&genesis(task))?;
        let builder =
            FeeInfo::null_builder_key().map_err(|error| ThroughputError::Builder(error.to_string()))?;
        let peers = addresses.iter().zip(0..).map(|(&address, place)| Peer {
            registration: keys(place).register(place < task.storing),
            address,
        });
        let peers: Vec<Peer> = peers.collect();
        let mut nodes = Vec::new();
        for (&address, place) in addresses.iter().zip(0..) {
            let config = Config {
                keys: keys(place),
                peers: peers.clone(),
                genesis: genesis.clone(),
                genesis_l1_block: None,
                listen: address,
                storage: storage.path().join(place.to_string()),
                threads: task.node_threads.into(),
                timing: Timing::default(),
                mempool: Limits::default(),
                builder: builder.clone(),
                l1: Arc::new(NoL1),
                relay: None,
            };
            let node = Node::start(config).await;
            nodes.push(node.map_err(|source| ThroughputError::Start {
                place: place.into(),
                source,
            })?);
        }
        Ok(Self {
            nodes,
            _storage: storage,
        })
    }

    /// Stops all nodes and removes what they kept.
    pub fn stop(self) {
        for node in self.nodes {
            node.stop();
        }
    }
}

/// A node's secrets. Everybody knows them.
fn keys(place: u16) -> NodeKeys {
    let mut seed = [0; 32];
    seed[..2].copy_from_slice(&place.to_le_bytes());
    seed[31] = 1;
    NodeKeys {
        stake: bls::SigningKey::from_seed(&seed),
        state: schnorr::SigningKey::from_seed(&seed),
    }
}

/// Addresses that nobody listens on. All are held until the last is found, so that they differ.
fn free_addresses(number: u16) -> std::io::Result<Vec<SocketAddr>> {
    let listeners: Vec<TcpListener> = (0..number)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<Result<_, _>>()?;
    listeners.iter().map(TcpListener::local_addr).collect()
}

fn genesis(task: &Task) -> String {
    format!(
        r#"
base_version = "0.2"
upgrade_version = "0.2"
[stake_table]
capacity = {capacity}
[chain_config]
chain_id = 35353
base_fee = 0
max_block_size = {block}
fee_recipient = "0x0000000000000000000000000000000000000000"
[header]
timestamp = "1970-01-01T00:00:00Z"
"#,
        capacity = task.nodes.max(10),
        block = task.block_bytes,
    )
}
