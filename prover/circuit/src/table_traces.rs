//! What the commitments to a stake table contribute to a witness, kept from proof to proof.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use ark_bn254::Fr;

use crate::gadget::rescue;

/// Tables that are kept: the one that votes, and the one that did or will.
const KEPT: usize = 2;

/// Sponge inputs and what [`rescue::traces`] gives for them: keys, then amounts.
type Known = ([Vec<Fr>; 2], Arc<[Vec<Fr>; 2]>);

/// The sponges over the stake tables of the last proofs.
///
/// They are two chains of permutations, each of which waits for the one before: at capacity 200 the longest part of a
/// witness that no second processor shortens. The table changes once an epoch at most. Everything in it is public.
#[derive(Debug, Default)]
pub struct TableTraces(Mutex<VecDeque<Known>>);

impl TableTraces {
    /// The traces of a table's sponges, computed when they are not known.
    pub(crate) fn of(&self, inputs: &[Vec<Fr>; 2]) -> Arc<[Vec<Fr>; 2]> {
        if let Some(known) = self.find(inputs) {
            return known;
        }
        // without the lock: two proofs that begin at once both compute, and none waits
        let traces = compute(inputs);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.push_front((inputs.clone(), traces.clone()));
        known.truncate(KEPT);
        traces
    }

    fn find(&self, inputs: &[Vec<Fr>; 2]) -> Option<Arc<[Vec<Fr>; 2]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(of, _)| of == inputs)?;
        Some(found.1.clone())
    }
}

/// The traces of a table's two sponges, which run in step.
pub(crate) fn compute(inputs: &[Vec<Fr>; 2]) -> Arc<[Vec<Fr>; 2]> {
    let traces = rescue::traces(inputs);
    Arc::new(
        traces
            .try_into()
            .unwrap_or_else(|_| unreachable!("a trace for each of two sponges")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(seed: u64) -> [Vec<Fr>; 2] {
        [4, 2].map(|length| (0..length).map(|i| Fr::from(seed + i)).collect())
    }

    #[test]
    fn the_last_tables_are_kept_and_are_what_is_computed() {
        let tables = TableTraces::default();
        for seed in [1, 2, 1, 3] {
            assert_eq!(tables.of(&table(seed)), compute(&table(seed)));
        }
        assert!(tables.find(&table(1)).is_none());
        for seed in [2, 3] {
            let kept = tables.find(&table(seed)).unwrap();
            assert!(Arc::ptr_eq(&kept, &tables.of(&table(seed))));
        }
        // one amount more or less is another table
        let mut other = table(3);
        other[1][0] += Fr::from(1);
        assert_eq!(tables.of(&other), compute(&other));
    }
}
