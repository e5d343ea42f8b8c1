//! What an operator sets, with Espresso's flags and environment variables.

use std::time::Duration;

use clap::Args;
use crema_types::duration;
use reqwest::Url;

/// How the L1 is watched. Heads are polled for, over HTTP; there are no subscriptions.
#[derive(Args, Clone, Debug)]
pub struct L1Options {
    /// JSON-RPC endpoints of the L1, the preferred one first.
    #[arg(
        long = "l1-provider-url",
        env = "ESPRESSO_SEQUENCER_L1_PROVIDER",
        hide_env_values = true,
        value_delimiter = ',',
        num_args = 1..,
        default_value = "http://localhost:8545",
        value_name = "URL"
    )]
    pub providers: Vec<Url>,

    /// Pause after a failed request.
    #[arg(long = "l1-retry-delay", env = "ESPRESSO_SEQUENCER_L1_RETRY_DELAY", default_value = "1s", value_parser = duration::parse, value_name = "TIME")]
    pub retry_delay: Duration,

    /// Pause between two looks at the newest blocks.
    #[arg(long = "l1-polling-interval", env = "ESPRESSO_SEQUENCER_L1_POLLING_INTERVAL", default_value = "7s", value_parser = duration::parse, value_name = "TIME")]
    pub polling_interval: Duration,

    /// Finalized blocks that are remembered.
    #[arg(
        long = "l1-blocks-cache-size",
        env = "ESPRESSO_SEQUENCER_L1_BLOCKS_CACHE_SIZE",
        default_value_t = 100,
        value_name = "N"
    )]
    pub blocks_cache_size: usize,

    /// Most blocks whose deposits one request asks for.
    #[arg(
        long = "l1-events-max-block-range",
        env = "ESPRESSO_SEQUENCER_L1_EVENTS_MAX_BLOCK_RANGE",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u64).range(1..),
        value_name = "N"
    )]
    pub events_max_block_range: u64,

    /// Two failures of a provider within this time, and the next one is asked.
    #[arg(long = "l1-frequent-failure-tolerance", env = "ESPRESSO_SEQUENCER_L1_FREQUENT_FAILURE_TOLERANCE", default_value = "1m", value_parser = duration::parse, value_name = "TIME")]
    pub frequent_failure_tolerance: Duration,

    /// So many failures of a provider in a row, however far apart, and the next one is asked.
    #[arg(
        long = "l1-consecutive-failure-tolerance",
        env = "ESPRESSO_SEQUENCER_L1_CONSECUTIVE_FAILURE_TOLERANCE",
        default_value_t = 10,
        value_name = "N"
    )]
    pub consecutive_failure_tolerance: u32,

    /// Pause after a provider says that it is asked too often; by default as after any failure.
    #[arg(long = "l1-rate-limit-delay", env = "ESPRESSO_SEQUENCER_L1_RATE_LIMIT_DELAY", value_parser = duration::parse, value_name = "TIME")]
    pub rate_limit_delay: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        l1: L1Options,
    }

    #[test]
    fn flags_are_the_references() {
        Program::command().debug_assert();
        let options = Program::parse_from(["program"]).l1;
        assert_eq!(options.providers, [Url::parse("http://localhost:8545").unwrap()]);
        assert_eq!(options.polling_interval, Duration::from_secs(7));
        let options = Program::parse_from([
            "program",
            "--l1-provider-url",
            "http://a:1,https://b/key",
            "--l1-polling-interval",
            "100ms",
            "--l1-events-max-block-range",
            "1",
        ])
        .l1;
        assert_eq!(options.providers.len(), 2);
        assert_eq!(options.polling_interval, Duration::from_millis(100));
        assert!(Program::try_parse_from(["program", "--l1-events-max-block-range", "0"]).is_err());
    }
}
