//! The configuration of a network, as the orchestrator hands it out and every node serves it
//! (`GET config/hotshot`).
//!
//! Field names, their order and their spelling are Espresso's. What a node of ours also needs, its peers' addresses and
//! proofs, follows after the last of them, where readers of JSON do not look.

use std::time::Duration;

use crema_light_client::bls;
use crema_light_client::config::PeerConfig;
use serde::{Deserialize, Serialize};

/// A network's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkConfig {
    /// Rounds of a benchmark; a network runs for ever.
    pub rounds: u64,
    /// Whether the first nodes by index are the data-availability committee.
    pub indexed_da: bool,
    /// Transactions per round of a benchmark.
    pub transactions_per_round: u64,
    /// The password that starts the network, masked.
    pub manual_start_password: Option<String>,
    /// Bootstrap nodes.
    #[serde(rename = "num_bootrap")]
    pub num_bootstrap: u64,
    /// Milliseconds after which a view without a decision ends.
    pub next_view_timeout: u64,
    /// Patience for a phase of view synchronization.
    pub view_sync_timeout: Duration,
    /// Patience with builders.
    pub builder_timeout: Duration,
    /// Pause before missing data is asked for.
    pub data_request_delay: Duration,
    /// The node that this copy was handed to.
    pub node_index: u64,
    /// The network's seed.
    pub seed: [u8; 32],
    /// Size of a benchmark's transactions.
    pub transaction_size: u64,
    /// Name of the consensus keys' type.
    pub key_type_name: String,
    /// Gossip parameters of libp2p, which is not used here.
    pub libp2p_config: Option<()>,
    /// What consensus needs.
    pub config: HotShotConfig,
    /// Where nodes meet.
    pub cdn_marshal_address: Option<String>,
    /// Delay of the secondary network, where there are two.
    pub combined_network_config: Option<CombinedNetworkConfig>,
    /// The revision that the orchestrator was built from.
    pub commit_sha: String,
    /// Where blocks come from.
    pub builder: BuilderType,
    /// Parameters of a random builder.
    pub random_builder: Option<()>,
    /// Ours: how to reach every node, and its proof of possession; in the order of the stake table.
    #[serde(default)]
    pub peers: Vec<PeerRecord>,
}

/// What consensus needs to know of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotShotConfig {
    /// Share of nodes that must be ready: numerator and denominator.
    pub start_threshold: (u64, u64),
    /// Nodes.
    pub num_nodes_with_stake: u64,
    /// The stake table, in the order in which its nodes have registered.
    pub known_nodes_with_stake: Vec<PeerConfig>,
    /// Those of them that store whole payloads.
    pub known_da_nodes: Vec<PeerConfig>,
    /// How many they are.
    pub da_staked_committee_size: u64,
    /// The first leader with a GPU.
    pub fixed_leader_for_gpuvid: u64,
    /// Milliseconds after which a view without a decision ends.
    pub next_view_timeout: u64,
    /// Patience for a phase of view synchronization.
    pub view_sync_timeout: Duration,
    /// Bootstrap nodes.
    pub num_bootstrap: u64,
    /// Patience with builders.
    pub builder_timeout: Duration,
    /// Pause before missing data is asked for.
    pub data_request_delay: Duration,
    /// The builders that leaders ask.
    pub builder_urls: Vec<String>,
    /// First view in which an upgrade is proposed.
    pub start_proposing_view: u64,
    /// First view in which none is any more.
    pub stop_proposing_view: u64,
    /// First view in which one is voted for.
    pub start_voting_view: u64,
    /// First view in which none is any more.
    pub stop_voting_view: u64,
    /// First second in which an upgrade is proposed.
    pub start_proposing_time: u64,
    /// First second in which none is any more.
    pub stop_proposing_time: u64,
    /// First second in which one is voted for.
    pub start_voting_time: u64,
    /// First second in which none is any more.
    pub stop_voting_time: u64,
    /// Blocks of an epoch; zero for no epochs.
    pub epoch_height: u64,
    /// The block with which epochs begin.
    pub epoch_start_block: u64,
}

/// Parameters of a network with a CDN in front of a slower one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedNetworkConfig {
    /// How long the slower one waits for the faster.
    pub delay_duration: Duration,
}

/// Where blocks come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BuilderType {
    /// Programs of their own.
    External,
    /// One in every node.
    Simple,
    /// One that makes up transactions.
    Random,
}

/// How to reach a node, and the proof that its BLS key is its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRecord {
    /// The ed25519 key that authenticates its connections, in hexadecimal.
    pub network_key: String,
    /// `host:port` that it accepts connections at.
    pub address: String,
    /// Whether it stores whole payloads.
    pub stores_payloads: bool,
    /// Signature of its BLS key over all of its keys.
    pub possession: bls::Signature,
}
