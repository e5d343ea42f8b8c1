//! One update and all that is known of it.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, Bytes, TxHash};
use crema_light_client::state::LightClientState;
use serde::{Deserialize, Serialize};

use super::Phase;
use crate::update::{gas::Fees, report::State};

/// A contract on a chain. Chains of one id (development chains above all) are told apart by their first block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Target {
    /// The chain's id.
    pub chain_id: u64,
    /// Hash of the chain's block 0.
    pub genesis: B256,
    /// The light client's address.
    pub contract: Address,
}

/// Names a job, in log, store and HTTP service: sixteen hex digits of the hash of target and state, so that provers that
/// share nothing but the relay give one job one name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct JobId(pub(super) String);

impl JobId {
    /// The name of the job that brings `state` to `target`.
    pub fn of(target: &Target, state: &LightClientState) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&target.chain_id.to_be_bytes());
        hasher.update(target.genesis.as_slice());
        hasher.update(target.contract.as_slice());
        hasher.update(&state.view_number.to_be_bytes());
        hasher.update(&state.block_height.to_be_bytes());
        hasher.update(&crema_light_client::field::to_be_bytes(&state.block_comm_root));
        Self(hex::encode(&hasher.finalize().as_bytes()[..8]))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transaction {
    /// Its hash.
    pub hash: TxHash,
    /// Its encoding, as an endpoint takes it.
    pub raw: Bytes,
    /// Its nonce.
    pub nonce: u64,
    /// The most gas it may use.
    pub gas_limit: u64,
    /// What it offers.
    #[serde(skip)]
    pub fees: Fees,
    /// When it was signed, in milliseconds of Unix time.
    pub signed: u64,
}

/// Where a transaction was mined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mined {
    /// The transaction.
    pub hash: TxHash,
    /// The block's number.
    pub block: u64,
    /// The block's hash: another one later means a reorganisation.
    pub block_hash: B256,
    /// Gas used.
    pub gas_used: u64,
    /// What a unit cost, in wei, as decimal text.
    pub gas_price: String,
}

/// Why a job was given up, or what its last attempt met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Stable name of the kind.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

/// A proof in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofRecord {
    /// Hash of verification key and public inputs.
    pub statement: B256,
    /// The circuit.
    pub circuit: String,
    /// Short id of the verification key.
    pub verifying_key: String,
    /// The public inputs, 32 bytes each, big-endian, one after the other.
    pub public_inputs: Bytes,
    /// The proof, as the contract takes it.
    pub proof: Bytes,
    /// Seconds by phase.
    pub seconds: BTreeMap<String, f64>,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// Where to.
    pub target: Target,
    /// What is brought.
    #[serde(serialize_with = "as_state")]
    pub state: LightClientState,
    /// How far it has come.
    pub phase: Phase,
    /// Hash of verification key and public inputs, from [`Phase::Proved`] on.
    pub statement: Option<B256>,
    /// The call, from [`Phase::Proved`] on.
    #[serde(skip)]
    pub calldata: Option<Bytes>,
    /// Who pays, from [`Phase::Simulated`] on.
    pub account: Option<Address>,
    /// Where it was mined.
    pub receipt: Option<Mined>,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Not tried again before this time, in milliseconds of Unix time.
    pub not_before: u64,
    /// What the last attempt met.
    pub failure: Option<Failure>,
    /// Seconds that its steps took.
    pub seconds: BTreeMap<String, f64>,
    /// When it was collected, in milliseconds of Unix time.
    pub created: u64,
    /// When it had last changed when it was read, in milliseconds of Unix time.
    pub updated: u64,
    /// Its transactions, replacements last.
    #[serde(skip)]
    pub transactions: Vec<Transaction>,
}

impl Job {
    /// The hashes of its transactions.
    pub fn hashes(&self) -> Vec<TxHash> {
        self.transactions
            .iter()
            .map(|transaction| transaction.hash)
            .collect()
    }
}

fn as_state<S: serde::Serializer>(state: &LightClientState, serializer: S) -> Result<S::Ok, S::Error> {
    State(*state).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use ark_bn254::Fr;

    use super::*;

    #[test]
    fn names_depend_on_every_part() {
        let target = Target {
            chain_id: 1,
            genesis: B256::ZERO,
            contract: Address::ZERO,
        };
        let state = LightClientState {
            view_number: 5,
            block_height: 4,
            block_comm_root: Fr::from(3),
        };
        let names = [
            JobId::of(&target, &state),
            JobId::of(
                &Target {
                    chain_id: 2,
                    ..target
                },
                &state,
            ),
            JobId::of(
                &Target {
                    genesis: B256::repeat_byte(1),
                    ..target
                },
                &state,
            ),
            JobId::of(
                &Target {
                    contract: Address::repeat_byte(1),
                    ..target
                },
                &state,
            ),
            JobId::of(
                &target,
                &LightClientState {
                    view_number: 6,
                    ..state
                },
            ),
            JobId::of(
                &target,
                &LightClientState {
                    block_height: 5,
                    ..state
                },
            ),
            JobId::of(
                &target,
                &LightClientState {
                    block_comm_root: Fr::from(4),
                    ..state
                },
            ),
        ];
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| name.as_str().len() == 16));
    }
}
