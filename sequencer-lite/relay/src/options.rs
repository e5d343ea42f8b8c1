//! What an operator sets: Espresso's flags and environment variables, and ours beside them.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use crema_relay::collector::Limits;
use crema_relay::http::HttpLimits;
use crema_relay::stake_table::Source;

/// Collect the signatures of light-client states and hand out bundles of them.
///
/// Answers POST and GET /api/state, and streams bundles at GET /api/state/stream.
#[derive(Clone, Debug, Parser)]
#[command(name = "state-relay-server", version)]
pub struct Options {
    /// Port to listen on; zero picks a free one. The address is printed.
    #[arg(short, long, env = "ESPRESSO_STATE_RELAY_SERVER_PORT", default_value_t = 8083)]
    pub port: u16,

    /// Address to listen at.
    #[arg(
        long,
        env = "CREMA_RELAY_HOST",
        default_value = "0.0.0.0",
        value_name = "ADDRESS"
    )]
    pub host: IpAddr,

    /// Total stake as Espresso's relay is told it. Here the stake table says so: a difference is logged.
    #[arg(long, env = "ESPRESSO_STATE_SIGNATURE_TOTAL_STAKE", value_name = "STAKE")]
    pub total_stake: Option<u64>,

    /// Where the stake table comes from: a sequencer's URL (GET v0/config/hotshot), or a file with what it answers.
    #[arg(
        long,
        visible_alias = "sequencer-url",
        env = "ESPRESSO_SEQUENCER_URL",
        hide_env_values = true,
        default_value = "http://localhost:24000",
        value_name = "URL|FILE"
    )]
    pub stake_table: Source,

    /// Seconds between readings of the stake table, once it has been read; zero for never again.
    #[arg(
        long,
        env = "CREMA_RELAY_STAKE_TABLE_REFRESH",
        default_value_t = 600,
        value_name = "SECONDS"
    )]
    pub stake_table_refresh: u64,

    /// Folder of the signatures; by default `crema/relay` among the user's data.
    #[arg(long, env = "CREMA_RELAY_STORAGE_PATH", value_name = "FOLDER")]
    pub storage_path: Option<PathBuf>,

    /// Heights above the newest bundle at which one signer may have a signature.
    #[arg(long, default_value_t = Limits::default().pending_per_signer, value_name = "N")]
    pub pending_per_signer: usize,

    /// Heights below the newest bundle whose signatures are kept, to notice contradictions.
    #[arg(long, default_value_t = Limits::default().history, value_name = "N")]
    pub history: usize,

    /// Posts per second from one address, with bursts of twice as many; zero for no limit.
    #[arg(long, default_value_t = HttpLimits::default().posts_per_second, value_name = "N")]
    pub posts_per_second: u32,

    /// Open connections.
    #[arg(long, default_value_t = HttpLimits::default().connections, value_name = "N")]
    pub max_connections: usize,

    /// Open connections from one address.
    #[arg(long, default_value_t = HttpLimits::default().connections_per_origin, value_name = "N")]
    pub max_connections_per_address: usize,

    /// Open streams.
    #[arg(long, default_value_t = HttpLimits::default().streams, value_name = "N")]
    pub max_streams: usize,

    /// Open streams from one address.
    #[arg(long, default_value_t = HttpLimits::default().streams_per_origin, value_name = "N")]
    pub max_streams_per_address: usize,
}

impl Options {
    /// The collector's limits.
    pub fn limits(&self) -> Limits {
        Limits {
            pending_per_signer: self.pending_per_signer.max(1),
            history: self.history,
            ..Limits::default()
        }
    }

    /// The service's limits.
    pub fn http_limits(&self) -> HttpLimits {
        HttpLimits {
            connections: self.max_connections,
            connections_per_origin: self.max_connections_per_address,
            streams: self.max_streams,
            streams_per_origin: self.max_streams_per_address,
            posts_per_second: self.posts_per_second,
            ..HttpLimits::default()
        }
    }

    /// The pause between readings of the stake table.
    pub fn refresh(&self) -> Option<Duration> {
        (self.stake_table_refresh > 0).then(|| Duration::from_secs(self.stake_table_refresh))
    }

    /// The folder of the signatures.
    pub fn folder(&self) -> Option<PathBuf> {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let data = || {
            let home = || Some(variable("HOME")?.join(".local/share"));
            Some(variable("XDG_DATA_HOME").or_else(home)?.join("crema/relay"))
        };
        self.storage_path.clone().or_else(data)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn options_are_consistent() {
        Options::command().debug_assert();
        let options = Options::parse_from(["state-relay-server", "-p", "30011", "--total-stake", "5"]);
        assert_eq!((options.port, options.total_stake), (30011, Some(5)));
        assert_eq!(options.limits(), Limits::default());
        assert_eq!(options.http_limits(), HttpLimits::default());
    }
}
