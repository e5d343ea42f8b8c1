//! A network of nodes with known keys, for tests: what a sequencer and a relay would answer for it.
//!
//! The integration tests include this file as well, so it names nothing of this crate.

use ark_bn254::Fr;
use crema_light_client::{
    bls,
    bundle::StateSignaturesBundle,
    config::PeerConfig,
    schnorr,
    stake_table::{StakeTable, StakeTableEntry},
    state::LightClientState,
    u256::U256,
};

/// Nodes of stake one.
pub struct Network {
    /// Their secrets, in the order of the table.
    pub signers: Vec<schnorr::SigningKey>,
    /// The stake table.
    pub table: StakeTable,
}

impl Network {
    /// `nodes` nodes; node `i` has the same keys in every network of the same `family`.
    pub fn new(nodes: u8, family: u8) -> Self {
        let seed = |node: u8| [[family; 16], [node; 16]].concat().try_into().unwrap();
        let signers: Vec<_> = (0..nodes)
            .map(|node| schnorr::SigningKey::from_seed(&seed(node)))
            .collect();
        let entries = signers
            .iter()
            .zip(0..nodes)
            .map(|(signer, node)| StakeTableEntry {
                bls_key: bls::SigningKey::from_seed(&seed(node)).verifying_key(),
                schnorr_key: signer.verifying_key(),
                amount: U256::from(1),
            });
        let table = StakeTable::new(entries.collect()).unwrap();
        Self { signers, table }
    }

    /// The relay's bundle of these nodes' signatures on `state`.
    pub fn bundle(&self, state: LightClientState, nodes: &[usize]) -> StateSignaturesBundle {
        let signatures = nodes.iter().map(|node| {
            let signer = &self.signers[*node];
            (signer.verifying_key(), signer.sign(&state.message()))
        });
        StateSignaturesBundle {
            state,
            next_stake: None,
            auth_root: None,
            signatures: signatures.collect(),
            accumulated_weight: U256::from(nodes.len() as u64),
        }
    }

    /// The sequencer's `config/hotshot`, as far as the prover reads it.
    #[allow(dead_code, reason = "the unit tests need no configuration")]
    pub fn config(&self) -> serde_json::Value {
        let nodes: Vec<PeerConfig> = self.table.entries().iter().map(PeerConfig::from).collect();
        serde_json::json!({ "config": { "known_nodes_with_stake": nodes } })
    }
}

/// A state whose root tells its height.
#[allow(dead_code, reason = "the unit tests make their own")]
pub fn state(view: u64, height: u64) -> LightClientState {
    LightClientState {
        view_number: view,
        block_height: height,
        block_comm_root: Fr::from(1_000_000 + height),
    }
}
