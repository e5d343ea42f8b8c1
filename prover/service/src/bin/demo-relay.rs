//! `demo-relay`: what a state relay and a sequencer serve, from five demo keys, for trying the prover without a network.
//!
//! The keys derive from public seeds: whoever reads this file can sign for them.

use std::{collections::BTreeMap, io::Write, net::SocketAddr, process::ExitCode};

use ark_bn254::Fr;
use axum::{Json, Router, routing::get};
use clap::Parser;
use crema_light_client::{
    bls,
    bundle::StateSignaturesBundle,
    config::{PeerConfig, PeerStake},
    rescue, schnorr,
    state::LightClientState,
    u256::U256,
};
use serde_json::{Value, json};

/// Serve a bundle of state signatures and the stake table that signed it, made with public demo keys.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port to listen on; zero picks a free one.
    #[arg(short, long, default_value_t = 8083)]
    port: u16,
    /// Nodes in the stake table, each with a stake of one.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    nodes: u64,
    /// Nodes that sign, from the first; all when absent.
    #[arg(long)]
    signers: Option<u64>,
    /// View of the signed state.
    #[arg(long, default_value_t = 12)]
    view: u64,
    /// Block height of the signed state.
    #[arg(long, default_value_t = 10)]
    height: u64,
}

/// A node's keys.
struct Node {
    bls: bls::SigningKey,
    schnorr: schnorr::SigningKey,
}

impl Node {
    fn new(index: u64) -> Self {
        let seed = |kind: &str| *blake3::hash(format!("crema demo {kind} key {index}").as_bytes()).as_bytes();
        Self {
            bls: bls::SigningKey::from_seed(&seed("bls")),
            schnorr: schnorr::SigningKey::from_seed(&seed("schnorr")),
        }
    }
}

/// The answer of `GET /api/state`.
fn bundle(nodes: &[Node], options: &Options) -> StateSignaturesBundle {
    // stands for the root of a block Merkle tree, which only a sequencer has
    let root = rescue::hash(&[Fr::from(options.height)]);
    let state = LightClientState {
        view_number: options.view,
        block_height: options.height,
        block_comm_root: root,
    };
    let signers = options.signers.unwrap_or(options.nodes).min(options.nodes);
    let message = state.message();
    let signatures: BTreeMap<_, _> = nodes
        .iter()
        .take(signers as usize)
        .map(|node| (node.schnorr.verifying_key(), node.schnorr.sign(&message)))
        .collect();
    StateSignaturesBundle {
        state,
        next_stake: None,
        auth_root: None,
        signatures,
        accumulated_weight: U256::from(signers),
    }
}

/// The part of `GET /v0/config/hotshot` that the prover reads.
fn config(nodes: &[Node]) -> Value {
    let peers: Vec<PeerConfig> = nodes
        .iter()
        .map(|node| PeerConfig {
            stake_table_entry: PeerStake {
                stake_key: node.bls.verifying_key(),
                stake_amount: U256::from(1),
            },
            state_ver_key: node.schnorr.verifying_key(),
        })
        .collect();
    json!({ "config": { "known_nodes_with_stake": peers } })
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let nodes: Vec<Node> = (0..options.nodes).map(Node::new).collect();
    let bundle = serde_json::to_value(bundle(&nodes, &options))?;
    let config = config(&nodes);
    let router = Router::new()
        .route("/api/state", get(|| async move { Json(bundle) }))
        .route("/v0/config/hotshot", get(|| async move { Json(config) }))
        .route(
            "/healthcheck",
            get(|| async { Json(json!({ "status": "available" })) }),
        );
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], options.port))).await?;
    // one line that a script can read: the address with the port that was picked
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, router)
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("cannot listen for interrupts ({error}); stop this program by ending the process");
        std::future::pending::<()>().await;
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
