//! The node's own options.

use std::path::PathBuf;

use clap::Parser;
use reqwest::Url;

/// Run a sequencer node. After each `--` follows a module with its options:
/// http, query, submit, status, catchup, config, hotshot-events, explorer, storage-fs, storage-sql.
///
/// For instance: sequencer --is-da -- http --port 24000 -- query -- submit -- storage-fs --path node0
#[derive(Clone, Debug, Parser)]
#[command(name = "sequencer", version)]
pub struct NodeOptions {
    /// Where a network's configuration comes from at its first start.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_ORCHESTRATOR_URL",
        default_value = "http://localhost:8080"
    )]
    pub orchestrator_url: Url,

    /// Where the CDN is.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_CDN_ENDPOINT",
        default_value = "127.0.0.1:8081"
    )]
    pub cdn_endpoint: String,

    /// Address to accept peers at.
    #[arg(
        long = "libp2p-bind-address",
        env = "ESPRESSO_SEQUENCER_LIBP2P_BIND_ADDRESS",
        default_value = "0.0.0.0:1769"
    )]
    pub bind_address: String,

    /// Address that peers reach this node at.
    #[arg(
        long = "libp2p-advertise-address",
        env = "ESPRESSO_SEQUENCER_LIBP2P_ADVERTISE_ADDRESS",
        default_value = "localhost:1769"
    )]
    pub advertise_address: String,

    /// Where others reach this node's HTTP API.
    #[arg(long, env = "ESPRESSO_SEQUENCER_PUBLIC_API_URL")]
    pub public_api_url: Option<Url>,

    /// Where signatures on light-client states go.
    #[arg(
        long,
        env = "ESPRESSO_STATE_RELAY_SERVER_URL",
        default_value = "http://localhost:8083"
    )]
    pub state_relay_server_url: Url,

    /// What the chain starts with.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_GENESIS_FILE",
        default_value = "/genesis/demo.toml"
    )]
    pub genesis_file: PathBuf,

    /// File with both private keys, as keygen writes it.
    #[arg(long, env = "ESPRESSO_SEQUENCER_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// The private consensus key; give it by the environment, a command line can be seen by others.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_PRIVATE_STAKING_KEY",
        hide_env_values = true,
        conflicts_with = "key_file"
    )]
    pub private_staking_key: Option<String>,

    /// The private key for light-client states; give it by the environment.
    #[arg(
        long,
        env = "ESPRESSO_SEQUENCER_PRIVATE_STATE_KEY",
        hide_env_values = true,
        conflicts_with = "key_file"
    )]
    pub private_state_key: Option<String>,

    /// Whether this node stores whole payloads.
    #[arg(long, env = "ESPRESSO_SEQUENCER_IS_DA", value_parser = clap::builder::FalseyValueParser::new())]
    pub is_da: bool,

    /// Nodes to ask for state that is missing here, separated by commas.
    #[arg(long, env = "ESPRESSO_SEQUENCER_STATE_PEERS", value_delimiter = ',')]
    pub state_peers: Vec<Url>,

    /// Running nodes to ask for the network's configuration instead of the orchestrator, separated by commas.
    #[arg(long, env = "ESPRESSO_SEQUENCER_CONFIG_PEERS", value_delimiter = ',')]
    pub config_peers: Vec<Url>,

    /// Threads that consensus works with.
    #[arg(long, env = "CREMA_SEQUENCER_THREADS", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    pub threads: u8,
}
