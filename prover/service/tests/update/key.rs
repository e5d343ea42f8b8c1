//! The development contract's proving key, made once for all tests, and proofs with it.

use std::sync::{Arc, OnceLock};

use alloy::primitives::Bytes;
use crema_circuit::Version;
use crema_light_client::bundle::StateSignaturesBundle;
use crema_service::{
    engine::EngineOptions,
    keys::{KeyCache, KeyRequest},
    prover::Prover,
    update::{
        contract::{ContractView, update_call},
        decision::{Decision, decide},
    },
};

use crate::{
    chain::CAPACITY,
    services::{SRS, key_cache},
    testing::Network,
};

/// The prover; the first caller waits until the key is made, and with it everybody else.
pub fn prover() -> Arc<Prover> {
    static PROVER: OnceLock<Arc<Prover>> = OnceLock::new();
    let open = || {
        let request = KeyRequest {
            version: Version::V1Canonical,
            capacity: CAPACITY,
            srs: SRS.parse().unwrap(),
        };
        let cache = KeyCache::new(Some(key_cache().into())).unwrap();
        Arc::new(Prover::open(&request, EngineOptions::default(), &cache, &()).unwrap())
    };
    PROVER.get_or_init(open).clone()
}

/// The calldata of an update, proved outside the service.
pub fn proved_call(network: &Network, bundle: &StateSignaturesBundle) -> Bytes {
    let contract = ContractView {
        address: alloy::primitives::Address::ZERO,
        implementation: None,
        code: Bytes::new(),
        major: 1,
        finalized: crema_light_client::state::LightClientState::default(),
        voting: network.table.commit(CAPACITY).unwrap(),
        permitted: None,
    };
    let Decision::Prove(job) = decide(bundle, &network.table, CAPACITY, &contract).unwrap() else {
        panic!("the bundle is not newer than genesis");
    };
    let proved = prover().prove(&job.statement, &()).unwrap();
    update_call(&job.state, &proved.proof).unwrap()
}
