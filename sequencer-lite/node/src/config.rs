//! How a node is set up.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crema_consensus::mempool::Limits;
use crema_consensus::source::L1View;
use crema_consensus::{Registration, Timing};
use crema_types::ethereum::EthereumSigningKey;
use crema_types::{Genesis, L1BlockInfo};

use crate::keys::NodeKeys;

/// A member of the committee, and where it listens.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its keys, with proof of possession.
    pub registration: Registration,
    /// Where it accepts connections.
    pub address: SocketAddr,
}

/// How a node is set up.
#[derive(Clone)]
pub struct Config {
    /// The node's secrets.
    pub keys: NodeKeys,
    /// All members in the order of the stake table, this node among them.
    pub peers: Vec<Peer>,
    /// What the chain starts with.
    pub genesis: Genesis,
    /// The L1 block that the genesis file names, where it names one without describing it.
    pub genesis_l1_block: Option<L1BlockInfo>,
    /// Where to accept connections.
    pub listen: SocketAddr,
    /// Where to keep what must survive a restart.
    pub storage: PathBuf,
    /// Threads that the runtime works with.
    pub threads: usize,
    /// Patience.
    pub timing: Timing,
    /// What the mempool holds at most.
    pub mempool: Limits,
    /// Pays the fees of blocks that this node builds.
    pub builder: EthereumSigningKey,
    /// The L1.
    pub l1: Arc<dyn L1View>,
    /// Base URL of the state relay, such as `http://localhost:8083`; none to keep signatures.
    pub relay: Option<String>,
}
