//! What is known of the L1, without I/O: it only grows, and what was final stays so.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crema_types::{FeeInfo, L1BlockInfo, L1Snapshot};

use crate::reader::{BlockDeposits, L1Error};

/// Most blocks that are looked up because somebody asked.
const MAX_WANTED: usize = 64;
/// Most deposits that are kept in memory; older ones are read again when they are asked for.
const MAX_DEPOSITS: usize = 1 << 18;

/// What is known of the L1.
#[derive(Clone, Debug)]
pub struct Memory {
    head: u64,
    /// The newest final block whose deposits are known.
    finalized: Option<L1BlockInfo>,
    /// Whether there is a contract to deposit in.
    has_contract: bool,
    /// The first block whose deposits are known.
    first: u64,
    /// The first block above [`Self::first`] whose deposits are not.
    next: u64,
    deposits: BTreeMap<u64, Vec<FeeInfo>>,
    /// Number of deposits in there.
    kept: usize,
    /// Deposits are asked for from here on, below what is known.
    wanted_from: Option<u64>,
    blocks: BTreeMap<u64, L1BlockInfo>,
    blocks_kept: usize,
    wanted_blocks: BTreeSet<u64>,
}

impl Memory {
    /// Nothing is known; deposits count from block `first` on, if there is a contract.
    pub fn new(first: u64, has_contract: bool, blocks_kept: usize) -> Self {
        Self {
            head: 0,
            finalized: None,
            has_contract,
            first,
            next: first,
            deposits: BTreeMap::new(),
            kept: 0,
            wanted_from: None,
            blocks: BTreeMap::new(),
            blocks_kept: blocks_kept.max(1),
            wanted_blocks: BTreeSet::new(),
        }
    }

    /// The newest blocks. The finalized one is one whose deposits are known: a leader that names it can build on it.
    pub fn snapshot(&self) -> L1Snapshot {
        L1Snapshot {
            head: self.head,
            finalized: self.finalized,
        }
    }

    /// The final block of this number; remembers that it is wanted where it is not known.
    pub fn finalized(&mut self, number: u64) -> Option<L1BlockInfo> {
        let newest = self.finalized?;
        if number == newest.number {
            return Some(newest);
        }
        if let Some(block) = self.blocks.get(&number) {
            return Some(*block);
        }
        if number < newest.number && self.wanted_blocks.len() < MAX_WANTED {
            self.wanted_blocks.insert(number);
        }
        None
    }

    /// The deposits in these blocks, if all of them are final and known; remembers that they are wanted otherwise.
    pub fn deposits(&mut self, blocks: &RangeInclusive<u64>) -> Option<Vec<FeeInfo>> {
        if !self.has_contract || blocks.is_empty() {
            return Some(Vec::new());
        }
        // a leader may name any block: nothing is looked up beyond what is final here
        let newest = self.finalized?.number;
        if *blocks.end() > newest {
            return None;
        }
        if *blocks.start() < self.first {
            let from = self.wanted_from.unwrap_or(u64::MAX).min(*blocks.start());
            self.wanted_from = Some(from);
            return None;
        }
        if *blocks.end() >= self.next {
            return None;
        }
        let found = self.deposits.range(blocks.clone());
        Some(found.flat_map(|(_, deposits)| deposits).copied().collect())
    }

    /// The blocks below what is known whose deposits are wanted.
    pub(crate) fn missing(&self) -> Option<RangeInclusive<u64>> {
        let from = self.wanted_from?;
        let last = self.first.checked_sub(1)?;
        (from <= last).then_some(from..=last)
    }

    /// A final block that is wanted.
    pub(crate) fn wanted_block(&self) -> Option<u64> {
        self.wanted_blocks.first().copied()
    }

    /// The first block up to `finalized` whose deposits are not known.
    pub(crate) fn unread(&self, finalized: u64) -> Option<u64> {
        (self.has_contract && self.next <= finalized).then_some(self.next)
    }

    pub(crate) fn saw_head(&mut self, head: u64) {
        let finalized = self.finalized.map_or(0, |block| block.number);
        self.head = head.max(finalized);
    }

    /// Checks a block that a provider calls final against what was final before.
    ///
    /// # Errors
    /// [`L1Error::Contradiction`].
    pub(crate) fn check(&self, block: &L1BlockInfo) -> Result<(), L1Error> {
        let number = block.number;
        let known = match &self.finalized {
            Some(newest) if newest.number == number => Some(newest),
            _ => self.blocks.get(&number),
        };
        match known {
            Some(known) if known.hash != block.hash => Err(L1Error::Contradiction {
                number,
                expected: known.hash,
                found: block.hash,
            }),
            _ => Ok(()),
        }
    }

    /// All deposits up to `block`, which is final, are known.
    pub(crate) fn finalize(&mut self, block: L1BlockInfo) {
        if self.finalized.is_none_or(|known| block.number > known.number) {
            if let Some(before) = self.finalized.replace(block) {
                self.add_block(before);
            }
            self.head = self.head.max(block.number);
        }
    }

    /// A final block.
    pub(crate) fn add_block(&mut self, block: L1BlockInfo) {
        self.wanted_blocks.remove(&block.number);
        self.blocks.insert(block.number, block);
        while self.blocks.len() > self.blocks_kept {
            self.blocks.pop_first();
        }
    }

    /// The deposits of `blocks`, which follow what is known.
    pub(crate) fn append(&mut self, blocks: &RangeInclusive<u64>, found: Vec<BlockDeposits>) {
        debug_assert_eq!(*blocks.start(), self.next);
        self.next = blocks.end().saturating_add(1);
        self.insert(found);
        // whole blocks go, the oldest first
        while self.kept > MAX_DEPOSITS
            && let Some((block, deposits)) = self.deposits.pop_first()
        {
            self.kept -= deposits.len();
            self.first = block + 1;
        }
    }

    /// The deposits of `blocks`, which end right below what is known.
    pub(crate) fn prepend(&mut self, blocks: &RangeInclusive<u64>, found: Vec<BlockDeposits>) {
        debug_assert_eq!(blocks.end().saturating_add(1), self.first);
        self.first = *blocks.start();
        if self.wanted_from.is_some_and(|from| from >= self.first) {
            self.wanted_from = None;
        }
        self.insert(found);
    }

    fn insert(&mut self, found: Vec<BlockDeposits>) {
        for (block, deposits) in found {
            self.kept += deposits.len();
            self.deposits.insert(block, deposits);
        }
    }
}

#[cfg(test)]
mod tests {
    use crema_types::l1::L1BlockHash;
    use crema_types::{Address, FeeAmount};

    use super::*;

    fn block(number: u64) -> L1BlockInfo {
        L1BlockInfo {
            number,
            timestamp: (1000 + number).into(),
            hash: L1BlockHash([number as u8; 32]),
        }
    }

    fn deposit(wei: u64) -> FeeInfo {
        FeeInfo {
            account: Address([1; 20]),
            amount: FeeAmount::from(wei),
        }
    }

    fn memory() -> Memory {
        let mut memory = Memory::new(5, true, 4);
        memory.saw_head(30);
        memory.append(
            &(5..=10),
            vec![(6, vec![deposit(1), deposit(2)]), (10, vec![deposit(3)])],
        );
        memory.finalize(block(10));
        memory
    }

    #[test]
    fn deposits_are_known_or_wanted() {
        let mut memory = memory();
        assert_eq!(
            memory.deposits(&(5..=10)),
            Some(vec![deposit(1), deposit(2), deposit(3)])
        );
        assert_eq!(memory.deposits(&(7..=9)), Some(Vec::new()));
        assert_eq!(memory.missing(), None);
        // beyond what is final, however far: nothing is looked up for it
        assert_eq!(memory.deposits(&(11..=u64::MAX)), None);
        assert_eq!(memory.missing(), None);
        // below what is known: looked up
        assert_eq!(memory.deposits(&(3..=10)), None);
        assert_eq!(memory.missing(), Some(3..=4));
        memory.prepend(&(3..=4), vec![(3, vec![deposit(9)])]);
        assert_eq!(memory.missing(), None);
        assert_eq!(
            memory.deposits(&(3..=6)),
            Some(vec![deposit(9), deposit(1), deposit(2)])
        );
    }

    #[test]
    fn what_was_final_stays_so() {
        let mut memory = memory();
        assert_eq!(
            memory.snapshot(),
            L1Snapshot {
                head: 30,
                finalized: Some(block(10))
            }
        );
        // a provider that is behind, and one whose node was wiped
        memory.finalize(block(8));
        memory.saw_head(0);
        assert_eq!(
            memory.snapshot(),
            L1Snapshot {
                head: 10,
                finalized: Some(block(10))
            }
        );
        let other = L1BlockInfo {
            hash: L1BlockHash([99; 32]),
            ..block(10)
        };
        assert!(matches!(
            memory.check(&other),
            Err(L1Error::Contradiction { number: 10, .. })
        ));
        memory.finalize(other);
        assert_eq!(memory.finalized(10), Some(block(10)));
        memory.finalize(block(12));
        assert!(matches!(
            memory.check(&other),
            Err(L1Error::Contradiction { number: 10, .. })
        ));
        assert!(memory.check(&block(12)).is_ok());
    }

    #[test]
    fn blocks_are_looked_up_when_asked_for() {
        let mut memory = memory();
        assert_eq!(memory.finalized(11), None);
        assert_eq!(memory.wanted_block(), None, "not final");
        assert_eq!(memory.finalized(7), None);
        assert_eq!(memory.wanted_block(), Some(7));
        memory.add_block(block(7));
        assert_eq!(memory.finalized(7), Some(block(7)));
        assert_eq!(memory.wanted_block(), None);
        for number in 0..10 {
            memory.add_block(block(number));
        }
        assert!(memory.blocks.len() <= 4);
        let far = Memory {
            finalized: Some(block(1000)),
            ..memory
        };
        let mut far = far;
        for number in 0..1000 {
            far.finalized(number);
        }
        assert!(far.wanted_blocks.len() <= MAX_WANTED);
    }

    #[test]
    fn without_a_contract_there_are_no_deposits() {
        let mut memory = Memory::new(0, false, 4);
        assert_eq!(memory.deposits(&(0..=u64::MAX)), Some(Vec::new()));
        assert_eq!(memory.unread(1000), None);
    }
}
