//! The stake table of a running network, as the contract wants it.

use std::time::Duration;

use alloy::primitives::U256;
use anyhow::{Context, Result, bail};
use crema_contracts::LightClient::StakeTableState;
use crema_light_client::{
    config::{MAX_JSON_BYTES, stake_table_from_json},
    field::to_be_bytes,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// Commitments to the stake table that a sequencer's configuration names.
pub async fn fetch(sequencer: &reqwest::Url, capacity: usize) -> Result<StakeTableState> {
    let url = sequencer.join("v0/config/hotshot").context("--sequencer-url")?;
    let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let mut response = client
        .get(url.clone())
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .with_context(|| format!("no stake table from {url}; is the sequencer running?"))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_JSON_BYTES {
            bail!("{url} answers with more than {MAX_JSON_BYTES} bytes; it is not a HotShot configuration");
        }
    }
    let table = stake_table_from_json(&body).with_context(|| format!("{url}"))?;
    let state = table
        .commit(capacity)
        .context("the stake table does not fit the contract's key")?;
    let word = |element| U256::from_be_bytes(to_be_bytes(element));
    Ok(StakeTableState {
        threshold: word(&state.threshold),
        blsKeyComm: word(&state.bls_key_comm),
        schnorrKeyComm: word(&state.schnorr_key_comm),
        amountComm: word(&state.amount_comm),
    })
}
