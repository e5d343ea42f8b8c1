//! Whether headers follow one another.

use crema_types::{BlockMerkleTree, Header, L1BlockInfo, MerkleCommitment};
use thiserror::Error;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Times do not go back.
    pub timestamps: bool,
    /// The newest L1 block seen does not go back.
    pub l1_heads: bool,
    /// The finalized L1 block does not go back.
    pub l1_finalized: bool,
}

/// How a header does not follow the one before.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum HeaderFault {
    /// Another height.
    #[error("header {expected} says that its height is {found}")]
    Height {
        /// The height asked for.
        expected: u64,
        /// The height found.
        found: u64,
    },
    /// The time goes back.
    #[error("header {height}: the time goes back from {before} to {found}")]
    Timestamp {
        /// The height.
        height: u64,
        /// The time before.
        before: u64,
        /// The time found.
        found: u64,
    },
    /// The L1's head goes back.
    #[error("header {height}: the L1 head goes back from {before} to {found}")]
    L1Head {
        /// The height.
        height: u64,
        /// The head before.
        before: u64,
        /// The head found.
        found: u64,
    },
    /// The finalized L1 block goes back.
    #[error("header {height}: the finalized L1 block goes back from {before} to {found:?}")]
    L1Finalized {
        /// The height.
        height: u64,
        /// The block before.
        before: u64,
        /// The block found.
        found: Option<u64>,
    },
    /// The finalized L1 block is above the head.
    #[error("header {height}: L1 block {finalized} is final, and the newest one is {head}")]
    L1Order {
        /// The height.
        height: u64,
        /// The finalized block.
        finalized: u64,
        /// The newest block.
        head: u64,
    },
    /// The L1 has another block there.
    #[error("header {height}: L1 block {} is {found:?}, the L1 has {expected:?}", found.number)]
    L1Block {
        /// The height.
        height: u64,
        /// What the L1 has.
        expected: Option<L1BlockInfo>,
        /// What the header says.
        found: L1BlockInfo,
    },
    /// The root of earlier headers is another.
    #[error("header {height}: the root of earlier headers is {found}, these give {expected}")]
    Root {
        /// The height.
        height: u64,
        /// The root of the headers that were walked.
        expected: MerkleCommitment,
        /// The root in the header.
        found: MerkleCommitment,
    },
}

/// A walk along the chain.
#[derive(Clone, Debug)]
pub struct Walk {
    checks: Checks,
    next: u64,
    last: Option<Header>,
    /// All headers so far, where the walk began with the first.
    tree: Option<BlockMerkleTree>,
}

impl Walk {
    /// A walk from height `from` on. From 0, the commitments to earlier headers are checked too.
    pub fn new(from: u64, checks: Checks) -> Self {
        Self {
            checks,
            next: from,
            last: None,
            tree: (from == 0).then(BlockMerkleTree::new),
        }
    }

    /// What is wrong with the next header.
    pub fn step(&mut self, header: &Header) -> Vec<HeaderFault> {
        let height = self.next;
        let mut faults = Vec::new();
        if header.height != height {
            faults.push(HeaderFault::Height {
                expected: height,
                found: header.height,
            });
        }
        if let Some(finalized) = header.l1_finalized
            && finalized.number > header.l1_head
            && height > 0
        {
            faults.push(HeaderFault::L1Order {
                height,
                finalized: finalized.number,
                head: header.l1_head,
            });
        }
        if let Some(before) = &self.last {
            self.compare(before, header, &mut faults);
        }
        if let Some(tree) = &mut self.tree {
            let expected = tree.commitment();
            if header.block_merkle_tree_root != expected {
                faults.push(HeaderFault::Root {
                    height,
                    expected,
                    found: header.block_merkle_tree_root,
                });
            }
            tree.push(header.commit());
        }
        self.last = Some(header.clone());
        self.next += 1;
        faults
    }

    fn compare(&self, before: &Header, header: &Header, faults: &mut Vec<HeaderFault>) {
        let height = self.next;
        if self.checks.timestamps && header.timestamp < before.timestamp {
            faults.push(HeaderFault::Timestamp {
                height,
                before: before.timestamp,
                found: header.timestamp,
            });
        }
        if self.checks.l1_heads && header.l1_head < before.l1_head {
            faults.push(HeaderFault::L1Head {
                height,
                before: before.l1_head,
                found: header.l1_head,
            });
        }
        if self.checks.l1_finalized
            && let Some(block) = before.l1_finalized
        {
            let found = header.l1_finalized.map(|block| block.number);
            if found.is_none_or(|found| found < block.number) {
                faults.push(HeaderFault::L1Finalized {
                    height,
                    before: block.number,
                    found,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crema_types::Genesis;

    use super::*;

    const CHECKS: Checks = Checks {
        timestamps: true,
        l1_heads: true,
        l1_finalized: true,
    };

    fn chain() -> Vec<Header> {
        let genesis = Genesis::from_toml(
            "base_version = \"0.2\"\nupgrade_version = \"0.2\"\n[stake_table]\ncapacity = 10\n[chain_config]\n\
             chain_id = 1\nbase_fee = 0\nmax_block_size = 1000\n\
             fee_recipient = \"0x0000000000000000000000000000000000000000\"\n[header]\n\
             timestamp = \"1970-01-01T00:00:00Z\"\n",
        );
        let first = genesis.unwrap().header(None).unwrap();
        let mut tree = BlockMerkleTree::new();
        let mut headers: Vec<Header> = Vec::new();
        for height in 0..5 {
            if let Some(before) = headers.last() {
                tree.push(before.commit());
            }
            headers.push(Header {
                height,
                timestamp: 100 + height,
                l1_head: 50 + height,
                l1_finalized: (height > 1).then(|| L1BlockInfo {
                    number: 40 + height,
                    ..L1BlockInfo::default()
                }),
                block_merkle_tree_root: tree.commitment(),
                ..first.clone()
            });
        }
        headers
    }

    fn faults(headers: &[Header], checks: Checks) -> Vec<HeaderFault> {
        let mut walk = Walk::new(0, checks);
        headers.iter().flat_map(|header| walk.step(header)).collect()
    }

    #[test]
    fn every_fault_is_found_unless_it_is_not_looked_for() {
        assert_eq!(faults(&chain(), CHECKS), []);
        let altered = |change: fn(&mut Header)| {
            let mut headers = chain();
            change(&mut headers[4]);
            headers
        };
        let none = Checks {
            timestamps: false,
            l1_heads: false,
            l1_finalized: false,
        };
        let back = altered(|header| header.timestamp = 3);
        assert!(matches!(
            faults(&back, CHECKS)[..],
            [HeaderFault::Timestamp {
                height: 4,
                before: 103,
                found: 3
            }]
        ));
        assert_eq!(faults(&back, none), []);
        let back = altered(|header| header.l1_head = 49);
        assert!(matches!(faults(&back, CHECKS)[..], [HeaderFault::L1Head { .. }]));
        assert_eq!(faults(&back, none), []);
        let back = altered(|header| header.l1_finalized = None);
        assert!(matches!(
            faults(&back, CHECKS)[..],
            [HeaderFault::L1Finalized { found: None, .. }]
        ));
        assert_eq!(faults(&back, none), []);
        let order = altered(|header| header.l1_head = 43);
        assert!(matches!(faults(&order, none)[..], [HeaderFault::L1Order { .. }]));
        let other = altered(|header| header.height = 9);
        assert!(matches!(
            faults(&other, none)[..],
            [HeaderFault::Height {
                expected: 4,
                found: 9
            }]
        ));
        // another header in the middle: the next one's root gives it away
        let mut headers = chain();
        headers[2].l1_head += 1;
        assert!(matches!(
            faults(&headers, CHECKS)[..],
            [
                HeaderFault::Root { height: 3, .. },
                HeaderFault::Root { height: 4, .. }
            ]
        ));
    }
}
