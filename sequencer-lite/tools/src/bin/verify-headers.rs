//! `verify-headers`: walks the chain.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use crema_client::{Client, ClientError, Encoding};
use crema_l1::{L1Options, Reader};
use crema_tools::headers::{Checks, HeaderFault, Walk};
use crema_tools::log;
use crema_types::{Header, L1BlockInfo};
use futures_util::{StreamExt as _, stream};
use reqwest::Url;

/// Headers per request.
const RANGE: u64 = 100;

/// Walk all headers of a sequencer, and check that they follow one another: heights, times, what they say of the L1, and
/// from the first one on the commitments to earlier headers.
#[derive(Clone, Debug, Parser)]
#[command(name = "verify-headers", version)]
struct Options {
    /// The sequencer.
    #[arg(env = "ESPRESSO_SEQUENCER_URL", value_name = "URL")]
    url: String,

    /// First height.
    #[arg(long, default_value_t = 0, value_name = "HEIGHT")]
    from: u64,

    /// The height to stop at, by default the newest.
    #[arg(long, value_name = "HEIGHT")]
    to: Option<u64>,

    /// Do not check that times never go back.
    #[arg(long)]
    no_timestamps: bool,

    /// Do not check that the L1's head never goes back.
    #[arg(long)]
    no_l1_heads: bool,

    /// Do not check that the finalized L1 block never goes back.
    #[arg(long)]
    no_l1_finalized: bool,

    /// Check finalized L1 blocks against this L1.
    #[arg(long, value_name = "URL")]
    l1: Option<Url>,

    /// Requests at the same time.
    #[arg(short, long, default_value_t = 4, value_name = "N")]
    jobs: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log::start();
    match run(&options).await {
        Ok((headers, 0)) => {
            println!("{headers} headers follow one another");
            ExitCode::SUCCESS
        }
        Ok((headers, faults)) => {
            println!("{faults} faults in {headers} headers");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn range(client: &Client, from: u64, until: u64) -> Result<Vec<Header>, ClientError> {
    let mut headers = client.headers(from, until).await?;
    // a server may answer with fewer than asked for
    while headers.len() as u64 != until - from {
        let next = from + headers.len() as u64;
        headers.push(client.header(next).await?);
    }
    Ok(headers)
}

async fn run(options: &Options) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let client = Client::new(&options.url)?.encoding(Encoding::Binary);
    let until = match options.to {
        Some(to) => to.saturating_add(1),
        None => client.block_height().await?,
    };
    let l1 = options
        .l1
        .as_ref()
        .map(|url| Reader::new(&l1_options(url)))
        .transpose()?;
    let checks = Checks {
        timestamps: !options.no_timestamps,
        l1_heads: !options.no_l1_heads,
        l1_finalized: !options.no_l1_finalized,
    };
    let mut walk = Walk::new(options.from, checks);
    let starts = (options.from..until).step_by(RANGE as usize);
    let mut ranges = stream::iter(starts)
        .map(|from| range(&client, from, from.saturating_add(RANGE).min(until)))
        .buffered(options.jobs.max(1));
    let (mut headers, mut faults) = (0, 0);
    let mut last_block: Option<L1BlockInfo> = None;
    while let Some(range) = ranges.next().await {
        for header in range? {
            let mut found = walk.step(&header);
            if let (Some(reader), Some(block)) = (&l1, header.l1_finalized)
                && last_block != Some(block)
            {
                let expected = reader.block(block.number).await?;
                if expected != Some(block) {
                    found.push(HeaderFault::L1Block {
                        height: header.height,
                        expected,
                        found: block,
                    });
                }
                last_block = Some(block);
            }
            for fault in &found {
                println!("{fault}");
            }
            headers += 1;
            faults += found.len() as u64;
        }
    }
    Ok((headers, faults))
}

fn l1_options(url: &Url) -> L1Options {
    L1Options {
        providers: vec![url.clone()],
        retry_delay: Duration::from_secs(1),
        polling_interval: Duration::from_secs(7),
        blocks_cache_size: 1,
        events_max_block_range: 1,
        frequent_failure_tolerance: Duration::from_mins(1),
        consecutive_failure_tolerance: 10,
        rate_limit_delay: None,
    }
}
