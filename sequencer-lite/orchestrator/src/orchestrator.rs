//! The orchestrator without HTTP: claims in, configurations out, every change on disk before it is told.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crema_light_client::bls;
use crema_types::network_config::NetworkConfig;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::claim::{Claim, ClaimError, NetworkId, Ready};
use crate::registry::{Admission, Refusal, Registry};
use crate::rules::Rules;
use crate::store::{Record, Store, StoreError};

/// Why a request is not granted.
#[derive(Debug, Error)]
pub enum OrchestratorError {
    /// The claim proves nothing.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// It is against the rules.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody is still missing.
    #[error("{registered} of {slots} nodes have registered; ask again when all have")]
    NotComplete {
        /// Nodes that have.
        registered: usize,
        /// Nodes of the network.
        slots: usize,
    },
    /// There is no such node.
    #[error("there is no node {0} in this network")]
    NoSuchNode(u64),
    /// The signature is not that node's.
    #[error("this is not signed by node {0}: {1}")]
    NotThatNode(u64, bls::Error),
    /// The password is another.
    #[error("this is not the password that starts the network")]
    Password,
    /// The record cannot be written.
    #[error("the registration could not be stored; try again later")]
    NotStored,
}

/// An orchestrator.
pub struct Orchestrator {
    rules: Rules,
    password: Option<String>,
    network: NetworkId,
    store: Store,
    state: Mutex<State>,
}

struct State {
    registry: Registry,
    started_by_hand: bool,
    /// When enough were ready, in this run.
    enough: Option<Instant>,
}

impl Orchestrator {
    /// Goes on from what `store` has, or begins a new network. With a `password` somebody starts the network by hand,
    /// whatever the rules say.
    ///
    /// # Errors
    /// When the store's record cannot be read or is of another network.
    pub fn open(
        store: Store,
        admission: Admission,
        rules: Rules,
        password: Option<String>,
    ) -> Result<Self, StoreError> {
        let rules = Rules {
            manual_start: password.is_some(),
            ..rules
        };
        let slots = admission.slots();
        let mut registry = Registry::new(admission);
        let record = if let Some(record) = store.read()? {
            record
        } else {
            let mut name = [0; 32];
            getrandom::fill(&mut name).map_err(StoreError::Random)?;
            let record = Record {
                network: NetworkId(name),
                slots,
                claims: Vec::new(),
                ready: Vec::new(),
                started_by_hand: false,
            };
            store.write(&record)?;
            record
        };
        if record.slots != slots {
            return Err(StoreError::Slots {
                path: store.path(),
                expected: slots,
                found: record.slots,
            });
        }
        let network = record.network;
        for (slot, claim) in record.claims {
            let refused = |reason: String| StoreError::Claim {
                path: store.path(),
                slot,
                reason,
            };
            let claim = claim
                .verify(&network)
                .map_err(|error| refused(error.to_string()))?;
            // listed ones have places of their own; open ones come back in the order of their slots
            registry
                .register(slot, &claim)
                .map_err(|error| refused(error.to_string()))?;
        }
        for slot in record.ready {
            if registry.key(slot).is_some() {
                registry.set_ready(slot);
            }
        }
        Ok(Self {
            rules,
            password,
            network,
            store,
            state: Mutex::new(State {
                registry,
                started_by_hand: record.started_by_hand,
                enough: None,
            }),
        })
    }

    /// The network's name, which claims are signed for.
    pub fn network(&self) -> NetworkId {
        self.network
    }

    /// The slot of this key: its own, or the one it gets if it comes now.
    ///
    /// # Errors
    /// When it gets none.
    pub fn slot(&self, key: &bls::VerifyingKey) -> Result<usize, OrchestratorError> {
        Ok(self.state().registry.slot(key)?)
    }

    /// Nodes that have registered, and nodes of the network.
    pub fn progress(&self) -> (usize, usize) {
        let state = self.state();
        (state.registry.claims().count(), state.registry.slots())
    }

    /// Registers a node. Takes milliseconds: two pairings and a write.
    ///
    /// # Errors
    /// As [`OrchestratorError`] lists.
    pub fn register(&self, slot: usize, claim: Claim) -> Result<(), OrchestratorError> {
        let claim = claim.verify(&self.network)?;
        let mut state = self.state();
        let before = state.registry.clone();
        if state.registry.register(slot, &claim)? {
            if let Err(error) = self.write(&state) {
                state.registry = before;
                return Err(error);
            }
            let (registered, slots) = (state.registry.claims().count(), state.registry.slots());
            tracing::info!(slot, registered, slots, "a node has registered");
        }
        Ok(())
    }

    /// The configuration, as node `node_index` gets it.
    ///
    /// # Errors
    /// Before everybody has registered.
    pub fn configuration(&self, node_index: u64) -> Result<NetworkConfig, OrchestratorError> {
        let state = self.state();
        let Some(claims) = state.registry.complete() else {
            return Err(OrchestratorError::NotComplete {
                registered: state.registry.claims().count(),
                slots: state.registry.slots(),
            });
        };
        if usize::try_from(node_index).map_or(true, |index| index >= claims.len()) {
            return Err(OrchestratorError::NoSuchNode(node_index));
        }
        Ok(self.rules.configuration(&claims, node_index))
    }

    /// Notes that a node has the configuration. Takes milliseconds.
    ///
    /// # Errors
    /// When that node does not say so.
    pub fn ready(&self, ready: &Ready) -> Result<(), OrchestratorError> {
        let index = ready.node_index;
        let unknown = || OrchestratorError::NoSuchNode(index);
        let slot = usize::try_from(index).map_err(|_| unknown())?;
        let key = *self.state().registry.key(slot).ok_or_else(unknown)?;
        ready
            .verify(&self.network, &key)
            .map_err(|error| OrchestratorError::NotThatNode(index, error))?;
        let mut state = self.state();
        let before = state.registry.ready();
        if state.registry.set_ready(slot) > before {
            // a lost note costs a node one more request
            self.write(&state)?;
        }
        Ok(())
    }

    /// Whether the network has started.
    pub fn has_started(&self) -> bool {
        let mut state = self.state();
        if !state.registry.is_complete() {
            return false;
        }
        if self.password.is_some() {
            return state.started_by_hand;
        }
        let (ready, slots) = (state.registry.ready(), state.registry.slots());
        if !self.rules.start_threshold.is_reached(ready, slots) {
            return false;
        }
        let since = *state.enough.get_or_insert_with(|| {
            tracing::info!(ready, delay = ?self.rules.start_delay, "enough nodes are ready; the network starts");
            Instant::now()
        });
        since.elapsed() >= self.rules.start_delay
    }

    /// Starts the network by hand.
    ///
    /// # Errors
    /// When there is no password, or another.
    pub fn start_by_hand(&self, password: &[u8]) -> Result<(), OrchestratorError> {
        let expected = self.password.as_ref().ok_or(OrchestratorError::Password)?;
        if !bool::from(expected.as_bytes().ct_eq(password)) {
            return Err(OrchestratorError::Password);
        }
        let mut state = self.state();
        state.started_by_hand = true;
        self.write(&state)
    }

    /// The builders that leaders ask.
    pub fn builders(&self) -> &[String] {
        &self.rules.builder_urls
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // every change is complete when the lock is let go
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, state: &State) -> Result<(), OrchestratorError> {
        let registry = &state.registry;
        let record = Record {
            network: self.network,
            slots: registry.slots(),
            claims: registry
                .claims()
                .map(|(slot, claim)| (slot, claim.clone()))
                .collect(),
            ready: registry.ready_slots().collect(),
            started_by_hand: state.started_by_hand,
        };
        self.store.write(&record).map_err(|error| {
            tracing::error!(%error, "a change could not be stored");
            OrchestratorError::NotStored
        })
    }
}
