//! The account tree: three children to a node, hashed by one Rescue permutation.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use crema_light_client::rescue;

use super::Account;

/// Levels above the leaves.
pub const DEPTH: usize = 4;
/// Children of a node: what one permutation absorbs.
pub const ARITY: usize = rescue::RATE;
/// Leaves.
pub const ACCOUNTS: usize = ARITY.pow(DEPTH as u32);

/// The nodes beside the way from a leaf to the root, in order, from the leaf up.
pub type Path = [[Fr; ARITY - 1]; DEPTH];

/// Hashes three elements. All inputs of a tree of fixed depth have one length, so nothing needs padding.
pub(super) fn compress([a, b, c]: [Fr; ARITY]) -> Fr {
    rescue::permute([a, b, c, Fr::ZERO])[0]
}

/// The root above a leaf.
pub fn root_of(leaf: Fr, index: usize, path: &Path) -> Fr {
    let mut rest = index;
    path.iter().fold(leaf, |node, [first, second]| {
        let children = match rest % ARITY {
            0 => [node, *first, *second],
            1 => [*first, node, *second],
            _ => [*first, *second, node],
        };
        rest /= ARITY;
        compress(children)
    })
}

/// All accounts, with every node above them.
#[derive(Clone, Debug)]
pub struct AccountTree {
    accounts: Vec<Account>,
    /// From the leaves' hashes to the root.
    levels: Vec<Vec<Fr>>,
}

impl AccountTree {
    /// The tree of these accounts, the rest empty. Takes the first [`ACCOUNTS`].
    pub fn new(accounts: &[Account]) -> Self {
        let mut accounts: Vec<Account> = accounts.iter().copied().take(ACCOUNTS).collect();
        accounts.resize(ACCOUNTS, Account::EMPTY);
        let mut levels = vec![accounts.iter().map(Account::hash).collect::<Vec<_>>()];
        for depth in 0..DEPTH {
            let (children, _) = levels[depth].as_chunks::<ARITY>();
            levels.push(children.iter().map(|three| compress(*three)).collect());
        }
        Self { accounts, levels }
    }

    /// The commitment to all accounts.
    pub fn root(&self) -> Fr {
        self.levels[DEPTH][0]
    }

    /// The account at an index.
    pub fn get(&self, index: usize) -> Option<&Account> {
        self.accounts.get(index)
    }

    /// The accounts in order.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// What proves the account at an index below [`ACCOUNTS`].
    pub fn path(&self, index: usize) -> Path {
        let mut rest = index;
        std::array::from_fn(|level| {
            let first = rest / ARITY * ARITY;
            let mut beside = (first..first + ARITY).filter(|&i| i != rest);
            let siblings = std::array::from_fn(|_| beside.next().map_or(Fr::ZERO, |i| self.levels[level][i]));
            rest /= ARITY;
            siblings
        })
    }

    /// Replaces the account at an index below [`ACCOUNTS`].
    pub(super) fn set(&mut self, index: usize, account: Account) {
        self.accounts[index] = account;
        self.levels[0][index] = account.hash();
        let mut place = index;
        for level in 0..DEPTH {
            place /= ARITY;
            let children = &self.levels[level][place * ARITY..(place + 1) * ARITY];
            let node = compress([children[0], children[1], children[2]]);
            self.levels[level + 1][place] = node;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_the_root_before_and_after_a_change() {
        let account = |i: u64| Account {
            key: [Fr::from(i + 1), Fr::from(i + 2)],
            balance: i,
            nonce: 2 * i,
        };
        let accounts: Vec<Account> = (0..ACCOUNTS as u64).map(account).collect();
        let mut tree = AccountTree::new(&accounts);
        for index in [0, 1, 2, 40, ACCOUNTS - 1] {
            let path = tree.path(index);
            assert_eq!(root_of(accounts[index].hash(), index, &path), tree.root());
            let changed = account(1000 + index as u64);
            assert_ne!(root_of(changed.hash(), index, &path), tree.root());
            tree.set(index, changed);
            assert_eq!(root_of(changed.hash(), index, &path), tree.root());
        }
        assert_eq!(AccountTree::new(tree.accounts()).root(), tree.root());
    }
}
