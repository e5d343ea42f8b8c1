//! `state-relay-server`.

mod options;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use crema_light_client::u256::U256;
use crema_relay::http::Server;
use crema_relay::relay::Relay;
use crema_relay::stake_table::{Follow, SourceError};
use crema_relay::stop::{self, Stop};
use crema_relay::store::StoreError;
use thiserror::Error;
use tracing_subscriber::{EnvFilter, fmt};

use options::Options;

/// Why the program ends early.
#[derive(Debug, Error)]
enum Failure {
    #[error("there is no HOME to keep signatures in; pass --storage-path")]
    NoFolder,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot listen at {address}: {source}; is another program there? Choose another --port")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the stake table cannot be used: {0}")]
    StakeTable(#[from] SourceError),
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

fn main() -> ExitCode {
    let options = Options::parse();
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(run(options));
            // connections that have not ended in time are not waited for
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

async fn run(options: Options) -> Result<(), Failure> {
    let folder = options.folder().ok_or(Failure::NoFolder)?;
    let (relay, worker) = Relay::start(folder, options.limits())?;
    let (stopper, stop) = stop::channel();
    let address = SocketAddr::from((options.host, options.port));
    let listen = |source| Failure::Listen { address, source };
    let server = Server::bind(address, relay.clone(), options.http_limits(), stop.clone()).map_err(listen)?;
    let address = server.local_address().map_err(listen)?;
    // one line that a script can read: the address with the port that was picked
    let _ = writeln!(std::io::stdout(), "http://{address}");
    tracing::info!(%address, "listening");

    let service = tokio::spawn(server.run());
    let follow = Follow {
        source: options.stake_table.clone(),
        refresh: options.refresh(),
        expected_total: options.total_stake.map(U256::from),
    };
    let result = tokio::select! {
        name = stop::signal() => {
            tracing::info!(signal = name, "stopping; a second signal ends the program at once");
            Ok(())
        }
        error = until_failure(follow, &relay, stop) => Err(error.into()),
    };
    stopper.stop();
    tokio::select! {
        _ = service => {}
        _ = stop::signal() => std::process::exit(130),
    }
    relay.stop().await;
    worker.join();
    result
}

/// Resolves when the stake table cannot be used, and not when there is nothing more to do about it.
async fn until_failure(follow: Follow, relay: &Relay, stop: Stop) -> SourceError {
    match follow.run(relay, stop).await {
        Ok(()) => std::future::pending().await,
        Err(error) => error,
    }
}
