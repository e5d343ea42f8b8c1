//! `orchestrator`.

mod options;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use crema_http::stop;
use crema_orchestrator::http;
use crema_orchestrator::key_list::KeyListError;
use crema_orchestrator::orchestrator::Orchestrator;
use crema_orchestrator::registry::Admission;
use crema_orchestrator::store::{Store, StoreError};
use thiserror::Error;
use tracing_subscriber::{EnvFilter, fmt};

use options::Options;

/// Why the program ends early.
#[derive(Debug, Error)]
enum Failure {
    #[error("there is no HOME to keep registrations in; pass --storage-path")]
    NoFolder,
    #[error(transparent)]
    Keys(#[from] KeyListError),
    #[error("the list of public keys has {listed} nodes, --num-nodes says {asked}; make them agree")]
    Nodes { listed: usize, asked: u16 },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot listen at {address}: {source}; is another program there? Choose another --port")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot start: {0}")]
    Start(std::io::Error),
}

fn main() -> ExitCode {
    let options = Options::parse();
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let result = runtime
        .map_err(Failure::Start)
        .and_then(|runtime| runtime.block_on(run(options)));
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
    let admission = options.admission()?;
    if admission.slots() != usize::from(options.num_nodes) {
        return Err(Failure::Nodes {
            listed: admission.slots(),
            asked: options.num_nodes,
        });
    }
    if matches!(admission, Admission::Open { .. }) {
        tracing::warn!("whoever comes first gets a slot; to admit certain keys only, pass --public-keys");
    }
    let store = Store::open(&folder)?;
    let (rules, password) = (options.rules(), options.manual_start_password.clone());
    let orchestrator = Arc::new(Orchestrator::open(store, admission, rules, password)?);
    let (registered, nodes) = orchestrator.progress();
    let address = SocketAddr::from((options.host, options.port));
    let listen = |source| Failure::Listen { address, source };
    let listener = http::listen(address).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    // one line that a script can read: the address with the port that was picked
    let _ = writeln!(std::io::stdout(), "http://{address}");
    tracing::info!(%address, registered, nodes, folder = %folder.display(), "listening");
    let (stopper, stop) = stop::channel();
    let service = tokio::spawn(http::serve(listener, orchestrator, stop));
    let name = stop::signal().await;
    tracing::info!(signal = name, "stopping");
    stopper.stop();
    // it ends by itself; a panic in there has been reported
    let _ = service.await;
    Ok(())
}
