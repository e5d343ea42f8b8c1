//! `dev-cdn`.

use std::collections::HashSet;
use std::io::{IsTerminal as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use crema_cdn::Broker;
use crema_cdn::broker::Limits;
use crema_http::stop;
use crema_light_client::bls;
use serde::Deserialize;
use thiserror::Error;
use tracing_subscriber::{EnvFilter, fmt};

/// Connect the nodes of a development network with one another.
///
/// Nodes prove who they are with the key that their BLS key vouches for. What they say to one another is encrypted by
/// themselves; where this program is away, they dial one another directly.
#[derive(Clone, Debug, Parser)]
#[command(name = "dev-cdn", version)]
struct Options {
    /// Port to listen on; zero picks a free one. The address is printed.
    #[arg(short, long, env = "ESPRESSO_CDN_SERVER_PORT", default_value_t = 1738)]
    port: u16,

    /// Address to listen at.
    #[arg(
        long,
        env = "CREMA_CDN_HOST",
        default_value = "0.0.0.0",
        value_name = "ADDRESS"
    )]
    host: IpAddr,

    /// Serve these nodes only: a file with a network's configuration, as GET v0/config/hotshot answers it.
    #[arg(long, env = "CREMA_CDN_MEMBERS", value_name = "FILE")]
    members: Option<PathBuf>,

    /// Users at the same time.
    #[arg(long, default_value_t = Limits::default().users, value_name = "N")]
    max_users: usize,

    /// Open connections.
    #[arg(long, default_value_t = Limits::default().connections, value_name = "N")]
    max_connections: usize,

    /// Open connections from one address.
    #[arg(long, default_value_t = Limits::default().connections_per_origin, value_name = "N")]
    max_connections_per_address: usize,
}

/// Why the program ends early.
#[derive(Debug, Error)]
enum Failure {
    #[error("the members' file {path} cannot be read: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the members' file {path} is no network configuration: {source}")]
    Members {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("cannot listen at {address}: {source}; is another program there? Choose another --port")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

#[derive(Deserialize)]
struct NetworkConfig {
    config: KnownNodes,
}

#[derive(Deserialize)]
struct KnownNodes {
    known_nodes_with_stake: Vec<Peer>,
}

#[derive(Deserialize)]
struct Peer {
    stake_table_entry: StakeTableEntry,
}

#[derive(Deserialize)]
struct StakeTableEntry {
    stake_key: bls::VerifyingKey,
}

fn main() -> ExitCode {
    let options = Options::parse();
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(run(&options));
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Failure::Start(error)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// To standard error, as `RUST_LOG` and `RUST_LOG_FORMAT` say, like every Espresso program.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match std::env::var("RUST_LOG_FORMAT").as_deref() {
        Ok("json") => log.json().init(),
        Ok("compact") => log.compact().init(),
        _ => log.init(),
    }
}

fn members(path: &PathBuf) -> Result<HashSet<bls::VerifyingKey>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::File {
        path: path.clone(),
        source,
    })?;
    let network: NetworkConfig = serde_json::from_str(&text).map_err(|source| Failure::Members {
        path: path.clone(),
        source,
    })?;
    let peers = network.config.known_nodes_with_stake.into_iter();
    Ok(peers.map(|peer| peer.stake_table_entry.stake_key).collect())
}

async fn run(options: &Options) -> Result<(), Failure> {
    let limits = Limits {
        users: options.max_users,
        connections: options.max_connections,
        connections_per_origin: options.max_connections_per_address,
        members: options.members.as_ref().map(members).transpose()?,
        ..Limits::default()
    };
    let address = SocketAddr::from((options.host, options.port));
    let listen = |source| Failure::Listen { address, source };
    let broker = Broker::bind(address, limits).map_err(listen)?;
    let address = broker.local_address().map_err(listen)?;
    // one line that a script can read: the address with the port that was picked
    let _ = writeln!(std::io::stdout(), "{address}");
    tracing::info!(%address, "listening");
    let (stopper, stop) = stop::channel();
    let service = tokio::spawn(broker.run(stop));
    let name = stop::signal().await;
    tracing::info!(signal = name, "stopping");
    stopper.stop();
    let _ = service.await;
    Ok(())
}
