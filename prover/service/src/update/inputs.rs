//! The two inputs of an update: the relay's newest bundle and the sequencer's stake table.

use crema_light_client::{
    bundle::{self, StateSignaturesBundle},
    config::{self, ConfigError},
    stake_table::StakeTable,
};
use reqwest::Client;

use super::{
    UpdateError,
    source::{FetchError, Source},
};

/// Where a relay has its newest bundle.
const BUNDLE_ROUTE: &str = "api/state";
/// Where a sequencer has its configuration.
const CONFIG_ROUTE: &str = "v0/config/hotshot";

/// The newest bundle.
///
/// # Errors
/// When the relay cannot be read, has none yet, or answers something else.
pub async fn bundle(relay: &Source, client: &Client) -> Result<StateSignaturesBundle, UpdateError> {
    let fetched = relay.fetch(client, BUNDLE_ROUTE, bundle::MAX_JSON_BYTES).await;
    let json = fetched.map_err(|error| match error {
        missing if missing.is_not_found() => UpdateError::NoBundle(missing),
        FetchError::TooLarge { max, .. } => {
            UpdateError::MalformedBundle(bundle::ReadError::TooLarge { max, found: max + 1 })
        }
        other => UpdateError::Relay(other),
    })?;
    StateSignaturesBundle::from_json(&json).map_err(UpdateError::MalformedBundle)
}

/// The stake table, in the configuration's order.
///
/// # Errors
/// When the sequencer cannot be read, or answers something else.
pub async fn stake_table(sequencer: &Source, client: &Client) -> Result<StakeTable, UpdateError> {
    let fetched = sequencer
        .fetch(client, CONFIG_ROUTE, config::MAX_JSON_BYTES)
        .await;
    let json = fetched.map_err(|error| match error {
        FetchError::TooLarge { max, .. } => {
            UpdateError::MalformedConfig(ConfigError::TooLarge { max, found: max + 1 })
        }
        other => UpdateError::Sequencer(other),
    })?;
    config::stake_table_from_json(&json).map_err(UpdateError::MalformedConfig)
}
