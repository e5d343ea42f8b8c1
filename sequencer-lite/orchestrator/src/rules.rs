//! What a network agrees on, and the configuration made of it.

use std::str::FromStr;
use std::time::Duration;

use crema_light_client::config::{PeerConfig, PeerStake};
use crema_light_client::u256::U256;
use crema_types::network_config::{BuilderType, CombinedNetworkConfig, HotShotConfig, NetworkConfig};

use crate::claim::Claim;

/// Patience for a phase of view synchronization, which simplex does not have.
const VIEW_SYNC_TIMEOUT: Duration = Duration::from_secs(2);
/// Pause before missing data is asked for.
const DATA_REQUEST_DELAY: Duration = Duration::from_secs(5);
/// Bootstrap nodes, which libp2p would use.
const BOOTSTRAP_NODES: u64 = 5;
/// How long the second of two networks waits for the first.
const SECONDARY_DELAY: Duration = Duration::from_secs(1);

/// A share, written `8:10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub numerator: u64,
    /// Denominator, not zero.
    pub denominator: u64,
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected two numbers such as 8:10, found {text:?}");
        let (numerator, denominator) = text.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
        let (numerator, denominator) = (number(numerator)?, number(denominator)?);
        if denominator == 0 {
            return Err(wrong());
        }
        Ok(Self {
            numerator,
            denominator,
        })
    }
}

impl Ratio {
    /// Whether `part` of `whole` is at least this share.
    pub fn is_reached(self, part: usize, whole: usize) -> bool {
        part as u128 * u128::from(self.denominator) >= whole as u128 * u128::from(self.numerator)
    }
}

/// What a network agrees on beside its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Share of nodes that must be ready for the start.
    pub start_threshold: Ratio,
    /// Pause between that and the start.
    pub start_delay: Duration,
    /// A view without a decision ends after this.
    pub next_view_timeout: Duration,
    /// The network's seed.
    pub seed: [u8; 32],
    /// The builders that leaders ask.
    pub builder_urls: Vec<String>,
    /// Patience with builders.
    pub builder_timeout: Duration,
    /// Whether somebody starts the network by hand.
    pub manual_start: bool,
}

impl Rules {
    /// The configuration of the network of `claims`, in that order, as node `node_index` gets it.
    pub fn configuration(&self, claims: &[&Claim], node_index: u64) -> NetworkConfig {
        let known: Vec<PeerConfig> = claims.iter().copied().map(staked).collect();
        let storing = claims.iter().copied().filter(|claim| claim.peer.stores_payloads);
        let storing: Vec<PeerConfig> = storing.map(staked).collect();
        let timeout = u64::try_from(self.next_view_timeout.as_millis()).unwrap_or(u64::MAX);
        let config = HotShotConfig {
            start_threshold: (self.start_threshold.numerator, self.start_threshold.denominator),
            num_nodes_with_stake: known.len() as u64,
            da_staked_committee_size: storing.len() as u64,
            known_nodes_with_stake: known,
            known_da_nodes: storing,
            fixed_leader_for_gpuvid: 0,
            next_view_timeout: timeout,
            view_sync_timeout: VIEW_SYNC_TIMEOUT,
            num_bootstrap: BOOTSTRAP_NODES,
            builder_timeout: self.builder_timeout,
            data_request_delay: DATA_REQUEST_DELAY,
            builder_urls: self.builder_urls.clone(),
            // no upgrade is planned here; the genesis file may plan one
            start_proposing_view: u64::MAX,
            stop_proposing_view: 0,
            start_voting_view: u64::MAX,
            stop_voting_view: 0,
            start_proposing_time: u64::MAX,
            stop_proposing_time: 0,
            start_voting_time: u64::MAX,
            stop_voting_time: 0,
            epoch_height: 0,
            epoch_start_block: 0,
        };
        NetworkConfig {
            rounds: 100,
            indexed_da: false,
            transactions_per_round: 10,
            manual_start_password: self.manual_start.then(|| "*****".to_owned()),
            num_bootstrap: BOOTSTRAP_NODES,
            next_view_timeout: timeout,
            view_sync_timeout: VIEW_SYNC_TIMEOUT,
            builder_timeout: self.builder_timeout,
            data_request_delay: DATA_REQUEST_DELAY,
            node_index,
            seed: self.seed,
            transaction_size: 100,
            key_type_name: "BLS over BN254".to_owned(),
            libp2p_config: None,
            config,
            cdn_marshal_address: None,
            combined_network_config: Some(CombinedNetworkConfig {
                delay_duration: SECONDARY_DELAY,
            }),
            commit_sha: String::new(),
            builder: BuilderType::External,
            random_builder: None,
            peers: claims.iter().map(|claim| claim.peer.clone()).collect(),
        }
    }
}

fn staked(claim: &Claim) -> PeerConfig {
    PeerConfig {
        stake_table_entry: PeerStake {
            stake_key: claim.stake_key,
            stake_amount: U256::from(1u64),
        },
        state_ver_key: claim.state_key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_whole() {
        let ratio: Ratio = "8:10".parse().unwrap();
        assert!(!ratio.is_reached(3, 5));
        assert!(ratio.is_reached(4, 5));
        assert!(ratio.is_reached(5, 5));
        for wrong in ["8", "8:0", "a:b", "-1:2", ":"] {
            wrong.parse::<Ratio>().unwrap_err();
        }
    }
}
