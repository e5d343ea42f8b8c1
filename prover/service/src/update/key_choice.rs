//! The proving key that belongs to a contract, kept between updates.

use std::sync::Arc;

use super::{
    UpdateError,
    contract::ContractView,
    key_match::{self, KeysTried},
    options::{CircuitChoice, UpdateOptions},
    updater::{Screen, blocking},
};
use crate::{
    engine::EngineOptions,
    keys::{KeyCache, KeyRequest},
    prover::Prover,
    srs::SrsChoice,
};

/// Finds keys, and keeps the one that was found last.
pub struct KeyChoice {
    circuit: CircuitChoice,
    capacity: usize,
    srs: SrsChoice,
    cache: KeyCache,
    engine: EngineOptions,
    resident: Option<Arc<Prover>>,
}

impl KeyChoice {
    /// No key yet.
    ///
    /// # Errors
    /// When there is no folder for keys.
    pub fn new(options: &UpdateOptions) -> Result<Self, UpdateError> {
        Ok(Self {
            circuit: options.circuit,
            capacity: options.stake_table_capacity,
            srs: options.srs.clone(),
            cache: KeyCache::new(options.key_cache.clone())?,
            engine: options.engine,
            resident: None,
        })
    }

    /// The resident key if the contract verifies with it, else the one that the contract's code holds.
    ///
    /// # Errors
    /// [`UpdateError::KeyNotInContract`], and whatever keeps a key from being had.
    pub async fn open(
        &mut self,
        contract: &ContractView,
        screen: &Arc<dyn Screen>,
    ) -> Result<Arc<Prover>, UpdateError> {
        let belongs =
            |prover: &Prover| key_match::presence(prover.verifying_key(), &contract.code).is_complete();
        // taken out: two keys need not fit into memory
        let prover = match self.resident.take().filter(|prover| belongs(prover)) {
            Some(prover) => prover,
            None => self.find(contract, screen).await?,
        };
        self.resident = Some(prover.clone());
        Ok(prover)
    }

    async fn find(
        &self,
        contract: &ContractView,
        screen: &Arc<dyn Screen>,
    ) -> Result<Arc<Prover>, UpdateError> {
        let Self {
            circuit,
            capacity,
            srs,
            ..
        } = self;
        let recognised = key_match::recognise(&contract.code);
        let in_vain = |tried| KeysTried {
            tried,
            capacity: *capacity,
            srs: srs.to_string(),
            recognised,
        };
        if recognised.is_some_and(|known| known.capacity != *capacity || srs.is_insecure()) {
            return Err(in_vain(Vec::new()).into());
        }
        let mut tried = Vec::new();
        for version in key_match::candidates(*circuit, contract.major, recognised) {
            let request = KeyRequest {
                version,
                capacity: *capacity,
                srs: srs.clone(),
            };
            let (cache, engine, shared) = (self.cache.clone(), self.engine, screen.clone());
            let opened = blocking(move || Ok(Prover::open(&request, engine, &cache, &*shared)?)).await;
            screen.clear();
            let prover = opened?;
            let presence = key_match::presence(prover.verifying_key(), &contract.code);
            if presence.is_complete() {
                return Ok(Arc::new(prover));
            }
            tried.push((version, prover.verifying_key().id(), presence));
        }
        Err(in_vain(tried).into())
    }
}
