//! `submit-transactions`: random load.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use clap::Parser;
use crema_client::{Client, ClientError, Encoding};
use crema_http::stop;
use crema_tools::load::{Shape, Summary, Tracker};
use crema_tools::log;
use crema_tools::random::Dice;
use crema_types::number::parse_bytes;
use crema_types::{Transaction, duration};

/// Pause between reports.
const REPORT: Duration = Duration::from_secs(10);
/// Most bytes of a block that are not transactions.
const RETRY: Duration = Duration::from_secs(1);

/// Submit random transactions, and watch until they are in blocks.
#[derive(Clone, Debug, Parser)]
#[command(name = "submit-transactions", version)]
struct Options {
    /// Least bytes of a transaction.
    #[arg(long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_MIN_SIZE", default_value = "1", value_parser = parse_bytes, value_name = "SIZE")]
    min_size: u64,

    /// Most bytes of a transaction.
    #[arg(long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_MAX_SIZE", default_value = "1kb", value_parser = parse_bytes, value_name = "SIZE")]
    max_size: u64,

    /// Least transactions submitted at once.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_MIN_BATCH_SIZE",
        default_value_t = 1,
        value_name = "N"
    )]
    min_batch_size: u64,

    /// Most transactions submitted at once.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_MAX_BATCH_SIZE",
        default_value_t = 20,
        value_name = "N"
    )]
    max_batch_size: u64,

    /// First namespace.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_MIN_NAMESPACE",
        default_value_t = 10_000,
        value_name = "N"
    )]
    min_namespace: u32,

    /// Last namespace.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_MAX_NAMESPACE",
        default_value_t = 10_010,
        value_name = "N"
    )]
    max_namespace: u32,

    /// Mean pause of each job between two batches.
    #[arg(long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_DELAY", default_value = "30s", value_parser = duration::parse, value_name = "TIME")]
    delay: Duration,

    /// Transactions on their way at which jobs wait.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_CHANNEL_BOUND",
        default_value_t = 1000,
        value_name = "N"
    )]
    channel_bound: u64,

    /// Repeats the transactions of an earlier run.
    #[arg(long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_SEED", value_name = "N")]
    seed: Option<u64>,

    /// Jobs that submit side by side.
    #[arg(
        short,
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_JOBS",
        default_value_t = 1,
        value_name = "N"
    )]
    jobs: u64,

    /// Transactions on their way at which there is a warning.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_PENDING_TRANSACTIONS_WARNING_THRESHOLD",
        default_value_t = 10,
        value_name = "N"
    )]
    pending_transactions_warning_threshold: u64,

    /// Time on its way after which there is a warning about a transaction.
    #[arg(
        long,
        env = "ESPRESSO_SUBMIT_TRANSACTIONS_SLOW_TRANSACTION_WARNING_THRESHOLD",
        default_value = "30s",
        value_parser = duration::parse,
        value_name = "TIME"
    )]
    slow_transaction_warning_threshold: Duration,

    /// Port for GET /healthcheck; none, and there is no such service.
    #[arg(short, long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_PORT", value_name = "PORT")]
    port: Option<u16>,

    /// A builder to submit to, such as http://localhost:31003/txn_submit; by default the sequencer.
    #[arg(long, env = "ESPRESSO_SUBMIT_TRANSACTIONS_SUBMIT_URL", value_name = "URL")]
    submit_url: Option<String>,

    /// The sequencer whose blocks are watched.
    #[arg(
        env = "ESPRESSO_SEQUENCER_URL",
        default_value = "http://localhost:24000",
        value_name = "URL"
    )]
    url: String,

    /// End once so many transactions are in blocks.
    #[arg(long, env = "CREMA_SUBMIT_TRANSACTIONS_UNTIL", value_name = "N")]
    until: Option<u64>,
}

/// What all tasks share.
#[derive(Clone)]
struct Load {
    options: Arc<Options>,
    sequencer: Client,
    builder: Option<Client>,
    tracker: Arc<Mutex<Tracker>>,
}

impl Load {
    fn tracker(&self) -> MutexGuard<'_, Tracker> {
        self.tracker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn summary(&self) -> Summary {
        self.tracker().summary()
    }

    /// Submits batches, for ever.
    async fn submit(self, mut dice: Dice) {
        let options = &self.options;
        let shape = Shape {
            sizes: options.min_size..=options.max_size.max(options.min_size),
            namespaces: options.min_namespace.into()
                ..=options.max_namespace.max(options.min_namespace).into(),
            batches: options.min_batch_size.max(1)
                ..=options.max_batch_size.max(options.min_batch_size).max(1),
        };
        loop {
            tokio::time::sleep(dice.pause(options.delay)).await;
            while self.summary().pending >= options.channel_bound {
                tokio::time::sleep(RETRY).await;
            }
            let batch = shape.batch(&mut dice);
            let now = Instant::now();
            for transaction in &batch {
                self.tracker().submitted(transaction.commit(), now);
            }
            let (sent, result) = self.send(&batch).await;
            if let Err(error) = result {
                tracing::warn!(%error, "transactions are not taken");
                for transaction in &batch[sent..] {
                    self.tracker().refused(&transaction.commit());
                }
                tokio::time::sleep(RETRY).await;
            }
        }
    }

    /// Sends a batch; how many were taken, and why not the rest.
    async fn send(&self, batch: &[Transaction]) -> (usize, Result<(), ClientError>) {
        if let Some(builder) = &self.builder {
            let sent = builder.post::<_, serde_json::Value>("batch", batch).await;
            return match sent {
                Ok(_) => (batch.len(), Ok(())),
                Err(error) => (0, Err(error)),
            };
        }
        for (index, transaction) in batch.iter().enumerate() {
            if let Err(error) = self.sequencer.submit(transaction).await {
                return (index, Err(error));
            }
        }
        (batch.len(), Ok(()))
    }

    /// Watches blocks until enough transactions are in them.
    async fn watch(&self) {
        let first = loop {
            match self.sequencer.block_height().await {
                Ok(height) => break height,
                Err(error) => tracing::warn!(%error, "waiting for the sequencer"),
            }
            tokio::time::sleep(RETRY).await;
        };
        let mut blocks = self.sequencer.follow_blocks(first);
        loop {
            let block = blocks.next().await;
            self.tracker().block(&block.payload, Instant::now());
            if self
                .options
                .until
                .is_some_and(|until| self.summary().included >= until)
            {
                return;
            }
        }
    }

    /// Reports now and then.
    async fn report(&self) {
        loop {
            tokio::time::sleep(REPORT).await;
            let summary = self.summary();
            tracing::info!(?summary, "load");
            let slow = self
                .tracker()
                .slow(self.options.slow_transaction_warning_threshold, Instant::now());
            if slow > 0 {
                tracing::warn!(slow, "transactions are on their way for too long");
            }
            if summary.pending > self.options.pending_transactions_warning_threshold {
                tracing::warn!(pending = summary.pending, "many transactions are on their way");
            }
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log::start();
    match run(options).await {
        Ok(summary) => {
            println!(
                "submitted {}, in blocks {} ({} bytes), on their way {}; median {:.1?}, 99% {:.1?}",
                summary.submitted,
                summary.included,
                summary.bytes,
                summary.pending,
                summary.median,
                summary.percentile_99
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<Summary, Box<dyn std::error::Error>> {
    let builder = options.submit_url.as_deref().map(Client::new).transpose()?;
    let load = Load {
        sequencer: Client::new(&options.url)?,
        builder: builder.map(|builder| builder.encoding(Encoding::Binary)),
        tracker: Arc::default(),
        options: Arc::new(options),
    };
    if let Some(port) = load.options.port {
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| format!("cannot listen at {address}: {error}; choose another --port"))?;
        let healthy = r#"{"status":"available","modules":{}}"#;
        let router = Router::new().route("/healthcheck", get(async move || healthy));
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    let seed = load.options.seed.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| since.as_nanos() as u64)
    });
    tracing::info!(seed, jobs = load.options.jobs, "submitting");
    for job in 0..load.options.jobs.max(1) {
        tokio::spawn(load.clone().submit(Dice::new(seed, job)));
    }
    tokio::select! {
        () = load.watch() => {}
        () = load.report() => {}
        name = stop::signal() => tracing::info!(signal = name, "stopping"),
    }
    Ok(load.summary())
}
