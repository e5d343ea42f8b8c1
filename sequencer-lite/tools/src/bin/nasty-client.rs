//! `nasty-client`: a soak test for a sequencer's HTTP service.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use clap::Parser;
use crema_client::{Client, Encoding};
use crema_http::stop;
use crema_tools::log;
use crema_tools::nasty::{Behaviour, Nasty, Weights};
use crema_tools::random::Dice;
use crema_types::duration;

/// Ask a sequencer everything at random, open streams and read them slowly, and compare the answers.
#[derive(Clone, Debug, Parser)]
#[command(name = "nasty-client", version)]
struct Options {
    /// The sequencer.
    #[arg(
        env = "ESPRESSO_SEQUENCER_URL",
        default_value = "http://localhost:24000",
        value_name = "URL"
    )]
    url: String,

    /// Port for GET /healthcheck and /metrics.
    #[arg(short, long, env = "ESPRESSO_NASTY_CLIENT_PORT", default_value_t = 8080)]
    port: u16,

    /// Time for an answer.
    #[arg(long, env = "ESPRESSO_NASTY_CLIENT_HTTP_TIMEOUT_ERROR", default_value = "5s", value_parser = duration::parse, value_name = "TIME")]
    http_timeout_error: Duration,

    /// Time for an item of a stream.
    #[arg(long, env = "ESPRESSO_NASTY_CLIENT_WEB_SOCKET_TIMEOUT_ERROR", default_value = "60s", value_parser = duration::parse, value_name = "TIME")]
    web_socket_timeout_error: Duration,

    /// Open streams, of all jobs together.
    #[arg(
        long,
        env = "ESPRESSO_NASTY_CLIENT_MAX_OPEN_STREAMS",
        default_value_t = 100,
        value_name = "N"
    )]
    max_open_streams: usize,

    /// Items that are read at once.
    #[arg(
        long,
        env = "ESPRESSO_NASTY_CLIENT_MAX_BLOCKING_POLLS",
        default_value_t = 10,
        value_name = "N"
    )]
    max_blocking_polls: u64,

    /// Attempts after the first.
    #[arg(
        long,
        env = "ESPRESSO_NASTY_CLIENT_MAX_RETRIES",
        default_value_t = 3,
        value_name = "N"
    )]
    max_retries: u32,

    /// Pause before them.
    #[arg(long, env = "ESPRESSO_NASTY_CLIENT_RETRY_DELAY", default_value = "1s", value_parser = duration::parse, value_name = "TIME")]
    retry_delay: Duration,

    /// Jobs side by side.
    #[arg(short, long, default_value_t = 4, value_name = "N")]
    jobs: usize,

    /// Repeats the choices of an earlier run.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,

    /// End after this time, with an exit code that says whether all was well; by default never.
    #[arg(long = "for", value_parser = duration::parse, value_name = "TIME")]
    duration: Option<Duration>,
}

/// The reference's weights, and one for nonsense.
const WEIGHTS: Weights = Weights {
    query: 20,
    query_range: 10,
    open: 2,
    close: 1,
    poll: 10,
    window: 15,
    namespace: 15,
    block_state: 15,
    fee_state: 15,
    nonsense: 5,
};

/// What all jobs did.
#[derive(Default)]
struct Totals {
    actions: AtomicU64,
    failures: AtomicU64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log::start();
    match run(options).await {
        Ok((actions, 0)) => {
            println!("{actions} actions, none failed");
            ExitCode::SUCCESS
        }
        Ok((actions, failures)) => {
            println!("{actions} actions, {failures} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let client = Client::new(&options.url)?.patience(options.http_timeout_error);
    let totals = Arc::new(Totals::default());
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, options.port));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen at {address}: {error}; choose another --port"))?;
    let shown = Arc::clone(&totals);
    let router = Router::new()
        .route(
            "/healthcheck",
            get(async || r#"{"status":"available","modules":{}}"#),
        )
        .route("/metrics", get(async move || metrics(&shown)));
    tokio::spawn(async move { axum::serve(listener, router).await });

    let jobs = options.jobs.max(1);
    let behaviour = Behaviour {
        weights: WEIGHTS,
        max_open_streams: options.max_open_streams.div_ceil(jobs),
        max_blocking_polls: options.max_blocking_polls,
        stream_patience: options.web_socket_timeout_error,
        retries: options.max_retries,
        retry_delay: options.retry_delay,
    };
    for job in 0..jobs {
        // half of the jobs speak binary
        let encoding = [Encoding::Json, Encoding::Binary][job % 2];
        let dice = Dice::new(options.seed, job as u64);
        let nasty = Nasty::new(client.clone().encoding(encoding), behaviour, dice);
        tokio::spawn(annoy(nasty, Arc::clone(&totals)));
    }
    let end = async {
        match options.duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = end => {}
        name = stop::signal() => tracing::info!(signal = name, "stopping"),
    }
    let total = |of: &AtomicU64| of.load(Ordering::Relaxed);
    Ok((total(&totals.actions), total(&totals.failures)))
}

async fn annoy(mut nasty: Nasty, totals: Arc<Totals>) {
    loop {
        let result = nasty.act().await;
        totals.actions.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = result {
            totals.failures.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "the sequencer fails");
        }
    }
}

fn metrics(totals: &Totals) -> String {
    let (actions, failures) = (
        totals.actions.load(Ordering::Relaxed),
        totals.failures.load(Ordering::Relaxed),
    );
    format!(
        "# TYPE crema_nasty_actions_total counter\ncrema_nasty_actions_total {actions}\n\
         # TYPE crema_nasty_failures_total counter\ncrema_nasty_failures_total {failures}\n"
    )
}
