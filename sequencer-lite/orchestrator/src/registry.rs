//! Slots and who has them. No I/O: callers write what has changed before they tell anybody.

use std::collections::BTreeSet;

use crema_light_client::bls;
use thiserror::Error;

use crate::claim::{Claim, VerifiedClaim};
use crate::key_list::ListedKeys;

/// Who may have a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Whoever comes first, up to this many.
    Open {
        /// Slots.
        slots: usize,
    },
    /// These, each in its place.
    Listed(Vec<ListedKeys>),
}

impl Admission {
    /// Nodes of the network.
    pub fn slots(&self) -> usize {
        match self {
            Self::Open { slots } => *slots,
            Self::Listed(keys) => keys.len(),
        }
    }
}

/// Why a node does not get a slot.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Its keys are not on the list.
    #[error("these keys are not on the orchestrator's list; ask its operator to add them")]
    NotListed,
    /// What it claims to store is not what the list says.
    #[error("the list has this node with da = {listed}; start it {with} --is-da", with = if *listed { "with" } else { "without" })]
    Role {
        /// What the list says.
        listed: bool,
    },
    /// Everybody has come.
    #[error(
        "all {slots} slots are taken; if this is a new network, give the orchestrator a new --storage-path"
    )]
    Full {
        /// Slots.
        slots: usize,
    },
    /// Another node was faster.
    #[error("slot {asked} is not this node's, slot {free} is; claim that one")]
    Slot {
        /// The slot claimed.
        asked: usize,
        /// The slot to claim.
        free: usize,
    },
    /// A key of another node's.
    #[error("another node has registered the same {kind} key")]
    Taken {
        /// `Schnorr` or `network`.
        kind: &'static str,
    },
    /// A newer claim is there.
    #[error("a claim of this node signed at {newest} is there already, this one is of {found}")]
    Stale {
        /// Milliseconds since 1970.
        newest: u64,
        /// Milliseconds since 1970.
        found: u64,
    },
    /// The first configuration is already out: keys and roles stay what they are.
    #[error("this node has registered with other keys or another role; those of a complete network stay")]
    Complete,
}

/// Slots and who has them.
#[derive(Clone, Debug)]
pub struct Registry {
    admission: Admission,
    claims: Vec<Option<Claim>>,
    ready: BTreeSet<usize>,
}

impl Registry {
    /// Empty slots.
    pub fn new(admission: Admission) -> Self {
        Self {
            claims: vec![None; admission.slots()],
            admission,
            ready: BTreeSet::new(),
        }
    }

    /// The slot of this key: its own, or the one it gets if it comes now.
    ///
    /// # Errors
    /// [`Refusal::NotListed`] or [`Refusal::Full`].
    pub fn slot(&self, key: &bls::VerifyingKey) -> Result<usize, Refusal> {
        if let Admission::Listed(listed) = &self.admission {
            let place = listed.iter().position(|keys| keys.stake_table_key == *key);
            return place.ok_or(Refusal::NotListed);
        }
        let own = |claim: &Option<Claim>| claim.as_ref().is_some_and(|claim| claim.stake_key == *key);
        let place = self.claims.iter().position(own);
        let place = place.or_else(|| self.claims.iter().position(Option::is_none));
        place.ok_or(Refusal::Full {
            slots: self.claims.len(),
        })
    }

    /// Gives `slot` to a node. Returns whether that changes anything; the same claim again does not.
    ///
    /// # Errors
    /// As [`Refusal`] lists.
    pub fn register(&mut self, slot: usize, claim: &VerifiedClaim) -> Result<bool, Refusal> {
        let new = claim.claim();
        let free = self.slot(&new.stake_key)?;
        if let Admission::Listed(listed) = &self.admission {
            if listed[free].state_ver_key != new.state_key {
                return Err(Refusal::NotListed);
            }
            if listed[free].da != new.peer.stores_payloads {
                return Err(Refusal::Role {
                    listed: listed[free].da,
                });
            }
        }
        if slot != free {
            return Err(Refusal::Slot { asked: slot, free });
        }
        self.check_distinct(slot, new)?;
        if let Some(old) = &self.claims[slot] {
            if old == new {
                return Ok(false);
            }
            if new.issued_at <= old.issued_at {
                return Err(Refusal::Stale {
                    newest: old.issued_at,
                    found: new.issued_at,
                });
            }
            let same_keys = old.state_key == new.state_key
                && old.peer.network_key == new.peer.network_key
                && old.peer.stores_payloads == new.peer.stores_payloads;
            if self.is_complete() && !same_keys {
                return Err(Refusal::Complete);
            }
        }
        self.claims[slot] = Some(new.clone());
        Ok(true)
    }

    fn check_distinct(&self, slot: usize, new: &Claim) -> Result<(), Refusal> {
        let others = self.claims.iter().enumerate();
        for (_, other) in others.filter(|(place, _)| *place != slot) {
            let Some(other) = other else { continue };
            if other.state_key == new.state_key {
                return Err(Refusal::Taken { kind: "Schnorr" });
            }
            if other.peer.network_key == new.peer.network_key {
                return Err(Refusal::Taken { kind: "network" });
            }
        }
        Ok(())
    }

    /// All claims in the order of the stake table, once every slot is taken.
    pub fn complete(&self) -> Option<Vec<&Claim>> {
        self.claims.iter().map(Option::as_ref).collect()
    }

    /// Whether every slot is taken.
    pub fn is_complete(&self) -> bool {
        self.claims.iter().all(Option::is_some)
    }

    /// The claims so far, each with its slot.
    pub fn claims(&self) -> impl Iterator<Item = (usize, &Claim)> {
        let claims = self.claims.iter().enumerate();
        claims.filter_map(|(slot, claim)| Some((slot, claim.as_ref()?)))
    }

    /// The key that has a slot.
    pub fn key(&self, slot: usize) -> Option<&bls::VerifyingKey> {
        Some(&self.claims.get(slot)?.as_ref()?.stake_key)
    }

    /// The node in `slot`, which is taken, has the configuration. Returns how many have.
    pub fn set_ready(&mut self, slot: usize) -> usize {
        self.ready.insert(slot);
        self.ready.len()
    }

    /// Nodes that have the configuration.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Slots of the nodes that have the configuration.
    pub fn ready_slots(&self) -> impl Iterator<Item = usize> {
        self.ready.iter().copied()
    }

    /// Slots.
    pub fn slots(&self) -> usize {
        self.claims.len()
    }
}
