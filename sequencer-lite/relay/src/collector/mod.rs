//! Which signatures count, for what, and for how long: the relay's rules, without clock, disk or network.
//!
//! A signer has one vote per height, its first. Votes for the same state add up; once they reach the threshold of the
//! stake table, the state's votes are the newest bundle and go on growing, while lower heights only serve to notice
//! signers that contradict themselves. Every change comes back as an [`Effect`], and a collector that is built from
//! what those effects have stored is the same collector.

mod ballot;
mod effect;
mod refusal;
#[cfg(test)]
mod tests;
mod vote;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crema_light_client::bundle::StateSignaturesBundle;
use crema_light_client::schnorr::VerifyingKey;
use crema_light_client::stake_table::StakeTable;
use crema_light_client::state::LightClientState;
use crema_light_client::tagged::Tagged;

use ballot::Ballot;

pub use effect::Effect;
pub use refusal::{BadSignature, Refusal};
pub use vote::{Evidence, KeyBytes, SignatureBytes, SignedState, UncheckedVote, Vote};

/// How much is remembered. The most memory used follows: signers times the sum of all three, some 200 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Heights above the newest bundle at which one signer may have a vote; its lowest one makes room for a higher.
    pub pending_per_signer: usize,
    /// Heights below the newest bundle whose votes are kept, to notice signers that contradict them later.
    pub history: usize,
    /// Contradictions kept per signer.
    pub evidence_per_signer: usize,
}

impl Default for Limits {
    /// A hundred heights, as many as nodes remember their own signatures for.
    fn default() -> Self {
        Self {
            pending_per_signer: 100,
            history: 100,
            evidence_per_signer: 16,
        }
    }
}

/// The newest state that enough stake has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newest {
    height: u64,
    /// Index among the states of its height.
    state: usize,
}

/// Collects votes. See the [module](self).
#[derive(Debug)]
pub struct Collector {
    table: Arc<StakeTable>,
    /// The signers by their keys' bytes, so that a stranger's key costs no curve arithmetic.
    signers: HashMap<KeyBytes, usize>,
    limits: Limits,
    ballots: BTreeMap<u64, Ballot>,
    /// For each signer, the heights above the newest bundle at which it has a vote.
    pending: Vec<BTreeSet<u64>>,
    /// For each signer, its contradictions by height.
    evidence: Vec<BTreeMap<u64, Evidence>>,
    newest: Option<Newest>,
}

impl Collector {
    /// Without any votes.
    pub fn new(table: Arc<StakeTable>, limits: Limits) -> Self {
        let key = |entry: &crema_light_client::stake_table::StakeTableEntry| entry.schnorr_key;
        let signers = table.entries().iter().map(key).enumerate();
        Self {
            signers: signers
                .map(|(signer, key)| (KeyBytes::from(&key), signer))
                .collect(),
            pending: vec![BTreeSet::new(); table.len()],
            evidence: vec![BTreeMap::new(); table.len()],
            table,
            limits,
            ballots: BTreeMap::new(),
            newest: None,
        }
    }

    /// From what an earlier collector has stored, perhaps under another stake table or other limits; the effects
    /// remove from the store what no longer belongs there.
    pub fn restore(
        table: Arc<StakeTable>,
        limits: Limits,
        votes: impl IntoIterator<Item = Vote>,
        evidence: impl IntoIterator<Item = Evidence>,
    ) -> (Self, Vec<Effect>) {
        let mut collector = Self::new(table, limits);
        let mut effects = Vec::new();
        for vote in votes {
            let height = vote.height();
            match collector.table.position(&vote.key()) {
                Some(signer) if !collector.has_vote(signer, height) => {
                    collector.insert(signer, &vote);
                    collector.pending[signer].insert(height);
                }
                _ => effects.push(Effect::Forget {
                    height,
                    key: vote.key(),
                }),
            }
        }
        let threshold = collector.table.threshold();
        let finished = collector.ballots.iter().rev();
        let newest = finished.into_iter().find_map(|(&height, ballot)| {
            let state = ballot.heaviest(threshold)?;
            Some(Newest { height, state })
        });
        if let Some(newest) = newest {
            collector.advance(newest, &mut effects);
        }
        for signer in 0..collector.pending.len() {
            collector.make_room(signer, &mut effects);
        }
        for item in evidence {
            let kept = collector.table.position(&item.key).is_some_and(|signer| {
                let known = &mut collector.evidence[signer];
                known.len() < limits.evidence_per_signer
                    && known.insert(item.height(), item.clone()).is_none()
            });
            if !kept {
                effects.push(Effect::ForgetEvidence {
                    height: item.height(),
                    key: item.key,
                });
            }
        }
        (collector, effects)
    }

    /// The same votes under another stake table.
    #[must_use]
    pub fn with_table(&self, table: Arc<StakeTable>) -> (Self, Vec<Effect>) {
        let evidence: Vec<Evidence> = self.evidence().cloned().collect();
        Self::restore(table, self.limits, self.votes(), evidence)
    }

    /// What can be said of a vote without verifying its signature.
    ///
    /// # Errors
    /// The reason for which it is refused, whether or not the signature is good.
    pub fn screen(&self, vote: &UncheckedVote) -> Result<VerifyingKey, Refusal> {
        if self.table.is_empty() {
            return Err(Refusal::NoStakeTable);
        }
        let signer = self.signers.get(&vote.key).ok_or(Refusal::UnknownSigner)?;
        match self.examine(*signer, &vote.state) {
            // contradictions are worth verifying, once
            Ok(()) | Err(Refusal::Contradiction { recorded: true, .. }) => {
                Ok(self.table.entries()[*signer].schnorr_key)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Takes a vote with a good signature. What must be stored or told is appended to `effects`, also by some votes
    /// that are refused.
    ///
    /// # Errors
    /// The reason for which it does not count.
    pub fn record(&mut self, vote: &Vote, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        let signer = self.table.position(&vote.key()).ok_or(Refusal::UnknownSigner)?;
        let height = vote.height();
        if let Err(refusal) = self.examine(signer, vote.state()) {
            if matches!(refusal, Refusal::Contradiction { recorded: true, .. })
                && let Some(first) = self.signed(signer, height)
            {
                let evidence = Evidence::new(vote.key(), first, vote.signed());
                self.evidence[signer].insert(height, evidence.clone());
                effects.push(Effect::Contradiction(evidence));
            }
            return Err(refusal);
        }
        let state = self.insert(signer, vote);
        effects.push(Effect::Keep(vote.clone()));
        match self.newest {
            Some(newest) if newest.height == height => {
                if newest.state == state {
                    effects.push(Effect::BundleGrown);
                } else if self.reached(height, state) {
                    effects.push(Effect::Fork { height });
                }
            }
            _ => {
                self.pending[signer].insert(height);
                if self.reached(height, state) {
                    self.advance(Newest { height, state }, effects);
                    effects.push(Effect::NewBundle { height });
                } else {
                    self.make_room(signer, effects);
                }
            }
        }
        Ok(())
    }

    /// Whether a vote of `signer` for `state` would count.
    fn examine(&self, signer: usize, state: &LightClientState) -> Result<(), Refusal> {
        let height = state.block_height;
        if let Some(first) = self.signed(signer, height) {
            if first.state == *state {
                return Err(Refusal::Duplicate { height });
            }
            let known = &self.evidence[signer];
            let recorded = !known.contains_key(&height) && known.len() < self.limits.evidence_per_signer;
            return Err(Refusal::Contradiction { height, recorded });
        }
        if let Some(newest) = self.newest_height().filter(|newest| height < *newest) {
            return Err(Refusal::Old { height, newest });
        }
        if self.newest_height() != Some(height)
            && self.pending[signer].len() >= self.limits.pending_per_signer
            && let Some(&lowest) = self.pending[signer].first()
            && height < lowest
        {
            return Err(Refusal::TooManyPending { height, lowest });
        }
        Ok(())
    }

    fn has_vote(&self, signer: usize, height: u64) -> bool {
        self.ballots.get(&height).is_some_and(|ballot| ballot.has(signer))
    }

    fn signed(&self, signer: usize, height: u64) -> Option<SignedState> {
        self.ballots.get(&height)?.signed(signer)
    }

    fn reached(&self, height: u64, state: usize) -> bool {
        let ballot = self.ballots.get(&height);
        ballot.is_some_and(|ballot| ballot.weight(state) >= self.table.threshold())
    }

    /// Adds a vote to its height; gives the index of its state there.
    fn insert(&mut self, signer: usize, vote: &Vote) -> usize {
        let amount = self.table.entries()[signer].amount;
        let ballot = self.ballots.entry(vote.height()).or_default();
        ballot.insert(signer, amount, vote)
    }

    /// Makes `newest` the newest bundle and forgets what is too far below it.
    fn advance(&mut self, newest: Newest, effects: &mut Vec<Effect>) {
        self.newest = Some(newest);
        for heights in &mut self.pending {
            *heights = newest
                .height
                .checked_add(1)
                .map_or_else(BTreeSet::new, |next| heights.split_off(&next));
        }
        let below = self.ballots.range(..newest.height).count();
        for _ in self.limits.history..below {
            if let Some((height, _)) = self.ballots.pop_first() {
                effects.push(Effect::ForgetHeight { height });
            }
        }
    }

    /// Drops the lowest pending votes of a signer that has too many.
    fn make_room(&mut self, signer: usize, effects: &mut Vec<Effect>) {
        while self.pending[signer].len() > self.limits.pending_per_signer
            && let Some(height) = self.pending[signer].pop_first()
        {
            let entry = &self.table.entries()[signer];
            if let Some(ballot) = self.ballots.get_mut(&height) {
                ballot.remove(signer, entry.amount);
                if ballot.is_empty() {
                    self.ballots.remove(&height);
                }
            }
            effects.push(Effect::Forget {
                height,
                key: entry.schnorr_key,
            });
        }
    }

    /// The height of the newest bundle.
    pub fn newest_height(&self) -> Option<u64> {
        self.newest.map(|newest| newest.height)
    }

    /// The newest bundle, with all signatures collected for it so far.
    pub fn bundle(&self) -> Option<StateSignaturesBundle> {
        let Newest { height, state } = self.newest?;
        let ballot = self.ballots.get(&height)?;
        Some(StateSignaturesBundle {
            state: ballot.state(state)?,
            next_stake: None,
            auth_root: None,
            signatures: ballot
                .signatures(state)
                .map(|(signer, signature)| (self.table.entries()[signer].schnorr_key, signature))
                .collect(),
            accumulated_weight: ballot.weight(state),
        })
    }

    /// All votes that are kept, by height.
    pub fn votes(&self) -> Vec<Vote> {
        let of_ballot = |ballot: &Ballot| {
            let vote = |(signer, signed): (usize, SignedState)| {
                Vote::restored(self.table.entries()[signer].schnorr_key, signed)
            };
            ballot.votes().map(vote).collect::<Vec<_>>()
        };
        self.ballots.values().flat_map(of_ballot).collect()
    }

    /// How many votes are kept.
    pub fn len(&self) -> usize {
        self.ballots.values().map(Ballot::len).sum()
    }

    /// Whether there are no votes.
    pub fn is_empty(&self) -> bool {
        self.ballots.is_empty()
    }

    /// The contradictions that are kept, by signer and height.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().flat_map(BTreeMap::values)
    }

    /// Who may vote.
    pub fn table(&self) -> &Arc<StakeTable> {
        &self.table
    }
}

impl From<&VerifyingKey> for KeyBytes {
    fn from(key: &VerifyingKey) -> Self {
        let mut bytes = [0; 64];
        // an uncompressed point has 64 bytes
        bytes.copy_from_slice(&key.to_value());
        Self(bytes)
    }
}
