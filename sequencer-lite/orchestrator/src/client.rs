//! The node's side: registers, waits for the others, and returns the configuration, every proof in it checked.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crema_consensus::committee::CommitteeError;
use crema_consensus::{Committee, Registration};
use crema_light_client::bls;
use crema_light_client::config::{PeerConfig, PeerStake};
use crema_light_client::u256::U256;
use crema_types::Version;
use crema_types::network_config::NetworkConfig;
use crema_types::wire::{self, WireError};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::claim::{self, Claim, ClaimError, NetworkId, Ready};

/// Pause between questions.
const PAUSE: Duration = Duration::from_millis(250);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest configuration read.
const MAX_ANSWER: usize = 1 << 23;
/// What the binary form is called.
const BINARY: &str = "application/octet-stream";

/// Why a node does not get a configuration.
#[derive(Debug, Error)]
pub enum JoinError {
    /// No client for TLS.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
    /// The URL.
    #[error("{0} is no URL of an orchestrator")]
    Url(Url),
    /// The orchestrator refuses.
    #[error("the orchestrator refuses ({status}): {message}")]
    Refused {
        /// HTTP's status.
        status: StatusCode,
        /// What it says.
        message: String,
    },
    /// The request has no binary form.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The configuration contradicts itself.
    #[error("the network's configuration names {staked} nodes and {peers} peers; it cannot be used")]
    Lengths {
        /// Entries of the stake table.
        staked: usize,
        /// Entries of peers.
        peers: usize,
    },
    /// A network key.
    #[error("node {index} of the network's configuration: {source}")]
    Peer {
        /// Place in the stake table.
        index: usize,
        /// What is wrong.
        source: ClaimError,
    },
    /// The members.
    #[error("the network's configuration: {0}")]
    Committee(#[from] CommitteeError),
    /// This node is not in it.
    #[error(
        "the network's configuration does not have this node; is this its orchestrator, and its key file?"
    )]
    NotAMember,
}

/// The registrations in a network's configuration, with every proof of possession checked.
///
/// # Errors
/// As [`JoinError`] lists, but for those of requests.
pub fn registrations(config: &NetworkConfig) -> Result<Vec<Registration>, JoinError> {
    let staked = &config.config.known_nodes_with_stake;
    if staked.len() != config.peers.len() {
        return Err(JoinError::Lengths {
            staked: staked.len(),
            peers: config.peers.len(),
        });
    }
    let entries = staked.iter().zip(&config.peers).enumerate();
    let registrations = entries.map(|(index, (entry, peer))| {
        claim::registration(entry.stake_table_entry.stake_key, entry.state_ver_key, peer)
            .map_err(|source| JoinError::Peer { index, source })
    });
    let registrations: Vec<_> = registrations.collect::<Result<_, _>>()?;
    Committee::register(&registrations)?;
    Ok(registrations)
}

/// An answer that is not the one asked for.
enum Setback {
    /// Asking again may help.
    Later(String),
    /// The slot is another node's.
    Conflict,
    Never(JoinError),
}

/// A node on its way into a network.
pub struct Joining<'a> {
    client: Client,
    base: Url,
    registration: &'a Registration,
    key: &'a bls::SigningKey,
    address: String,
}

impl<'a> Joining<'a> {
    /// A node with this registration, which peers reach at `address`, at the orchestrator of this URL.
    ///
    /// # Errors
    /// When there is no client, or the URL is none for it.
    pub fn new(
        orchestrator: &Url,
        registration: &'a Registration,
        key: &'a bls::SigningKey,
        address: String,
    ) -> Result<Self, JoinError> {
        // an earlier call in this process has chosen the same one
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(PATIENCE).build();
        let mut base = orchestrator.clone();
        if base.cannot_be_a_base() {
            return Err(JoinError::Url(base));
        }
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        Ok(Self {
            client: client.map_err(JoinError::Client)?,
            base,
            registration,
            key,
            address,
        })
    }

    /// Registers, waits for everybody else and for the start, and returns the configuration. Goes on for as long as
    /// the orchestrator is away.
    ///
    /// # Errors
    /// When the orchestrator refuses for good, or hands out what is no configuration with this node in it.
    pub async fn join(&self) -> Result<NetworkConfig, JoinError> {
        let network: NetworkId = self.insist(Method::GET, "api/network", &()).await?;
        let index = self.register(&network).await?;
        tracing::info!(index, "registered; waiting for the others");
        while !self
            .insist::<(), bool>(Method::GET, "api/peer_pub_ready", &())
            .await?
        {
            tokio::time::sleep(PAUSE).await;
        }
        let config: NetworkConfig = self
            .insist(Method::POST, &format!("api/config/{index}"), &())
            .await?;
        let members = registrations(&config)?;
        let own = usize::try_from(index).ok().and_then(|index| members.get(index));
        if own != Some(self.registration) {
            return Err(JoinError::NotAMember);
        }
        let ready = Ready::sign(index, &network, self.key);
        self.insist::<Ready, ()>(Method::POST, "api/ready", &ready)
            .await?;
        while !self.insist::<(), bool>(Method::GET, "api/start", &()).await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(config)
    }

    /// Claims the slot that the orchestrator names, and the next one if another node was faster.
    async fn register(&self, network: &NetworkId) -> Result<u64, JoinError> {
        let member = &self.registration.member;
        let peer = PeerConfig {
            stake_table_entry: PeerStake {
                stake_key: member.stake_key,
                stake_amount: U256::from(1u64),
            },
            state_ver_key: member.state_key,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let issued_at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let claim = Claim::sign(
            self.registration,
            self.address.clone(),
            issued_at,
            network,
            self.key,
        );
        let pubkey = format!("api/pubkey/{}", member.stores_payloads);
        loop {
            let (index, _): (u64, bool) = self.insist(Method::POST, &pubkey, &peer).await?;
            match self
                .ask::<_, ()>(Method::POST, &format!("api/pop/{index}"), &claim)
                .await
            {
                Ok(()) => return Ok(index),
                Err(Setback::Never(error)) => return Err(error),
                Err(Setback::Conflict) => {}
                Err(Setback::Later(reason)) => {
                    tracing::warn!(reason, "not registered yet; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Asks until there is an answer.
    async fn insist<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, JoinError> {
        let mut told = false;
        loop {
            match self.ask(method.clone(), path, body).await {
                Ok(answer) => return Ok(answer),
                Err(Setback::Never(error)) => return Err(error),
                Err(Setback::Later(reason)) if !told => {
                    tracing::warn!(reason, path, "no answer from the orchestrator yet; asking again");
                    told = true;
                }
                Err(Setback::Later(_) | Setback::Conflict) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, Setback> {
        let url = self
            .base
            .join(path)
            .map_err(|_| Setback::Never(JoinError::Url(self.base.clone())))?;
        let body = wire::encode(Version::V0_1, body).map_err(|error| Setback::Never(error.into()))?;
        let later = |error: reqwest::Error| Setback::Later(error.without_url().to_string());
        let mut response = self
            .client
            .request(method, url)
            .header(ACCEPT, BINARY)
            .header(CONTENT_TYPE, BINARY)
            .body(body)
            .send()
            .await
            .map_err(later)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(later)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MAX_ANSWER {
                return Err(Setback::Later("its answer is too long".to_owned()));
            }
        }
        if status.is_success() {
            return wire::decode(Version::V0_1, &bytes)
                .map_err(|error| Setback::Later(format!("its answer is not the one asked for: {error}")));
        }
        let message = wire::decode::<Refusal>(Version::V0_1, &bytes).map(|refusal| refusal.message);
        let message = message.unwrap_or_else(|_| "without a reason".to_owned());
        Err(match status {
            StatusCode::CONFLICT => Setback::Conflict,
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Setback::Never(JoinError::Refused { status, message })
            }
            _ => Setback::Later(format!("it answers {status}: {message}")),
        })
    }
}

#[derive(Deserialize)]
struct Refusal {
    #[expect(dead_code, reason = "the status line says the same")]
    status: u16,
    message: String,
}
