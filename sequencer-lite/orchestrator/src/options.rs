//! What an operator sets: Espresso's flags and environment variables, and ours beside them.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use crema_orchestrator::key_list::{self, KeyListError};
use crema_orchestrator::registry::Admission;
use crema_orchestrator::rules::{Ratio, Rules};
use crema_types::duration;

/// Register a network's nodes and hand out its configuration.
///
/// Needed for a network's first start only: nodes keep what they got.
#[derive(Clone, Debug, Parser)]
#[command(name = "orchestrator", version)]
pub struct Options {
    /// Port to listen on; zero picks a free one. The address is printed.
    #[arg(short, long, env = "ESPRESSO_ORCHESTRATOR_PORT")]
    pub port: u16,

    /// Address to listen at.
    #[arg(
        long,
        env = "CREMA_ORCHESTRATOR_HOST",
        default_value = "0.0.0.0",
        value_name = "ADDRESS"
    )]
    pub host: IpAddr,

    /// Nodes of the network.
    #[arg(short, long, env = "ESPRESSO_ORCHESTRATOR_NUM_NODES", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub num_nodes: u16,

    /// Pause between the moment when enough nodes are ready and the start.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_START_DELAY", default_value = "10s", value_parser = duration::parse)]
    pub start_delay: Duration,

    /// A view without a decision ends after this.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_NEXT_VIEW_TIMEOUT", default_value = "60s", value_parser = duration::parse)]
    pub next_view_timeout: Duration,

    /// Taken for Espresso's sake, without effect: time-outs do not grow here.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_TIMEOUT_RATIO", default_value = "11:10")]
    pub timeout_ratio: Ratio,

    /// Share of nodes that must be ready for the start.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_START_THRESHOLD", default_value = "8:10")]
    pub start_threshold: Ratio,

    /// Taken for Espresso's sake, without effect.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_ROUND_START_DELAY", default_value = "1ms", value_parser = duration::parse)]
    pub round_start_delay: Duration,

    /// Taken for Espresso's sake, without effect: there is no libp2p here.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_LIBP2P_MESH_N", default_value_t = 20)]
    pub libp2p_mesh_n: usize,

    /// The network's seed: 32 bytes in hexadecimal.
    #[arg(
        long,
        env = "ESPRESSO_ORCHESTRATOR_KEYGEN_SEED",
        default_value = "0000000000000000000000000000000000000000000000000000000000000000",
        value_parser = seed
    )]
    pub keygen_seed: [u8; 32],

    /// The builders that leaders ask, separated by commas.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_BUILDER_URLS", value_delimiter = ',')]
    pub builder_urls: Vec<String>,

    /// Patience with builders.
    #[arg(long, env = "ESPRESSO_ORCHESTRATOR_BUILDER_TIMEOUT", default_value = "1s", value_parser = duration::parse)]
    pub builder_timeout: Duration,

    /// The network starts when somebody posts this password, and not before.
    #[arg(
        short,
        long,
        env = "ESPRESSO_ORCHESTRATOR_MANUAL_START_PASSWORD",
        hide_env_values = true
    )]
    pub manual_start_password: Option<String>,

    /// TOML file with the keys that alone may register, in the order of the stake table. Without it whoever comes
    /// first gets a slot.
    #[arg(long, env = "ORCHESTRATOR_PUBLIC_KEYS", value_name = "FILE")]
    pub public_keys: Option<PathBuf>,

    /// Folder of the registrations; by default `crema/orchestrator/PORT` among the user's data.
    #[arg(long, env = "CREMA_ORCHESTRATOR_STORAGE_PATH", value_name = "FOLDER")]
    pub storage_path: Option<PathBuf>,
}

fn seed(text: &str) -> Result<[u8; 32], String> {
    let mut seed = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut seed)
        .map_err(|error| format!("expected 64 hexadecimal digits: {error}"))?;
    Ok(seed)
}

impl Options {
    /// What the network agrees on.
    pub fn rules(&self) -> Rules {
        Rules {
            start_threshold: self.start_threshold,
            start_delay: self.start_delay,
            next_view_timeout: self.next_view_timeout,
            seed: self.keygen_seed,
            builder_urls: self.builder_urls.clone(),
            builder_timeout: self.builder_timeout,
            manual_start: self.manual_start_password.is_some(),
        }
    }

    /// Who may register.
    ///
    /// # Errors
    /// When there is a list that cannot be read.
    pub fn admission(&self) -> Result<Admission, KeyListError> {
        Ok(match &self.public_keys {
            Some(path) => Admission::Listed(key_list::read(path)?),
            None => Admission::Open {
                slots: self.num_nodes.into(),
            },
        })
    }

    /// The folder of the registrations.
    pub fn folder(&self) -> Option<PathBuf> {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let data = || {
            let home = || Some(variable("HOME")?.join(".local/share"));
            let data = variable("XDG_DATA_HOME").or_else(home)?;
            Some(data.join("crema/orchestrator").join(self.port.to_string()))
        };
        self.storage_path.clone().or_else(data)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn options_are_espressos() {
        Options::command().debug_assert();
        let options = Options::parse_from(["orchestrator", "-p", "30001", "-n", "5"]);
        let rules = options.rules();
        assert_eq!(rules.start_delay, Duration::from_secs(10));
        assert_eq!(rules.next_view_timeout, Duration::from_mins(1));
        assert!(rules.start_threshold.is_reached(4, 5) && !rules.manual_start);
        Options::try_parse_from(["orchestrator", "-p", "1", "-n", "0"]).unwrap_err();
        Options::try_parse_from(["orchestrator", "-p", "1", "-n", "5", "--keygen-seed", "12"]).unwrap_err();
    }
}
