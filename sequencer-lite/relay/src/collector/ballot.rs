//! The votes of one height.

use std::collections::BTreeMap;

use crema_light_client::schnorr::Signature;
use crema_light_client::state::LightClientState;
use crema_light_client::u256::U256;

use super::{SignedState, Vote};

/// The votes of one height: one per signer, and the weight behind each state.
#[derive(Debug, Default)]
pub(super) struct Ballot {
    /// Index of the state and the signature, by signer.
    votes: BTreeMap<usize, (usize, Signature)>,
    /// The states and their weights. One without votes stays, lest indices change; there are at most as many as
    /// votes have ever been cast here, one per signer.
    states: Vec<(LightClientState, U256)>,
}

impl Ballot {
    /// Adds a vote of a signer that has none; gives the index of its state.
    pub(super) fn insert(&mut self, signer: usize, amount: U256, vote: &Vote) -> usize {
        let SignedState { state, signature } = vote.signed();
        let index = self.states.iter().position(|(other, _)| *other == state);
        let index = index.unwrap_or_else(|| {
            self.states.push((state, U256::ZERO));
            self.states.len() - 1
        });
        self.votes.insert(signer, (index, signature));
        let weight = &mut self.states[index].1;
        // a part of the table's total, which fits
        *weight = weight.checked_add(amount).unwrap_or(U256::MAX);
        index
    }

    /// Removes a signer's vote.
    pub(super) fn remove(&mut self, signer: usize, amount: U256) {
        if let Some((state, _)) = self.votes.remove(&signer) {
            let weight = &mut self.states[state].1;
            *weight = weight.checked_sub(amount).unwrap_or(U256::ZERO);
        }
    }

    pub(super) fn has(&self, signer: usize) -> bool {
        self.votes.contains_key(&signer)
    }

    pub(super) fn signed(&self, signer: usize) -> Option<SignedState> {
        let &(state, signature) = self.votes.get(&signer)?;
        let state = self.states[state].0;
        Some(SignedState { state, signature })
    }

    pub(super) fn votes(&self) -> impl Iterator<Item = (usize, SignedState)> {
        self.votes.iter().map(|(&signer, &(state, signature))| {
            let state = self.states[state].0;
            (signer, SignedState { state, signature })
        })
    }

    pub(super) fn signatures(&self, state: usize) -> impl Iterator<Item = (usize, Signature)> {
        let of_state = move |(&signer, &(other, signature)): (&usize, &(usize, Signature))| {
            (other == state).then_some((signer, signature))
        };
        self.votes.iter().filter_map(of_state)
    }

    pub(super) fn state(&self, state: usize) -> Option<LightClientState> {
        self.states.get(state).map(|(state, _)| *state)
    }

    pub(super) fn weight(&self, state: usize) -> U256 {
        self.states.get(state).map_or(U256::ZERO, |(_, weight)| *weight)
    }

    /// The state with the most weight, if that reaches the threshold; the earlier of equals.
    pub(super) fn heaviest(&self, threshold: U256) -> Option<usize> {
        let candidates = (0..self.states.len())
            .rev()
            .filter(|&state| self.weight(state) >= threshold);
        candidates.max_by_key(|&state| self.weight(state))
    }

    pub(super) fn len(&self) -> usize {
        self.votes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.votes.is_empty()
    }
}
