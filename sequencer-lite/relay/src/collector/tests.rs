//! The rules, one by one and against a model under random posts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crema_light_client::bls;
use crema_light_client::bundle::Version;
use crema_light_client::schnorr::{Signature, SigningKey, VerifyingKey};
use crema_light_client::stake_table::{StakeTable, StakeTableEntry};
use crema_light_client::state::LightClientState;
use crema_light_client::u256::U256;
use proptest::prelude::*;

use super::*;

fn key(signer: u8) -> SigningKey {
    SigningKey::from_seed(&[signer; 32])
}

fn table(weights: &[u64]) -> Arc<StakeTable> {
    let entry = |(signer, &weight): (usize, &u64)| StakeTableEntry {
        bls_key: bls::SigningKey::from_seed(&[signer as u8; 32]).verifying_key(),
        schnorr_key: key(signer as u8).verifying_key(),
        amount: U256::from(weight),
    };
    Arc::new(StakeTable::new(weights.iter().enumerate().map(entry).collect()).unwrap())
}

fn state(height: u64, variant: u64) -> LightClientState {
    LightClientState {
        view_number: height.wrapping_add(variant),
        block_height: height,
        block_comm_root: height.wrapping_mul(1000).wrapping_add(variant).into(),
    }
}

fn signed(signer: u8, state: LightClientState) -> UncheckedVote {
    let signature = key(signer).sign(&state.message());
    UncheckedVote {
        key: KeyBytes::from(&key(signer).verifying_key()),
        state,
        signature: SignatureBytes(signature.to_value().try_into().unwrap()),
    }
}

fn post(collector: &mut Collector, vote: &UncheckedVote) -> Result<Vec<Effect>, (Refusal, Vec<Effect>)> {
    let key = collector.screen(vote).map_err(|refusal| (refusal, Vec::new()))?;
    let vote = vote.verify(key).map_err(|refusal| (refusal, Vec::new()))?;
    let mut effects = Vec::new();
    match collector.record(&vote, &mut effects) {
        Ok(()) => Ok(effects),
        Err(refusal) => Err((refusal, effects)),
    }
}

fn refusal(collector: &mut Collector, vote: &UncheckedVote) -> Refusal {
    post(collector, vote).unwrap_err().0
}

#[test]
fn a_wrong_first_state_does_not_keep_the_right_one_from_its_threshold() {
    let mut collector = Collector::new(table(&[1; 7]), Limits::default());
    let (right, wrong) = (state(5, 0), state(5, 1));
    post(&mut collector, &signed(0, wrong)).unwrap();
    for signer in [1, 2] {
        post(&mut collector, &signed(signer, right)).unwrap();
        assert_eq!(collector.bundle(), None);
    }
    let effects = post(&mut collector, &signed(3, right)).unwrap();
    assert!(effects.contains(&Effect::NewBundle { height: 5 }));
    let bundle = collector.bundle().unwrap();
    assert_eq!((bundle.state, bundle.accumulated_weight), (right, U256::from(3)));
    bundle.verify_against(collector.table(), Version::V1).unwrap();
}

#[test]
fn signatures_are_collected_beyond_the_threshold() {
    let mut collector = Collector::new(table(&[1; 6]), Limits::default());
    for signer in 0..6 {
        post(&mut collector, &signed(signer, state(5, 0))).unwrap();
    }
    let bundle = collector.bundle().unwrap();
    assert_eq!(bundle.signatures.len(), 6);
    assert_eq!(bundle.accumulated_weight, U256::from(6));
    bundle.verify_against(collector.table(), Version::V1).unwrap();
}

#[test]
fn weights_count_and_not_heads() {
    let mut collector = Collector::new(table(&[10, 1, 1, 1, 1, 1]), Limits::default());
    for signer in 1..=5 {
        post(&mut collector, &signed(signer, state(5, 0))).unwrap();
    }
    assert_eq!(collector.bundle(), None, "5 of 15 is below 6");
    post(&mut collector, &signed(0, state(6, 0))).unwrap();
    let bundle = collector.bundle().unwrap();
    assert_eq!((bundle.state, bundle.signatures.len()), (state(6, 0), 1));
}

#[test]
fn strangers_forgers_and_repetition_are_refused() {
    let mut collector = Collector::new(table(&[1; 4]), Limits::default());
    assert_eq!(
        refusal(&mut collector, &signed(9, state(5, 0))),
        Refusal::UnknownSigner
    );
    let mut forged = signed(0, state(5, 0));
    forged.state = state(5, 1);
    assert!(matches!(
        refusal(&mut collector, &forged),
        Refusal::BadSignature(BadSignature::Invalid(_))
    ));
    forged.signature = SignatureBytes([0xff; 96]);
    assert!(matches!(
        refusal(&mut collector, &forged),
        Refusal::BadSignature(BadSignature::Encoding(_))
    ));
    forged.key = KeyBytes([0; 64]);
    assert_eq!(refusal(&mut collector, &forged), Refusal::UnknownSigner);

    post(&mut collector, &signed(0, state(5, 0))).unwrap();
    assert_eq!(
        refusal(&mut collector, &signed(0, state(5, 0))),
        Refusal::Duplicate { height: 5 }
    );
    post(&mut collector, &signed(1, state(5, 0))).unwrap();
    assert_eq!(
        refusal(&mut collector, &signed(1, state(4, 0))),
        Refusal::Old { height: 4, newest: 5 }
    );
    assert_eq!(
        refusal(
            &mut Collector::new(table(&[]), Limits::default()),
            &signed(0, state(5, 0))
        ),
        Refusal::NoStakeTable
    );
}

#[test]
fn two_states_of_one_height_are_evidence_once() {
    let mut collector = Collector::new(table(&[1; 4]), Limits::default());
    for signer in [0, 1] {
        post(&mut collector, &signed(signer, state(5, 0))).unwrap();
    }
    post(&mut collector, &signed(0, state(6, 0))).unwrap();
    post(&mut collector, &signed(1, state(6, 0))).unwrap();
    // the newest bundle is at 6; a contradiction at 5 is noticed all the same
    let second = signed(0, state(5, 1));
    let (refused, effects) = post(&mut collector, &second).unwrap_err();
    assert!(matches!(
        refused,
        Refusal::Contradiction {
            height: 5,
            recorded: true
        }
    ));
    let [Effect::Contradiction(evidence)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(evidence.is_proof());
    assert_eq!(
        (evidence.first.state, evidence.second.state),
        (state(5, 0), state(5, 1))
    );
    let (refused, effects) = post(&mut collector, &signed(0, state(5, 2))).unwrap_err();
    assert!(matches!(
        refused,
        Refusal::Contradiction {
            height: 5,
            recorded: false
        }
    ));
    assert_eq!(effects, []);

    // who did not sign it is not blamed
    let mut forged = signed(1, state(5, 1));
    forged.signature = second.signature;
    assert!(matches!(
        refusal(&mut collector, &forged),
        Refusal::BadSignature(_)
    ));
    assert_eq!(collector.evidence().count(), 1);
}

#[test]
fn far_heights_of_one_signer_displace_only_its_own_votes() {
    let limits = Limits {
        pending_per_signer: 3,
        ..Limits::default()
    };
    let mut collector = Collector::new(table(&[1; 4]), limits);
    post(&mut collector, &signed(1, state(5, 0))).unwrap();
    for height in [u64::MAX, u64::MAX - 1, 100, 101, 102] {
        let _ = post(&mut collector, &signed(0, state(height, 0)));
    }
    assert_eq!(
        refusal(&mut collector, &signed(0, state(5, 0))),
        Refusal::TooManyPending {
            height: 5,
            lowest: 102
        }
    );
    assert_eq!(collector.len(), 4);
    post(&mut collector, &signed(2, state(5, 0))).unwrap();
    assert_eq!(collector.newest_height(), Some(5));
}

#[test]
fn another_table_counts_the_same_votes_anew() {
    let mut collector = Collector::new(table(&[1; 4]), Limits::default());
    for (signer, height) in [(0, 5), (1, 5), (3, 5), (0, 7)] {
        post(&mut collector, &signed(signer, state(height, 0))).unwrap();
    }
    assert_eq!(collector.newest_height(), Some(5));
    // signer 3 is gone, and signer 0 has most of the stake
    let (collector, effects) = collector.with_table(table(&[8, 1, 1]));
    assert_eq!(
        effects,
        [Effect::Forget {
            height: 5,
            key: key(3).verifying_key()
        }]
    );
    assert_eq!(collector.newest_height(), Some(7));
    assert_eq!(collector.bundle().unwrap().accumulated_weight, U256::from(8));
}

#[test]
fn a_second_state_with_a_threshold_is_told_and_changes_nothing() {
    let mut collector = Collector::new(table(&[1; 6]), Limits::default());
    let mut told = Vec::new();
    for signer in 0..6 {
        told.extend(post(&mut collector, &signed(signer, state(5, u64::from(signer / 3)))).unwrap());
    }
    assert_eq!(
        told.iter()
            .filter(|effect| **effect == Effect::Fork { height: 5 })
            .count(),
        1
    );
    assert_eq!(collector.bundle().unwrap().state, state(5, 0));
}

/// What a store would hold after these effects.
#[derive(Debug, Default)]
struct Stored {
    votes: BTreeMap<(u64, VerifyingKey), Vote>,
    evidence: BTreeMap<(u64, VerifyingKey), Evidence>,
}

impl Stored {
    fn apply(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Keep(vote) => {
                    let before = self.votes.insert((vote.height(), vote.key()), vote.clone());
                    assert_eq!(before, None, "a vote is replaced");
                }
                Effect::Forget { height, key } => {
                    self.votes.remove(&(*height, *key)).expect("there is such a vote");
                }
                Effect::ForgetHeight { height } => self.votes.retain(|(other, _), _| other != height),
                Effect::Contradiction(evidence) => {
                    self.evidence
                        .insert((evidence.height(), evidence.key), evidence.clone());
                }
                Effect::ForgetEvidence { height, key } => {
                    self.evidence.remove(&(*height, *key));
                }
                Effect::NewBundle { .. } | Effect::BundleGrown | Effect::Fork { .. } => {}
            }
        }
    }

    /// The states with enough weight, by height, counted from nothing but the stored votes.
    fn finished(&self, table: &StakeTable) -> BTreeMap<u64, Vec<LightClientState>> {
        let mut finished: BTreeMap<u64, Vec<LightClientState>> = BTreeMap::new();
        for vote in self.votes.values() {
            let same = self.votes.values().filter(|other| other.state() == vote.state());
            let weight = same.fold(U256::ZERO, |sum, other| {
                let entry = &table.entries()[table.position(&other.key()).unwrap()];
                sum.checked_add(entry.amount).unwrap()
            });
            let states = finished.entry(vote.height()).or_default();
            if weight >= table.threshold() && !states.contains(vote.state()) {
                states.push(*vote.state());
            }
        }
        finished.retain(|_, states| !states.is_empty());
        finished
    }
}

fn check(collector: &Collector, stored: &Stored, limits: Limits, forked: bool) {
    let table = collector.table();
    // the store has what the collector has
    let votes: BTreeMap<_, _> = collector
        .votes()
        .into_iter()
        .map(|vote| ((vote.height(), vote.key()), vote))
        .collect();
    assert_eq!(votes, stored.votes);
    assert_eq!(collector.len(), votes.len());
    let evidence: BTreeMap<_, _> = collector
        .evidence()
        .map(|item| ((item.height(), item.key), item.clone()))
        .collect();
    assert_eq!(evidence, stored.evidence);

    // the newest bundle is the highest state with enough weight
    let finished = stored.finished(table);
    assert_eq!(finished.keys().next_back().copied(), collector.newest_height());
    if let Some(bundle) = collector.bundle() {
        assert!(bundle.accumulated_weight >= table.threshold());
        assert!(finished[&bundle.state.block_height].contains(&bundle.state));
        let signers: Vec<VerifyingKey> = votes
            .values()
            .filter(|vote| *vote.state() == bundle.state)
            .map(Vote::key)
            .collect();
        assert_eq!(bundle.signatures.len(), signers.len());
        assert!(
            signers
                .iter()
                .all(|signer| bundle.signatures.contains_key(signer))
        );
    }

    // nothing grows beyond its limit
    let newest = collector.newest_height();
    for entry in table.entries() {
        let of_signer = |(height, key): &&(u64, VerifyingKey)| {
            *key == entry.schnorr_key && newest.is_none_or(|newest| *height > newest)
        };
        assert!(votes.keys().filter(of_signer).count() <= limits.pending_per_signer);
        let evidence = evidence.keys().filter(|(_, key)| *key == entry.schnorr_key);
        assert!(evidence.count() <= limits.evidence_per_signer);
    }
    let mut below: Vec<u64> = votes.keys().map(|(height, _)| *height).collect();
    below.retain(|height| newest.is_some_and(|newest| *height < newest));
    below.dedup();
    assert!(below.len() <= limits.history);

    // a restart changes nothing
    if !forked {
        let votes = stored.votes.values().cloned();
        let (restored, effects) = Collector::restore(
            Arc::clone(table),
            limits,
            votes,
            stored.evidence.values().cloned(),
        );
        assert_eq!(effects, []);
        assert_eq!(restored.votes(), collector.votes());
        assert_eq!(restored.bundle(), collector.bundle());
        assert_eq!(restored.pending, collector.pending);
        assert_eq!(restored.evidence, collector.evidence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_posts_keep_every_invariant(
        posts in prop::collection::vec((0u8..5, 0u64..10, 0u64..3), 1..120),
        pending_per_signer in 1usize..4,
        history in 0usize..3,
        evidence_per_signer in 0usize..3,
    ) {
        let limits = Limits { pending_per_signer, history, evidence_per_signer };
        // made once: keys cost more than all the rest
        static TABLE: std::sync::LazyLock<Arc<StakeTable>> = std::sync::LazyLock::new(|| table(&[1, 2, 3, 4, 5]));
        let keys: Vec<VerifyingKey> = TABLE.entries().iter().map(|entry| entry.schnorr_key).collect();
        let mut collector = Collector::new(Arc::clone(&TABLE), limits);
        let mut stored = Stored::default();
        let (mut newest, mut forked) = (None, false);
        for (signer, height, variant) in posts {
            // the zero variant is likelier, so that thresholds are reached
            let key = keys[usize::from(signer)];
            let signed = SignedState { state: state(height, variant.saturating_sub(1)), signature: Signature::default() };
            let unchecked = UncheckedVote {
                key: KeyBytes::from(&key),
                state: signed.state,
                signature: SignatureBytes([0; 96]),
            };
            let screened = collector.screen(&unchecked);
            let before = collector.votes();
            let mut effects = Vec::new();
            let recorded = collector.record(&Vote::restored(key, signed), &mut effects);
            match (&screened, &recorded) {
                (Ok(_), Ok(())) => {}
                (Ok(_), Err(Refusal::Contradiction { recorded, .. })) => prop_assert!(recorded),
                (Err(screened), Err(recorded)) => prop_assert_eq!(screened, recorded),
                (screened, recorded) => prop_assert!(false, "{:?}, but {:?}", screened, recorded),
            }
            if recorded.is_err() {
                prop_assert_eq!(before, collector.votes(), "what is refused changes no votes");
            }
            forked |= effects.iter().any(|effect| matches!(effect, Effect::Fork { .. }));
            stored.apply(&effects);
            check(&collector, &stored, limits, forked);
            prop_assert!(newest <= collector.newest_height(), "the newest bundle never gets older");
            let told = effects.iter().any(|effect| matches!(effect, Effect::NewBundle { .. }));
            prop_assert_eq!(told, newest != collector.newest_height());
            newest = collector.newest_height();
        }
    }
}
