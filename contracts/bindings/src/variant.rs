//! Implementations that can be deployed: the light client with one verification key each.

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolCall,
};

use crate::LightClient::{LightClientState, StakeTableState, initializeCall};

/// Initial data of a proxy: the `initialize` call, ABI-encoded.
pub fn initialize_call(
    genesis: LightClientState,
    stake_table: StakeTableState,
    retention_seconds: u32,
    owner: Address,
) -> Bytes {
    initializeCall {
        _genesis: genesis,
        _genesisStakeTableState: stake_table,
        _stateHistoryRetentionPeriod: retention_seconds,
        owner,
    }
    .abi_encode()
    .into()
}
