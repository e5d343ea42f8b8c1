//! Rows of heights at which something is missing.

use std::ops::RangeInclusive;

/// What can be missing at a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Leaf and header.
    Leaf,
    /// The transactions.
    Payload,
    /// The common part of the payload's dispersal.
    Common,
    /// This node's share of it.
    Share,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Leaf, Self::Payload, Self::Common, Self::Share];

    /// The number in the database.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Leaf => 0,
            Self::Payload => 1,
            Self::Common => 2,
            Self::Share => 3,
        }
    }
}

/// How much is missing below the newest height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// Heights without leaf.
    pub missing_leaves: u64,
    /// Heights without payload.
    pub missing_payloads: u64,
    /// Heights without the common part of the dispersal.
    pub missing_commons: u64,
    /// Heights without own share.
    pub missing_shares: u64,
    /// The highest height that was pruned.
    pub pruned_height: Option<u64>,
}

/// What is left of `gap` when `height` in it is filled.
pub(crate) fn without(
    gap: &RangeInclusive<i64>,
    height: i64,
) -> impl Iterator<Item = RangeInclusive<i64>> + use<> {
    let (first, last) = (*gap.start(), *gap.end());
    [first..=height.saturating_sub(1), height.saturating_add(1)..=last]
        .into_iter()
        .filter(|part| !part.is_empty())
}

/// The heights that become known as missing when `height` is the newest and `next` would have followed the newest
/// before; `here` when `height` itself is not missing.
pub(crate) fn opened(next: i64, height: i64, here: bool) -> Option<RangeInclusive<i64>> {
    let gap = next..=(if here { height - 1 } else { height });
    (!gap.is_empty()).then_some(gap)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the order of arrival: the gaps are what a set of heights says is missing.
        #[test]
        fn gaps_are_what_is_missing(arrivals in proptest::collection::vec((0..40i64, any::<bool>()), 1..60)) {
            let mut gaps: Vec<RangeInclusive<i64>> = Vec::new();
            let mut here = BTreeSet::new();
            let mut next = 0;
            for (height, whole) in arrivals {
                if height >= next {
                    gaps.extend(opened(next, height, whole));
                    next = height + 1;
                } else if whole && !here.contains(&height) {
                    let index = gaps.iter().position(|gap| gap.contains(&height)).unwrap();
                    let gap = gaps.swap_remove(index);
                    gaps.extend(without(&gap, height));
                }
                if whole {
                    here.insert(height);
                }
                let missing: BTreeSet<i64> = gaps.iter().cloned().flatten().collect();
                let expected: BTreeSet<i64> = (0..next).filter(|height| !here.contains(height)).collect();
                prop_assert_eq!(&missing, &expected);
                prop_assert_eq!(gaps.iter().cloned().flatten().count(), missing.len(), "gaps overlap");
            }
        }
    }
}
