//! What `ZkRollup.settle` and `ZkRollup.escape` take beside the transfers themselves.

use alloy::{primitives::U256, sol_types::SolType};
use crema_contracts::zk_rollup::{IPlonkVerifier::PlonkProof, ZkRollup};
use crema_light_client::field;
use crema_plonk::Proof;

use crate::{
    Batch, ProverError, Source,
    batch::TooManyTransfers,
    circuit::{BATCH, Statement},
    token::{Ledger, Transfer, transfers},
};

/// Why there are no batches.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A batch was cut too long.
    #[error(transparent)]
    Batch(#[from] TooManyTransfers),
    /// A proof was not made.
    #[error(transparent)]
    Prove(#[from] ProverError),
    /// A proof's words do not decode; every word does, so this names a fault in the bindings.
    #[error("the proof's words do not decode: {0}; regenerate the bindings")]
    Decode(#[from] alloy::sol_types::Error),
}

/// Executes all transfers of a namespace's bytes from `source.first` on, and has each batch of them proven.
///
/// # Errors
/// [`SettleError`]. The ledger may then be ahead.
pub fn settle(
    ledger: &mut Ledger,
    payload: &[u8],
    source: Source,
    mut prove: impl FnMut(&Statement) -> Result<Proof, ProverError>,
) -> Result<Vec<ZkRollup::Batch>, SettleError> {
    let all: Vec<(u64, Transfer)> = transfers(payload)
        .map(|(index, transfer)| (index as u64, transfer))
        .filter(|(index, _)| *index >= source.first)
        .collect();
    let mut first = source.first;
    let mut batches = Vec::new();
    for chunk in all.chunks(BATCH) {
        let orders: Vec<Transfer> = chunk.iter().map(|(_, transfer)| *transfer).collect();
        let batch = Batch::execute(ledger, &Source { first, ..source }, &orders)?;
        let proof = prove(&batch.statement)?;
        let [_, state, digest, ..] = &batch.statement.public_inputs;
        batches.push(ZkRollup::Batch {
            state: U256::from_be_bytes(field::to_be_bytes(state)),
            digest: U256::from_be_bytes(field::to_be_bytes(digest)),
            proof: PlonkProof::abi_decode(&proof.to_solidity())?,
        });
        first = chunk.last().map_or(first, |(index, _)| index + 1);
    }
    Ok(batches)
}
