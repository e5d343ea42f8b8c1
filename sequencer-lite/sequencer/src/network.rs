//! Where the network's configuration comes from, and where its nodes are.

use std::net::SocketAddr;
use std::time::Duration;

use crema_consensus::{Registration, Timing};
use crema_light_client::bls;
use crema_node::Peer;
use crema_orchestrator::client::{self, JoinError, Joining};
use crema_types::Commitment;
use crema_types::network_config::NetworkConfig;
use reqwest::{Client, Url};
use thiserror::Error;

use crate::options::NodeOptions;
use crate::storage::{Storage, StorageError};

/// Pause between attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// Attempts to resolve a peer's name before the node starts without it being reachable.
const ATTEMPTS: usize = 30;
/// How long a configuration may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest configuration read.
const MAX_ANSWER: usize = 1 << 23;

/// Why there is no network.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The orchestrator, or what it hands out.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// No client for TLS.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
    /// An address.
    #[error("the address {address} cannot be resolved: {reason}")]
    Address {
        /// The address.
        address: String,
        /// Why.
        reason: String,
    },
}

/// The network's configuration: the one in storage, or else that of running nodes, or else the orchestrator's. What
/// came from elsewhere is kept.
///
/// # Errors
/// When there is none that can be used.
pub async fn configuration(
    options: &NodeOptions,
    storage: &Storage,
    genesis: Commitment,
    own: (&Registration, &bls::SigningKey),
) -> Result<NetworkConfig, NetworkError> {
    if let Some(config) = storage.network(genesis)? {
        check(&config, own.0)?;
        return Ok(config);
    }
    let config = if options.config_peers.is_empty() {
        let address = options.advertise_address.clone();
        let joining = Joining::new(&options.orchestrator_url, own.0, own.1, address)?;
        tracing::info!(orchestrator = %options.orchestrator_url, "asking for a place in the network");
        joining.join().await?
    } else {
        let config = from_peers(&options.config_peers).await?;
        check(&config, own.0)?;
        config
    };
    storage.keep_network(genesis, config.clone())?;
    Ok(config)
}

fn check(config: &NetworkConfig, own: &Registration) -> Result<(), JoinError> {
    if client::registrations(config)?.contains(own) {
        Ok(())
    } else {
        Err(JoinError::NotAMember)
    }
}

/// Asks running nodes in turn until one has a configuration.
async fn from_peers(peers: &[Url]) -> Result<NetworkConfig, NetworkError> {
    // an earlier call in this process has chosen the same one
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().timeout(PATIENCE).build();
    let client = client.map_err(NetworkError::Client)?;
    loop {
        for peer in peers {
            match fetch(&client, peer).await {
                Ok(config) => return Ok(config),
                Err(reason) => tracing::warn!(%peer, reason, "no configuration from this node"),
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn fetch(client: &Client, peer: &Url) -> Result<NetworkConfig, String> {
    let mut url = peer.clone();
    url.set_path(&format!(
        "{}/v0/config/hotshot",
        peer.path().trim_end_matches('/')
    ));
    let said = |error: reqwest::Error| error.without_url().to_string();
    let request = client.get(url).header("accept", "application/json");
    let mut response = request
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(said)?;
    let mut json = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(said)? {
        json.extend_from_slice(&piece);
        if json.len() > MAX_ANSWER {
            return Err("its answer is too long".to_owned());
        }
    }
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

/// The network's nodes, with addresses as they are now.
///
/// # Errors
/// When a name cannot be resolved for half a minute, or a proof in the configuration is wrong.
pub async fn peers(config: &NetworkConfig) -> Result<Vec<Peer>, NetworkError> {
    let registrations = client::registrations(config)?;
    let mut peers = Vec::with_capacity(registrations.len());
    for (registration, peer) in registrations.into_iter().zip(&config.peers) {
        peers.push(Peer {
            registration,
            address: resolve(&peer.address).await?,
        });
    }
    Ok(peers)
}

/// The first address of a name. Names of containers appear when they start, so this takes its time.
///
/// # Errors
/// When there is none for half a minute.
pub async fn resolve(address: &str) -> Result<SocketAddr, NetworkError> {
    let mut reason = String::new();
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        match tokio::net::lookup_host(address).await {
            Ok(found) => {
                // one family on both sides: a name such as localhost has both
                let mut found: Vec<SocketAddr> = found.collect();
                found.sort_by_key(SocketAddr::is_ipv6);
                if let Some(first) = found.first() {
                    return Ok(*first);
                }
                "it has no address".clone_into(&mut reason);
            }
            Err(error) => reason = error.to_string(),
        }
    }
    Err(NetworkError::Address {
        address: address.to_owned(),
        reason,
    })
}

/// Simplex's patience under the network's: its own, unless the network has less.
pub fn timing(config: &NetworkConfig) -> Timing {
    let usual = Timing::default();
    let longest = Duration::from_millis(config.config.next_view_timeout.max(100));
    Timing {
        proposal: usual.proposal.min(longest * 2 / 3),
        certification: usual.certification.min(longest),
        ..usual
    }
}
